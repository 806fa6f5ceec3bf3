//! From a task to its shape.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::check::{Check, GroupCheck, flattened};
use super::claim::Claim;
use super::cluster::Cluster;
use super::compiled_preference::{CompiledPreference, Kind};
use super::counter::{Counted, Profile};
use super::index::IndexKey;
use super::running_task::Footprint;
use super::shape::Shape;
use crate::{Condition, Constraint, GroupConstraint, Key, Preference, Rule, State, Task};

impl Cluster {
    /// Returns the shape of a task.
    pub(crate) fn shape(&mut self, arc: Arc<Task>, index: impl FnOnce(IndexKey) -> usize) -> Shape {
        let task = &*arc;
        let claim = self.free_amounts(Claim::of(task));
        let constraints = flattened(&task.constraints);
        let fixed: Vec<_> =
            constraints.iter().filter(|one| one.is_static()).map(|one| (*one).clone()).collect();
        let requirement = self.requirement(fixed);
        let reader = Reader { task, requirement, spread_keys: self.spread_keys(&constraints) };
        let about_tasks = constraints.iter().filter(|one| !one.is_static());
        let checks: Vec<_> = about_tasks.map(|one| reader.check(self, one, true)).collect();
        let preferences: Vec<_> = task.preferences.iter().map(|one| reader.preference(self, one)).collect();
        let asked = self.asked(claim, task);
        let asked_with_executor = self.asked_with_executor(claim, task);
        let shares = self.shares.iter().map(|column| {
            let asked = task.needs.amount(&column.name);
            (asked > 0 || column.name == "cpus" || column.name == "mem").then_some(asked)
        });
        let shares: Vec<_> = shares.collect();
        let asked_of_shares = self.asked_of_shares(claim, &asked);
        let takes_gpu_agents = Shape::may_take_gpu_agents(task, self.settings.gpus);
        let key = IndexKey {
            claim,
            requirement,
            takes_gpu_agents,
            counts: shares.iter().map(Option::is_some).collect(),
            keys: self.shared_keys(&checks, &preferences),
            preferred: preferences.iter().filter_map(CompiledPreference::requirement).collect(),
        };
        let is_known = |preference: &CompiledPreference| {
            preference.requirement().is_some() || preference.key().is_some_and(|one| key.keys.contains(&one))
        };
        Shape {
            preferences_tie: preferences.iter().all(is_known),
            claim,
            asked,
            asked_with_executor,
            requirement,
            shares,
            asked_of_shares,
            index: index(key),
            repelled_by: Vec::new(),
            repelled_seen: 0,
            takes_gpu_agents,
            depends_on_pieces: task.needs.depends_on_pieces(),
            agent_changes: None,
            failed: None,
            last: None,
            checks,
            preferences,
            footprint: Arc::new(self.footprint(task, State::Running)),
            task: arc,
        }
    }

    /// Returns what a task means to others when it runs.
    pub(crate) fn footprint(&mut self, task: &Task, state: State) -> Footprint {
        let constraints = flattened(&task.constraints);
        let reader = Reader { task, requirement: 0, spread_keys: Vec::new() };
        Footprint {
            profile: profile(task, state),
            uses: task.needs.uses(),
            repels: constraints.iter().filter_map(|one| reader.repels(self, one)).collect(),
            is_exclusive: task.wants_to_be_alone(),
            executor: task.executor.as_ref().map(|executor| executor.id.clone()),
        }
    }

    /// Returns the columns of what a task asks for.
    fn asked(&mut self, claim: usize, task: &Task) -> Vec<(usize, i64)> {
        let (needs, agents) = (&task.needs, &self.agents);
        let amounts = &mut self.free_amounts[claim];
        let asked = needs.names().into_iter().map(|name| (name, needs.amount(name)));
        let asked = asked.filter(|(_, amount)| *amount > 0);
        asked.map(|(name, amount)| (amounts.column(name, agents), amount)).collect()
    }

