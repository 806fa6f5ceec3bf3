//! Tasks of one shape: all that they ask for, ready to be compared with places.

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
    /// The number of its claim in [`Cluster::free_amounts`].
    pub(crate) claim: usize,
    /// How much the task asks for: columns of the claim, and amounts.
    pub(crate) asked: Vec<(usize, i64)>,
    /// The same for a task that starts its executor.
    pub(crate) asked_with_executor: Vec<(usize, i64)>,
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
    /// Whether single pieces decide, and not only amounts: of ports or volumes.
    pub(crate) depends_on_pieces: bool,
    /// What is asked for of each of [`Cluster::shares`], if it counts.
    pub(crate) shares: Vec<Option<i64>>,
    /// Those of [`Cluster::shares`] that are asked for, the claim's columns of them, and how much
    /// is asked for.
    pub(crate) asked_of_shares: Vec<(usize, usize, i64)>,
    /// The value of [`Cluster::agent_changes`] when the domains were found.
    pub(crate) agent_changes: Option<u64>,
    /// The number of the index in which it finds its places.
    pub(crate) index: usize,
    /// Whether the preferences give all places of one part of the index the same score.
    pub(crate) preferences_tie: bool,
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
        let amounts = &cluster.free_amounts[self.claim];
        let has_room =
            self.asked_with_executor.iter().all(|(column, asked)| amounts.free(*column)[place] >= *asked);
        has_room && (!needs.depends_on_pieces() || self.can_take(&amounts.claim, state))
    }

    /// Returns the claim with which a task takes what it needs at a place with offers to several
    /// roles: it is limited to the offers to one of them, preferably one of the task's roles.
    pub(crate) fn claim_at(&self, cluster: &Cluster, place: usize) -> Option<Claim> {
        let (claim, pool) = (&cluster.free_amounts[self.claim].claim, &cluster.agents[place].pool);
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
        cluster.mixed[place] && cluster.free_amounts[self.claim].claim.takes_any_allocation()
    }

    /// Returns what is asked for of a place: columns and amounts.
    pub(crate) fn asked_at(&self, state: &AgentState) -> &[(usize, i64)] {
        if self.starts(state).is_some() { &self.asked_with_executor } else { &self.asked }
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
