//! An offered resource, and what is left of it.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::{Labels, Resource, value};
use mesos_sdk::resources::{Ranges, Scalar, upgrade};

use super::disk::Disk;

/// An offered resource, and what is left of it.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) resource: Resource,
    /// `*` if the resource is not reserved.
    pub(crate) role: String,
    /// The labels of the reservation.
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) disk: Disk,
    left: Left,
}

#[derive(Clone, Debug)]
enum Left {
    Amount(i64),
    Ranges(Ranges),
}

impl Piece {
    /// Creates a piece. Sets are not given to tasks.
    pub(crate) fn of(resource: &Resource) -> Option<Self> {
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

    pub(crate) fn is_reserved(&self) -> bool {
        self.role != "*"
    }

    /// Returns the id of the persistent volume, if it is one.
    pub(crate) fn volume(&self) -> Option<&str> {
        let persistence = self.resource.disk.as_ref()?.persistence.as_ref()?;
        Some(&persistence.id)
    }

    /// Returns the path of the disk, if it has one.
    pub(crate) fn path(&self) -> Option<&str> {
        match &self.disk {
            Disk::Path(path) | Disk::Mount(path) => Some(path),
            Disk::Root | Disk::Other => None,
        }
    }

    /// Returns whether the resource is an ordinary one: a disk only if it is the root disk, and not
    /// a volume.
    pub(crate) fn is_common(&self) -> bool {
        self.disk == Disk::Root
    }

    /// Returns what is left: in thousandths, or for ranges the count of numbers.
    pub(crate) fn size(&self) -> i64 {
        self.left.size()
    }

    pub(crate) fn take_all(&mut self) {
        self.left = Left::Amount(0);
    }

    pub(crate) fn ports(&self) -> Option<&Ranges> {
        match &self.left {
            Left::Ranges(ranges) if self.resource.name == "ports" => Some(ranges),
            Left::Ranges(_) | Left::Amount(_) => None,
        }
    }

    /// Takes one port if it is left.
    pub(crate) fn take_port(&mut self, port: &Ranges) -> Option<Resource> {
        match &mut self.left {
            Left::Ranges(ranges) if self.resource.name == "ports" && ranges.contains(port) => *ranges -= port,
            Left::Ranges(_) | Left::Amount(_) => return None,
        }
        Some(Resource { ranges: Some(port.clone().into()), ..self.resource.clone() })
    }

    pub(crate) fn take_amount(&mut self, most: i64) -> i64 {
        let Left::Amount(left) = &mut self.left else { return 0 };
        let part = most.min(*left).max(0);
        *left -= part;
        part
    }

    pub(crate) fn amount(&self, thousandths: i64) -> Resource {
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
