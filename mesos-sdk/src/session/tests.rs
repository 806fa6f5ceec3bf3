//! The shell with a driver in it, against masters in memory, in virtual time.

mod executor;
mod idle_connection;
mod log;
mod notifications;
mod status;
mod storing;

pub(super) use log::logged;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use peer::{Requests, chunk};
use prost::Message as _;
use tokio::io::{AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::proto::v1::scheduler::{Call, Event, event};
use crate::proto::v1::{FrameworkId, FrameworkInfo, Offer, TaskStatus};
use crate::wire::encode_record;
use crate::{
    Address, ClientOptions, Connector, Error, HandlerResult, Io, Master, MasterDetector, Scheduler,
    SchedulerDriver, SchedulerHandle,
};

/// Two masters: the first gives the framework an id, and at the same moment the second is named as
/// the leader.
#[derive(Debug, Default)]
struct Masters {
    changed: Notify,
    /// The ids that the framework has subscribed with.
    ids: Mutex<Vec<Option<String>>>,
    came_to_second: Notify,
}

impl Masters {
    async fn serve(self: Arc<Self>, name: String, mut io: DuplexStream) -> io::Result<()> {
        let request = Requests::default().read(&mut io).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let call = Call::decode(&*request.body)?;
        let id = call.framework_id.map(|id| id.value);
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).push(id);
        if name == "second" {
            self.came_to_second.notify_one();
            return Ok(());
        }
        let mut response =
            b"HTTP/1.1 200 OK\r\nMesos-Stream-Id: one\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        response.extend(chunk(&encode_record(&subscribed().encode_to_vec())));
        io.write_all(&response).await?;
        self.changed.notify_one();
        std::future::pending().await
    }
}

fn subscribed() -> Event {
    let framework_id = FrameworkId::from("given");
    let subscribed = event::Subscribed { framework_id, ..event::Subscribed::default() };
    Event {
        r#type: Some(event::Type::Subscribed.into()),
        subscribed: Some(Box::new(subscribed)),
        ..Event::default()
    }
}

#[derive(Debug)]
struct Network(Arc<Masters>);

#[async_trait]
impl Connector for Network {
    async fn connect(&self, address: &Address) -> io::Result<Box<dyn Io>> {
        let (driver, master) = duplex(64 << 10);
        tokio::spawn(Arc::clone(&self.0).serve(address.host().to_owned(), master));
        Ok(Box::new(driver))
    }
}

#[derive(Debug)]
struct Detector(Arc<Masters>);

#[async_trait]
impl MasterDetector for Detector {
    async fn detect(&self, _: Option<&Address>) -> Result<Address, Error> {
        Ok(Address::new("first", 5050))
    }

    async fn changed(&self, known: Option<&Address>) -> Address {
        if known.is_some_and(|known| known.host() == "second") {
            return std::future::pending().await;
        }
        self.0.changed.notified().await;
        Address::new("second", 5050)
    }
}

struct Framework;

#[async_trait]
impl Scheduler for Framework {
    async fn offers(&mut self, _: &SchedulerHandle, _: Vec<Offer>) -> HandlerResult {
        Ok(())
    }

    async fn update(&mut self, _: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn arrived_subscribed_precedes_a_new_leader() {
    let masters = Arc::new(Masters::default());
    let info = FrameworkInfo { name: "test".to_owned(), user: "u".to_owned(), ..FrameworkInfo::default() };
    let master = Master::with_detector("test", Detector(Arc::clone(&masters)));
    let driver = SchedulerDriver::new(master, info)
        .client_options(ClientOptions::new().connector(Network(Arc::clone(&masters))));
    let mut framework = Framework;
    let came = timeout(Duration::from_secs(60), masters.came_to_second.notified());
    tokio::select! {
        ended = driver.run(&mut framework) => panic!("{ended:?}"),
        came = came => came.unwrap(),
    }
    let ids = masters.ids.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert_eq!(ids, [None, Some("given".to_owned())]);
}

#[tokio::test]
async fn framework_without_known_tasks_is_not_queried() {
    assert!(Framework.known_tasks().await.is_none());
    assert!(Framework.known_operations().await.is_none());
}

/// A peer that sends this in response to the first request of each connection, in one piece, and
/// nothing more.
#[derive(Debug)]
struct Responds(Vec<u8>);

#[async_trait]
impl Connector for Responds {
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        let (driver, mut master) = duplex(64 << 10);
        let response = self.0.clone();
        tokio::spawn(async move {
            Requests::default().read(&mut master).await?;
            master.write_all(&response).await?;
            std::future::pending::<io::Result<()>>().await
        });
        Ok(Box::new(driver))
    }
}

/// Does this with offers, and counts how often.
struct Offered {
    times: usize,
    then: fn(&SchedulerHandle) -> HandlerResult,
}

#[async_trait]
impl Scheduler for Offered {
    async fn offers(&mut self, handle: &SchedulerHandle, _: Vec<Offer>) -> HandlerResult {
        self.times += 1;
        (self.then)(handle)
    }

    async fn update(&mut self, _: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn events_after_a_fatal_one_are_not_handled() {
    let offers = Event {
        r#type: Some(event::Type::Offers.into()),
        offers: Some(event::Offers::default()),
        ..Event::default()
    };
    let mut response = b"HTTP/1.1 200 OK\r\nMesos-Stream-Id: one\r\n\r\n".to_vec();
    response.extend(
        [subscribed(), offers.clone(), offers].iter().flat_map(|event| encode_record(&event.encode_to_vec())),
    );
    let response = Arc::new(Responds(response));
    let ends: [fn(&SchedulerHandle) -> HandlerResult; 3] = [
        |_| Err("broken".into()),
        |driver| {
            driver.abort();
            Ok(())
        },
        |driver| {
            driver.stop_with_failover();
            Ok(())
        },
    ];
    for then in ends {
        let info =
            FrameworkInfo { name: "test".to_owned(), user: "u".to_owned(), ..FrameworkInfo::default() };
        let driver = SchedulerDriver::new(Address::new("m", 5050), info)
            .client_options(ClientOptions::new().connector(Arc::clone(&response)));
        let mut framework = Offered { times: 0, then };
        drop(timeout(Duration::from_secs(60), driver.run(&mut framework)).await.expect("it does not end"));
        assert_eq!(framework.times, 1);
    }
}
