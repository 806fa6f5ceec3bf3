//! What a task needs of an agent.

use std::collections::{BTreeMap, BTreeSet};

use mesos_sdk::ResourceSpec;
use mesos_sdk::proto::v1::value;
use mesos_sdk::resource_spec::{ResourceNeed, VolumeDisk, VolumeSpec};
use mesos_sdk::resources::{Resources, Scalar};
use regex::Regex;

use crate::{Pattern, PlacementError};

/// What a task needs: amounts in Mesos' fixed point, ports and volumes.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Needs {
    /// Amounts by the resource's name. `disk` is space on the agent's root disk.
    pub scalars: BTreeMap<String, Scalar>,
    /// Network ports.
    pub ports: PortNeeds,
    /// Volumes, each on one disk.
    pub volumes: Vec<VolumeNeed>,
    /// Persistent volumes that exist already, each another one unless they are shared.
    pub persistent: Vec<PersistentNeed>,
    /// Resources that were asked for with amounts that are not numbers.
    pub(crate) not_numbers: BTreeSet<String>,
}

/// The ports that a task needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PortNeeds {
    /// How many, beside the fixed ones, whatever their numbers.
    pub dynamic: usize,
    /// Exactly these.
    pub fixed: Vec<u64>,
    /// If there are any, the dynamic ports are within these ranges, whose ends belong to them.
    pub within: Vec<(u64, u64)>,
}

/// A volume that a task needs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VolumeNeed {
    /// Its size in MB, at least.
    pub size: Scalar,
    /// What disk it is on.
    pub disk: DiskType,
    /// For path and mount disks: the whole path matches this.
    pub path_matches: Option<Pattern>,
    /// For mount disks, which are taken whole: the largest size in MB to take.
    pub max_size: Option<Scalar>,
}

/// A persistent volume that exists already and that a task needs.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PersistentNeed {
    /// Its persistence id; without it, any volume is suitable.
    pub id: Option<String>,
    /// The role that it is reserved for; without it any that the task may use.
    pub role: Option<String>,
    /// The labels of its reservation; without them those that the task's own reservations have.
    pub labels: Option<BTreeMap<String, String>>,
    /// Its size in MB, at least.
    pub size: Scalar,
    /// What disk it is on; without it any.
    pub disk: Option<DiskType>,
    /// For path and mount disks: the whole path matches this.
    pub path_matches: Option<Pattern>,
}

/// The [type of disk] that a volume is on.
///
/// [type of disk]: https://mesos.apache.org/documentation/latest/multiple-disk/
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DiskType {
    /// The agent's root disk.
    #[default]
    Root,
    /// A part of a disk with a path.
    Path,
    /// A whole disk that is mounted.
    Mount,
}

impl Needs {
    /// Creates needs of `cpus` cores and `mem` MB of memory.
    pub fn new(cpus: f64, mem: f64) -> Self {
        Self::default().scalar("cpus", cpus).scalar("mem", mem)
    }

    /// Sets the amount of a scalar resource.
    #[must_use]
    pub fn scalar(mut self, name: impl Into<String>, amount: f64) -> Self {
        let name = name.into();
        if !amount.is_finite() {
            self.not_numbers.insert(name.clone());
        }
        self.scalars.insert(name, Scalar::new(amount));
        self
    }

    /// Sets how many ports there must be, whatever their numbers.
    #[must_use]
    pub fn dynamic_ports(mut self, dynamic: usize) -> Self {
        self.ports.dynamic = dynamic;
        self
    }

    /// Adds a port that must have this number.
    #[must_use]
    pub fn fixed_port(mut self, number: u64) -> Self {
        self.ports.fixed.push(number);
        self
    }

    /// Adds a volume.
    #[must_use]
    pub fn volume(mut self, volume: VolumeNeed) -> Self {
        self.volumes.push(volume);
        self
    }

    /// Adds a persistent volume that exists already.
    #[must_use]
    pub fn persistent(mut self, volume: PersistentNeed) -> Self {
        self.persistent.push(volume);
        self
    }
}

