//! Tasks of one shape: all that they ask for, ready to be held against places.

use std::sync::Arc;

use super::agent_state::AgentState;
use super::check::Check;
use super::claim::Claim;
use super::cluster::Cluster;
use super::compiled_preference::CompiledPreference;
use super::running_task::Footprint;
use crate::{GpuAgents, Gpus, Needs, Task};

/// All that tasks of one shape ask for.
#[derive(Debug)]
pub(crate) struct Shape {
    /// One of them.
    pub(crate) task: Arc<Task>,
    pub(crate) footprint: Arc<Footprint>,
    pub(crate) claim: usize,
    /// Columns of the claim, and what is asked for of each.
    pub(crate) amounts: Vec<(usize, i64)>,
    /// The same for a task that starts its executor.
    pub(crate) with_executor: Vec<(usize, i64)>,
    /// The constraints on agents alone.
    pub(crate) requirement: usize,
    /// The constraints that are about tasks.
    pub(crate) checks: Vec<Check>,
    pub(crate) preferences: Vec<CompiledPreference>,
    /// Those of [`Cluster::repelled`] that mean tasks of this shape.
    pub(crate) repelled_by: Vec<usize>,
    /// How many of those were looked at.
    pub(crate) repelled_seen: usize,
    pub(crate) takes_gpu_agents: bool,
    /// Whether ports or volumes have to be looked at one by one.
    pub(crate) is_particular: bool,
    /// What is asked for of each of [`Cluster::shares`], if it counts.
    pub(crate) shares: Vec<Option<i64>>,
    /// Those of [`Cluster::shares`] that are asked for, the claim's columns of them, and how much
    /// is asked for.
    pub(crate) shared_amounts: Vec<(usize, usize, i64)>,
    /// Up to where the agents were looked at for the domains.
    pub(crate) agent_changes: Option<u64>,
    /// In which of the indexes it finds its places.
    pub(crate) index: usize,
    /// Whether preferences score all places of one part of it equally.
    pub(crate) is_even: bool,
    /// The place that was the best one the last time.
    pub(crate) last: Option<usize>,
    /// When no place was suitable, as a number in the log of changes, and the number of releases
    /// by then.
    pub(crate) failed: Option<(u64, u64)>,
}

impl Shape {
    /// Returns whether a place suits the task, as far as the running tasks decide it.
    pub(crate) fn suits(&self, cluster: &Cluster, place: usize) -> bool {
        let state = &cluster.agents[place];
        !state.is_full()
            && (state.exclusive_tasks == 0 || state.counted_tasks == 0)
            && self.repelled_by.iter().all(|repelled| !is_repelled(cluster, *repelled, place))
            && self.checks.iter().all(|check| check.holds(cluster, place))
    }

    /// Returns the needs of the executor, if a task of this shape starts it at this place.
    pub(crate) fn starts<'a>(&'a self, state: &AgentState) -> Option<&'a Needs> {
        let executor = self.task.executor.as_ref()?;
        (!state.runs(&executor.id)).then_some(&executor.needs)
    }

    /// Returns whether there is room for the executor beside the task.
    pub(crate) fn has_room_for_executor(&self, cluster: &Cluster, place: usize) -> bool {
        let state = &cluster.agents[place];
        let Some(needs) = self.starts(state) else { return true };
        let amounts = &cluster.amounts[self.claim];
        let has_room =
            self.with_executor.iter().all(|(column, asked)| amounts.free(*column)[place] >= *asked);
        has_room && (!needs.is_particular() || self.can_take(&amounts.claim, state))
    }

    /// With which claim a task takes what it needs of a place: where there are offers to several
    /// roles, those to one of them, if it can be one that the task has.
    pub(crate) fn claim_at(&self, cluster: &Cluster, place: usize) -> Option<Claim> {
        let (claim, pool) = (&cluster.amounts[self.claim].claim, &cluster.agents[place].pool);
        let roles = || pool.allocations.iter();
        let (own, others): (Vec<_>, Vec<_>) = roles().partition(|role| claim.has_role(role));
        let mut each = own.into_iter().chain(others).map(|role| claim.of_offers_to(role));
        each.find(|claim| self.can_take(claim, &cluster.agents[place]))
    }

    fn can_take(&self, claim: &Claim, state: &AgentState) -> bool {
        let mut pool = state.pool.clone();
        let took_task = pool.take(claim, &self.task.needs).is_some();
        took_task && self.starts(state).is_none_or(|needs| pool.take(claim, needs).is_some())
    }

    /// Returns whether a task would have to take offers to several roles together, which Mesos does
    /// not accept.
    pub(crate) fn mixes_roles(&self, cluster: &Cluster, place: usize) -> bool {
        self.may_mix_roles(cluster, place) && self.claim_at(cluster, place).is_none()
    }

    pub(crate) fn may_mix_roles(&self, cluster: &Cluster, place: usize) -> bool {
        cluster.mixed[place] && cluster.amounts[self.claim].claim.takes_any_allocation()
    }

    /// Returns what is asked for of a place: columns and amounts.
    pub(crate) fn asked_at(&self, state: &AgentState) -> &[(usize, i64)] {
        if self.starts(state).is_some() { &self.with_executor } else { &self.amounts }
    }

    /// Returns whether another task of this shape would be too much for its group.
    pub(crate) fn exceeds_group_limit(&self, cluster: &Cluster) -> bool {
        let settings = &cluster.settings;
        let Some(limits) = settings.group_limits.get(&self.task.group) else {
            return settings.refuse_unlisted_groups;
        };
        let used = cluster.groups.get(&self.task.group);
        limits.iter().any(|(name, limit)| {
            let used = used.map_or(0, |used| used.get(name));
            let asked = self.task.needs.amount(name);
            asked > 0 && used.saturating_add(asked) > limit.thousandths()
        })
    }

    /// Returns whether tasks of this shape may run on agents with GPUs.
    pub(crate) fn may_take_gpu_agents(task: &Task, gpus: Gpus) -> bool {
        let needs_gpus = task.needs.amount("gpus") > 0;
        needs_gpus
            || task.reserved_for.is_some()
            || match task.gpu_agents {
                Some(rule) => rule == GpuAgents::Allowed,
                None => gpus == Gpus::Share,
            }
    }
}

/// Returns whether a task at this place must stay away from tasks of the shape.
pub(super) fn is_repelled(cluster: &Cluster, repelled: usize, place: usize) -> bool {
    let counter = cluster.repelled.get(repelled);
    counter.of(cluster.keys[counter.counted.key].of(place)) > 0
}
