//! Peers that send a few bytes for a lot of memory: whatever they send, a driver takes no more than
//! the limits allow, reports what is wrong, and continues.
#![cfg(all(target_os = "linux", feature = "json", feature = "zookeeper"))]
#![expect(clippy::unwrap_used, reason = "a test fails that way")]

mod payloads;
mod stores;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use mesos_sdk::executor::ExecutorEnvironment;
use mesos_sdk::operator::{ClusterEvent, MasterOperator};
use mesos_sdk::proto::v1::{
    ExecutorInfo, FrameworkId, FrameworkInfo, KillPolicy, Offer, TaskId, TaskInfo, TaskStatus, executor,
    master, scheduler,
};
use mesos_sdk::scheduler::ExecutorMessage;
use mesos_sdk::wire::{DECODED_FACTOR, DECODED_FLOOR, Encoding, Message, encode_record};
use mesos_sdk::{
    Address, ClientOptions, ErrorKind, Executor, ExecutorDriver, ExecutorHandle, HandlerResult, Scheduler,
    SchedulerDriver, SchedulerHandle, Undecodable, async_trait,
};
use peer::{Response, Server};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use crate::payloads::{EXECUTOR, OPERATOR, SCHEDULER, SIZE};

/// The largest message that is accepted.
const MAX_MESSAGE: usize = SIZE + 1024;
/// What is charged for a message is at most half of what it takes.
const MAX_MEMORY: usize = 2 * (MAX_MESSAGE * DECODED_FACTOR + DECODED_FLOOR) + (64 << 20);
const PATIENCE: Duration = Duration::from_secs(120);

/// One test at a time measures the memory.
static ALONE: Mutex<()> = Mutex::const_new(());

/// Checks how much memory this process has ever had.
fn check_memory() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB")).unwrap();
    let peak = peak.trim().parse::<usize>().unwrap() << 10;
    assert!(peak <= MAX_MEMORY, "{peak} bytes, and {MAX_MEMORY} are allowed");
}

fn options(encoding: Encoding) -> ClientOptions {
    ClientOptions::new().encoding(encoding).max_message_size(MAX_MESSAGE)
}

