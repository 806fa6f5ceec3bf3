//! What an agent still offers, piece by piece, and what a task takes of it.

use std::collections::BTreeSet;

use mesos_sdk::proto::v1::{Resource, value};
use mesos_sdk::resources::Ranges;

use super::claim::{Claim, allocation};
use super::piece::Piece;
use super::ports;
use crate::{Agent, Needs};

/// All that an agent offers, what is reserved first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool {
    pub(crate) pieces: Vec<Piece>,
    /// The roles that it is offered to, if there are several: one call accepts offers to one of
    /// them only.
    pub(crate) allocations: Vec<String>,
}

impl Pool {
    pub(crate) fn of(agent: &Agent) -> Self {
        let resources = agent.offers.iter().flat_map(|offer| &offer.resources);
        let mut pieces: Vec<_> = resources.filter_map(Piece::of).collect();
        pieces.sort_by_key(|piece| !piece.is_reserved());
        Self { allocations: allocations(&pieces), pieces }
    }

    /// Returns how much of a resource a claim may take: scalars in thousandths, of ranges how many
    /// numbers. Of disks only root ones count.
    pub(crate) fn free(&self, claim: &Claim, name: &str) -> i64 {
        // To compare names costs less than to look at roles and labels.
        let named = self.pieces.iter().filter(|piece| piece.resource.name == name && piece.is_common());
        let usable = named.filter(|piece| claim.takes(piece));
        usable.map(Piece::size).fold(0, i64::saturating_add)
    }

    /// Returns how much of a resource is left, whoever may take it.
    pub(crate) fn all(&self, name: &str) -> i64 {
        let named = self.pieces.iter().filter(|piece| piece.resource.name == name);
        named.map(Piece::size).fold(0, i64::saturating_add)
    }

    pub(crate) fn usable(&self, claim: &Claim) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(|piece| claim.takes(piece))
    }

    /// Returns whether the fixed ports are free, and enough of the others.
    pub(crate) fn has_ports(&self, claim: &Claim, needs: &Needs) -> bool {
        let free = self.usable(claim).filter_map(Piece::ports).collect::<Vec<_>>();
        ports::choose(&free, &needs.ports).is_some()
    }

    /// Takes what a task needs out of the pieces, reserved ones first. Returns `None` if something
    /// is missing; a part of the needs may be taken then.
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
        for piece in self.pieces.iter_mut().filter(|piece| wanted(piece) && claim.takes(piece)) {
            let part = piece.take_amount(missing);
            missing -= part;
            taken.extend((part > 0).then(|| piece.amount(part)));
        }
        (missing <= 0).then_some(())
    }

    fn take_port(&mut self, claim: &Claim, number: u64, taken: &mut Vec<Resource>) -> Option<()> {
        let port = Ranges::from(vec![value::Range { begin: number, end: number }]);
        let mut usable = self.pieces.iter_mut().filter(|piece| claim.takes(piece));
        taken.push(usable.find_map(|piece| piece.take_port(&port))?);
        Some(())
    }
}

fn allocations(pieces: &[Piece]) -> Vec<String> {
    let of = |piece: &Piece| allocation(&piece.resource).map(str::to_owned);
    let all_are_as =
        |first: &Piece| pieces.iter().all(|piece| allocation(&piece.resource) == allocation(&first.resource));
    if pieces.first().is_none_or(all_are_as) {
        return Vec::new();
    }
    let several: BTreeSet<_> = pieces.iter().filter_map(of).collect();
    several.into_iter().collect()
}
