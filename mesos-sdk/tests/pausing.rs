//! A process that does nothing for longer than a master's heartbeats may be missing, and a handler
//! that blocks its thread for as long.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mesos_sdk::proto::v1::scheduler::call::Type;
use mesos_sdk::proto::v1::scheduler::{Call, Event, event};
use mesos_sdk::proto::v1::{FrameworkId, FrameworkInfo, Offer, TaskStatus};
use mesos_sdk::scheduler::Subscription;
use mesos_sdk::wire::encode_record;
use mesos_sdk::{Address, Error, HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait};
use peer::{Connection, Response, Server};
use prost::Message as _;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// Five of them may be missing.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Longer than that, but not by so much that the driver would put the silence down to a pause.
const PAUSE: Duration = Duration::from_millis(5300);

/// A master on its own thread, which counts subscriptions.
struct Master {
    server: Server,
    subscriptions: Arc<AtomicUsize>,
}

impl Master {
    fn start() -> io::Result<Self> {
        let subscriptions = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&subscriptions);
        let server = Server::scripted(move |received| match Call::decode(&*received.request.body) {
            Ok(call) if call.r#type() == Type::Subscribe => {
                counted.fetch_add(1, Ordering::SeqCst);
                Response::hand_over(stream)
            }
            _ => Response::with("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"),
        })?;
        Ok(Self { server, subscriptions })
    }

    fn subscriptions(&self) -> usize {
        self.subscriptions.load(Ordering::SeqCst)
    }
}

async fn stream(mut connection: Connection) -> io::Result<()> {
    let subscribed = event::Subscribed {
        framework_id: FrameworkId::from("f"),
        heartbeat_interval_seconds: Some(HEARTBEAT.as_secs_f64()),
        master_info: None,
    };
    let subscribed = Event {
        r#type: Some(event::Type::Subscribed.into()),
        subscribed: Some(Box::new(subscribed)),
        ..Event::default()
    };
    let heartbeat = Event { r#type: Some(event::Type::Heartbeat.into()), ..Event::default() };
    connection.write_all(b"HTTP/1.1 200 OK\r\nMesos-Stream-Id: one\r\n\r\n").await?;
    connection.write_all(&encode_record(&subscribed.encode_to_vec())).await?;
    loop {
        sleep(HEARTBEAT / 2).await;
        connection.write_all(&encode_record(&heartbeat.encode_to_vec())).await?;
    }
}

struct Waits {
    subscribed: Option<oneshot::Sender<()>>,
    /// For how long the handler keeps its thread.
    blocks: Duration,
}

#[async_trait]
impl Scheduler for Waits {
    async fn subscribed(&mut self, _: &SchedulerHandle, _: Subscription) -> HandlerResult {
        self.subscribed.take().map(|subscribed| subscribed.send(()));
        thread::sleep(self.blocks);
        Ok(())
    }

    async fn offers(&mut self, _: &SchedulerHandle, _: Vec<Offer>) -> HandlerResult {
        Ok(())
    }

    async fn update(&mut self, _: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
        Ok(())
    }
}

/// A framework that is subscribed with a new master, whose first handler keeps its thread for so
/// long.
async fn subscribe(blocks: Duration) -> io::Result<(SchedulerHandle, Master, JoinHandle<Result<(), Error>>)> {
    let master = Master::start()?;
    let framework = FrameworkInfo { name: "n".to_owned(), user: "u".to_owned(), ..FrameworkInfo::default() };
    let driver = SchedulerDriver::new(Address::new("127.0.0.1", master.server.port()), framework);
    let (handle, (sender, subscribed)) = (driver.handle(), oneshot::channel());
    let mut waits = Waits { subscribed: Some(sender), blocks };
    let running = tokio::spawn(async move { driver.run(&mut waits).await });
    subscribed.await.map_err(io::Error::other)?;
    Ok((handle, master, running))
}

#[statement::proves(hb5)]
#[tokio::test]
async fn pause_keeps_a_healthy_subscription() {
    let (handle, master, running) = subscribe(Duration::ZERO).await.unwrap();
    for _ in 0..2 {
        // Nobody is polled on the one thread, and what comes first after that is a call.
        thread::sleep(PAUSE);
        handle.revive_all().await.unwrap();
        sleep(HEARTBEAT).await;
    }
    assert_eq!(master.subscriptions(), 1);
    handle.abort();
    running.await.unwrap().unwrap();
}

#[statement::proves(hb5)]
#[tokio::test(flavor = "multi_thread")]
async fn blocked_thread_keeps_a_healthy_subscription() {
    let (handle, master, running) = subscribe(PAUSE).await.unwrap();
    let began = Instant::now();
    handle.revive_all().await.unwrap();
    assert!(began.elapsed() > PAUSE / 2, "the handler has not blocked the driver");
    sleep(HEARTBEAT).await;
    assert_eq!(master.subscriptions(), 1);
    handle.abort();
    running.await.unwrap().unwrap();
}
