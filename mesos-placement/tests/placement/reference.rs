//! A slow reference: it looks at everything, each time, and follows the description of the
//! constraints word for word.

use std::collections::{BTreeMap, BTreeSet};

use mesos_placement::{
    Constraint, Domains, First, GroupConstraint, Key, Needs, PersistentNeed, Rule, Select, Task, Test,
};

/// An agent in plain values.
#[derive(Clone, Debug)]
pub(crate) struct Plain {
    pub(crate) id: String,
    pub(crate) rack: Option<String>,
    pub(crate) total: BTreeMap<String, i64>,
    pub(crate) free: BTreeMap<String, i64>,
    pub(crate) executors: BTreeSet<String>,
    pub(crate) volumes: Vec<Volume>,
}

/// A persistent volume.
#[derive(Clone, Debug)]
pub(crate) struct Volume {
    pub(crate) id: String,
    pub(crate) size: i64,
    pub(crate) is_shared: bool,
    pub(crate) is_taken: bool,
}

impl Plain {
    /// How much of a resource a task takes here: its executor counts if it does not run yet.
    pub(crate) fn asked(&self, task: &Task, name: &str) -> i64 {
        let of = |needs: &Needs| needs.scalars.get(name).map_or(0, |amount| amount.thousandths());
        let starts = task.executor.iter().filter(|executor| !self.executors.contains(&executor.id));
        of(&task.needs) + starts.map(|executor| of(&executor.needs)).sum::<i64>()
    }

    /// Takes what a task needs, but its volumes.
    pub(crate) fn take(&mut self, task: &Task) {
        for name in ["cpus", "mem", "gpus"] {
            let asked = self.asked(task, name);
            *self.free.entry(name.to_owned()).or_default() -= asked;
        }
        self.executors.extend(task.executor.iter().map(|executor| executor.id.clone()));
    }
}

/// Whether each need gets a volume that no other one has taken; tries all ways.
pub(crate) fn has_volumes(needs: &[PersistentNeed], volumes: &[Volume]) -> bool {
    let [need, others @ ..] = needs else { return true };
    (0..volumes.len()).any(|index| {
        let volume = &volumes[index];
        let is_named = need.id.as_ref().is_none_or(|id| *id == volume.id);
        let mut rest = volumes.to_vec();
        rest[index].is_taken = !volume.is_shared;
        !volume.is_taken && is_named && volume.size >= need.size.thousandths() && has_volumes(others, &rest)
    })
}

/// A task that runs, and where.
#[derive(Clone, Debug)]
pub(crate) struct There {
    pub(crate) task: Task,
    pub(crate) agent: usize,
    pub(crate) is_stopping: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) agents: Vec<Plain>,
    pub(crate) there: Vec<There>,
}

impl World {
    fn value(&self, key: &Key, agent: usize) -> Option<String> {
        match key {
            Key::Agent | Key::Hostname => Some(self.agents[agent].id.clone()),
            Key::Attribute(_) => self.agents[agent].rack.clone(),
            _ => None,
        }
    }

    /// Why the agent does not take the task.
    pub(crate) fn reasons(&self, task: &Task, agent: usize) -> BTreeSet<String> {
        let mut reasons = BTreeSet::new();
        let here = &self.agents[agent];
        for name in ["cpus", "mem", "gpus"] {
            if here.asked(task, name) > here.free.get(name).copied().unwrap_or(0) {
                reasons.insert(format!("resource:{name}"));
            }
        }
        if !has_volumes(&task.needs.persistent, &here.volumes) {
            reasons.insert("volume".to_owned());
        }
        for constraint in &task.constraints {
            if let Some(reason) = self.broken(constraint, task, agent) {
                reasons.insert(reason.to_owned());
            }
        }
        let company = self.there.iter().filter(|there| there.agent == agent);
        for there in company {
            if there.task.constraints.contains(&Constraint::Exclusive) {
                reasons.insert("exclusive".to_owned());
            }
        }
        if self.there.iter().any(|there| self.repels(there, task, agent)) {
            reasons.insert("away_of_other".to_owned());
        }
        reasons
    }

    fn repels(&self, there: &There, task: &Task, agent: usize) -> bool {
        there.task.constraints.iter().any(|constraint| match constraint {
            Constraint::Group(group) if group.rule == Rule::Away => {
                let (mine, theirs) = (self.value(&group.by, agent), self.value(&group.by, there.agent));
                mine.is_some() && mine == theirs && selects(group, &there.task, task)
            }
            _ => false,
        })
    }

