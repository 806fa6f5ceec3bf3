//! Ports whose numbers the agent decides.

use super::{ResourceNeed, ResourceSpecErrorKind, ResourceValue};
use crate::proto::v1::Resource;
use crate::proto::v1::value::{Range, Type};
use crate::resources::{Ranges, Resources, Scalar};

/// So many ports of an agent, whichever are free there.
///
/// What asks for ports has none yet: [`to_resources`](super::ResourceSpec::to_resources) has them
/// only when they were read from the resources that a task got.
///
/// ```
/// use mesos_sdk::ResourceSpec;
/// use mesos_sdk::resource_spec::Ports;
///
/// #[derive(ResourceSpec)]
/// struct Web {
///     cpus: f64,
///     ports: Ports<2>,
/// }
///
/// let asked = Web { cpus: 0.5, ports: Ports::any() };
/// # let given: mesos_sdk::resources::Resources = "cpus:0.5; ports:[31000-31000, 31007-31007]".parse()?;
/// # let given: Vec<_> = given.into_iter().collect();
/// // `given` is what a placer took of an offer.
/// let got = Web::from_resources(&given)?;
/// assert_eq!(got.ports.numbers(), Some(&[31000, 31007]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ports<const N: usize>(Option<[u64; N]>);

impl<const N: usize> Ports<N> {
    /// Asks for any ports.
    pub fn any() -> Self {
        Self(None)
    }

    /// Returns the numbers, in order, if they are known.
    pub fn numbers(&self) -> Option<&[u64; N]> {
        self.0.as_ref()
    }
}

impl<const N: usize> Default for Ports<N> {
    fn default() -> Self {
        Self::any()
    }
}

impl<const N: usize> From<[u64; N]> for Ports<N> {
    fn from(mut numbers: [u64; N]) -> Self {
        numbers.sort_unstable();
        Self(Some(numbers))
    }
}

impl<const N: usize> ResourceValue for Ports<N> {
    fn to_resource(&self, name: &str) -> Option<Resource> {
        let numbers = self.0?;
        let ranges = Ranges::from(numbers.map(|number| Range { begin: number, end: number }).to_vec());
        let resource = Resource { name: name.to_owned(), r#type: Type::Ranges.into(), ..Resource::default() };
        (!ranges.is_empty()).then(|| Resource { ranges: Some(ranges.into()), ..resource })
    }

    fn from_named(resources: &Resources, name: &str) -> Result<Self, ResourceSpecErrorKind> {
        let ranges = super::value::total(resources, Type::Ranges, resources.ranges(name))?;
        let numbers: Vec<u64> = ranges.numbers().take(N).collect();
        let numbers = numbers.try_into().map_err(|_| ResourceSpecErrorKind::Amount {
            amount: Scalar::from_thousandths(
                i64::try_from(ranges.size()).unwrap_or(i64::MAX).saturating_mul(1000),
            ),
            expected: "more ports",
        })?;
        Ok(Self(Some(numbers)))
    }

    fn to_need(&self, name: &str) -> Option<ResourceNeed> {
        match self.0 {
            Some(_) => self.to_resource(name).map(ResourceNeed::Resource),
            None => (N > 0).then(|| ResourceNeed::Any { name: name.to_owned(), count: N as u64 }),
        }
    }
}
