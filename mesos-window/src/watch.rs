//! How the window learns what happens in the cluster.

use std::time::{Duration, SystemTime};

use futures::StreamExt as _;
use tokio::time::{Instant, sleep};

use crate::open::Open;

/// How often to poll for what events do not show.
const POLL: Duration = Duration::from_secs(2);
/// The shortest pause between two polls, as a multiple of the time that the last poll took.
const REST: u32 = 10;
/// How long to wait before subscribing again after an error that a retry does not fix by itself.
const PAUSE: Duration = Duration::from_secs(10);

/// Follows the cluster's events until the future is dropped.
pub(crate) async fn events(open: &Open) {
    loop {
        let mut events = open.operator.events();
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => open.change(|model| model.apply(event, now())),
                Err(error) => open.change(|model| model.lose(&format!("{error:#}"), now())),
            }
        }
        sleep(PAUSE).await;
    }
}

/// Asks for agents, offers and the leader while a page is open.
pub(crate) async fn poll(open: &Open) {
    loop {
        let started = Instant::now();
        if open.is_watched() {
            Box::pin(ask(open)).await;
        }
        let rest = POLL.max(started.elapsed().saturating_mul(REST));
        tokio::select! {
            () = sleep(rest) => {}
            () = open.opened.notified() => {}
        }
    }
}

/// Polls once. Failures are ignored: they show in the event stream, which subscribes again by
/// itself.
async fn ask(open: &Open) {
    let operator = &open.operator;
    let members = open.model().members();
    let (agents, frameworks, leader) =
        tokio::join!(operator.get_agents(), operator.get_frameworks(), operator.get_master());
    open.change(|model| {
        if members.is_none() || model.members() != members {
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
