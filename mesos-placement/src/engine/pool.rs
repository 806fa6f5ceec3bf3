//! What an agent still offers, piece by piece, and what a task takes of it.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::{Labels, Resource, value};
use mesos_sdk::resources::{Ranges, Scalar, upgrade};

use super::claim::Claim;
use super::disk::Disk;
use super::ports;
use crate::{Agent, Needs};

/// A resource that is offered, and what is left of it.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) resource: Resource,
    /// `*` if it is not reserved.
    pub(crate) role: String,
    /// Those of its reservation.
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) disk: Disk,
    left: Left,
}

#[derive(Clone, Debug)]
pub(crate) enum Left {
    Amount(i64),
    Ranges(Ranges),
}

/// All that an agent offers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool {
    pub(crate) pieces: Vec<Piece>,
}

impl Pool {
    pub(crate) fn of(agent: &Agent) -> Self {
        let resources = agent.offers.iter().flat_map(|offer| &offer.resources);
        Self { pieces: resources.filter_map(Piece::of).collect() }
    }

    /// How much of a resource a claim may take: scalars in thousandths, of ranges how many numbers. Of disks only root ones
    /// count.
    pub(crate) fn free(&self, claim: &Claim, name: &str) -> i64 {
        // To compare names costs less than to look at roles and labels.
        let named = self.pieces.iter().filter(|piece| piece.resource.name == name && piece.is_common());
        let usable = named.filter(|piece| claim.takes(piece));
        usable.map(|piece| piece.left.size()).fold(0, i64::saturating_add)
    }

    /// How much of a resource is left, whoever may take it.
    pub(crate) fn all(&self, name: &str) -> i64 {
        let named = self.pieces.iter().filter(|piece| piece.resource.name == name);
        named.map(|piece| piece.left.size()).fold(0, i64::saturating_add)
    }

    pub(crate) fn usable(&self, claim: &Claim) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(|piece| claim.takes(piece))
    }

    /// Whether ports are there; how many is the caller's to look at.
    pub(crate) fn has_ports(&self, claim: &Claim, needs: &Needs) -> bool {
        let free = self.usable(claim).filter_map(Piece::ports).collect::<Vec<_>>();
        ports::choose(&free, &needs.ports).is_some()
    }

    /// Takes what a task needs out of the pieces, reserved ones first; `None` if it is not there, and then the pool is not
    /// to be used any more.
    pub(crate) fn take(&mut self, claim: &Claim, needs: &Needs) -> Option<Vec<Resource>> {
        let mut taken = Vec::with_capacity(needs.scalars.len());
        self.take_volumes(claim, needs, &mut taken)?;
        for (name, amount) in &needs.scalars {
            self.take_amount(claim, name, amount.thousandths(), &mut taken)?;
        }
        for number in self.chosen_ports(claim, needs)? {
            self.take_port(claim, number, &mut taken)?;
        }
        Some(taken)
    }

    fn chosen_ports(&self, claim: &Claim, needs: &Needs) -> Option<Vec<u64>> {
        if needs.ports.dynamic == 0 && needs.ports.fixed.is_empty() {
            return Some(Vec::new());
        }
        ports::choose(&self.usable(claim).filter_map(Piece::ports).collect::<Vec<_>>(), &needs.ports)
    }

    pub(crate) fn take_amount(
        &mut self,
        claim: &Claim,
        name: &str,
        amount: i64,
        taken: &mut Vec<Resource>,
    ) -> Option<()> {
        self.take_of(claim, amount, taken, |piece| piece.resource.name == name && piece.is_common())
    }

    pub(crate) fn take_of(
        &mut self,
        claim: &Claim,
        amount: i64,
        taken: &mut Vec<Resource>,
        wanted: impl Fn(&Piece) -> bool,
    ) -> Option<()> {
        let mut missing = amount;
        for reserved in [true, false] {
            for piece in &mut self.pieces {
                let comes_now = missing > 0 && (piece.role != "*") == reserved;
                if comes_now && wanted(piece) && claim.takes(piece) {
                    let part = piece.take_amount(missing);
                    missing -= part;
                    taken.extend((part > 0).then(|| piece.amount(part)));
                }
            }
        }
        (missing <= 0).then_some(())
    }

    fn take_port(&mut self, claim: &Claim, number: u64, taken: &mut Vec<Resource>) -> Option<()> {
        let port = Ranges::from(vec![value::Range { begin: number, end: number }]);
        let mut usable = self.pieces.iter_mut().filter(|piece| claim.takes(piece));
        let piece = usable.find(|piece| piece.ports().is_some_and(|ranges| ranges.contains(&port)))?;
        if let Left::Ranges(ranges) = &mut piece.left {
            *ranges -= &port;
        }
        let resource = Resource { ranges: Some(port.into()), ..piece.resource.clone() };
        taken.push(resource);
        Some(())
    }
}

impl Piece {
    /// Sets are not given to tasks.
    fn of(resource: &Resource) -> Option<Self> {
        let left = match resource.r#type() {
            value::Type::Scalar => Left::Amount(Scalar::from(resource.scalar?).thousandths()),
            value::Type::Ranges => Left::Ranges(resource.ranges.clone()?.into()),
            _ => return None,
        };
        let mut upgraded = resource.clone();
        upgrade(&mut upgraded);
        let reservation = upgraded.reservations.last();
        let role = reservation.and_then(|last| last.role.clone()).unwrap_or_else(|| "*".to_owned());
        let labels = reservation.and_then(|last| last.labels.as_ref()).map(read).unwrap_or_default();
        Some(Self { disk: Disk::of(resource), resource: resource.clone(), role, labels, left })
    }

    /// Whether it is no disk but the root one, and no volume.
    fn is_common(&self) -> bool {
        self.disk == Disk::Root
    }

    /// What is left of it: in thousandths, of ranges how many numbers.
    pub(crate) fn size(&self) -> i64 {
        self.left.size()
    }

    pub(crate) fn take_all(&mut self) {
        self.left = Left::Amount(0);
    }

    fn ports(&self) -> Option<&Ranges> {
        match &self.left {
            Left::Ranges(ranges) if self.resource.name == "ports" => Some(ranges),
            Left::Ranges(_) | Left::Amount(_) => None,
        }
    }

    fn take_amount(&mut self, most: i64) -> i64 {
        let Left::Amount(left) = &mut self.left else { return 0 };
        let part = most.min(*left).max(0);
        *left -= part;
        part
    }

    fn amount(&self, thousandths: i64) -> Resource {
        let scalar = Some(Scalar::from_thousandths(thousandths).into());
        Resource { scalar, ..self.resource.clone() }
    }
}

fn read(labels: &Labels) -> BTreeMap<String, String> {
    labels.labels.iter().map(|label| (label.key.clone(), label.value.clone().unwrap_or_default())).collect()
}

impl Left {
    fn size(&self) -> i64 {
        match self {
            Self::Amount(amount) => *amount,
            Self::Ranges(ranges) => i64::try_from(ranges.size()).unwrap_or(i64::MAX),
        }
    }
}
