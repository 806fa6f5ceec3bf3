//! The resources that a task needs, as a struct, converted to and from Mesos' resources.

mod fit;
mod need;
mod ports;
mod problem;
mod reader;
mod value;

pub use self::need::{ResourceNeed, VolumeDisk, VolumeSpec};
pub use self::ports::Ports;
pub use self::problem::{ResourceSpecError, ResourceSpecErrorKind};
pub use self::reader::Reader;
pub use self::value::ResourceValue;
use crate::proto::v1;

/// The resources that a task or an executor needs. Derive it with the macro of the same name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a resource spec",
    label = "not a list of resources",
    note = "write `#[derive(mesos_sdk::ResourceSpec)]` above the struct `{Self}`"
)]
pub trait ResourceSpec: Sized {
    /// Returns the resources for `TaskInfo.resources` or `ExecutorInfo.resources`.
    ///
    /// They are unreserved: neither `role` nor `reservations` is set, and the master fills in the
    /// role they are allocated to. Amounts are rounded to three decimals as Mesos does; what is
    /// nothing (an amount of 0 or NaN, no range, no item, an absent option) is left out. A negative
    /// amount is written, and Mesos refuses the task. Volumes and [any](Ports::any) ports are left
    /// out, too: what becomes of them is up to the agent.
    fn to_resources(&self) -> Vec<v1::Resource>;

    /// Returns what an agent must have for this spec: its resources, the ports that the agent
    /// decides, and volumes.
    /// volumes.
    fn to_needs(&self) -> Vec<ResourceNeed> {
        self.to_resources().into_iter().map(ResourceNeed::Resource).collect()
    }

    /// Adds up the resources of each name, whoever they are reserved to, and reads the spec from
    /// the totals.
    ///
    /// Names that the spec does not have are ignored, so that it can be read from a whole offer; an
    /// empty resource counts as absent.
    ///
    /// # Errors
    ///
    /// Fails if a resource is missing and has no default, is invalid, or has another type or an
    /// amount that the field cannot hold.
    fn from_resources(resources: &[v1::Resource]) -> Result<Self, ResourceSpecError>;

    /// Returns whether a task of this spec can be launched from `offered`: it fits at least
    /// [once](Self::count_in).
    fn fits(&self, offered: &[v1::Resource]) -> bool {
        self.count_in(offered) > 0
    }

    /// Returns how many tasks of this spec fit into `offered`, by the total of each name.
    ///
    /// Only what the [needs](Self::to_needs) may be taken from is counted: reserved, revocable and
    /// shared resources and persistent volumes are not, and separate disks only for volumes.
    /// The ports and items of a spec can be given away once. A spec that asks for nothing, or for a
    /// negative amount, fits nowhere: Mesos refuses such tasks.
    fn count_in(&self, offered: &[v1::Resource]) -> u64 {
        fit::count_in(self.to_needs(), offered)
    }
}

/// Derives [`ResourceSpec`](trait@ResourceSpec) for a struct whose fields are resources.
///
/// ```
/// use std::collections::BTreeSet;
/// use std::ops::RangeInclusive;
///
/// use mesos_sdk::ResourceSpec;
///
/// #[derive(ResourceSpec, Debug, PartialEq)]
/// struct Needs {
///     cpus: f64,
///     mem: u64,
///     #[resource(default = 0)]
///     gpus: u32,
///     ports: Option<Vec<RangeInclusive<u64>>>,
///     #[resource(name = "network_bandwidth")]
///     bandwidth: Option<f64>,
///     #[resource(name = "licences", default = BTreeSet::new())]
///     licences: BTreeSet<String>,
/// }
///
/// let needs = Needs {
///     cpus: 0.5,
///     mem: 128,
///     gpus: 0,
///     ports: Some(vec![31_000..=31_001]),
///     bandwidth: None,
///     licences: BTreeSet::new(),
/// };
/// let resources = needs.to_resources();
/// let names: Vec<&str> = resources.iter().map(|resource| resource.name.as_str()).collect();
/// assert_eq!(names, ["cpus", "mem", "ports"]);
/// assert_eq!(Needs::from_resources(&resources)?, needs);
/// # Ok::<(), mesos_sdk::ResourceSpecError>(())
/// ```
///
/// A field is the resource of its name. Agents offer these by themselves:
///
/// | name | type of the field | unit |
/// | --- | --- | --- |
/// | `cpus` | `f64` | cores, down to 0.001 |
/// | `mem` | `u64` or `f64` | megabytes (of 1024 × 1024 bytes) |
/// | `disk` | `u64` or `f64` | megabytes (of 1024 × 1024 bytes) |
/// | `gpus` | `u32` | whole GPUs |
/// | `ports` | [`Ports<2>`](crate::resource_spec::Ports) | so many ports, whichever are free |
/// | `ports` | `Vec<RangeInclusive<u64>>` | port numbers, both ends included |
///
/// Other resources of your agents have `#[resource(name = "…")]`. They are amounts (`f64`, `u64`,
/// `u32`), ranges (`Vec<RangeInclusive<u64>>`) or sets (`BTreeSet<String>`), or a type of your own
/// that is a [`ResourceValue`].
///
/// `#[resource(…)]` above a field takes:
///
/// | key | meaning | default |
/// | --- | --- | --- |
/// | `name = "network_bandwidth"` | the name of the resource | the name of the field |
/// | `default = 0.1` | an expression: the value that `from_resources` takes when the resource is absent | it is required |
///
/// | `volume = "mount"` | the field is the size (`u64` or `f64`, megabytes) of a whole disk of type `MOUNT`; `"path"`: of a part of one of type `PATH` | |
/// | `path = "/mnt/ssd.*"` | for a volume: a regular expression that the whole path of the disk matches | any |
/// | `max_size = 4096` | for `volume = "mount"`: the largest disk to take, in megabytes | any |
///
/// A field of `Option<…>` is not required either: an absent resource is `None`. Nothing, such as 0,
/// is not written and so is absent when read back: give fields that may be 0 a default. Above the
/// struct, `#[resource(crate = "path::to::mesos_sdk")]` sets the path of this crate when you
/// re-export it.
///
/// A spec counts how often a task fits an offer:
///
/// ```
/// # use mesos_sdk::ResourceSpec;
/// #[derive(ResourceSpec)]
/// struct Needs {
///     cpus: f64,
///     mem: u64,
/// }
///
/// let offered = Needs { cpus: 3.5, mem: 512 }.to_resources();
/// assert!(Needs { cpus: 3.5, mem: 128 }.fits(&offered));
/// assert!(!Needs { cpus: 4.0, mem: 128 }.fits(&offered));
/// assert_eq!(Needs { cpus: 1.0, mem: 128 }.count_in(&offered), 3);
/// ```
#[cfg(feature = "derive")]
pub use mesos_sdk_derive::ResourceSpec;
