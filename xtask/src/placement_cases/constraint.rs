//! Constraints and preferences of a case.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use mesos_placement::{
    Condition, Constraint, Domains, First, Key, LabelTest, Missing, Pattern, Preference, Rule, Select, Share,
    Spread, Test,
};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

pub(super) fn read(json: &Json) -> Result<Constraint> {
    let op: String = field(json, "op")?;
    let constraint = match op.as_str() {
        "all_of" => Constraint::All(list(json)?),
        "any_of" => Constraint::Any(list(json)?),
        "not" => Constraint::Not(Box::new(inner(json)?)),
        "exclusive" => Constraint::Exclusive,
        "limit" | "same" | "even" | "spread" | "near" | "away" => group(json, &op)?,
        op => Constraint::test(field::<String>(json, "on")?, test(json, op)?),
    };
    Ok(match optional::<String>(json, "missing")?.as_deref() {
        None => constraint,
        Some("accept") => constraint.missing(Missing::Accept),
        Some("refuse") => constraint.missing(Missing::Refuse),
        Some(other) => bail!("missing: {other:?}"),
    })
}

fn list(json: &Json) -> Result<Vec<Constraint>> {
    field::<Vec<Json>>(json, "of")?.iter().map(read).collect()
}

/// Reads the `of` of a `not`: a constraint, or a list of one.
fn inner(json: &Json) -> Result<Constraint> {
    match field::<Json>(json, "of")? {
        Json::Array(of) => read(of.first().context("not: nothing is negated")?),
        one => read(&one),
    }
}

fn test(json: &Json, op: &str) -> Result<Test> {
    let pattern = || Ok::<_, anyhow::Error>(Pattern::new(&text(&field(json, "value")?))?);
    let value = || Ok::<_, anyhow::Error>(text(&field(json, "value")?));
    let values = || {
        let values: Vec<Json> = field(json, "values")?;
        Ok::<_, anyhow::Error>(values.iter().map(text).collect::<BTreeSet<_>>())
    };
    Ok(match op {
        "equals" => Test::In(BTreeSet::from([value()?])),
        "not_equals" => Test::NotIn(BTreeSet::from([value()?])),
        "in" => Test::In(values()?),
        "not_in" => Test::NotIn(values()?),
        "matches" => Test::Matches(pattern()?),
        "not_matches" => Test::NotMatches(pattern()?),
        "finds" => Test::Finds(pattern()?),
        "less" => Test::Less(value()?),
        "at_most" => Test::AtMost(value()?),
        "greater" => Test::Greater(value()?),
        "at_least" => Test::AtLeast(value()?),
        "contains_all" => Test::ContainsAll(values()?),
        "contains_any" => Test::ContainsAny(values()?),
        "exists" => Test::Exists,
        "absent" => Test::Absent,
        other => bail!("no constraint: {other:?}"),
    })
}

fn group(json: &Json, op: &str) -> Result<Constraint> {
    let rule = match op {
        "limit" => Rule::Limit(field(json, "max")?),
        "same" => Rule::Same,
        "even" => Rule::Even { groups: field(json, "groups")?, instances: field(json, "instances")? },
        "spread" => Rule::Spread(spread(json)?),
        "near" => Rule::Near(match optional::<String>(json, "first")?.as_deref() {
            None | Some("refuse") => First::Refuse,
            Some("accept") => First::Accept,
            Some("if_self") => First::IfSelf,
            Some(other) => bail!("first: {other:?}"),
        }),
        _ => Rule::Away,
    };
    let mut constraint = Constraint::group(rule, field::<String>(json, "by")?);
    if let Some(select) = optional::<Json>(json, "select")? {
        constraint = constraint.select(selection(&select)?);
    }
    if let Constraint::Group(group) = &mut constraint {
        group.same_version = optional::<String>(json, "versions")?.as_deref() == Some("same");
        group.counts_stopping = optional(json, "counts_stopping")?;
    }
    Ok(constraint)
}

fn spread(json: &Json) -> Result<Spread> {
    let mut spread = Spread::new(field(json, "max_skew")?);
    spread.min_domains = optional(json, "min_domains")?.unwrap_or(0);
    if optional::<String>(json, "domains")?.as_deref() == Some("tasks") {
        spread.domains = Domains::Tasks;
    }
    spread.counts_all_agents = optional::<String>(json, "count_agents")?.as_deref() == Some("all");
    Ok(spread)
}

fn selection(json: &Json) -> Result<Select> {
    if json.as_str() == Some("none") {
        return Ok(Select::None);
    }
    if let Some(group) = optional::<String>(json, "group")? {
        return Ok(Select::group(group));
    }
    let labels: Vec<Json> = field(json, "labels")?;
    let labels = labels.iter().map(label).collect::<Result<_>>()?;
    Ok(Select::Labels(labels, optional(json, "space")?))
}

fn label(json: &Json) -> Result<LabelTest> {
    let name: String = field(json, "label")?;
    let values = || optional::<BTreeSet<String>>(json, "values").map(Option::unwrap_or_default);
    Ok(match field::<String>(json, "op")?.as_str() {
        "in" => LabelTest::In(name, values()?),
        "not_in" => LabelTest::NotIn(name, values()?),
        "exists" => LabelTest::Exists(name),
        "absent" => LabelTest::Absent(name),
        other => bail!("no test of a label: {other:?}"),
    })
}

pub(super) fn preference(json: &Json) -> Result<Preference> {
    let by = || field::<String>(json, "by").map(Key::from);
    let condition = match field::<String>(json, "op")?.as_str() {
        "avoid_agents" => Condition::AvoidAgents(field(json, "agents")?),
        "fewest" => Condition::Fewest { by: by()?, of: field(json, "of")? },
        "share" => {
            let mut share = Share::new(by()?, field(json, "total")?);
            share.targets = field(json, "targets")?;
            share.rest = optional::<String>(json, "rest")?.as_deref() == Some("share");
            Condition::Share(share)
        }
        "level" => Condition::Level(by()?),
        _ => Condition::Met(read(json)?),
    };
    Ok(Preference::new(condition, optional(json, "weight")?.unwrap_or(1.0)))
}

fn text(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

fn field<T: DeserializeOwned>(json: &Json, name: &str) -> Result<T> {
    optional(json, name)?.with_context(|| format!("no {name:?} in {json}"))
}

fn optional<T: DeserializeOwned>(json: &Json, name: &str) -> Result<Option<T>> {
    let value = json.get(name).map(|value| serde_json::from_value(value.clone()));
    value.transpose().with_context(|| format!("{name:?} in {json}"))
}
