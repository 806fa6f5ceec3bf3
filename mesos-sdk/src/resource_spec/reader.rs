//! The fields of a spec, one by one.

use super::{ResourceSpecError, ResourceSpecErrorKind};
use crate::proto::v1::Resource;
use crate::resources::Resources;

/// Reads the fields of a spec from resources; what `#[derive(ResourceSpec)]` works with.
///
/// `read` is [`ResourceValue::from_named`](super::ResourceValue::from_named) of the field's type.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    spec: &'static str,
    resources: &'a [Resource],
}

impl<'a> Reader<'a> {
    /// Reads from `resources`. Errors call the type `spec`.
    pub fn new(spec: &'static str, resources: &'a [Resource]) -> Self {
        Self { spec, resources }
    }

    /// The value of all resources called `name` together.
    ///
    /// # Errors
    /// One of them is invalid, or `read` refuses them.
    pub fn value<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Resources, &str) -> Result<T, ResourceSpecErrorKind>,
    ) -> Result<T, ResourceSpecError> {
        self.named(name).and_then(|named| read(&named, name)).map_err(|problem| ResourceSpecError {
            spec: self.spec,
            resource: name.to_owned(),
            problem,
        })
    }

    /// As [`value`](Self::value), and `default` when there are none.
    ///
    /// # Errors
    /// One of them is invalid, or `read` refuses them.
    pub fn value_or<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Resources, &str) -> Result<T, ResourceSpecErrorKind>,
        default: impl FnOnce() -> T,
    ) -> Result<T, ResourceSpecError> {
        self.value(name, |named, name| if named.is_empty() { Ok(default()) } else { read(named, name) })
    }

    fn named(&self, name: &str) -> Result<Resources, ResourceSpecErrorKind> {
        let mut named = Resources::new();
        for resource in self.resources.iter().filter(|resource| resource.name == name) {
            named.try_add(resource.clone()).map_err(ResourceSpecErrorKind::Invalid)?;
        }
        Ok(named)
    }
}