/// Starts a peer that responds to the first request on each connection with these records, and
/// counts how often.
fn streaming(records: Vec<u8>) -> (Server, Arc<AtomicUsize>) {
    let streams = Arc::<AtomicUsize>::default();
    let counted = Arc::clone(&streams);
    let records = Arc::new(records);
    let server = Server::scripted(move |received| {
        if received.request.head.contains("Mesos-Stream-Id") || counted.load(Ordering::SeqCst) > 100 {
            return Response::with("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
        }
        counted.fetch_add(1, Ordering::SeqCst);
        let records = Arc::clone(&records);
        Response::hand_over(async move |mut connection| {
            connection.write_all(b"HTTP/1.1 200 OK\r\nMesos-Stream-Id: one\r\n\r\n").await?;
            connection.write_all(&records).await?;
            sleep(PATIENCE).await;
            Ok(())
        })
    });
    (server.unwrap(), streams)
}

/// Returns the first record, then each bomb and behind it the number of messages that were
/// understood.
fn records<E: Message>(encoding: Encoding, first: &E, bombs: Vec<Vec<u8>>, sound: &E) -> Vec<u8> {
    let sound = encode_record(&encoding.encode(sound));
    let mut records = encode_record(&encoding.encode(first)).to_vec();
    for bomb in bombs {
        records.extend(encode_record(&bomb));
        records.extend_from_slice(&sound);
    }
    records
}

/// Counts what it receives.
#[derive(Default)]
struct Counts {
    until: usize,
    undecodable: usize,
    messages: usize,
}

impl Counts {
    fn undecodable(&mut self, event: &Undecodable) {
        assert_eq!(event.error.kind(), ErrorKind::Undecodable);
        assert!(!event.error.to_string().is_empty() && event.beginning.len() <= 256, "{event:?}");
        self.undecodable += 1;
    }

    /// Checks what has become of the bombs: an event of an unknown type is ignored, and one list
    /// fits.
    fn check(&self, streams: &AtomicUsize) {
        assert!(self.undecodable <= self.until && self.undecodable + 2 >= self.until, "{}", self.undecodable);
        assert_eq!(streams.load(Ordering::SeqCst), 1);
    }

    /// Returns whether that was the last message.
    fn message(&mut self) -> bool {
        self.messages += 1;
        self.messages == self.until
    }
}

#[async_trait]
impl Scheduler for Counts {
    async fn offers(&mut self, _: &SchedulerHandle, _: Vec<Offer>) -> HandlerResult {
        Ok(())
    }
    async fn update(&mut self, _: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
        Ok(())
    }
    async fn message(&mut self, handle: &SchedulerHandle, _: ExecutorMessage) -> HandlerResult {
        if Counts::message(self) {
            handle.abort();
        }
        Ok(())
    }
    async fn undecodable_event(&mut self, _: &SchedulerHandle, event: Undecodable) -> HandlerResult {
        Counts::undecodable(self, &event);
        Ok(())
    }
}

#[async_trait]
impl Executor for Counts {
    async fn launch(&mut self, _: &ExecutorHandle, _: TaskInfo) -> HandlerResult {
        Ok(())
    }
    async fn kill(&mut self, _: &ExecutorHandle, _: TaskId, _: Option<KillPolicy>) -> HandlerResult {
        Ok(())
    }
    async fn message(&mut self, handle: &ExecutorHandle, _: Bytes) -> HandlerResult {
        if Counts::message(self) {
            handle.stop();
        }
        Ok(())
    }
    async fn undecodable_event(&mut self, _: &ExecutorHandle, event: Undecodable) -> HandlerResult {
        Counts::undecodable(self, &event);
        Ok(())
    }
}

async fn scheduler_survives(encoding: Encoding) {
    use scheduler::{Event, event};
    let _alone = ALONE.lock().await;
    let subscribed =
        event::Subscribed { framework_id: FrameworkId::from("f"), ..event::Subscribed::default() };
    let subscribed = Event {
        r#type: Some(event::Type::Subscribed.into()),
        subscribed: Some(subscribed.into()),
        ..Event::default()
    };
    let message = Event {
        r#type: Some(event::Type::Message.into()),
        message: Some(event::Message::default().into()),
        ..Event::default()
    };
    let bombs = payloads::all(&SCHEDULER, encoding);
    let mut counts = Counts { until: bombs.len(), ..Counts::default() };
    let (master, streams) = streaming(records(encoding, &subscribed, bombs, &message));
    let framework = FrameworkInfo { name: "n".to_owned(), user: "u".to_owned(), ..FrameworkInfo::default() };
    let driver = SchedulerDriver::new(Address::new("127.0.0.1", master.port()), framework);
    let run = driver.client_options(options(encoding)).run(&mut counts);
    timeout(PATIENCE, run).await.unwrap().unwrap();
    counts.check(&streams);
    check_memory();
}

#[tokio::test]
async fn scheduler_survives_protobuf_bombs() {
    scheduler_survives(Encoding::Protobuf).await;
}

#[tokio::test]
async fn scheduler_survives_json_bombs() {
    scheduler_survives(Encoding::Json).await;
}

async fn executor_survives(encoding: Encoding) {
    use executor::{Event, event};
    let _alone = ALONE.lock().await;
    let executor_info = ExecutorInfo { executor_id: "e".into(), ..ExecutorInfo::default() };
    let subscribed = event::Subscribed { executor_info, ..event::Subscribed::default() };
    let subscribed = Event {
        r#type: Some(event::Type::Subscribed.into()),
        subscribed: Some(subscribed.into()),
        ..Event::default()
    };
    let message = Event {
        r#type: Some(event::Type::Message.into()),
        message: Some(event::Message::default().into()),
        ..Event::default()
    };
    let bombs = payloads::all(&EXECUTOR, encoding);
    let mut counts = Counts { until: bombs.len(), ..Counts::default() };
    let (agent, streams) = streaming(records(encoding, &subscribed, bombs, &message));
    let variables = |name: &str| match name {
        "MESOS_FRAMEWORK_ID" => Some("f".to_owned()),
        "MESOS_EXECUTOR_ID" => Some("e".to_owned()),
        "MESOS_AGENT_ENDPOINT" => Some(agent.address().to_owned()),
        "MESOS_DIRECTORY" | "MESOS_SANDBOX" => Some("/tmp".to_owned()),
        _ => None,
    };
    let driver = ExecutorDriver::new(ExecutorEnvironment::from_variables(variables).unwrap());
    let run = driver.client_options(options(encoding)).run(&mut counts);
    timeout(PATIENCE, run).await.unwrap().unwrap();
    counts.check(&streams);
    check_memory();
}

#[tokio::test]
async fn executor_survives_protobuf_bombs() {
    executor_survives(Encoding::Protobuf).await;
}

#[tokio::test]
async fn executor_survives_json_bombs() {
    executor_survives(Encoding::Json).await;
}

async fn cluster_events_survive(encoding: Encoding) {
    use master::{Event, event};
    let _alone = ALONE.lock().await;
    let get_state = master::response::GetState::default();
    let subscribed = event::Subscribed { get_state: Some(get_state.into()), ..event::Subscribed::default() };
    let subscribed = Event {
        r#type: Some(event::Type::Subscribed.into()),
        subscribed: Some(subscribed),
        ..Event::default()
    };
    let removed = Event {
        r#type: Some(event::Type::AgentRemoved.into()),
        agent_removed: Some(event::AgentRemoved::default()),
        ..Event::default()
    };
    let bombs = payloads::all(&[], encoding);
    let count = bombs.len();
    let (master, streams) = streaming(records(encoding, &subscribed, bombs, &removed));
    let operator =
        MasterOperator::new(Address::new("127.0.0.1", master.port())).client_options(options(encoding));
    let mut events = operator.events();
    let (mut undecodable, mut sound) = (0, 0);
    while sound < count {
        match timeout(PATIENCE, events.next()).await.unwrap().unwrap().unwrap() {
            ClusterEvent::Snapshot(_) => {}
            ClusterEvent::AgentRemoved(_) => sound += 1,
            ClusterEvent::Disconnected(error) => panic!("{error:?}"),
            // What was a bomb for a scheduler may be an event here.
            _ => undecodable += 1,
        }
    }
    Counts { until: count, undecodable, messages: sound }.check(&streams);
    check_memory();
}

#[tokio::test]
async fn cluster_events_survive_bombs() {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        cluster_events_survive(encoding).await;
    }
}

#[tokio::test]
async fn operator_calls_survive_bombs() {
    let _alone = ALONE.lock().await;
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let too_large = vec![b'['; MAX_MESSAGE + 1];
        for bomb in payloads::all(&OPERATOR, encoding).into_iter().chain([too_large]) {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bomb.len());
            let response = [head.as_bytes(), &bomb].concat();
            let server = Server::scripted(move |_| Response::closing(&response)).unwrap();
            let master = Address::new("127.0.0.1", server.port());
            let operator = MasterOperator::new(master).client_options(options(encoding));
            let error = timeout(PATIENCE, operator.get_agents()).await.unwrap().unwrap_err();
            let kinds = [ErrorKind::Undecodable, ErrorKind::Invalid, ErrorKind::NotMesos];
            assert!(kinds.contains(&error.kind()) && error.to_string().len() < 1000, "{error:?}");
        }
    }
    check_memory();
}
