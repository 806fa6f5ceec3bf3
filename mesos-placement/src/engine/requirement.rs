//! Which places meet constraints that are about the agent alone.

use crate::{Agent, Constraint};

/// A list of constraints on agents, and which places meet all of them.
#[derive(Debug)]
pub(crate) struct Requirement {
    pub(crate) constraints: Vec<Constraint>,
    met: Vec<bool>,
}

impl Requirement {
    pub(crate) fn new<'a>(constraints: Vec<Constraint>, places: impl Iterator<Item = &'a Agent>) -> Self {
        let met = places.map(|agent| are_met(&constraints, agent)).collect();
        Self { constraints, met }
    }

    pub(crate) fn set(&mut self, place: usize, agent: &Agent) {
        if place >= self.met.len() {
            self.met.resize(place + 1, false);
        }
        self.met[place] = are_met(&self.constraints, agent);
    }

    pub(crate) fn is_met(&self, place: usize) -> bool {
        self.met[place]
    }
}

fn are_met(constraints: &[Constraint], agent: &Agent) -> bool {
    constraints.iter().all(|constraint| is_met(constraint, agent))
}

/// Whether an agent meets a constraint that is about agents alone.
pub(crate) fn is_met(constraint: &Constraint, agent: &Agent) -> bool {
    match constraint {
        Constraint::Attribute(key, test, missing) => test.passes(&key.values(agent), *missing),
        Constraint::All(of) => !of.is_empty() && of.iter().all(|one| is_met(one, agent)),
        Constraint::Any(of) => of.iter().any(|one| is_met(one, agent)),
        Constraint::Not(of) => !is_met(of, agent),
        Constraint::Group(_) | Constraint::Exclusive => false,
    }
}
