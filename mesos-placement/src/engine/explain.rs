//! Why a place is unsuitable.

use mesos_sdk::resources::Scalar;

use super::agent_state::AgentState;
use super::check::Broken;
use super::cluster::Cluster;
use super::free_amounts::Usable;
use super::shape::{Shape, is_repelled};
use crate::round::EXAMPLES;
use crate::{Reason, Refusals, Shortage};

/// Why a place is unsuitable, without the amounts and texts of a [`Reason`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Too little of the resource that this column of the claim has.
    Amount(usize),
    /// The ports or the disks that the task needs are missing.
    Ports,
    Disk,
    /// A constraint is not met.
    Broken(Broken),
    Other(Reason),
}

impl Cause {
    fn broken(broken: Broken) -> Self {
        match broken {
            Broken::Exclusive => Self::Other(Reason::Exclusive),
            broken => Self::Broken(broken),
        }
    }
}

/// The places that offer something.
#[derive(Debug)]
pub(crate) struct Offered {
    pub(crate) places: Vec<usize>,
    /// Whether something but the amounts is against any task there.
    have_others: Vec<bool>,
}

impl Cluster {
    pub(crate) fn offered(&self) -> Offered {
        let offered = self.agents.iter().enumerate().filter(|(_, state)| state.is_offered());
        let has_others = |state: &AgentState| {
            !state.closed.is_empty()
                || state.is_full()
                || state.exclusive_tasks > 0
                || !state.pool.allocations.is_empty()
        };
        let (places, have_others) = offered.map(|(place, state)| (place, has_others(state))).unzip();
        Offered { places, have_others }
    }
}

/// Kinds of causes, with the places that have them.
#[derive(Default)]
struct Kinds(Vec<Kind>);

struct Kind {
    cause: Cause,
    places: usize,
    examples: Vec<usize>,
    last: usize,
}

impl Kinds {
    fn add(&mut self, cause: &Cause, place: usize) {
        let known = self.0.iter().position(|kind| kind.cause == *cause);
        let number = known.unwrap_or_else(|| {
            self.0.push(Kind { cause: cause.clone(), places: 0, examples: Vec::new(), last: usize::MAX });
            self.0.len() - 1
        });
        self.0[number].add(place);
    }

    fn add_all(&mut self, cause: &Cause, mut places: impl Iterator<Item = usize>) {
        let examples: Vec<_> = places.by_ref().take(EXAMPLES).collect();
        let Some(last) = examples.last().copied() else { return };
        let places = examples.len() + places.count();
        self.0.push(Kind { cause: cause.clone(), places, examples, last });
    }
}

impl Kind {
    fn add(&mut self, place: usize) {
        // The same place may give the same reason twice.
        if self.last != place {
            self.last = place;
            self.places += 1;
            if self.examples.len() < EXAMPLES {
                self.examples.push(place);
            }
        }
    }
}

impl Shape {
    /// Returns why a place is unsuitable; empty if it is suitable.
    pub(crate) fn reasons(&self, cluster: &Cluster, place: usize) -> Vec<Reason> {
        let mut reasons = Vec::new();
        self.causes(cluster, place, &mut |cause| reasons.push(self.reason(cluster, place, &cause)));
        reasons.sort();
        reasons.dedup();
        reasons
    }

    /// Returns why no place is suitable, summed by kind.
    pub(crate) fn refusals(&self, cluster: &Cluster, offered: &Offered) -> Refusals {
        let mut kinds = Kinds::default();
        self.sum_shortages(cluster, offered, &mut kinds);
        self.sum_others(cluster, offered, &mut kinds);
        let mut refusals = Refusals { agents: offered.places.len(), ..Refusals::default() };
        for Kind { cause, places, examples, .. } in kinds.0 {
            let example =
                |place: usize| (cluster.agents[place].agent.id.clone(), self.reason(cluster, place, &cause));
            refusals.add(places, examples.into_iter().map(example).collect());
        }
        refusals
    }

    /// Adds the shortages of all places, one column after the other.
    fn sum_shortages(&self, cluster: &Cluster, offered: &Offered, kinds: &mut Kinds) {
        let amounts = &cluster.free_amounts[self.claim];
        if !self.looks_at_offers() {
            return;
        }
        if self.task.executor.is_some() {
            // How much it asks for depends on the place.
            let mut each = |place| self.shortages(cluster, place, &mut |cause| kinds.add(&cause, place));
            return offered.places.iter().copied().for_each(&mut each);
        }
        let places = || offered.places.iter().copied();
        for (usable, reason) in [(Usable::NoRole, Reason::Role), (Usable::NoReservation, Reason::Reservation)]
        {
            let those = places().filter(|place| amounts.usable(*place) == usable);
            kinds.add_all(&Cause::Other(reason), those);
        }
        for (column, asked) in &self.asked {
            let free = amounts.free(*column);
            let short = places().filter(|place| free[*place] < *asked);
            kinds.add_all(
                &Cause::Amount(*column),
                short.filter(|place| amounts.usable(*place) == Usable::Some),
            );
        }
    }

    fn sum_others(&self, cluster: &Cluster, offered: &Offered, kinds: &mut Kinds) {
        let is_simple = self.checks.is_empty()
            && self.repelled_by.is_empty()
            && !self.depends_on_pieces
            && self.task.executor.is_none()
            && !self.exceeds_group_limit(cluster);
        let requirement = cluster.requirements.get(self.requirement);
        for (place, has_others) in offered.places.iter().zip(&offered.have_others) {
            let is_refused =
                !requirement.is_met(*place) || !self.takes_gpu_agents && cluster.with_gpus[*place];
            if !is_simple || *has_others || is_refused {
                self.others(cluster, *place, &mut |cause| kinds.add(&cause, *place));
            }
        }
    }

