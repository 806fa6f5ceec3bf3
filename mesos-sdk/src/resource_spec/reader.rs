//! The fields of a spec, one by one.

use super::total::total;
use super::{ResourceSpecError, ResourceValue};
use crate::proto::v1;

/// Reads the fields of a spec from resources; what `#[derive(ResourceSpec)]` works with.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    spec: &'static str,
    resources: &'a [v1::Resource],
}

impl<'a> Reader<'a> {
    /// Reads from `resources`. Errors call the type `spec`.
    pub fn new(spec: &'static str, resources: &'a [v1::Resource]) -> Self {
        Self { spec, resources }
    }

    /// The value of all resources called `name` together.
    ///
    /// # Errors
    /// They are missing and `T` is no `Option`, or their total is no `T`.
    pub fn value<T: ResourceValue>(&self, name: &str) -> Result<T, ResourceSpecError> {
        let named = self.resources.iter().filter(|resource| resource.name == name);
        total(named).and_then(|total| T::from_total(total.as_ref())).map_err(|problem| ResourceSpecError {
            spec: self.spec,
            resource: name.to_owned(),
            problem,
        })
    }

    /// As [`value`](Self::value), and `default` when they are missing.
    ///
    /// # Errors
    /// Their total is no `T`.
    pub fn value_or<T: ResourceValue>(
        &self,
        name: &str,
        default: impl FnOnce() -> T,
    ) -> Result<T, ResourceSpecError> {
        if self.resources.iter().any(|resource| resource.name == name) {
            self.value(name)
        } else {
            Ok(default())
        }
    }
}