    fn broken(&self, constraint: &Constraint, task: &Task, agent: usize) -> Option<&'static str> {
        match constraint {
            Constraint::Attribute(key, test, _) => {
                let value = self.value(key, agent);
                let holds = match test {
                    Test::In(values) => value.is_some_and(|value| values.contains(&value)),
                    Test::NotIn(values) => value.is_none_or(|value| !values.contains(&value)),
                    Test::Exists => value.is_some(),
                    _ => true,
                };
                (!holds).then_some("attribute")
            }
            Constraint::Exclusive => {
                self.there.iter().any(|there| there.agent == agent).then_some("exclusive")
            }
            Constraint::Group(group) => self.group(group, task, agent),
            _ => None,
        }
    }

    fn group(&self, group: &GroupConstraint, task: &Task, agent: usize) -> Option<&'static str> {
        let is_spread = matches!(group.rule, Rule::Spread(_));
        let counted = self.there.iter().filter(|there| selects(group, task, &there.task));
        let counted = counted.filter(|there| !is_spread || !there.is_stopping);
        let counted: Vec<_> =
            counted.map(|there| (there.agent, self.value(&group.by, there.agent))).collect();
        let Some(value) = self.value(&group.by, agent) else {
            return match group.rule {
                Rule::Away => None,
                Rule::Near(_) => Some("near"),
                _ => Some("attribute"),
            };
        };
        let at = |wanted: &String| counted.iter().filter(|(_, value)| value.as_ref() == Some(wanted)).count();
        let there = at(&value);
        let values: BTreeSet<_> = counted.iter().filter_map(|(_, value)| value.clone()).collect();
        match &group.rule {
            Rule::Limit(max) => (there >= *max).then_some("limit"),
            Rule::Same => {
                let first = counted.iter().find_map(|(_, value)| value.clone());
                first.is_some_and(|first| first != value).then_some("same")
            }
            Rule::Even { groups, instances } => {
                let (each, remainder) = (instances / groups, instances % groups);
                let above = values.iter().filter(|value| at(value) > each).count();
                let has_room = there < each || there == each && above < remainder;
                let is_group = values.contains(&value) || values.len() < *groups;
                (!has_room || !is_group).then_some("even")
            }
            Rule::Spread(spread) => self.spread(spread, group, task, (&value, &counted)),
            Rule::Near(first) => {
                let accepts = counted.is_empty()
                    && match first {
                        First::Accept => true,
                        First::Refuse => false,
                        First::IfSelf => selects(group, task, task),
                        other => panic!("{other:?} is not covered"),
                    };
                (there == 0 && !accepts).then_some("near")
            }
            Rule::Away => (there > 0).then_some("away"),
            other => panic!("{other:?} is not covered"),
        }
    }

    fn spread(
        &self,
        spread: &mesos_placement::Spread,
        group: &GroupConstraint,
        task: &Task,
        (value, counted): (&String, &[(usize, Option<String>)]),
    ) -> Option<&'static str> {
        // The agents that the task may use: they satisfy what is not about tasks, and have all keys
        // to spread by.
        let usable = |agent: usize| {
            task.constraints.iter().all(|constraint| match constraint {
                Constraint::Attribute(..) => self.broken(constraint, task, agent).is_none(),
                Constraint::Group(other) if matches!(other.rule, Rule::Spread(_)) => {
                    self.value(&other.by, agent).is_some()
                }
                _ => true,
            })
        };
        let counted = counted.iter().filter(|(agent, _)| spread.counts_all_agents || usable(*agent));
        let counted: Vec<_> = counted.filter_map(|(_, value)| value.clone()).collect();
        let at = |wanted: &String| counted.iter().filter(|value| *value == wanted).count();
        let domains: BTreeSet<_> = match spread.domains {
            Domains::Tasks => counted.iter().cloned().collect(),
            Domains::Agents => (0..self.agents.len())
                .filter(|agent| usable(*agent))
                .filter_map(|agent| self.value(&group.by, agent))
                .collect(),
            other => panic!("{other:?} is not covered"),
        };
        let lowest = match domains.len() < spread.min_domains {
            true => 0,
            false => domains.iter().map(at).min().unwrap_or(0),
        };
        let itself = usize::from(selects(group, task, task));
        (at(value) + itself > lowest + spread.max_skew).then_some("spread")
    }
}

/// Whether a constraint of `owner` counts another task.
fn selects(group: &GroupConstraint, owner: &Task, other: &Task) -> bool {
    match &group.select {
        Select::Group(None) => owner.group == other.group,
        Select::Group(Some(name)) => *name == other.group,
        _ => false,
    }
}
