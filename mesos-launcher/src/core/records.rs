//! The records in the store: their keys and contents.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::rollout::Rollout;
use crate::spec::Policy;
use crate::store::{Records, StoreError, StoreErrorKind};

/// The version of the records. Those without volumes are of the first version, which older programs
/// read as well.
pub(super) const FORMAT: u32 = 2;
pub(super) const WITHOUT_VOLUMES: u32 = 1;

/// The record `meta`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Meta {
    pub(super) format: u32,
}

/// The record of a workload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct WorkloadRecord {
    /// How many tasks are described. A service has one, in one or more versions.
    pub(super) tasks: usize,
    pub(super) slots: usize,
    pub(super) policy: Policy,
    /// Whether it is to be stopped, whether or not its tasks have ended.
    pub(super) is_stopping: bool,
    /// Of a service: which versions of its task its instances have, and are to have.
    #[serde(default)]
    pub(super) rollout: Rollout,
}

pub(super) const META: &str = "meta";
/// The record of the time, since the Unix epoch, up to which what became unreachable is replaced,
/// however much it is.
pub(super) const REPLACE: &str = "replace";

pub(super) fn workload(name: &str) -> String {
    format!("workload/{name}")
}

pub(super) fn task(name: &str, index: usize) -> String {
    format!("task/{name}/{index}")
}

pub(super) fn slot(name: &str, index: usize) -> String {
    format!("slot/{name}/{index}")
}

pub(super) fn end(name: &str, index: usize) -> String {
    format!("end/{name}/{index}")
}

pub(super) fn abandoned(task_id: &str) -> String {
    format!("abandoned/{task_id}")
}

pub(super) fn volume(id: &str) -> String {
    format!("volume/{id}")
}

pub(super) fn agent(id: &str) -> String {
    format!("agent/{id}")
}

/// Returns a record's text.
pub(super) fn text(record: &impl Serialize) -> String {
    // Numbers that are not finite are refused before, and keys are strings.
    serde_json::to_string(record).unwrap_or_default()
}

/// Reads the record with this key, if there is one.
pub(super) fn read<T: DeserializeOwned>(records: &Records, key: &str) -> Result<Option<T>, StoreError> {
    let Some(text) = records.get(key) else { return Ok(None) };
    serde_json::from_str(text).map(Some).map_err(|error| {
        let text = format!("the record {key} can't be read: {error}; restore the store from a backup");
        StoreError::new(StoreErrorKind::Corrupt, text)
    })
}

/// Returns the records whose keys have this prefix, without it.
pub(super) fn below<'r>(records: &'r Records, prefix: &'r str) -> impl Iterator<Item = &'r str> {
    let keys = records.range(prefix.to_owned()..).map(|(key, _)| key.as_str());
    keys.map_while(move |key| key.strip_prefix(prefix))
}

/// Returns the numbers of the tasks of a workload that have records.
pub(super) fn task_numbers<'r>(records: &'r Records, name: &str) -> impl Iterator<Item = usize> + 'r {
    let prefix = format!("task/{name}/");
    let keys = records.range(prefix.clone()..).map(|(key, _)| key.as_str());
    let numbers = keys.map_while(move |key| key.strip_prefix(&prefix));
    numbers.filter_map(|number| number.parse().ok())
}

/// Returns the version of the records, 0 if there are none, and refuses a newer one.
pub(super) fn format(records: &Records) -> Result<u32, StoreError> {
    match read::<Meta>(records, META)? {
        Some(meta) if meta.format > FORMAT => {
            let text = format!("the records are of version {}: update this program", meta.format);
            Err(StoreError::new(StoreErrorKind::TooNew, text))
        }
        meta => Ok(meta.map_or(0, |meta| meta.format)),
    }
}
