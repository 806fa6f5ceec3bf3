//! Who gets a failure, and how a driver ends whose handler does not return.

use std::future::pending;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use mesos_sdk::proto::v1::{Offer, TaskStatus};
use mesos_sdk::scheduler::{FailedCall, Subscription};
use mesos_sdk::{Error, ErrorKind, HandlerResult, Scheduler, SchedulerHandle, async_trait};
use peer::Response;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout};

use crate::driver;
use crate::master::{ACCEPTED, ScriptedMaster, about};

/// Reports which calls have failed that nobody awaited.
struct Recorder {
    subscribed: Option<oneshot::Sender<()>>,
    failed: mpsc::UnboundedSender<String>,
    /// Whether `subscribed` never returns.
    hangs: bool,
}

#[async_trait]
impl Scheduler for Recorder {
    async fn subscribed(&mut self, _: &SchedulerHandle, _: Subscription) -> HandlerResult {
        self.subscribed.take().map(|subscribed| subscribed.send(()));
        if self.hangs {
            pending::<()>().await;
        }
        Ok(())
    }

    async fn offers(&mut self, _: &SchedulerHandle, _: Vec<Offer>) -> HandlerResult {
        Ok(())
    }

    async fn update(&mut self, _: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
        Ok(())
    }

    async fn call_failed(&mut self, _: &SchedulerHandle, failed: FailedCall) -> HandlerResult {
        drop(self.failed.send(about(&failed.call)));
        Ok(())
    }
}

fn refuses() -> ScriptedMaster {
    ScriptedMaster::new(|_| Response::with("HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno"))
}

/// A framework that is subscribed, and the calls that failed.
async fn subscribed(
    peer: &ScriptedMaster,
    hangs: bool,
) -> (SchedulerHandle, mpsc::UnboundedReceiver<String>, tokio::task::JoinHandle<Result<(), Error>>) {
    let driver = driver(peer).stop_timeout(Duration::from_secs(7));
    let (handle, (sender, subscribed)) = (driver.handle(), oneshot::channel());
    let (failed, failed_calls) = mpsc::unbounded_channel();
    let mut recorder = Recorder { subscribed: Some(sender), failed, hangs };
    let running = tokio::spawn(async move { driver.run(&mut recorder).await });
    assert!(subscribed.await.is_ok(), "it ends before it is subscribed");
    (handle, failed_calls, running)
}

fn revive(handle: &SchedulerHandle, name: &str) -> mesos_sdk::CallFuture {
    handle.revive([name])
}

#[tokio::test(start_paused = true)]
async fn unreceived_failure_reaches_the_handler() {
    let (driver, mut failed_calls, _running) = subscribed(&refuses(), false).await;
    let both = async |handle: &SchedulerHandle| -> Result<(), Error> {
        let (one, other) = (revive(handle, "received"), revive(handle, "dropped"));
        one.await?;
        other.await
    };
    assert_eq!(both(&driver).await.unwrap_err().kind(), ErrorKind::Rejected);
    assert_eq!(failed_calls.recv().await.as_deref(), Some("dropped"));

    let late = revive(&driver, "late");
    sleep(Duration::from_secs(1)).await;
    late.detach();
    assert_eq!(failed_calls.recv().await.as_deref(), Some("late"));

    let raced = revive(&driver, "raced");
    tokio::select! {
        biased;
        () = sleep(Duration::from_secs(1)) => drop(raced),
    }
    assert_eq!(failed_calls.recv().await.as_deref(), Some("raced"));
    assert!(
        timeout(Duration::from_secs(1), failed_calls.recv()).await.is_err(),
        "what was received is not reported again"
    );
}

#[tokio::test(start_paused = true)]
async fn run_returns_though_a_handler_never_does() {
    for (stop, takes) in [(SchedulerHandle::stop as fn(&_), 7), (SchedulerHandle::stop_with_failover, 7)] {
        let peer = ScriptedMaster::new(|_| Response::with(ACCEPTED));
        let (driver, _failed_calls, running) = subscribed(&peer, true).await;
        let began = Instant::now();
        stop(&driver);
        timeout(Duration::from_secs(60), running).await.expect("it never returns").unwrap().unwrap();
        assert_eq!(began.elapsed().as_secs(), takes);
    }
}

#[tokio::test(start_paused = true)]
async fn call_before_running_is_not_sent() {
    let peer = refuses();
    let driver = driver(&peer);
    let early = timeout(Duration::from_secs(1), revive(&driver.handle(), "early")).await;
    assert_eq!(early.expect("it hangs").unwrap_err().kind(), ErrorKind::NotSubscribed);
}

/// Whichever of the two the driver looks at first.
#[tokio::test(start_paused = true)]
async fn response_beside_the_end_of_the_stream_counts() {
    for earlier in 0..4 {
        let end = Arc::<OnceLock<ScriptedMaster>>::default();
        let ends = Arc::clone(&end);
        let peer = ScriptedMaster::new(move |came| {
            if about(&came.call) == "last" {
                ends.get().expect("a master").end_stream();
            }
            Response::with(ACCEPTED)
        });
        end.get_or_init(|| peer.clone());
        let (driver, _failed_calls, _running) = subscribed(&peer, false).await;
        let together: Vec<_> = (0..earlier).map(|_| revive(&driver, "earlier")).collect();
        for one in together {
            one.await.unwrap();
        }
        let last = revive(&driver, "last").await;
        assert!(last.is_ok(), "after {earlier} others: {last:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn unwritten_call_is_certainly_not_sent() {
    // Never answers: the second call waits for the connection to prove that it is of use.
    let peer = ScriptedMaster::new(|_| Response::with(""));
    let (driver, _failed_calls, _running) = subscribed(&peer, false).await;
    let calls = [revive(&driver, "written"), revive(&driver, "not")];
    sleep(Duration::from_secs(1)).await;
    peer.end_stream();
    let [written, not] = calls;
    assert_eq!(written.await.unwrap_err().kind(), ErrorKind::Disconnected);
    let not = not.await.unwrap_err();
    assert_eq!(not.kind(), ErrorKind::NotSubscribed);
    assert!(not.to_string().contains("was not sent"), "{not}");
}
