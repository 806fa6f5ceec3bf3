//! Pushing reservations on resources, and popping them.

use crate::proto::v1::resource::ReservationInfo;

use super::{ResourceError, Resources, validate};

/// A resource without a reservation that could be popped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not reserved: there is no reservation to take from it")]
pub struct NotReservedError(String);

impl Resources {
    /// Reserves every entry, on top of its reservations; what becomes alike by that is merged.
    ///
    /// # Errors
    /// `reservation` must be valid, and a refinement of the last one of each entry.
    pub fn push_reservation(self, reservation: &ReservationInfo) -> Result<Self, ResourceError> {
        let mut total = Self::new();
        for mut entry in self.entries {
            entry.resource.reservations.push(reservation.clone());
            validate(&entry.resource)?;
            total.add_entry(entry);
        }
        Ok(total)
    }

    /// Takes the last reservation from every entry; what becomes alike by that is merged.
    pub fn pop_reservation(self) -> Result<Self, NotReservedError> {
        let mut total = Self::new();
        for mut entry in self.entries {
            if entry.resource.reservations.pop().is_none() {
                return Err(NotReservedError(entry.resource.name));
            }
            total.add_entry(entry);
        }
        Ok(total)
    }

    /// Takes all reservations from every entry; what becomes alike by that is merged.
    pub fn into_unreserved(self) -> Self {
        let mut total = Self::new();
        for mut entry in self.entries {
            entry.resource.reservations.clear();
            total.add_entry(entry);
        }
        total
    }
}
