//! The fields of a spec, one by one.

use super::total::total;
use super::{ResourceProblem, ResourceSpecError};
use crate::proto::v1::Resource;

/// Reads the fields of a spec from resources; what `#[derive(ResourceSpec)]` works with.
///
/// `read` is [`ResourceValue::from_total`](super::ResourceValue::from_total) of the field's type.
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
    /// They can't be added up, or `read` refuses their total.
    pub fn value<T>(
        &self,
        name: &str,
        read: impl FnOnce(Option<&Resource>) -> Result<T, ResourceProblem>,
    ) -> Result<T, ResourceSpecError> {
        let named = self.resources.iter().filter(|resource| resource.name == name);
        total(named).and_then(|total| read(total.as_ref())).map_err(|problem| ResourceSpecError {
            spec: self.spec,
            resource: name.to_owned(),
            problem,
        })
    }

    /// As [`value`](Self::value), and `default` when there are none.
    ///
    /// # Errors
    /// They can't be added up, or `read` refuses their total.
    pub fn value_or<T>(
        &self,
        name: &str,
        read: impl FnOnce(Option<&Resource>) -> Result<T, ResourceProblem>,
        default: impl FnOnce() -> T,
    ) -> Result<T, ResourceSpecError> {
        self.value(name, |total| if total.is_some() { read(total) } else { Ok(default()) })
    }
}
