//! How the window learns what happens in the cluster.

use std::time::{Duration, SystemTime};

use futures::StreamExt as _;
use tokio::time::{Instant, sleep};

use crate::state::ServerState;

/// How often to poll for what events do not show.
const POLL: Duration = Duration::from_secs(2);
/// The shortest pause between two polls, as a multiple of the time that the last poll took.
const REST: u32 = 10;
/// How long to wait before subscribing again after an error that a retry does not fix by itself.
const PAUSE: Duration = Duration::from_secs(10);

/// Follows the cluster's events until the future is dropped.
pub(crate) async fn events(state: &ServerState) {
    loop {
        let mut events = state.operator.events();
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => state.change(|model| model.apply(event, now())),
                Err(error) => state.change(|model| model.lose(&format!("{error:#}"), now())),
            }
        }
        sleep(PAUSE).await;
    }
}

/// Asks for agents, offers and the leader while a page is state.
pub(crate) async fn poll(state: &ServerState) {
    loop {
        let started = Instant::now();
        if state.is_watched() {
            Box::pin(poll_once(state)).await;
        }
        let rest = POLL.max(started.elapsed().saturating_mul(REST));
        tokio::select! {
            () = sleep(rest) => {}
            () = state.opened.notified() => {}
        }
    }
}

/// Polls once. Failures are ignored: they show in the event stream, which subscribes again by
/// itself.
async fn poll_once(state: &ServerState) {
    let operator = &state.operator;
    let membership = state.model().membership();
    let (agents, frameworks, leader) =
        tokio::join!(operator.get_agents(), operator.get_frameworks(), operator.get_master());
    state.change(|model| {
        if membership.is_none() || model.membership() != membership {
            return;
        }
        if let Ok(agents) = agents {
            model.set_agents(agents, now());
        }
        if let Ok(frameworks) = frameworks {
            model.set_frameworks(frameworks);
        }
        if let Ok(leader) = leader {
            model.set_leader(leader);
        }
    });
}

/// Returns the seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
