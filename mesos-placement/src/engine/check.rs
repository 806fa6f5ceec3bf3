//! Constraints on the running tasks, prepared so that many places can be checked in turn.

use super::cluster::Cluster;
use super::keys::NONE;
use crate::{Constraint, Domains, First, Missing, Rule, Spread};

/// A constraint whose keys, counters and requirements are resolved.
#[derive(Debug)]
pub(crate) enum Check {
    /// A constraint on the agent alone, nested in one that is not.
    Static(usize),
    All(Vec<Check>),
    Any(Vec<Check>),
    Not(Box<Check>),
    Exclusive,
    Group(GroupCheck),
}

/// How a constraint is not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    Attribute,
    Limit,
    Same,
    Even,
    Spread,
    Near,
    Away,
    Exclusive,
}

#[derive(Debug)]
pub(crate) struct GroupCheck {
    pub(crate) rule: Rule,
    pub(crate) key: usize,
    /// Whether agents may share a value of the key. They don't share ids and hostnames.
    pub(crate) is_shared: bool,
    pub(crate) counter: usize,
    /// Whether the task is one of those that are counted.
    pub(crate) counts_itself: bool,
    pub(crate) missing: Option<Missing>,
    /// For [`Rule::Spread`]: the keys for which a place must have values, the values to spread
    /// over, and the fewest tasks that one of them has.
    pub(crate) spread_keys: Vec<usize>,
    pub(crate) domains: Vec<u32>,
    pub(crate) lowest: usize,
}

impl Check {
    /// Calls `visit` with each reason why a place is unsuitable.
    pub(crate) fn reasons(&self, cluster: &Cluster, place: usize, visit: &mut impl FnMut(Broken)) {
        if self.holds(cluster, place) {
            return;
        }
        match self {
            Self::Group(group) => group.reason(cluster, place).into_iter().for_each(visit),
            Self::All(of) | Self::Any(of) if !of.is_empty() => {
                for one in of {
                    one.reasons(cluster, place, visit);
                }
            }
            _ => visit(self.own_reason()),
        }
    }

    /// Returns whether this is one of the reasons why a place is unsuitable.
    pub(crate) fn is_broken(&self, broken: Broken, cluster: &Cluster, place: usize) -> bool {
        let mut is_broken = false;
        self.reasons(cluster, place, &mut |reason| is_broken |= reason == broken);
        is_broken
    }

    /// Returns whether the constraint holds at a place.
    pub(crate) fn holds(&self, cluster: &Cluster, place: usize) -> bool {
        match self {
            Self::Static(requirement) => cluster.requirements.get(*requirement).is_met(place),
            Self::Exclusive => cluster.agents[place].counted_tasks == 0,
            Self::Group(group) => group.reason(cluster, place).is_none(),
            Self::All(of) => !of.is_empty() && of.iter().all(|one| one.holds(cluster, place)),
            Self::Any(of) => of.iter().any(|one| one.holds(cluster, place)),
            Self::Not(of) => !of.holds(cluster, place),
        }
    }

    /// Returns the reason of a negated constraint that holds.
    fn own_reason(&self) -> Broken {
        match self {
            Self::Group(group) => group.own_reason(),
            Self::Exclusive => Broken::Exclusive,
            Self::Not(of) => of.own_reason(),
            Self::All(of) | Self::Any(of) => of.first().map_or(Broken::Attribute, Self::own_reason),
            Self::Static(_) => Broken::Attribute,
        }
    }

    /// Returns whether an unsuitable place may become suitable when other places get tasks.
    pub(crate) fn may_turn(&self) -> bool {
        match self {
            Self::Group(group) => matches!(group.rule, Rule::Spread(_) | Rule::Near(_) | Rule::Even { .. }),
            Self::Exclusive | Self::Static(_) => false,
            Self::All(_) | Self::Any(_) | Self::Not(_) => true,
        }
    }

    /// Returns the key on whose value alone the constraint depends, or `None` if there are several.
    pub(crate) fn key(&self) -> Option<usize> {
        match self {
            Self::Group(group) => Some(group.key),
            Self::Static(_) | Self::All(_) | Self::Any(_) | Self::Not(_) | Self::Exclusive => None,
        }
    }

