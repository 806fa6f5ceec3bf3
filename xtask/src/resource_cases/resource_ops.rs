//! The operations on resources.

use anyhow::{Context as _, Result, bail};
use mesos_sdk::proto::v1;
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::resources::{self, OperationError, Resources};
use serde::Deserialize;

use super::answer::Answer;
use super::case::Case;

/// Returns the answer to a case; `None` if `op` is none of these.
pub(super) fn answer(op: &str, case: &Case) -> Option<Result<Answer>> {
    let answer = match op {
        "parse" => parse(case),
        "parse_error" => parsed(case).map(Answer::fails),
        "print" => print(case),
        "equal" | "not_equal" => compare(case, Resources::eq),
        "contains" | "not_contains" => compare(case, Resources::contains),
        "add" => add(case),
        "subtract" => binary(case, |a, b| a - b),
        "sum" => sum(case),
        "count" => count(case),
        "get_scalar" => get_scalar(case),
        "get_ranges" => get_ranges(case),
        "get_set" => get_set(case),
        "is_empty" => is_empty(case),
        "names" => names(case),
        "types" => types(case),
        "find" => find(case),
        "push_reservation" => push_reservation(case),
        "pop_reservation" => unary(case, |a| Ok(a.pop_reservation()?)),
        "to_unreserved" | "flatten" => unary(case, |a| Ok(a.into_unreserved())),
        "allocate" => allocate(case),
        "unallocate" => unallocate(case),
        "stripped_quantity" => unary(case, |a| Ok(a.stripped_scalars())),
        "validate_ok" => validated(case).map(Answer::succeeds),
        "validate_error" => validated(case).map(Answer::fails),
        "apply" => apply(case),
        "apply_error" => applied(case).map(Answer::fails),
        "to_pre_refinement" => to_pre_refinement(case),
        "to_pre_refinement_error" => {
            case.resource("a").map(|mut resource| Answer::fails(resources::downgrade(&mut resource)))
        }
        "reservation_roles" => reservation_roles(case),
        _ => return filter(op, case),
    };
    Some(answer)
}

fn filter(op: &str, case: &Case) -> Option<Result<Answer>> {
    let negate = case.flag("negate");
    let answer = match op {
        "reserved" if case.has("role") => {
            case.text("role").and_then(|role| part(case, |a| a.reserved_to(role)))
        }
        "reserved" => part(case, Resources::reserved),
        "unreserved" => part(case, Resources::unreserved),
        "filter_role" => filter_role(case),
        "filter_persistent" => part(case, Resources::persistent_volumes),
        "filter_shared" if negate => part(case, Resources::non_shared),
        "filter_shared" => part(case, Resources::shared),
        "filter_revocable" if negate => part(case, Resources::non_revocable),
        "filter_revocable" => part(case, Resources::revocable),
        "filter_name" => case.text("name").and_then(|name| part(case, |a| a.named(name))),
        _ => return None,
    };
    Some(answer)
}

fn unary(case: &Case, op: impl FnOnce(Resources) -> Result<Resources>) -> Result<Answer> {
    Ok(Answer::resources(&case.resources("want")?, &op(case.resources("a")?)?))
}

fn part(case: &Case, op: impl FnOnce(&Resources) -> Resources) -> Result<Answer> {
    unary(case, |a| Ok(op(&a)))
}

fn binary(case: &Case, op: impl FnOnce(&Resources, &Resources) -> Resources) -> Result<Answer> {
    let (a, b) = (case.resources("a")?, case.resources("b")?);
    Ok(Answer::resources(&case.resources("want")?, &op(&a, &b)))
}

fn compare(case: &Case, op: impl FnOnce(&Resources, &Resources) -> bool) -> Result<Answer> {
    let (a, b) = (case.resources("a")?, case.resources("b")?);
    Ok(Answer::exactly(case.field("want")?, op(&a, &b)))
}

fn parsed(case: &Case) -> Result<Result<Resources, resources::ResourcesError>> {
    let role = if case.has("default_role") { case.text("default_role")? } else { "*" };
    Ok(Resources::parse(case.text("text")?, role))
}

fn parse(case: &Case) -> Result<Answer> {
    Ok(match parsed(case)? {
        Ok(resources) => Answer::resources(&case.resources("want")?, &resources),
        error => Answer::succeeds(error),
    })
}

/// Prints resources; where the v1 API prints them differently from the internal one, the table has
/// both.
fn print(case: &Case) -> Result<Answer> {
    let wanted = if case.has("want_v1") { "want_v1" } else { "want" };
    Ok(Answer::exactly(case.text(wanted)?.to_owned(), case.resources("a")?.to_string()))
}

fn add(case: &Case) -> Result<Answer> {
    Ok(binary(case, |a, b| a + b)?.and(binary(case, |a, b| b + a)?))
}

#[derive(Deserialize)]
struct Step {
    op: String,
    r: Vec<v1::Resource>,
    #[serde(default = "once")]
    times: usize,
}

fn once() -> usize {
    1
}

