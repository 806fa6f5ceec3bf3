//! The operations of a framework on an offer.

use crate::proto::v1::offer::Operation;
use crate::proto::v1::offer::operation::{
    Create, CreateDisk, Destroy, DestroyDisk, GrowVolume, Launch, LaunchGroup, Reserve, ShrinkVolume, Type,
    Unreserve,
};
use crate::proto::v1::resource::disk_info::source;
use crate::proto::v1::value::Scalar;
use crate::proto::v1::{OperationId, Resource, TaskInfo};

/// Constructors, for `SchedulerHandle::accept`. The master applies the operations of one call in
/// order, each to what the previous ones have left.
impl Operation {
    fn of(kind: Type) -> Self {
        Self { r#type: Some(kind.into()), ..Self::default() }
    }

    /// Launches tasks independently: one that is refused gets `TASK_ERROR`, and the others start.
    #[must_use]
    pub fn launch(task_infos: Vec<TaskInfo>) -> Self {
        Self { launch: Some(Launch { task_infos }), ..Self::of(Type::Launch) }
    }

    /// Launches a [pod](crate::build::Pod): all of it, or nothing.
    #[must_use]
    pub fn launch_group(group: LaunchGroup) -> Self {
        Self { launch_group: Some(Box::new(group)), ..Self::of(Type::LaunchGroup) }
    }

    /// Reserves offered resources; `resources` are [as they will
    /// be](crate::build::Reservation::build).
    #[must_use]
    pub fn reserve(resources: Vec<Resource>) -> Self {
        Self { reserve: Some(Box::new(Reserve { source: Vec::new(), resources })), ..Self::of(Type::Reserve) }
    }

    /// Removes the last reservation from resources; `resources` are as they are.
    #[must_use]
    pub fn unreserve(resources: Vec<Resource>) -> Self {
        Self { unreserve: Some(Unreserve { resources }), ..Self::of(Type::Unreserve) }
    }

    /// Creates [persistent volumes](crate::build::PersistentVolume::build) on reserved disk.
    #[must_use]
    pub fn create(volumes: Vec<Resource>) -> Self {
        Self { create: Some(Create { volumes }), ..Self::of(Type::Create) }
    }

    /// Destroys persistent volumes that no task uses, including their files.
    #[must_use]
    pub fn destroy(volumes: Vec<Resource>) -> Self {
        Self { destroy: Some(Destroy { volumes }), ..Self::of(Type::Destroy) }
    }

    /// Enlarges a persistent volume by `addition`: disk with the same reservation. No other
    /// operation of the same call can use the volume.
    #[must_use]
    pub fn grow_volume(volume: Resource, addition: Resource) -> Self {
        Self { grow_volume: Some(Box::new(GrowVolume { volume, addition })), ..Self::of(Type::GrowVolume) }
    }

    /// Shrinks a persistent volume by so many megabytes. No other operation of the same call can
    /// use the volume.
    #[must_use]
    pub fn shrink_volume(volume: Resource, megabytes: f64) -> Self {
        let subtract = Scalar { value: megabytes };
        Self {
            shrink_volume: Some(Box::new(ShrinkVolume { volume, subtract })),
            ..Self::of(Type::ShrinkVolume)
        }
    }

    /// Creates a MOUNT or BLOCK disk from a RAW one that a resource provider offers. `profile` is
    /// for a disk without one.
    #[must_use]
    pub fn create_disk(source: Resource, target: source::Type, profile: Option<String>) -> Self {
        let create = CreateDisk { source, target_type: target.into(), target_profile: profile };
        Self { create_disk: Some(Box::new(create)), ..Self::of(Type::CreateDisk) }
    }

    /// Returns a disk to its resource provider, and destroys its content.
    #[must_use]
    pub fn destroy_disk(source: Resource) -> Self {
        Self { destroy_disk: Some(Box::new(DestroyDisk { source })), ..Self::of(Type::DestroyDisk) }
    }

    /// Requests [updates](crate::Scheduler::operation_update) about this operation, under an id
    /// that the framework chooses. Not for launches: their tasks are refused.
    #[must_use]
    pub fn with_id(self, id: impl Into<String>) -> Self {
        Self { id: Some(OperationId::from(id.into())), ..self }
    }
}
