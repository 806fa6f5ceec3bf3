//! What a task needs of an agent.

use std::collections::BTreeMap;

use mesos_sdk::resources::{Resources, Scalar};
use regex::Regex;

use crate::Pattern;

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
}

/// The ports that a task needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
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
    /// For mount disks, which are taken whole: the largest that will do.
    pub max_size: Option<Scalar>,
}

/// The [type of disk] that a volume is on.
///
/// [type of disk]: https://mesos.apache.org/documentation/latest/multiple-disk/
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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
    /// Creates needs of so many cpus and megabytes of memory.
    pub fn new(cpus: f64, mem: f64) -> Self {
        Self::default().scalar("cpus", cpus).scalar("mem", mem)
    }

    /// Sets the amount of a scalar resource.
    #[must_use]
    pub fn scalar(mut self, name: impl Into<String>, amount: f64) -> Self {
        self.scalars.insert(name.into(), Scalar::new(amount));
        self
    }

    /// Sets how many ports there must be, whatever their numbers.
    #[must_use]
    pub fn dynamic_ports(mut self, dynamic: usize) -> Self {
        self.ports.dynamic = dynamic;
        self
    }

    /// Adds a volume.
    #[must_use]
    pub fn volume(mut self, volume: VolumeNeed) -> Self {
        self.volumes.push(volume);
        self
    }

    /// Reads scalars and ports of resources, whatever their roles.
    pub fn of(resources: &Resources) -> Self {
        let mut needs = Self::default();
        for name in resources.names() {
            if let Some(amount) = resources.scalar(name) {
                needs.scalars.insert(name.to_owned(), amount);
            }
        }
        needs.ports.fixed = resources.ports().numbers().collect();
        needs
    }
}

impl Needs {
    /// The resources that are counted: scalars, ports, and the root disk if there are volumes on it.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.scalars.keys().map(String::as_str).collect();
        if self.volumes.iter().any(|volume| volume.disk == DiskType::Root) && !names.contains(&"disk") {
            names.push("disk");
        }
        names.push("ports");
        names
    }

    /// How much of a resource is asked for: in thousandths, of ports how many.
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

impl VolumeNeed {
    /// Creates a need of so many megabytes on a disk of this type.
    pub fn new(size: f64, disk: DiskType) -> Self {
        Self { size: Scalar::new(size), disk, path_matches: None, max_size: None }
    }

    pub(crate) fn takes_path(&self, path: &str) -> bool {
        let pattern: Option<&Regex> = self.path_matches.as_ref().map(Pattern::whole);
        pattern.is_none_or(|pattern| pattern.is_match(path))
    }
}
