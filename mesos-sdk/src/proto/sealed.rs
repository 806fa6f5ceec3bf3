//! What no other crate can be.

/// A type that is generated from the `.proto` files.
#[cfg(feature = "json")]
pub trait Generated:
    prost::Message + Default + super::descriptor::Described + serde::Serialize + serde::de::DeserializeOwned
{
}
/// A type that is generated from the `.proto` files.
#[cfg(not(feature = "json"))]
pub trait Generated: prost::Message + Default {}

impl<M: Generated> Generated for Box<M> {}
