//! What a page learns without asking.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{Stream, StreamExt as _, iter, unfold};
use http::Response;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::response::{self, Body};
use crate::state::ServerState;

/// The shortest time between two summaries.
const PAUSE: Duration = Duration::from_millis(250);
/// After how long without a change a page learns that the window still runs.
const QUIET: Duration = Duration::from_secs(10);

/// Responds with a stream of server-sent events: first what the window can do, then a summary of
/// the cluster whenever it has changed.
pub(crate) fn respond(state: Arc<ServerState>) -> Response<Body> {
    let first = message("window", &settings(&state));
    response::pieces("text/event-stream", iter([first]).chain(summaries(state)).map(Ok))
}

fn settings(state: &ServerState) -> Value {
    let faults = state.faults.as_ref();
    let list = faults.map(|faults| faults.list()).unwrap_or_default();
    let list =
        list.iter().map(|fault| json!({"name": fault.name, "text": fault.text, "of_agent": fault.of_agent}));
    json!({
        "token": state.allow_changes.then(|| state.guard.token()), "allow_changes": state.allow_changes,
        "faults": list.collect::<Vec<_>>(),
        "fault_agents": faults.map(|faults| faults.agents()).unwrap_or_default(),
    })
}

fn summaries(state: Arc<ServerState>) -> impl Stream<Item = Bytes> {
    let (watcher, mut versions) = (state.watcher(), state.versions());
    versions.mark_changed();
    unfold((state, watcher, versions), |(state, watcher, mut versions)| async move {
        let next = match timeout(QUIET, versions.changed()).await {
            Ok(Ok(())) => {
                sleep(PAUSE).await;
                versions.mark_unchanged();
                message("summary", &state.model().summary())
            }
            Ok(Err(_)) => return None,
            Err(_) => Bytes::from_static(b": quiet\n\n"),
        };
        Some((next, (state, watcher, versions)))
    })
}

/// JSON has no line breaks outside of its texts, and escapes those in them.
fn message(event: &str, data: &Value) -> Bytes {
    Bytes::from(format!("event: {event}\ndata: {data}\n\n"))
}
