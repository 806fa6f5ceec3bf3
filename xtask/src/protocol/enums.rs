//! The calls, events and operations that proto/ knows.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use protox::prost_reflect::DescriptorPool;

use crate::codegen;

/// Which section of the page lists the values of which enum.
const SECTIONS: [(&str, &str); 8] = [
    ("Scheduler calls", "mesos.v1.scheduler.Call.Type"),
    ("Scheduler events", "mesos.v1.scheduler.Event.Type"),
    ("Offer operations", "mesos.v1.Offer.Operation.Type"),
    ("Executor calls", "mesos.v1.executor.Call.Type"),
    ("Executor events", "mesos.v1.executor.Event.Type"),
    ("Master operator calls", "mesos.v1.master.Call.Type"),
    ("Master operator events", "mesos.v1.master.Event.Type"),
    ("Agent operator calls", "mesos.v1.agent.Call.Type"),
];

/// The names that each section has to list.
pub(super) type Sections = BTreeMap<&'static str, Vec<String>>;

pub(super) fn read() -> Result<Sections> {
    let pool = DescriptorPool::from_file_descriptor_set(codegen::descriptors()?)?;
    SECTIONS.iter().map(|&(section, of)| Ok((section, values(&pool, of)?))).collect()
}

/// Returns all but UNKNOWN, which stands for what this version does not know.
fn values(pool: &DescriptorPool, of: &str) -> Result<Vec<String>> {
    let found = pool.get_enum_by_name(of).with_context(|| format!("{of} is not in proto/"))?;
    Ok(found.values().filter(|value| value.number() != 0).map(|value| value.name().to_owned()).collect())
}