    /// Returns whether the constraint depends only on a value that several places may share.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, Self::Group(group) if group.is_shared)
    }

    /// Visits all parts that are about groups.
    pub(crate) fn each_group(&mut self, visit: &mut impl FnMut(&mut GroupCheck)) {
        match self {
            Self::Group(group) => visit(group),
            Self::All(of) | Self::Any(of) => of.iter_mut().for_each(|one| one.each_group(visit)),
            Self::Not(of) => of.each_group(visit),
            Self::Static(_) | Self::Exclusive => {}
        }
    }
}

impl GroupCheck {
    pub(crate) fn reason(&self, cluster: &Cluster, place: usize) -> Option<Broken> {
        self.reason_at(cluster, cluster.keys[self.key].of(place))
    }

    fn reason_at(&self, cluster: &Cluster, value: u32) -> Option<Broken> {
        if value == NONE {
            let accepts = match (self.missing, &self.rule) {
                (Some(missing), _) => missing == Missing::Accept,
                (None, rule) => *rule == Rule::Away,
            };
            let reason = if matches!(self.rule, Rule::Near(_)) { Broken::Near } else { Broken::Attribute };
            return (!accepts).then_some(reason);
        }
        (!self.holds(cluster, value)).then(|| self.own_reason())
    }

    /// Returns whether the constraint holds at a value that is present.
    fn holds(&self, cluster: &Cluster, value: u32) -> bool {
        let counter = cluster.counters.get(self.counter);
        let there = counter.of(value);
        match &self.rule {
            Rule::Limit(max) => there < *max,
            Rule::Same => counter.first().is_none_or(|first| first == value),
            Rule::Even { groups, instances } => {
                let (each, remainder) = (instances / groups, instances % groups);
                let has_room = there < each || there == each && counter.above(each) < remainder;
                has_room && (there > 0 || counter.values < *groups)
            }
            Rule::Spread(spread) => {
                (there + usize::from(self.counts_itself)).saturating_sub(self.lowest) <= spread.max_skew
            }
            Rule::Near(first) => there > 0 || counter.total == 0 && self.accepts_first(*first),
            Rule::Away => there == 0,
        }
    }

    fn accepts_first(&self, first: First) -> bool {
        match first {
            First::Accept => true,
            First::Refuse => false,
            First::IfSelf => self.counts_itself,
        }
    }

    fn own_reason(&self) -> Broken {
        match self.rule {
            Rule::Limit(_) => Broken::Limit,
            Rule::Same => Broken::Same,
            Rule::Even { .. } => Broken::Even,
            Rule::Spread(_) => Broken::Spread,
            Rule::Near(_) => Broken::Near,
            Rule::Away => Broken::Away,
        }
    }

    /// Finds the values to spread over.
    pub(crate) fn find_domains(&mut self, cluster: &Cluster, requirement: usize) {
        let counts_all = matches!(&self.rule, Rule::Spread(spread) if spread.domains == Domains::Known);
        let is_there = |place: &usize| {
            let has_keys = self.spread_keys.iter().all(|key| cluster.keys[*key].of(*place) != NONE);
            has_keys
                && (counts_all || cluster.agents[*place].is_offered())
                && cluster.requirements.get(requirement).is_met(*place)
        };
        let key = &cluster.keys[self.key];
        let mut is_known = vec![false; key.values()];
        for place in (0..cluster.agents.len()).filter(is_there) {
            if let Some(known) = is_known.get_mut(key.of(place) as usize) {
                *known = true;
            }
        }
        let values = (0..).zip(is_known).filter(|(_, is_known)| *is_known);
        self.domains = values.map(|(value, _)| value).collect();
    }

    /// Counts how many tasks the value with the fewest has.
    pub(crate) fn find_lowest(&mut self, cluster: &Cluster) {
        let Rule::Spread(Spread { min_domains, domains: kind, .. }) = &self.rule else { return };
        let counter = cluster.counters.get(self.counter);
        let (values, lowest) = match kind {
            Domains::Tasks => (counter.values, counter.lowest()),
            Domains::Agents | Domains::Known => {
                let lowest = self.domains.iter().map(|value| counter.of(*value)).min();
                (self.domains.len(), lowest.unwrap_or(0))
            }
        };
        self.lowest = if values < *min_domains { 0 } else { lowest };
    }
}

/// Flattens constraints: those within an `All` appear beside it.
pub(crate) fn flattened(constraints: &[Constraint]) -> Vec<&Constraint> {
    let mut flat = Vec::new();
    for constraint in constraints {
        match constraint {
            Constraint::All(of) if !of.is_empty() => flat.extend(flattened(of)),
            other => flat.push(other),
        }
    }
    flat
}
