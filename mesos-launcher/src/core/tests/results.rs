//! What must hold of the results of a map.

use std::collections::{BTreeMap, BTreeSet};

use mesos_sdk::payload::Bytes;

use super::super::Core;
use super::super::records::{self, read, text};
use super::checks::index;
use crate::data::Data;
use crate::end::{End, Outcome};
use crate::store::{Change, Records};

/// What was stored, over all lives of the scheduler.
#[derive(Clone, Debug, Default)]
pub(super) struct Results {
    /// The runs that were ever abandoned: their slots do not wait for their results.
    abandoned: BTreeSet<String>,
    /// The ends, as they were first stored.
    ends: BTreeMap<String, String>,
}

/// Returns the result of a task, which differs from that of any other attempt.
pub(super) fn result_of(task: &str) -> Bytes {
    Bytes::copy_from_slice(format!("result of {task}").as_bytes())
}

impl Results {
    /// All ends are taken up with their results.
    pub(super) fn starts(&self, core: &Core) {
        let known: BTreeMap<_, _> =
            core.ends().map(|end| (records::end(&end.workload, end.index), text(&end))).collect();
        assert_eq!(known, self.ends, "the scheduler starts with other ends than it stored");
    }

    /// An end that is stored stays as it is.
    pub(super) fn written(&mut self, changes: &[Change], store: &Records) {
        let abandoned = changes.iter().filter_map(|change| change.key().strip_prefix("abandoned/"));
        self.abandoned.extend(abandoned.map(str::to_owned));
        let ends = store.iter().filter(|(key, _)| key.starts_with("end/"));
        let ends: BTreeMap<_, _> = ends.map(|(key, text)| (key.clone(), text.clone())).collect();
        for (key, before) in &self.ends {
            assert_eq!(ends.get(key), Some(before), "{key} has changed");
        }
        self.ends = ends;
    }

    /// The result of a task that has finished is stored before that is acknowledged.
    pub(super) fn acknowledged(&self, task: &str, store: &Records) {
        if !self.abandoned.contains(task) {
            let end: Option<End> = read(store, &records::end("b", index(task))).unwrap();
            let end = end.unwrap_or_else(|| panic!("the result of {task} is acknowledged, and not stored"));
            assert_eq!(end.task_id, task, "another attempt has ended {end}");
            has_its_result(&end);
        }
    }

    /// An end is handed out as it is stored.
    pub(super) fn handed_out(end: &End, store: &Records) {
        let stored = read(store, &records::end("b", end.index)).unwrap();
        assert_eq!(stored.as_ref(), Some(end), "an end is handed out that is not stored");
        has_its_result(end);
    }
}

fn has_its_result(end: &End) {
    let result = (end.outcome == Outcome::Finished).then(|| Data(result_of(&end.task_id)));
    assert_eq!(end.result, result, "{end} has another result");
}
