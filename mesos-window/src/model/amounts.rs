//! Amounts of the four resources that are shown as bars.

use mesos_sdk::proto::v1::Resource;
use mesos_sdk::resources::Resources;
use serde::Serialize;

/// CPUs, megabytes of memory and of disk, GPUs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Amounts {
    pub(super) cpus: f64,
    pub(super) mem: f64,
    pub(super) disk: f64,
    pub(super) gpus: f64,
}

/// What there is, what is in use, and what is on offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Share {
    pub(super) total: Amounts,
    pub(super) used: Amounts,
    pub(super) offered: Amounts,
}

impl From<&[Resource]> for Amounts {
    fn from(resources: &[Resource]) -> Self {
        let mut amounts = Self::default();
        for resource in resources {
            let amount = match resource.name.as_str() {
                "cpus" => &mut amounts.cpus,
                "mem" => &mut amounts.mem,
                "disk" => &mut amounts.disk,
                "gpus" => &mut amounts.gpus,
                _ => continue,
            };
            *amount += resource.scalar.as_ref().map_or(0.0, |scalar| scalar.value);
        }
        amounts
    }
}

impl Amounts {
    fn add(&mut self, other: Self) {
        self.cpus += other.cpus;
        self.mem += other.mem;
        self.disk += other.disk;
        self.gpus += other.gpus;
    }
}

impl Share {
    pub(super) fn add(&mut self, other: Self) {
        self.total.add(other.total);
        self.used.add(other.used);
        self.offered.add(other.offered);
    }
}

/// Returns resources as Mesos writes them, without the role to which they are allocated.
pub(super) fn text(resources: &[Resource]) -> String {
    let mut resources = Resources::from(resources);
    resources.unallocate();
    if resources.is_empty() { String::new() } else { resources.to_string() }
}
