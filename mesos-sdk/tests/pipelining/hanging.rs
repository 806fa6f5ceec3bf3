//! Whatever a user gives to a driver may hang. A stop ends the driver in time nevertheless.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mesos_sdk::proto::v1::{FrameworkId, FrameworkInfo, Offer, TaskStatus};
use mesos_sdk::scheduler::{KnownOperation, KnownTask, NotificationHandler, Subscription};
use mesos_sdk::security::{Authenticator, Secret};
use mesos_sdk::store::FrameworkStore;
use mesos_sdk::{
    Address, ClientOptions, Connector, Error, ErrorKind, HandlerResult, Io, Master, MasterDetector,
    Scheduler, SchedulerDriver, SchedulerHandle, async_trait,
};
use peer::Response;
use tokio::time::{Instant, sleep, timeout};

use crate::master::{ACCEPTED, ScriptedMaster};

const STOP_TIMEOUT: Duration = Duration::from_secs(7);

/// What hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Load,
    Save,
    Clear,
    Detect,
    Connect,
    ConnectForCalls,
    Authorize,
    AuthorizeCalls,
    Refused,
    Subscribed,
    KnownTasks,
    KnownOperations,
    Update,
    Notified,
}

const ALL: [Part; 14] = [
    Part::Load,
    Part::Save,
    Part::Clear,
    Part::Detect,
    Part::Connect,
    Part::ConnectForCalls,
    Part::Authorize,
    Part::AuthorizeCalls,
    Part::Refused,
    Part::Subscribed,
    Part::KnownTasks,
    Part::KnownOperations,
    Part::Update,
    Part::Notified,
];

/// Everything that a user can give to a driver, of which one part hangs.
#[derive(Clone, Debug)]
struct Hangs {
    part: Part,
    peer: ScriptedMaster,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Hangs {
    fn new(part: Part) -> Self {
        let peer = ScriptedMaster::with_updates(&[1], move |_| match part {
            Part::Refused => Response::with("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"),
            _ => Response::with(ACCEPTED),
        });
        Self { part, peer, connections: Arc::default(), requests: Arc::default() }
    }

    async fn at(&self, part: Part) {
        if part == self.part {
            pending::<()>().await;
        }
    }
}

#[async_trait]
impl FrameworkStore for Hangs {
    async fn load(&self) -> Result<Option<FrameworkId>, Error> {
        self.at(Part::Load).await;
        Ok(None)
    }

    async fn save(&self, _: &FrameworkId) -> Result<(), Error> {
        self.at(Part::Save).await;
        Ok(())
    }

    async fn clear(&self) -> Result<(), Error> {
        self.at(Part::Clear).await;
        Ok(())
    }
}

#[async_trait]
impl MasterDetector for Hangs {
    async fn detect(&self, _: Option<&Address>) -> Result<Address, Error> {
        self.at(Part::Detect).await;
        Ok(Address::new("m", 5050))
    }
}

#[async_trait]
impl Connector for Hangs {
    async fn connect(&self, address: &Address) -> io::Result<Box<dyn Io>> {
        match self.connections.fetch_add(1, Ordering::SeqCst) {
            0 => self.at(Part::Connect).await,
            _ => self.at(Part::ConnectForCalls).await,
        }
        self.peer.connect(address).await
    }
}

#[async_trait]
impl Authenticator for Hangs {
    async fn authorization(&self, _: &Address) -> Result<Option<Secret>, Error> {
        match self.requests.fetch_add(1, Ordering::SeqCst) {
            0 => self.at(Part::Authorize).await,
            _ => self.at(Part::AuthorizeCalls).await,
        }
        Ok(Some(Secret::new("Bearer token")))
    }

    async fn refused(&self, _: &Address, _: Option<&Secret>) -> Result<bool, Error> {
        self.at(Part::Refused).await;
        Ok(false)
    }
}

#[async_trait]
impl Scheduler for Hangs {
    async fn subscribed(&mut self, _: &SchedulerHandle, _: Subscription) -> HandlerResult {
        self.at(Part::Subscribed).await;
        Ok(())
    }

    async fn offers(&mut self, _: &SchedulerHandle, _: Vec<Offer>) -> HandlerResult {
        Ok(())
    }

    async fn update(&mut self, _: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
        self.at(Part::Update).await;
        Ok(())
    }

    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        self.at(Part::KnownTasks).await;
        None
    }

    async fn known_operations(&mut self) -> Option<Vec<KnownOperation>> {
        self.at(Part::KnownOperations).await;
        None
    }
}

#[async_trait]
impl NotificationHandler<()> for Hangs {
    async fn notified(&mut self, _: &SchedulerHandle, (): ()) -> HandlerResult {
        self.at(Part::Notified).await;
        Ok(())
    }
}

/// Runs a driver that is stopped after 3 s. Returns how it ended, and how long after that.
async fn stopped(part: Part, stop: fn(&SchedulerHandle)) -> (Result<(), Error>, Duration) {
    let mut hangs = Hangs::new(part);
    let framework = FrameworkInfo { name: "n".to_owned(), user: "u".to_owned(), ..FrameworkInfo::default() };
    let options = ClientOptions::new().connector(hangs.clone()).authenticator(hangs.clone());
    let driver = SchedulerDriver::new(Master::with_detector("hangs", hangs.clone()), framework)
        .client_options(options)
        .store(hangs.clone())
        .stop_timeout(STOP_TIMEOUT);
    let (handle, notifications) = (driver.handle(), futures::stream::iter([()]));
    let run = timeout(Duration::from_secs(3600), driver.run_with(&mut hangs, notifications));
    let (ended, at) = tokio::join!(async { (run.await, Instant::now()) }, async {
        sleep(Duration::from_secs(3)).await;
        stop(&handle);
        Instant::now()
    });
    let (result, when) = ended;
    (result.unwrap_or_else(|_| panic!("{part:?}: it never returns")), when.duration_since(at))
}

#[tokio::test(start_paused = true)]
async fn stop_ends_a_driver_whatever_hangs() {
    for part in ALL {
        let (result, after) = Box::pin(stopped(part, SchedulerHandle::stop)).await;
        // The store has its own time after the response to TEARDOWN.
        let most = if part == Part::Clear { STOP_TIMEOUT * 2 } else { STOP_TIMEOUT };
        assert!(after <= most, "{part:?}: {result:?} after {after:?}");
        let kind = result.map_err(|error| error.kind());
        let expected = match part {
            Part::Load | Part::Clear => Err(ErrorKind::Store),
            Part::Connect
            | Part::Authorize
            | Part::ConnectForCalls
            | Part::AuthorizeCalls
            | Part::Refused => Err(ErrorKind::Timeout),
            // A master has confirmed it, or nothing was sent that could register a framework.
            _ => Ok(()),
        };
        assert_eq!(kind, expected, "{part:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn leaving_a_driver_succeeds_whatever_hangs() {
    for stop in [SchedulerHandle::stop_with_failover, SchedulerHandle::abort] {
        for part in ALL {
            let (result, after) = Box::pin(stopped(part, stop)).await;
            assert!(result.is_ok() && after <= STOP_TIMEOUT, "{part:?}: {result:?} after {after:?}");
        }
    }
}
