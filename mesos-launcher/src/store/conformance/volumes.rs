//! The records of an instance whose volume is replaced, write by write, as a launcher makes them.

use std::ops::Range;

use super::rules::{has, open, poll_times, write};
use super::{Violation, ensure};
use crate::store::{Change, Opened, Records, Store};

/// How often a write is polled before it is dropped.
const POLLS: Range<usize> = 0..8;

/// The ids of the volumes: those of the runs that they are made for. The second one comes before
/// the first one in the order of keys.
const IDS: [&str; 2] = ["b.0.life2-1", "b.0.life10-1"];

/// Returns the writes, from the first volume that is asked for to the last one that is gone.
pub(super) fn writes() -> Vec<Vec<Change>> {
    let [first, second] = IDS;
    vec![
        vec![Change::put("meta", r#"{"format":2}"#)],
        vec![run(first), record(first, "Kept", false)],
        vec![record(first, "Kept", true)],
        vec![record(first, "GivenUp", true), Change::delete("slot/b/0")],
        vec![run(second), record(second, "Kept", false)],
        vec![record(first, "Destroying", true), record(second, "Kept", true)],
        vec![Change::delete(key(first))],
        vec![Change::delete("slot/b/0"), record(second, "Destroying", true)],
        vec![Change::delete(key(second)), Change::delete("meta")],
    ]
}

fn key(id: &str) -> String {
    format!("volume/{id}")
}

fn run(id: &str) -> Change {
    Change::put("slot/b/0", format!(r#"{{"run":"{id}"}}"#))
}

fn record(id: &str, state: &str, exists: bool) -> Change {
    Change::put(key(id), format!(r#"{{"workload":"b","index":0,"state":"{state}","exists":{exists}}}"#))
}

/// Makes each write in another process, which was killed in the middle of it before: the records
/// are those before the write or those after it, and then those after it.
pub(super) async fn volumes_survive<S: Store>(make: impl Fn() -> S) -> Result<(), Violation> {
    for polls in POLLS {
        let mut before = Records::new();
        for changes in writes() {
            let (store, mut after) = (make(), before.clone());
            Change::apply_all(changes.clone(), &mut after);
            let epoch = open(&store).await?.epoch;
            let is_done = poll_times(store.write(epoch, changes.clone()), polls);
            let Opened { epoch, records } = open(&store).await?;
            ensure(records == after || (records == before && !is_done), || {
                format!(
                    "a write of volumes dropped after {polls} polls left {records:?}, and should {after:?}"
                )
            })?;
            write(&store, epoch, changes).await?;
            drop(store);
            has(&make(), &after, "after a write of volumes").await?;
            before = after;
        }
    }
    Ok(())
}
