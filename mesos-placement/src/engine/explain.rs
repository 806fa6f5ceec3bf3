//! Why a place does not do.

use mesos_sdk::resources::Scalar;

use super::amounts::Usable;
use super::cluster::Cluster;
use super::shape::{Shape, is_repelled};
use super::site::Site;
use crate::round::EXAMPLES;
use crate::{Reason, Refusals, Shortage};

/// Why a place does not do, without what it takes memory to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Too little of the shape's amount with this number.
    Amount(usize),
    /// The ports or the disks that it needs are not there.
    Ports,
    Disk,
    Other(Reason),
}

impl Shape {
    /// Why a place does not do; empty if it does.
    pub(crate) fn reasons(&self, cluster: &Cluster, place: usize) -> Vec<Reason> {
        let mut reasons = Vec::new();
        self.causes(cluster, place, &mut |cause| reasons.push(self.reason(cluster, place, &cause)));
        reasons.sort();
        reasons.dedup();
        reasons
    }

    /// Why no place does, summed by kind.
    pub(crate) fn refusals(&self, cluster: &Cluster) -> Refusals {
        let mut refusals = Refusals::default();
        let mut kinds: Vec<(Cause, usize, Vec<usize>)> = Vec::new();
        for place in (0..cluster.sites.len()).filter(|place| cluster.sites[*place].is_offered()) {
            refusals.agents += 1;
            self.causes(cluster, place, &mut |cause| {
                match kinds.iter_mut().find(|(known, ..)| *known == cause) {
                    // The same place may give the same reason twice.
                    Some((_, _, examples)) if examples.last() == Some(&place) => {}
                    Some((_, count, examples)) => {
                        *count += 1;
                        if examples.len() < EXAMPLES {
                            examples.push(place);
                        }
                    }
                    None => kinds.push((cause, 1, vec![place])),
                }
            });
        }
        for (cause, count, examples) in kinds {
            let example = |place| {
                let site: &Site = &cluster.sites[place];
                (site.agent.id.clone(), self.reason(cluster, place, &cause))
            };
            refusals.add(count, examples.into_iter().map(example).collect());
        }
        refusals
    }

    /// Calls with each reason why a place does not do; with the same one perhaps several times.
    pub(crate) fn causes(&self, cluster: &Cluster, place: usize, visit: &mut impl FnMut(Cause)) {
        self.shortages(cluster, place, visit);
        let mut other = |reason: Reason| visit(Cause::Other(reason));
        let site = &cluster.sites[place];
        site.closed.iter().cloned().for_each(&mut other);
        for (holds, reason) in [
            (!cluster.requirements.get(self.requirement).is_met(place), Reason::Attribute),
            (!self.takes_gpu_agents && cluster.with_gpus[place], Reason::Scarce),
            (site.is_full(), Reason::AgentFull),
            (site.loners > 0 && site.company > 0, Reason::Exclusive),
            (
                self.repelled_by.iter().any(|repelled| is_repelled(cluster, *repelled, place)),
                Reason::AwayOfOther,
            ),
            (self.exceeds_group_limit(cluster), Reason::GroupLimit),
        ] {
            if holds {
                other(reason);
            }
        }
        self.checks.iter().for_each(|check| check.reasons(cluster, place, &mut other));
    }

    /// Which resources a place has too little of, or why it has none at all.
    fn shortages(&self, cluster: &Cluster, place: usize, visit: &mut impl FnMut(Cause)) {
        let amounts = &cluster.amounts[self.claim];
        if self.is_particular || !self.amounts.is_empty() {
            match amounts.usable(place) {
                Usable::Some => {}
                Usable::NoRole => return visit(Cause::Other(Reason::Role)),
                Usable::NoReservation => return visit(Cause::Other(Reason::Reservation)),
            }
        }
        let (mut has_ports, mut has_disk) = (true, true);
        for (number, (column, asked)) in self.amounts.iter().enumerate() {
            if amounts.free(*column)[place] < *asked {
                has_ports &= amounts.name(*column) != "ports";
                has_disk &= amounts.name(*column) != "disk";
                visit(Cause::Amount(number));
            }
        }
        let (pool, needs) = (&cluster.sites[place].pool, &self.task.needs);
        if self.is_particular && has_ports && !pool.has_ports(&amounts.claim, needs) {
            visit(Cause::Ports);
        }
        if self.is_particular && has_disk && !pool.has_volumes(&amounts.claim, needs) {
            visit(Cause::Disk);
        }
    }

    /// A cause, with its amounts.
    pub(crate) fn reason(&self, cluster: &Cluster, place: usize, cause: &Cause) -> Reason {
        let name = match cause {
            Cause::Amount(number) => cluster.amounts[self.claim].name(self.amounts[*number].0),
            Cause::Ports => "ports",
            Cause::Disk => "disk",
            Cause::Other(reason) => return reason.clone(),
        };
        // Ports are counted, all else is in thousandths.
        let unit = if name == "ports" { 1000 } else { 1 };
        let amount = |number: i64| Scalar::from_thousandths(number.saturating_mul(unit));
        let site = &cluster.sites[place];
        Reason::Resource(Shortage {
            name: name.to_owned(),
            asked: amount(self.task.needs.amount(name)),
            used: amount(site.used(name)),
            total: amount(site.total(name)),
        })
    }
}
