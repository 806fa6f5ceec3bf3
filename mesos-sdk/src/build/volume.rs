//! Reservations, and the volumes on them.

use crate::proto::v1::resource::disk_info::Persistence;
use crate::proto::v1::resource::reservation_info::Type;
use crate::proto::v1::resource::{ReservationInfo, SharedInfo};
use crate::proto::v1::volume::Mode;
use crate::proto::v1::{Resource, Volume};
use crate::resources::Resources;
use crate::validation::{self, ValidationError};

/// A reservation in the making: resources that are kept for a role on their agent.
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
    /// For a role of the framework: the one that the offer is for.
    pub fn for_role(role: impl Into<String>) -> Self {
        let r#type = Some(Type::Dynamic.into());
        Self(ReservationInfo { r#type, role: Some(role.into()), ..ReservationInfo::default() })
    }

    /// Who reserves. A framework with a principal must name it.
    pub fn principal(mut self, principal: impl Into<String>) -> Self {
        self.0.principal = Some(principal.into());
        self
    }

    /// Adds a label; reservations with different ones are never mixed.
    pub fn label(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        super::add_label(&mut self.0.labels, key, value);
        self
    }

    /// These resources with this reservation on top of those that they have. They may be part of an offer.
    ///
    /// # Errors
    /// The master would refuse it: the role is invalid, or is no refinement of the one they are reserved to.
    pub fn build(&self, resources: &Resources) -> Result<Vec<Resource>, ValidationError> {
        let mut reserved: Vec<Resource> = resources.clone().into();
        for resource in &mut reserved {
            resource.reservations.push(self.0.clone());
        }
        let faults = validation::well_formed(&reserved).and_then(|()| validation::resources(&reserved));
        faults.map(|()| reserved).map_err(|reason| ValidationError::new("resources", reason))
    }
}

/// A persistent volume in the making: reserved disk whose files stay when the task that uses it ends.
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
    /// A volume whose id is its own within the role on the agent, and which tasks find at `path` in their sandbox.
    pub fn new(id: impl Into<String>, path: impl Into<String>) -> Self {
        let persistence = Persistence { id: id.into(), principal: None };
        Self { persistence, path: path.into(), shared: false }
    }

    /// Who creates it. A framework with a principal must name it.
    pub fn principal(mut self, principal: impl Into<String>) -> Self {
        self.persistence.principal = Some(principal.into());
        self
    }

    /// Can be used by several tasks at once; needs the capability `SHARED_RESOURCES`.
    pub fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    /// The volume that is made of this reserved disk: the whole of it.
    ///
    /// # Errors
    /// The master would refuse it: the id is invalid, or the disk is not reserved.
    pub fn build(&self, disk: &Resource) -> Result<Resource, ValidationError> {
        let mut volume = disk.clone();
        let info = volume.disk.get_or_insert_default();
        info.persistence = Some(self.persistence.clone());
        info.volume =
            Some(Volume { mode: Mode::Rw.into(), container_path: self.path.clone(), ..Volume::default() });
        volume.shared = self.shared.then(SharedInfo::default);
        let list = std::slice::from_ref(&volume);
        validation::well_formed(list)
            .and_then(|()| validation::resources(list))
            .map_err(|reason| ValidationError::new("volume", reason))?;
        Ok(volume)
    }
}
