//! Which of the offered resources a task may use.

use std::collections::{BTreeMap, BTreeSet};

use mesos_sdk::proto::v1::Resource;

use super::piece::Piece;
use crate::{HeldOffer, Task};

/// Which of the offered resources a task may use.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Claim {
    roles: BTreeSet<String>,
    reserved_for: Option<BTreeMap<String, String>>,
    revocable: bool,
    allocated_to: Option<String>,
}

impl Claim {
    pub(crate) fn of(task: &Task) -> Self {
        Self {
            roles: task.roles.iter().cloned().collect(),
            reserved_for: task.reserved_for.clone(),
            revocable: task.revocable,
            allocated_to: task.allocated_to.clone(),
        }
    }

    /// Returns this claim, limited to offers to one role.
    pub(crate) fn of_offers_to(&self, role: &str) -> Self {
        Self { allocated_to: Some(role.to_owned()), ..self.clone() }
    }

    /// Returns whether offers to several roles may be combined.
    pub(crate) fn takes_any_allocation(&self) -> bool {
        self.allocated_to.is_none()
    }

    /// Returns whether the task may use what is reserved for a role.
    pub(crate) fn has_role(&self, role: &str) -> bool {
        self.roles.contains(role)
    }

    /// Returns whether the task may use a piece.
    pub(crate) fn takes(&self, piece: &Piece) -> bool {
        self.takes_role(piece) && self.takes_labels(piece)
    }

    /// Returns whether the task may use a piece, whatever the labels of its reservation.
    pub(crate) fn takes_role(&self, piece: &Piece) -> bool {
        let is_usable = self.revocable || piece.resource.revocable.is_none();
        is_usable && self.roles.contains(&piece.role) && self.takes_allocation(&piece.resource)
    }

    /// Returns whether a resource is offered to the role that the task is launched in.
    pub(crate) fn takes_allocation(&self, resource: &Resource) -> bool {
        self.allocated_to.as_deref().is_none_or(|wanted| allocation(resource) == Some(wanted))
    }

    /// Returns whether the task may be launched from an offer.
    pub(crate) fn takes_offer(&self, offer: &HeldOffer) -> bool {
        offer.resources.iter().any(|resource| self.takes_allocation(resource))
    }

    pub(crate) fn takes_labels(&self, piece: &Piece) -> bool {
        self.reserved_for.as_ref().map_or(piece.labels.is_empty(), |wanted| *wanted == piece.labels)
    }

    pub(crate) fn wants_reservation(&self) -> bool {
        self.reserved_for.is_some()
    }
}

/// Returns the role that a resource is offered to.
pub(crate) fn allocation(resource: &Resource) -> Option<&str> {
    resource.allocation_info.as_ref()?.role.as_deref()
}
