//! Reservations, and persistent volumes.

use crate::proto::v1::resource::disk_info::Persistence;
use crate::proto::v1::resource::reservation_info::Type;
use crate::proto::v1::resource::{ReservationInfo, SharedInfo};
use crate::proto::v1::volume::Mode;
use crate::proto::v1::{Resource, Volume};
use crate::resources::Resources;
use crate::validation::{self, ValidationError};

/// Builder for a reservation: resources that only one role is offered.
///
/// ```
/// use mesos_sdk::build::Reservation;
/// use mesos_sdk::proto::v1::offer::Operation;
/// let disk = "disk:1024".parse()?;
/// let reserved = Reservation::for_role("storage").principal("me").build(&disk)?;
/// let operation = Operation::reserve(reserved).with_id("reserve-1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Reservation(ReservationInfo);

impl Reservation {
    /// Creates a reservation for a role of the framework: the role that the offer is for.
    pub fn for_role(role: impl Into<String>) -> Self {
        let r#type = Some(Type::Dynamic.into());
        Self(ReservationInfo { r#type, role: Some(role.into()), ..ReservationInfo::default() })
    }

    /// Sets the principal that reserves. A framework with a principal must set it.
    pub fn principal(mut self, principal: impl Into<String>) -> Self {
        self.0.principal = Some(principal.into());
        self
    }

    /// Adds a label; reservations with different labels are never merged.
    pub fn label(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        super::add_label(&mut self.0.labels, key, value);
        self
    }

    /// Adds this reservation on top of those that these resources have. They may be part of an
    /// offer.
    ///
    /// # Errors
    ///
    /// Fails if the master would refuse it: the role is invalid, or is not a refinement of the role
    /// that they are reserved for.
    pub fn build(&self, resources: &Resources) -> Result<Vec<Resource>, ValidationError> {
        let mut reserved: Vec<Resource> = resources.clone().into();
        for resource in &mut reserved {
            resource.reservations.push(self.0.clone());
        }
        let faults = validation::well_formed(&reserved).and_then(|()| validation::resources(&reserved));
        faults.map(|()| reserved).map_err(|reason| ValidationError::new("resources", reason))
    }
}

/// Builder for a persistent volume: reserved disk whose files outlive the task that uses it.
///
/// ```
/// use mesos_sdk::build::{PersistentVolume, Reservation};
/// use mesos_sdk::proto::v1::offer::Operation;
/// let reserved = Reservation::for_role("storage").build(&"disk:1024".parse()?)?;
/// let volume = PersistentVolume::new("db-1", "data").build(&reserved[0])?;
/// let operation = Operation::create(vec![volume]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct PersistentVolume {
    persistence: Persistence,
    path: String,
    shared: bool,
}

impl PersistentVolume {
    /// Creates a volume with an id that is unique within the role on the agent. Tasks find it at
    /// `path` in their sandbox.
    pub fn new(id: impl Into<String>, path: impl Into<String>) -> Self {
        let persistence = Persistence { id: id.into(), principal: None };
        Self { persistence, path: path.into(), shared: false }
    }

    /// Sets the principal that creates it. A framework with a principal must set it.
    pub fn principal(mut self, principal: impl Into<String>) -> Self {
        self.persistence.principal = Some(principal.into());
        self
    }

    /// Makes it usable by several tasks at once; needs the capability `SHARED_RESOURCES`.
    pub fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    /// Builds the volume from this reserved disk, all of it.
    ///
    /// # Errors
    ///
    /// Fails if the master would refuse it: the id is invalid, or the disk is not reserved.
    pub fn build(&self, disk: &Resource) -> Result<Resource, ValidationError> {
        let mut volume = disk.clone();
        let info = volume.disk.get_or_insert_default();
        info.persistence = Some(Box::new(self.persistence.clone()));
        info.volume = Some(Box::new(Volume {
            mode: Mode::Rw.into(),
            container_path: self.path.clone(),
            ..Volume::default()
        }));
        volume.shared = self.shared.then(SharedInfo::default);
        let list = std::slice::from_ref(&volume);
        validation::well_formed(list)
            .and_then(|()| validation::resources(list))
            .map_err(|reason| ValidationError::new("volume", reason))?;
        Ok(volume)
    }
}
