//! Events, up to the handler's queue.

use std::time::Duration;

use super::messages::read;
use crate::executor::ExecutorRole;
use crate::operator::Received as Change;
use crate::proto::v1::{ExecutorId, FrameworkId, FrameworkInfo};
use crate::proto::v1::{executor, master, scheduler};
use crate::scheduler::{Identity, RemovedPolicy, SchedulerRole};
use crate::session::{Deliverable as _, Received, Role};
use crate::{Error, ErrorKind};

/// Reads an event of the scheduler API, and handles it with a failure, with success, and as a
/// duplicate.
pub fn scheduler_event(data: &[u8]) {
    let Some(event) = read::<scheduler::Event>(data).map(Box::new) else { return };
    for removed in [RemovedPolicy::Fail, RemovedPolicy::RegisterNew] {
        let identity = Identity::new(FrameworkInfo::default(), None);
        handle(&mut SchedulerRole::new(identity, removed, true), &event);
    }
}

/// Reads an event of the executor API, and handles it with a failure, with success, and as a
/// duplicate.
pub fn executor_event(data: &[u8]) {
    let Some(event) = read::<executor::Event>(data) else { return };
    let ids = (FrameworkId::from("f"), ExecutorId::from("e"));
    handle(&mut ExecutorRole::new(ids.0, ids.1), &event);
}

/// Reads an event of the master's operator API.
pub fn operator_event(data: &[u8]) {
    let Some(event) = read::<master::Event>(data) else { return };
    let change = Change::from(event);
    assert!(!format!("{change:?}").is_empty());
}

fn handle<R: Role>(role: &mut R, event: &R::Event)
where
    R::Event: Clone,
{
    for works in [false, true, true] {
        match role.receive(event.clone()) {
            Received::Subscribed { delivery, .. } | Received::Deliver(delivery) => {
                let token = delivery.token();
                let failed = || Error::new(ErrorKind::Unavailable, "it failed").into();
                role.handled(token, &if works { Ok(()) } else { Err(failed()) });
            }
            Received::Ended { error, .. } => assert!(!format!("{error:#}").is_empty()),
            Received::Answer(_) | Received::Heartbeat | Received::Renewed { .. } => {}
        }
        role.due(Duration::from_secs(3600), true);
        role.subscribe();
    }
}
