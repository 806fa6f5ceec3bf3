//! Handlers that take their time with updates, and when and where the acknowledgements arrive.

use std::time::Duration;

use mesos_sdk::proto::v1::{Offer, TaskStatus};
use mesos_sdk::scheduler::Subscription;
use mesos_sdk::{HandlerResult, Scheduler, SchedulerHandle, async_trait};
use peer::Response;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

use crate::driver;
use crate::master::{ACCEPTED, ScriptedMaster};

/// Makes two calls, and decides about the update of each task after this many milliseconds.
struct Decides(&'static [u64]);

#[async_trait]
impl Scheduler for Decides {
    async fn subscribed(&mut self, handle: &SchedulerHandle, _: Subscription) -> HandlerResult {
        handle.revive(["first"]).detach();
        handle.revive(["second"]).detach();
        Ok(())
    }

    async fn offers(&mut self, _: &SchedulerHandle, _: Vec<Offer>) -> HandlerResult {
        Ok(())
    }

    async fn update(&mut self, _: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        match self.0[status.task_id.value.parse::<usize>()?] {
            0 => {}
            time => sleep(Duration::from_millis(time)).await,
        }
        Ok(())
    }
}

/// An acknowledgement: of which task, when in milliseconds, and how many connections were opened
/// before its own.
type Acknowledged = (String, u128, usize);

/// Gives so many updates to a handler that decides about them in these times. The second call gets
/// a response if `responds`; acknowledgements have none, which would wake the driver. Returns the
/// first acknowledgements.
async fn acknowledged(
    updates: &'static [usize],
    times: &'static [u64],
    responds: bool,
    count: usize,
) -> Vec<Acknowledged> {
    let (came, mut acknowledgements) = mpsc::unbounded_channel();
    let began = Instant::now();
    let peer = ScriptedMaster::with_updates(updates, move |one| match &one.call.acknowledge {
        Some(acknowledge) => {
            let task = acknowledge.task_id.value.clone();
            came.send((task, began.elapsed().as_millis(), one.connection)).ok();
            Response::with("")
        }
        None => Response::with(if responds || one.number == 0 { ACCEPTED } else { "" }),
    });
    // In a separate task, which the arrival of an acknowledgement does not wake.
    let running = tokio::spawn(async move { driver(&peer).run(&mut Decides(times)).await });
    let mut all = Vec::new();
    while all.len() < count
        && let Ok(Some(next)) = timeout(Duration::from_secs(60), acknowledgements.recv()).await
    {
        all.push(next);
    }
    running.abort();
    all
}

#[tokio::test(start_paused = true)]
async fn acknowledgement_overtakes_after_a_second() {
    for (times, at, connection) in [(&[500][..], 600, 0), (&[2000], 2100, 1)] {
        assert_eq!(acknowledged(&[1], times, false, 1).await, [("0".to_owned(), at, connection)]);
    }
}

/// The second and the third come together, while the first is being handled.
#[tokio::test(start_paused = true)]
async fn acknowledgement_does_not_wait_for_the_next_handler() {
    let acknowledged = acknowledged(&[1, 2], &[1000, 0, 30_000], true, 2).await;
    let expected = [("0", 1100), ("1", 1100)].map(|(task, at)| (task.to_owned(), at, 0));
    assert_eq!(acknowledged, expected);
}
