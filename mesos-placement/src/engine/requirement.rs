//! Which places meet constraints that are about the agent alone.

use std::collections::BTreeSet;

use crate::{Agent, Constraint};

/// A list of constraints on agents, and which places meet all of them.
#[derive(Debug)]
pub(crate) struct Requirement {
    constraints: Vec<Constraint>,
    met: Met,
}

/// The places that meet a requirement.
#[derive(Debug)]
enum Met {
    Few(BTreeSet<usize>),
    Many(Vec<bool>),
}

/// Places are listed as few if there are so many times more.
const FEW: usize = 64;

impl Requirement {
    /// Looks at these of so many places; the others do not meet it.
    pub(crate) fn new<'a>(
        constraints: Vec<Constraint>,
        places: impl Iterator<Item = (usize, &'a Agent)>,
        count: usize,
    ) -> Self {
        let meets = places.filter(|(_, agent)| are_met(&constraints, agent));
        let few: Vec<_> = meets.map(|(place, _)| place).collect();
        let met = if few.len() * FEW < count {
            Met::Few(few.into_iter().collect())
        } else {
            let mut many = vec![false; count];
            for place in few {
                many[place] = true;
            }
            Met::Many(many)
        };
        Self { constraints, met }
    }

    /// Looks at a place again.
    pub(crate) fn set(&mut self, place: usize, agent: &Agent) {
        let is_met = are_met(&self.constraints, agent);
        match &mut self.met {
            Met::Few(few) if is_met => {
                few.insert(place);
            }
            Met::Few(few) => {
                few.remove(&place);
            }
            Met::Many(many) => {
                if place >= many.len() {
                    many.resize(place + 1, false);
                }
                many[place] = is_met;
            }
        }
    }

    pub(crate) fn is_met(&self, place: usize) -> bool {
        match &self.met {
            Met::Few(few) => few.contains(&place),
            Met::Many(many) => many[place],
        }
    }

    pub(crate) fn is_met_by_few(&self) -> bool {
        matches!(self.met, Met::Few(_))
    }

    /// Returns the places that meet it, in order.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> {
        let (few, many) = match &self.met {
            Met::Few(few) => (Some(few), None),
            Met::Many(many) => (None, Some(many)),
        };
        let many = many.into_iter().flatten().enumerate().filter(|(_, is_met)| **is_met);
        few.into_iter().flatten().copied().chain(many.map(|(place, _)| place))
    }
}

fn are_met(constraints: &[Constraint], agent: &Agent) -> bool {
    constraints.iter().all(|constraint| is_met(constraint, agent))
}

/// Returns whether an agent meets a constraint that is about agents alone.
pub(super) fn is_met(constraint: &Constraint, agent: &Agent) -> bool {
    match constraint {
        Constraint::Attribute(key, test, missing) => test.passes(&key.values(agent), *missing),
        Constraint::All(of) => !of.is_empty() && of.iter().all(|one| is_met(one, agent)),
        Constraint::Any(of) => of.iter().any(|one| is_met(one, agent)),
        Constraint::Not(of) => !is_met(of, agent),
        Constraint::Group(_) | Constraint::Exclusive => false,
    }
}
