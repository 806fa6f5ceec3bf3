//! Which constraint is not met at a place, and what is there instead.

use super::check::{Broken, Check, GroupCheck, flattened};
use super::cluster::Cluster;
use super::keys::NONE;
use super::requirement::is_met;
use super::shape::Shape;
use crate::reason::Unmet;
use crate::{Agent, Constraint, Reason, Rule, Select};

impl Broken {
    fn reason(self, unmet: Unmet) -> Reason {
        let unmet = Box::new(unmet);
        match self {
            Self::Attribute => Reason::Attribute(unmet),
            Self::Limit => Reason::Limit(unmet),
            Self::Same => Reason::Same(unmet),
            Self::Even => Reason::Even(unmet),
            Self::Spread => Reason::Spread(unmet),
            Self::Near => Reason::Near(unmet),
            Self::Away => Reason::Away(unmet),
            Self::Exclusive => Reason::Exclusive,
        }
    }
}

impl Shape {
    /// Returns the reason for a place: the first constraint that is broken in this way.
    pub(crate) fn unmet(&self, cluster: &Cluster, place: usize, broken: Broken) -> Reason {
        let all = flattened(&self.task.constraints);
        let (of_agents, of_tasks): (Vec<&Constraint>, Vec<_>) =
            all.into_iter().partition(|one| one.is_static());
        let agent = &cluster.agents[place].agent;
        let of_agents = of_agents.into_iter().filter(|_| broken == Broken::Attribute);
        let unmet = of_agents.into_iter().find(|one| !is_met(one, agent)).map(|one| of_agent(one, agent));
        let of_tasks = || {
            let mut checked = of_tasks.into_iter().zip(&self.checks);
            let (one, check) = checked.find(|(_, check)| check.is_broken(broken, cluster, place))?;
            let found = match check {
                Check::Group(group) => group.found(cluster, place),
                _ => String::new(),
            };
            Some(Unmet { constraint: named(one, &self.task.group), found })
        };
        let all =
            || Unmet { constraint: Constraint::All(self.task.constraints.clone()), found: String::new() };
        broken.reason(unmet.or_else(of_tasks).unwrap_or_else(all))
    }
}

fn of_agent(constraint: &Constraint, agent: &Agent) -> Unmet {
    let found = match constraint {
        Constraint::Attribute(key, ..) => match key.values(agent) {
            values if values.is_empty() => format!("it has no {key}"),
            values => format!("it is {}", values.join(", ")),
        },
        _ => String::new(),
    };
    Unmet { constraint: constraint.clone(), found }
}

/// Names the group of the task in a constraint that leaves it out.
fn named(constraint: &Constraint, group: &str) -> Constraint {
    match constraint {
        Constraint::Group(one) if one.select == Select::Group(None) => {
            constraint.clone().select(Select::group(group))
        }
        other => other.clone(),
    }
}

impl GroupCheck {
    /// Returns what a place has, in words.
    fn found(&self, cluster: &Cluster, place: usize) -> String {
        let (key, counter) = (&cluster.keys[self.key], cluster.counters.get(self.counter));
        let value = key.of(place);
        let Some(name) = key.name(value).filter(|_| value != NONE) else {
            return format!("it has no {}", key.key);
        };
        let there = counter.of(value);
        match &self.rule {
            Rule::Same => {
                let first = counter.first().and_then(|first| key.name(first)).unwrap_or_default();
                format!("it is {name}, and theirs is {first}")
            }
            Rule::Spread(_) => format!("{name} has {there}, and the fewest are {}", self.lowest),
            Rule::Near(_) => format!("{name} has none of {}", counter.total),
            Rule::Limit(_) | Rule::Even { .. } | Rule::Away => format!("{name} has {there}"),
        }
    }
}
