//! What a page learns without asking.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{Stream, StreamExt as _, iter, unfold};
use http::Response;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::open::Open;
use crate::response::{self, Body};

/// The shortest time between two summaries.
const PAUSE: Duration = Duration::from_millis(250);
/// After how long without a change a page learns that the window still runs.
const QUIET: Duration = Duration::from_secs(10);

/// Responds with a stream of server-sent events: first what the window can do, then a summary of
/// the cluster whenever it has changed.
pub(crate) fn respond(open: Arc<Open>) -> Response<Body> {
    let first = message("window", &settings(&open));
    response::pieces("text/event-stream", iter([first]).chain(summaries(open)).map(Ok))
}

fn settings(open: &Open) -> Value {
    let faults = open.faults.as_ref();
    let list = faults.map(|faults| faults.list()).unwrap_or_default();
    let list =
        list.iter().map(|fault| json!({"name": fault.name, "text": fault.text, "of_agent": fault.of_agent}));
    json!({
        "token": open.allow_changes.then(|| open.guard.token()), "allow_changes": open.allow_changes,
        "faults": list.collect::<Vec<_>>(),
        "fault_agents": faults.map(|faults| faults.agents()).unwrap_or_default(),
    })
}

fn summaries(open: Arc<Open>) -> impl Stream<Item = Bytes> {
    let (watcher, mut versions) = (open.watcher(), open.versions());
    versions.mark_changed();
    unfold((open, watcher, versions), |(open, watcher, mut versions)| async move {
        let next = match timeout(QUIET, versions.changed()).await {
            Ok(Ok(())) => {
                sleep(PAUSE).await;
                versions.mark_unchanged();
                message("summary", &open.model().summary())
            }
            Ok(Err(_)) => return None,
            Err(_) => Bytes::from_static(b": quiet\n\n"),
        };
        Some((next, (open, watcher, versions)))
    })
}

/// JSON has no line breaks outside of its texts, and escapes those in them.
fn message(event: &str, data: &Value) -> Bytes {
    Bytes::from(format!("event: {event}\ndata: {data}\n\n"))
}