fn sum(case: &Case) -> Result<Answer> {
    let steps: Vec<Step> = case.field("steps")?;
    let cycles = if case.has("cycles") { case.field("cycles")? } else { once() };
    let mut total = case.resources("a")?;
    for _ in 0..cycles {
        for step in &steps {
            let resources = Resources::from(step.r.clone());
            for _ in 0..step.times {
                match step.op.as_str() {
                    "+" => total += &resources,
                    "-" => total -= &resources,
                    other => bail!("step {other:?} is neither + nor -"),
                }
            }
        }
    }
    Ok(Answer::resources(&case.resources("want")?, &total))
}

fn count(case: &Case) -> Result<Answer> {
    Ok(Answer::exactly(case.field("want")?, case.resources("a")?.count(&case.resource("b")?)))
}

fn get_scalar(case: &Case) -> Result<Answer> {
    let got = case.resources("a")?.scalar(case.text("name")?);
    Ok(Answer::exactly(case.field::<Option<f64>>("want")?, got.map(resources::Scalar::as_f64)))
}

fn get_ranges(case: &Case) -> Result<Answer> {
    let got = case.resources("a")?.ranges(case.text("name")?);
    let wanted: Option<Vec<v1::value::Range>> = case.field("want")?;
    Ok(Answer::exactly(wanted, got.map(|ranges| ranges.as_slice().to_vec())))
}

fn get_set(case: &Case) -> Result<Answer> {
    let sorted = |set: Option<Vec<String>>| {
        set.map(|mut items| {
            items.sort();
            items
        })
    };
    let got = case.resources("a")?.set(case.text("name")?);
    Ok(Answer::exactly(sorted(case.field("want")?), sorted(got)))
}

fn is_empty(case: &Case) -> Result<Answer> {
    Ok(Answer::exactly(case.field("want")?, resources::is_empty(&case.resource("a")?)))
}

fn names(case: &Case) -> Result<Answer> {
    let resources = case.resources("a")?;
    let got = resources.names().into_iter().map(str::to_owned).collect();
    Ok(Answer::exactly(case.field::<Vec<String>>("want")?, got))
}

fn types(case: &Case) -> Result<Answer> {
    let wanted: std::collections::BTreeMap<String, String> = case.field("want")?;
    let resources = case.resources("a")?;
    let got = resources.types().into_iter();
    let got = got.map(|(name, kind)| (name.to_owned(), kind.as_str_name().to_owned())).collect();
    Ok(Answer::exactly(wanted, got))
}

fn reservation_roles(case: &Case) -> Result<Answer> {
    let got = case.resources("a")?.reservations().into_keys().collect();
    Ok(Answer::exactly(case.field::<Vec<String>>("want")?, got))
}

fn find(case: &Case) -> Result<Answer> {
    let found = case.resources("a")?.find(&case.resources("b")?);
    let wanted: Option<Vec<v1::Resource>> = case.field("want")?;
    Ok(match (wanted, found) {
        (Some(wanted), Some(found)) => Answer::resources(&wanted.into(), &found),
        (wanted, found) => Answer::exactly(wanted, found.map(Vec::from)),
    })
}

fn push_reservation(case: &Case) -> Result<Answer> {
    let reservation = case.field("reservation")?;
    unary(case, |a| Ok(a.push_reservation(&reservation)?))
}

fn allocate(case: &Case) -> Result<Answer> {
    let role = case.text("role")?;
    unary(case, |mut a| {
        a.allocate(role);
        Ok(a)
    })
}

fn unallocate(case: &Case) -> Result<Answer> {
    unary(case, |mut a| {
        a.unallocate();
        Ok(a)
    })
}

fn filter_role(case: &Case) -> Result<Answer> {
    let role = case.text("role")?;
    match case.text("mode")? {
        "allocatable_to" => part(case, |a| a.allocatable_to(role)),
        "allocated_to" => part(case, |a| a.allocated_to(role)),
        other => bail!("mode {other:?} is not known here"),
    }
}

fn validated(case: &Case) -> Result<Result<(), resources::ResourceError>> {
    Ok(resources::validate(&case.resource("a")?))
}

fn applied(case: &Case) -> Result<Result<Resources, OperationError>> {
    let operations: Vec<Operation> = case.field("operations")?;
    let mut resources = Ok(case.resources("a")?);
    for operation in &operations {
        resources = resources.and_then(|resources| resources.apply(operation));
    }
    Ok(resources)
}

fn apply(case: &Case) -> Result<Answer> {
    Ok(match applied(case)? {
        Ok(resources) => Answer::resources(&case.resources("want")?, &resources),
        error => Answer::succeeds(error),
    })
}

fn to_pre_refinement(case: &Case) -> Result<Answer> {
    let mut resource = case.resource("a")?;
    resources::downgrade(&mut resource).context("the resource has no old format")?;
    let wanted = case.resource("want").or_else(|_| case.field("want"))?;
    Ok(Answer::exactly(wanted, resource))
}
