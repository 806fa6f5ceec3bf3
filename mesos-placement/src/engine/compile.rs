//! From a task to its shape.

use super::check::{Check, GroupCheck, flattened};
use super::claim::Claim;
use super::cluster::Cluster;
use super::counter::{Counted, Profile};
use super::heap::Candidates;
use super::parting::PartedBy;
use super::shape::Shape;
use super::taste::{Kind, Taste};
use crate::{Constraint, GroupConstraint, Key, Preference, Rule, Select, State, Task, Wish};

impl Cluster {
    /// Reads a task.
    pub(crate) fn shape(&mut self, task: &Task) -> Shape {
        let claim = self.amounts(Claim::of(task));
        let constraints = flattened(&task.constraints);
        let fixed: Vec<_> =
            constraints.iter().filter(|one| one.is_static()).map(|one| (*one).clone()).collect();
        let requirement = self.requirement(fixed);
        let reader = Reader { task, requirement, spread_keys: self.spread_keys(&constraints) };
        let about_tasks = constraints.iter().filter(|one| !one.is_static());
        let checks: Vec<_> = about_tasks.map(|one| reader.check(self, one, true)).collect();
        let tastes: Vec<_> = task.preferences.iter().map(|one| reader.taste(self, one)).collect();
        let amounts = self.asked(claim, task);
        let parting = self.parting(parted_by(&checks, &tastes));
        let shares = self.shares.iter().map(|column| {
            let asked = task.needs.amount(&column.name);
            (asked > 0 || column.name == "cpus" || column.name == "mem").then_some(asked)
        });
        Shape {
            claim,
            amounts,
            requirement,
            shares: shares.collect(),
            repelled_by: Vec::new(),
            repelled_seen: 0,
            takes_gpu_agents: Shape::may_take_gpu_agents(task, self.settings.gpus),
            is_particular: Shape::has_particular_needs(task),
            arrivals: None,
            departures: self.departures,
            waiting: 0,
            candidates: Candidates::parted_by(parting),
            checks,
            tastes,
            profile: profile(task, State::Running),
            task: task.clone(),
        }
    }

    /// What must stay away from a task when it runs.
    pub(crate) fn repels(&mut self, task: &Task) -> Vec<usize> {
        let constraints = flattened(&task.constraints);
        let reader = Reader { task, requirement: 0, spread_keys: Vec::new() };
        constraints.iter().filter_map(|one| reader.repels(self, one)).collect()
    }

    /// The columns of what a task asks for.
    fn asked(&mut self, claim: usize, task: &Task) -> Vec<(usize, i64)> {
        let (needs, sites) = (&task.needs, &self.sites);
        let amounts = &mut self.amounts[claim];
        let asked = needs.names().into_iter().map(|name| (amounts.column(name, sites), needs.amount(name)));
        asked.filter(|(_, amount)| *amount > 0).collect()
    }

    fn spread_keys(&mut self, constraints: &[&Constraint]) -> Vec<usize> {
        let keys = constraints.iter().filter_map(|one| match one {
            Constraint::Group(group) if matches!(group.rule, Rule::Spread(_)) => Some(&group.by),
            _ => None,
        });
        let mut keys: Vec<_> = keys.map(|key| self.key(key)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// By what changes for all places with the same values when tasks get their places.
fn parted_by(checks: &[Check], tastes: &[Taste]) -> PartedBy {
    let turning = checks.iter().filter(|check| check.may_turn()).map(Check::key);
    let turning = turning.chain(tastes.iter().filter(|taste| taste.may_turn()).map(Taste::key));
    let keys: Option<Vec<_>> = turning.collect();
    keys.map_or(PartedBy::Place, |mut keys| {
        keys.sort_unstable();
        keys.dedup();
        PartedBy::Keys(keys)
    })
}

/// Reads the constraints of a task.
struct Reader<'a> {
    task: &'a Task,
    requirement: usize,
    spread_keys: Vec<usize>,
}

impl Reader<'_> {
    fn check(&self, cluster: &mut Cluster, constraint: &Constraint, counts_stopping: bool) -> Check {
        if constraint.is_static() {
            return Check::Static(cluster.requirement(vec![constraint.clone()]));
        }
        let mut all = |of: &[Constraint]| {
            of.iter().map(|one| self.check(cluster, one, counts_stopping)).collect::<Vec<_>>()
        };
        match constraint {
            Constraint::All(of) => Check::All(all(of)),
            Constraint::Any(of) => Check::Any(all(of)),
            Constraint::Not(of) => Check::Not(Box::new(self.check(cluster, of, counts_stopping))),
            Constraint::Group(group) => Check::Group(self.group(cluster, group, counts_stopping)),
            Constraint::Exclusive | Constraint::Attribute(..) => Check::Exclusive,
        }
    }

    fn group(&self, cluster: &mut Cluster, group: &GroupConstraint, counts_stopping: bool) -> GroupCheck {
        let key = cluster.key(&group.by);
        let is_spread = matches!(group.rule, Rule::Spread(_));
        let counts_all = !matches!(&group.rule, Rule::Spread(spread) if !spread.counts_all_agents);
        let counted = Counted {
            within: (!counts_all).then(|| (self.requirement, self.spread_keys.clone())),
            counts_stopping: group.counts_stopping.unwrap_or(counts_stopping && !is_spread),
            ..self.counted(group, key)
        };
        GroupCheck {
            rule: group.rule.clone(),
            key,
            counts_itself: counted.takes(&profile(self.task, State::Running)),
            counter: cluster.counter(counted),
            missing: group.missing,
            spread_keys: if is_spread { self.spread_keys.clone() } else { Vec::new() },
            domains: Vec::new(),
            lowest: 0,
        }
    }

    fn counted(&self, group: &GroupConstraint, key: usize) -> Counted {
        Counted {
            select: group.select.resolved(&self.task.group, &self.task.space),
            version: group.same_version.then(|| self.task.version.clone()),
            counts_stopping: true,
            key,
            within: None,
        }
    }

    /// What must stay away from the task when it runs.
    fn repels(&self, cluster: &mut Cluster, constraint: &Constraint) -> Option<usize> {
        let Constraint::Group(group) = constraint else { return None };
        let key = cluster.key(&group.by);
        (group.rule == Rule::Away).then(|| cluster.repelled(self.counted(group, key)))
    }

    fn taste(&self, cluster: &mut Cluster, preference: &Preference) -> Taste {
        let mut counter = |by: &Key| {
            let key = cluster.key(by);
            let select = Select::Group(None).resolved(&self.task.group, &self.task.space);
            let counted = Counted { select, version: None, counts_stopping: false, key, within: None };
            (key, cluster.counter(counted))
        };
        let kind = match &preference.wish {
            Wish::Met(constraint) => Kind::Met(self.check(cluster, constraint, false)),
            Wish::AvoidAgents(agents) => Kind::Avoid(agents.clone()),
            Wish::Fewest { by, of } => {
                let (key, counter) = counter(by);
                Kind::Fewest { key, counter, of: *of }
            }
            Wish::Share(share) => {
                let (key, counter) = counter(&share.by);
                Kind::Share { key, counter, share: share.clone() }
            }
            Wish::Level(by) => {
                let (key, counter) = counter(by);
                Kind::Level { key, counter }
            }
        };
        Taste { weight: preference.weight, kind }
    }
}

/// What is known of a task when it is counted.
pub(crate) fn profile(task: &Task, state: State) -> Profile {
    Profile {
        group: task.group.clone(),
        version: task.version.clone(),
        labels: task.labels.clone(),
        space: task.space.clone(),
        state,
    }
}
