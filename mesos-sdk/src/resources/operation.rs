//! What the operations of an offer make of resources.

use crate::proto::v1::Resource;
use crate::proto::v1::offer::Operation;
use crate::proto::v1::offer::operation::{GrowVolume, Reserve, ShrinkVolume, Type};

use super::entry::scalar;
use super::{NotReservedError, ResourceError, Resources, disk};

/// Why an operation cannot be applied. The resources are as they were; the same operation fails
/// again.
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
        source: ResourceError,
    },
    /// A resource to reserve or unreserve has no reservation.
    #[error(transparent)]
    NotReservedError(#[from] NotReservedError),
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
    /// Returns the resources after RESERVE, UNRESERVE, CREATE, DESTROY, `GROW_VOLUME` or
    /// `SHRINK_VOLUME`.
    ///
    /// Authorization, the framework's role and capabilities, and what the volume may be used for
    /// are not looked at.
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

    /// Returns what RESERVE, UNRESERVE, CREATE, DESTROY, `GROW_VOLUME` or `SHRINK_VOLUME` takes.
    ///
    /// # Errors
    /// [`OperationError`] if the operation is none of these, or makes no sense.
    pub fn consumed_by(operation: &Operation) -> Result<Self, OperationError> {
        Ok(conversions(operation)?.into_iter().map(|conversion| conversion.consumed).sum())
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

/// Returns the disk that a persistent volume is made from.
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

/// Returns the first of the resources that Mesos knows by name whose amount differs.
fn first_changed(before: &Resources, after: &Resources) -> Option<String> {
    let scalars = ["cpus", "gpus", "mem", "disk"];
    let changed = scalars.into_iter().find(|name| before.scalar(name) != after.scalar(name));
    changed.or_else(|| (before.ports() != after.ports()).then_some("ports")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use crate::proto::v1::offer::operation::{Create, Destroy};
    use crate::proto::v1::resource::disk_info::Persistence;
    use crate::proto::v1::resource::{DiskInfo, SharedInfo};

    use super::*;

    fn parse(text: &str) -> Resources {
        text.parse().unwrap()
    }

    fn volume(text: &str) -> Resource {
        let [disk] = &Vec::from(parse(text))[..] else { panic!("one resource") };
        let persistence = Some(Persistence { id: "v".to_owned(), principal: None }.into());
        Resource { disk: Some(DiskInfo { persistence, ..DiskInfo::default() }), ..disk.clone() }
    }

    fn operation(kind: Type) -> Operation {
        Operation { r#type: Some(kind.into()), ..Operation::default() }
    }

    fn reserve(source: &str, resources: &str) -> Operation {
        let (source, resources) = (parse(source).into(), parse(resources).into());
        Operation { reserve: Some(Box::new(Reserve { source, resources })), ..operation(Type::Reserve) }
    }

    #[test]
    fn reserving_takes_the_previous_reservation() {
        let all = parse("cpus:2;cpus(ops):1");
        assert_eq!(all.apply(&reserve("", "cpus(eng):1")), Ok(parse("cpus:1;cpus(ops):1;cpus(eng):1")));
        assert_eq!(all.apply(&reserve("cpus(ops):1", "cpus(eng):1")), Ok(parse("cpus:2;cpus(eng):1")));
        assert!(matches!(
            all.apply(&reserve("", "cpus(eng):3")),
            Err(OperationError::NotContained { resources, .. }) if resources == all.to_string()
        ));
    }

    #[test]
    fn an_operation_takes_what_it_converts() {
        let taken = |operation| Resources::consumed_by(&operation).unwrap();
        assert_eq!(taken(reserve("", "cpus(eng):1;mem(eng):5")), parse("cpus:1;mem:5"));
        assert_eq!(taken(reserve("cpus(ops):1", "cpus(eng):1")), parse("cpus(ops):1"));
        let volumes = vec![volume("disk(eng):10"), volume("disk(eng):20")];
        let create = Operation { create: Some(Create { volumes }), ..operation(Type::Create) };
        assert_eq!(taken(create), parse("disk(eng):30"));
        assert!(Resources::consumed_by(&operation(Type::Launch)).is_err());
    }

    #[test]
    fn what_changes_an_amount_is_refused() {
        let changed = parse("cpus:2").apply(&reserve("cpus:1", "cpus(eng):2"));
        assert_eq!(changed, Err(OperationError::Amount("cpus".to_owned())));
    }

    #[test]
    fn a_volume_with_copies_cannot_be_destroyed() {
        let shared = Resource { shared: Some(SharedInfo::default()), ..volume("disk(eng):10") };
        let create = Some(Create { volumes: vec![shared.clone()] });
        let created = parse("disk(eng):10").apply(&Operation { create, ..operation(Type::Create) }).unwrap();
        assert_eq!(created, Resources::from(shared.clone()));
        let destroy = Some(Destroy { volumes: vec![shared.clone()] });
        let destroy = Operation { destroy, ..operation(Type::Destroy) };
        assert_eq!(created.apply(&destroy), Ok(parse("disk(eng):10")));
        assert!(matches!((created + shared).apply(&destroy), Err(OperationError::SharedCopies(_))));
    }

    #[test]
    fn a_volume_cannot_be_shrunk_below_nothing() {
        let subtract = crate::proto::v1::value::Scalar { value: 11.0 };
        let shrink_volume = Some(ShrinkVolume { volume: volume("disk(eng):10"), subtract }.into());
        let operation = Operation { shrink_volume, ..operation(Type::ShrinkVolume) };
        let refused = Resources::from(volume("disk(eng):10")).apply(&operation);
        assert!(matches!(refused, Err(OperationError::Resource { name, .. }) if name == "disk"));
    }

    #[test]
    fn inapplicable_operations_have_reasons() {
        for (operation, reason) in [
            (operation(Type::Launch), "LAUNCH"),
            (operation(Type::CreateDisk), "CREATE_DISK"),
            (operation(Type::Reserve), "no such field"),
            (reserve("", "cpus:1"), "not reserved"),
        ] {
            let error = parse("cpus:1").apply(&operation).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
