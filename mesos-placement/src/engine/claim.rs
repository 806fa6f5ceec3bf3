//! Which of the offered resources a task may use.

use std::collections::{BTreeMap, BTreeSet};

use super::pool::Piece;
use crate::Task;

/// Which of the offered resources a task may use.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Claim {
    roles: BTreeSet<String>,
    reserved_for: Option<BTreeMap<String, String>>,
    revocable: bool,
}

impl Claim {
    pub(crate) fn of(task: &Task) -> Self {
        Self {
            roles: task.roles.iter().cloned().collect(),
            reserved_for: task.reserved_for.clone(),
            revocable: task.revocable,
        }
    }

    /// Whether the task may use it.
    pub(crate) fn takes(&self, piece: &Piece) -> bool {
        self.takes_role(piece) && self.takes_labels(piece)
    }

    /// Whether it is of a role of the task.
    pub(crate) fn takes_role(&self, piece: &Piece) -> bool {
        let is_usable = self.revocable || piece.resource.revocable.is_none();
        is_usable && self.roles.contains(&piece.role)
    }

    fn takes_labels(&self, piece: &Piece) -> bool {
        self.reserved_for.as_ref().map_or(piece.labels.is_empty(), |wanted| *wanted == piece.labels)
    }

    pub(crate) fn wants_reservation(&self) -> bool {
        self.reserved_for.is_some()
    }
}
