//! The user's types, checked: what `expand` may rely on.

mod payload;
mod resource_spec;
mod resource_type;
mod volume;

pub(crate) use payload::Payload;
pub(crate) use resource_spec::{Field, ResourceSpec};
pub(crate) use volume::{Volume, VolumeDisk};