    /// Returns which of [`Cluster::shares`] are asked for: their numbers, columns and amounts.
    fn asked_of_shares(&self, claim: usize, asked: &[(usize, i64)]) -> Vec<(usize, usize, i64)> {
        let named =
            |name: &str| asked.iter().find(|(column, _)| self.free_amounts[claim].name(*column) == name);
        let shares = self.shares.iter().enumerate();
        shares
            .filter_map(|(number, share)| named(&share.name).map(|(column, asked)| (number, *column, *asked)))
            .collect()
    }

    /// Returns the keys that these are about, except those whose values are unique to each agent.
    fn shared_keys(&self, checks: &[Check], preferences: &[CompiledPreference]) -> Vec<usize> {
        let keys = checks
            .iter()
            .filter_map(Check::key)
            .chain(preferences.iter().filter_map(CompiledPreference::key));
        let is_shared = |key: &usize| !matches!(self.keys[*key].key, Key::Agent | Key::Hostname);
        let mut keys: Vec<_> = keys.filter(is_shared).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn asked_with_executor(&mut self, claim: usize, task: &Task) -> Vec<(usize, i64)> {
        let Some(executor) = &task.executor else { return Vec::new() };
        let (amounts, agents) = (&mut self.free_amounts[claim], &self.agents);
        let names: BTreeSet<_> = task.needs.names().into_iter().chain(executor.needs.names()).collect();
        let asked = |name| task.needs.amount(name).saturating_add(executor.needs.amount(name));
        let asked = names.into_iter().map(|name| (name, asked(name))).filter(|(_, amount)| *amount > 0);
        asked.map(|(name, amount)| (amounts.column(name, agents), amount)).collect()
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
            is_shared: !matches!(group.by, Key::Agent | Key::Hostname),
            spread_keys: if is_spread { self.spread_keys.clone() } else { Vec::new() },
            domains: Vec::new(),
            lowest: 0,
        }
    }

    fn counted(&self, group: &GroupConstraint, key: usize) -> Counted {
        Counted {
            select: group.select.resolved(&self.task.group, &self.task.namespace),
            version: group.same_version.then(|| self.task.version.clone()),
            counts_stopping: true,
            key,
            within: None,
        }
    }

    /// Returns what must stay away from the task when it runs.
    fn repels(&self, cluster: &mut Cluster, constraint: &Constraint) -> Option<usize> {
        let Constraint::Group(group) = constraint else { return None };
        let key = cluster.key(&group.by);
        (group.rule == Rule::Away).then(|| cluster.repelled(self.counted(group, key)))
    }

    fn preference(&self, cluster: &mut Cluster, preference: &Preference) -> CompiledPreference {
        let Preference { select, same_version, counts_stopping, .. } = preference;
        let mut counter = |by: &Key| {
            let key = cluster.key(by);
            let counted = Counted {
                select: select.resolved(&self.task.group, &self.task.namespace),
                version: same_version.then(|| self.task.version.clone()),
                counts_stopping: *counts_stopping,
                key,
                within: None,
            };
            (key, cluster.counter(counted))
        };
        let kind = match &preference.condition {
            Condition::Met(constraint) => Kind::Met(self.check(cluster, constraint, false)),
            Condition::AvoidAgents(agents) => {
                Kind::Avoid(cluster.requirement(vec![Constraint::one_of(Key::Agent, agents.clone())]))
            }
            Condition::Fewest { by, of } => {
                let (key, counter) = counter(by);
                Kind::Fewest { key, counter, of: *of }
            }
            Condition::Share(share) => {
                let (key, counter) = counter(&share.by);
                Kind::Share { key, counter, share: share.clone() }
            }
            Condition::Level(by) => {
                let (key, counter) = counter(by);
                Kind::Level { key, counter }
            }
        };
        CompiledPreference { weight: preference.weight, kind }
    }
}

/// Returns what is known of a task when it is counted.
fn profile(task: &Task, state: State) -> Profile {
    Profile {
        group: task.group.clone(),
        version: task.version.clone(),
        labels: task.labels.clone(),
        namespace: task.namespace.clone(),
        state,
    }
}