impl Needs {
    /// Reads what a [`ResourceSpec`] needs.
    ///
    /// ```
    /// use mesos_placement::{Needs, Task};
    /// use mesos_sdk::ResourceSpec;
    /// use mesos_sdk::resource_spec::Ports;
    ///
    /// #[derive(ResourceSpec)]
    /// struct Database {
    ///     cpus: f64,
    ///     mem: u64,
    ///     ports: Ports<2>,
    ///     #[resource(volume = "mount", path = "/mnt/ssd.*")]
    ///     data: u64,
    /// }
    ///
    /// let database = Database { cpus: 2.0, mem: 4096, ports: Ports::any(), data: 100_000 };
    /// let task = Task::new("database.1", Needs::of(&database)?);
    /// # assert_eq!((task.needs.ports.dynamic, task.needs.volumes.len()), (2, 1));
    /// # Ok::<(), mesos_placement::PlacementError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If it asks for items of a set, for any numbers of ranges other than `ports`, or if a pattern
    /// is not a valid regular expression.
    pub fn of(spec: &impl ResourceSpec) -> Result<Self, PlacementError> {
        let mut needs = Self::default();
        let mut known = Resources::new();
        for need in spec.to_needs() {
            match need {
                ResourceNeed::Resource(resource) if resource.r#type() == value::Type::Set => {
                    return Err(unknown(&format!("items of the set {:?}", resource.name)));
                }
                ResourceNeed::Resource(resource) => {
                    let added = known.try_add(resource);
                    added.map_err(|error| PlacementError::Constraint(error.to_string()))?;
                }
                ResourceNeed::Any { name, count } if name == "ports" => {
                    needs.ports.dynamic = usize::try_from(count).unwrap_or(usize::MAX);
                }
                ResourceNeed::Volume(volume) => needs.volumes.push(VolumeNeed::of(&volume)?),
                other => return Err(unknown(&format!("{other:?}"))),
            }
        }
        let Self { scalars, ports, .. } = Self::from(&known);
        needs.scalars = scalars;
        needs.ports.fixed = ports.fixed;
        Ok(needs)
    }
}

fn unknown(what: &str) -> PlacementError {
    PlacementError::Constraint(format!("a spec asks for {what}, which no placer gives to tasks"))
}

impl VolumeNeed {
    fn of(spec: &VolumeSpec) -> Result<Self, PlacementError> {
        Ok(Self {
            size: spec.size,
            disk: match spec.disk {
                VolumeDisk::Path => DiskType::Path,
                VolumeDisk::Mount => DiskType::Mount,
                _ => return Err(unknown("a disk of another type")),
            },
            path_matches: spec.path.as_deref().map(Pattern::new).transpose()?,
            max_size: spec.max_size,
        })
    }
}

/// Reads scalars and ports of resources, whatever their roles.
impl From<&Resources> for Needs {
    fn from(resources: &Resources) -> Self {
        let mut needs = Self::default();
        for name in resources.names() {
            if let Some(amount) = resources.scalar(name) {
                needs.scalars.insert(name.to_owned(), amount);
            }
        }
        needs.ports.fixed = resources.ports().numbers().take(MAX_PORTS + 1).collect();
        needs
    }
}

/// How many ports there are.
pub(crate) const MAX_PORTS: usize = 1 << 16;

impl Needs {
    /// Returns whether single pieces decide, and not only amounts: of ports or volumes.
    pub(crate) fn depends_on_pieces(&self) -> bool {
        let has_special_ports = !self.ports.fixed.is_empty() || !self.ports.within.is_empty();
        let has_own_disks = self.volumes.iter().any(|volume| volume.disk != DiskType::Root);
        has_special_ports || has_own_disks || !self.persistent.is_empty()
    }

    /// Returns the resources that are counted: scalars, ports, and the root disk if there are
    /// volumes on it.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.scalars.keys().map(String::as_str).collect();
        if self.volumes.iter().any(|volume| volume.disk == DiskType::Root) && !names.contains(&"disk") {
            names.push("disk");
        }
        names.push("ports");
        names
    }

    /// Returns what is counted, and how much of each.
    pub(crate) fn uses(&self) -> Vec<(String, i64)> {
        self.names().into_iter().map(|name| (name.to_owned(), self.amount(name))).collect()
    }

    /// Returns how much of a resource is requested: in thousandths, or the number of ports.
    pub(crate) fn amount(&self, name: &str) -> i64 {
        if name == "ports" {
            let count = self.ports.dynamic.saturating_add(self.ports.fixed.len());
            return i64::try_from(count).unwrap_or(i64::MAX);
        }
        let scalar = self.scalars.get(name).map_or(0, |amount| amount.thousandths());
        let on_root = self.volumes.iter().filter(|volume| volume.disk == DiskType::Root && name == "disk");
        on_root.map(|volume| volume.size.thousandths()).fold(scalar, i64::saturating_add)
    }
}

impl PersistentNeed {
    /// Needs the volume with this persistence id.
    pub fn id(id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..Self::default() }
    }

    /// Needs any volume that is reserved for this role with these labels.
    pub fn reserved(role: impl Into<String>, labels: BTreeMap<String, String>) -> Self {
        Self { role: Some(role.into()), labels: Some(labels), ..Self::default() }
    }
}

impl VolumeNeed {
    /// Creates a need of `size` MB on a disk of this type.
    pub fn new(size: f64, disk: DiskType) -> Self {
        Self { size: Scalar::new(size), disk, path_matches: None, max_size: None }
    }

    pub(crate) fn takes_path(&self, path: &str) -> bool {
        is_match(self.path_matches.as_ref(), path)
    }
}

pub(crate) fn is_match(pattern: Option<&Pattern>, path: &str) -> bool {
    let pattern: Option<&Regex> = pattern.map(Pattern::whole);
    pattern.is_none_or(|pattern| pattern.is_match(path))
}
