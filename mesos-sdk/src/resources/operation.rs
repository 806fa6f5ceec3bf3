//! What the operations of an offer make of resources.

use crate::proto::v1::Resource;
use crate::proto::v1::offer::Operation;
use crate::proto::v1::offer::operation::{GrowVolume, Reserve, ShrinkVolume, Type};

use super::entry::scalar;
use super::{InvalidResource, NotReserved, Resources, disk};

/// Why an operation cannot be applied. The resources are as they were; the same operation fails again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OperationError {
    /// Not an operation on resources, or one whose result only the agent knows.
    #[error("operation {0} does not say what becomes of the resources")]
    Unsupported(&'static str),
    /// The operation does not say what to do.
    #[error("operation {0} has no such field")]
    NoField(&'static str),
    /// A resource in the operation is not valid.
    #[error("resource {name:?} in the operation is not valid")]
    Resource {
        /// The resource.
        name: String,
        /// What is wrong with it.
        source: InvalidResource,
    },
    /// A resource to reserve or unreserve has no reservation.
    #[error(transparent)]
    NotReserved(#[from] NotReserved),
    /// Volumes of resource providers cannot be grown or shrunk.
    #[error("volumes of a resource provider can be neither grown nor shrunk")]
    ResourceProvider,
    /// What the operation takes is not there.
    #[error("{resources} does not contain {consumed}")]
    NotContained {
        /// What there is.
        resources: String,
        /// What the operation takes.
        consumed: String,
    },
    /// Copies of a shared volume are left.
    #[error("persistent volume {0} cannot be destroyed while there are other copies of it")]
    SharedCopies(String),
    /// The operation would give another amount of a resource than it takes.
    #[error("the operation changes the amount of {0:?}")]
    Amount(String),
}

impl Resources {
    /// The resources after RESERVE, UNRESERVE, CREATE, DESTROY, `GROW_VOLUME` or `SHRINK_VOLUME`.
    ///
    /// Authorization, the framework's role and capabilities, and what the volume may be used for are not
    /// looked at.
    pub fn apply(&self, operation: &Operation) -> Result<Self, OperationError> {
        let mut total = self.clone();
        for conversion in conversions(operation)? {
            conversion.apply(&mut total)?;
        }
        match first_changed(self, &total) {
            Some(name) => Err(OperationError::Amount(name)),
            None => Ok(total),
        }
    }
}

/// Resources that become others.
struct Conversion {
    consumed: Resources,
    converted: Resources,
    /// Whether nothing like the consumed ones may be left.
    gone: bool,
}

impl Conversion {
    fn new(consumed: Resources, converted: Resources) -> Self {
        Self { consumed, converted, gone: false }
    }

    fn apply(self, total: &mut Resources) -> Result<(), OperationError> {
        if !total.contains(&self.consumed) {
            let (resources, consumed) = (total.to_string(), self.consumed.to_string());
            return Err(OperationError::NotContained { resources, consumed });
        }
        *total -= &self.consumed;
        *total += self.converted;
        if self.gone && total.contains(&self.consumed) {
            return Err(OperationError::SharedCopies(self.consumed.to_string()));
        }
        Ok(())
    }
}

fn conversions(operation: &Operation) -> Result<Vec<Conversion>, OperationError> {
    let kind = operation.r#type();
    let missing = OperationError::NoField(kind.as_str_name());
    match kind {
        Type::Reserve => Ok(vec![reserve(operation.reserve.as_ref().ok_or(missing)?)?]),
        Type::Unreserve => {
            operation.unreserve.as_ref().ok_or(missing)?.resources.iter().map(unreserve).collect()
        }
        Type::Create => operation.create.as_ref().ok_or(missing)?.volumes.iter().map(create).collect(),
        Type::Destroy => operation.destroy.as_ref().ok_or(missing)?.volumes.iter().map(destroy).collect(),
        Type::GrowVolume => Ok(vec![grow(operation.grow_volume.as_ref().ok_or(missing)?)?]),
        Type::ShrinkVolume => Ok(vec![shrink(operation.shrink_volume.as_ref().ok_or(missing)?)?]),
        Type::Unknown | Type::Launch | Type::LaunchGroup | Type::CreateDisk | Type::DestroyDisk => {
            Err(OperationError::Unsupported(kind.as_str_name()))
        }
    }
}

fn reserve(reserve: &Reserve) -> Result<Conversion, OperationError> {
    let reserved = valid(&reserve.resources)?;
    let consumed = match &reserve.source[..] {
        [] => reserved.clone().pop_reservation()?,
        source => valid(source)?,
    };
    Ok(Conversion::new(consumed, reserved))
}

fn unreserve(resource: &Resource) -> Result<Conversion, OperationError> {
    let reserved = valid([resource])?;
    let converted = reserved.clone().pop_reservation()?;
    Ok(Conversion::new(reserved, converted))
}

fn create(volume: &Resource) -> Result<Conversion, OperationError> {
    Ok(Conversion::new(valid([&without_volume(volume)])?, valid([volume])?))
}

fn destroy(volume: &Resource) -> Result<Conversion, OperationError> {
    let conversion = Conversion::new(valid([volume])?, valid([&without_volume(volume)])?);
    Ok(Conversion { gone: true, ..conversion })
}

fn grow(grow: &GrowVolume) -> Result<Conversion, OperationError> {
    refuse_provider(&grow.volume)?;
    let grown = (scalar(&grow.volume) + scalar(&grow.addition)).into();
    let grown = Resource { scalar: Some(grown), ..grow.volume.clone() };
    Ok(Conversion::new(valid([&grow.volume, &grow.addition])?, valid([&grown])?))
}

fn shrink(shrink: &ShrinkVolume) -> Result<Conversion, OperationError> {
    refuse_provider(&shrink.volume)?;
    let freed = Resource { scalar: Some(shrink.subtract), ..without_volume(&shrink.volume) };
    let left = (scalar(&shrink.volume) - shrink.subtract.into()).into();
    let left = Resource { scalar: Some(left), ..shrink.volume.clone() };
    Ok(Conversion::new(valid([&shrink.volume])?, valid([&left, &freed])?))
}

fn refuse_provider(volume: &Resource) -> Result<(), OperationError> {
    if volume.provider_id.is_some() { Err(OperationError::ResourceProvider) } else { Ok(()) }
}

/// The disk that a persistent volume is made from.
fn without_volume(volume: &Resource) -> Resource {
    let mut resource = volume.clone();
    resource.disk = disk::without_persistence(resource.disk);
    resource.shared = None;
    resource
}

fn valid<'a>(resources: impl IntoIterator<Item = &'a Resource>) -> Result<Resources, OperationError> {
    let mut total = Resources::new();
    for resource in resources {
        let name = || resource.name.clone();
        total
            .try_add(resource.clone())
            .map_err(|source| OperationError::Resource { name: name(), source })?;
    }
    Ok(total)
}

/// The first of the resources that Mesos knows by name whose amount differs.
fn first_changed(before: &Resources, after: &Resources) -> Option<String> {
    let scalars = ["cpus", "gpus", "mem", "disk"];
    let changed = scalars.into_iter().find(|name| before.scalar(name) != after.scalar(name));
    changed.or_else(|| (before.ports() != after.ports()).then_some("ports")).map(str::to_owned)
}