    /// Visits each cause why a place is unsuitable, some of them perhaps several times.
    fn causes(&self, cluster: &Cluster, place: usize, visit: &mut impl FnMut(Cause)) {
        self.shortages(cluster, place, visit);
        self.others(cluster, place, visit);
    }

    fn others(&self, cluster: &Cluster, place: usize, visit: &mut impl FnMut(Cause)) {
        self.missing_pieces(cluster, place, visit);
        self.shortage_for_executor(cluster, place).into_iter().for_each(&mut *visit);
        let state = &cluster.agents[place];
        state.closed.iter().for_each(|reason| visit(Cause::Other(reason.clone())));
        if !cluster.requirements.get(self.requirement).is_met(place) {
            visit(Cause::Broken(Broken::Attribute));
        }
        for (holds, reason) in [
            (!self.takes_gpu_agents && cluster.with_gpus[place], Reason::Scarce),
            (state.is_full(), Reason::AgentFull),
            (self.has_enough(cluster, place) && self.mixes_roles(cluster, place), Reason::Allocation),
            (state.exclusive_tasks > 0 && state.counted_tasks > 0, Reason::Exclusive),
            (
                self.repelled_by.iter().any(|repelled| is_repelled(cluster, *repelled, place)),
                Reason::AwayOfOther,
            ),
            (self.exceeds_group_limit(cluster), Reason::GroupLimit),
        ] {
            if holds {
                visit(Cause::Other(reason));
            }
        }
        for check in &self.checks {
            check.reasons(cluster, place, &mut |broken| visit(Cause::broken(broken)));
        }
    }

    /// Returns whether a place has all that is needed, in offers to whatever roles.
    fn has_enough(&self, cluster: &Cluster, place: usize) -> bool {
        let mut is_short = false;
        self.shortages(cluster, place, &mut |_| is_short = true);
        self.missing_pieces(cluster, place, &mut |_| is_short = true);
        !is_short
    }

    fn looks_at_offers(&self) -> bool {
        self.depends_on_pieces || !self.asked.is_empty() || !self.asked_with_executor.is_empty()
    }

    /// Visits the resources that a place has too little of, or why it has none at all.
    fn shortages(&self, cluster: &Cluster, place: usize, visit: &mut impl FnMut(Cause)) {
        let amounts = &cluster.free_amounts[self.claim];
        match amounts.usable(place) {
            _ if !self.looks_at_offers() => {}
            Usable::NoRole => visit(Cause::Other(Reason::Role)),
            Usable::NoReservation => visit(Cause::Other(Reason::Reservation)),
            Usable::Some => {
                let asked = self.asked_at(&cluster.agents[place]).iter();
                let short = asked.filter(|(column, asked)| amounts.free(*column)[place] < *asked);
                short.for_each(|(column, _)| visit(Cause::Amount(*column)));
            }
        }
    }

    /// Visits ports and disks that are missing at a place although their amounts suffice.
    fn missing_pieces(&self, cluster: &Cluster, place: usize, visit: &mut impl FnMut(Cause)) {
        let amounts = &cluster.free_amounts[self.claim];
        if !self.depends_on_pieces || amounts.usable(place) != Usable::Some {
            return;
        }
        let has_enough = |name: &str| {
            let asked = self.asked_at(&cluster.agents[place]).iter();
            let mut named = asked.filter(|(column, _)| amounts.name(*column) == name);
            named.all(|(column, asked)| amounts.free(*column)[place] >= *asked)
        };
        let (pool, needs) = (&cluster.agents[place].pool, &self.task.needs);
        if has_enough("ports") && !pool.has_ports(&amounts.claim, needs) {
            visit(Cause::Ports);
        }
        if has_enough("disk") && !pool.has_volumes(&amounts.claim, needs) {
            visit(Cause::Disk);
        }
        if !pool.has_persistent(&amounts.claim, needs) {
            visit(Cause::Other(Reason::Volume));
        }
    }

    /// Returns what is missing for the executor, if the amounts are there.
    fn shortage_for_executor(&self, cluster: &Cluster, place: usize) -> Option<Cause> {
        let needs = self.starts(&cluster.agents[place]).filter(|needs| needs.depends_on_pieces())?;
        match () {
            () if self.has_room_for_executor(cluster, place) => None,
            () if !needs.persistent.is_empty() => Some(Cause::Other(Reason::Volume)),
            () if needs.amount("ports") > 0 => Some(Cause::Ports),
            () => Some(Cause::Disk),
        }
    }

    /// Returns the reason for a cause, with its amounts.
    pub(crate) fn reason(&self, cluster: &Cluster, place: usize, cause: &Cause) -> Reason {
        let name = match cause {
            Cause::Amount(column) => cluster.free_amounts[self.claim].name(*column),
            Cause::Ports => "ports",
            Cause::Disk => "disk",
            Cause::Broken(broken) => return self.unmet(cluster, place, *broken),
            Cause::Other(reason) => return reason.clone(),
        };
        // Ports are counted, all else is in thousandths.
        let unit = if name == "ports" { 1000 } else { 1 };
        let amount = |number: i64| Scalar::from_thousandths(number.saturating_mul(unit));
        let state = &cluster.agents[place];
        let executor = self.starts(state).map_or(0, |needs| needs.amount(name));
        Reason::Resource(Shortage {
            name: name.to_owned(),
            asked: amount(self.task.needs.amount(name).saturating_add(executor)),
            used: amount(state.used(name)),
            total: amount(state.total(name)),
        })
    }
}
