//! How much of each resource is free for a claim at each place.

use super::agent_state::AgentState;
use super::claim::Claim;

/// How much of each resource is free for a claim at each place, by columns.
#[derive(Debug)]
pub(crate) struct FreeAmounts {
    pub(crate) claim: Claim,
    columns: Vec<Column>,
    /// Whether the claim may use anything of each place's offers.
    usable: Vec<Usable>,
}

/// Whether a claim may use anything of a place's offers, even if it is used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Usable {
    /// Something, or there is nothing at all.
    #[default]
    Some,
    /// Nothing is of the claim's roles.
    NoRole,
    /// Nothing of its roles has its labels.
    NoReservation,
}

impl Usable {
    fn of(claim: &Claim, state: &AgentState) -> Self {
        let pool = &state.pool;
        match () {
            () if pool.pieces.is_empty() || pool.usable(claim).next().is_some() => Self::Some,
            () if claim.wants_reservation() && pool.pieces.iter().any(|piece| claim.takes_role(piece)) => {
                Self::NoReservation
            }
            () => Self::NoRole,
        }
    }
}

#[derive(Debug)]
struct Column {
    name: String,
    free: Vec<i64>,
}

impl FreeAmounts {
    pub(crate) fn new(claim: Claim, agents: &[AgentState]) -> Self {
        let usable = agents.iter().map(|state| Usable::of(&claim, state)).collect();
        Self { claim, columns: Vec::new(), usable }
    }

    pub(crate) fn usable(&self, place: usize) -> Usable {
        self.usable[place]
    }

    /// Returns the column of a resource.
    pub(crate) fn column(&mut self, name: &str, agents: &[AgentState]) -> usize {
        self.columns.iter().position(|column| column.name == name).unwrap_or_else(|| {
            let free = agents.iter().map(|state| state.pool.free(&self.claim, name)).collect();
            self.columns.push(Column { name: name.to_owned(), free });
            self.columns.len() - 1
        })
    }

    pub(crate) fn set(&mut self, place: usize, state: &AgentState) {
        if place >= self.usable.len() {
            self.usable.resize(place + 1, Usable::Some);
        }
        self.usable[place] = Usable::of(&self.claim, state);
        for column in &mut self.columns {
            if place >= column.free.len() {
                column.free.resize(place + 1, 0);
            }
            column.free[place] = state.pool.free(&self.claim, &column.name);
        }
    }

    pub(crate) fn columns(&self) -> usize {
        self.columns.len()
    }

    pub(crate) fn name(&self, column: usize) -> &str {
        &self.columns[column].name
    }

    /// Returns how much of a column's resource is free at each place.
    pub(crate) fn free(&self, column: usize) -> &[i64] {
        &self.columns[column].free
    }
}
