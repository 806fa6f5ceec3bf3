//! A master in memory that follows a script, in virtual time.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mesos_sdk::proto::v1::scheduler::call::Type as CallType;
use mesos_sdk::proto::v1::scheduler::{Call, Event, event};
use mesos_sdk::proto::v1::task_status::{Reason, Source};
use mesos_sdk::proto::v1::{AgentId, ExecutorId, FrameworkId, TaskId, TaskState, TaskStatus};
use mesos_sdk::wire::encode_record;
use mesos_sdk::{Address, Connector, Io, async_trait};
use peer::{Requests, chunk};
use prost::Message as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::{MissedTickBehavior, interval, sleep};

/// What is under way between the two sides, like the buffers of a socket.
const PIPE: usize = 64 << 10;
const HEARTBEAT: Duration = Duration::from_secs(15);
const SUBSCRIBED: &[u8] = b"HTTP/1.1 200 OK\r\nMesos-Stream-Id: one\r\nTransfer-Encoding: chunked\r\n\r\n";

/// What the master sends on the stream, and how.
pub(crate) enum Outgoing {
    Event(Event),
    /// In pieces of this size, a second apart.
    Slowly(Event, usize),
    /// These bytes, as they are.
    Bytes(Vec<u8>),
}

/// The master, and the connector that leads to it.
#[derive(Clone)]
pub(crate) struct Master(Arc<State>);

struct State {
    calls: Mutex<Vec<Call>>,
    /// Updates for reconciliation, and what the test wants sent, for the newest stream.
    outgoing: Mutex<Option<UnboundedSender<Outgoing>>>,
    subscriptions: AtomicUsize,
    /// How many events and bytes the driver's side has taken.
    events: AtomicUsize,
    bytes: AtomicUsize,
}

impl fmt::Debug for Master {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Master")
    }
}

#[async_trait]
impl Connector for Master {
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        let (driver, master) = duplex(PIPE);
        tokio::spawn(self.clone().serve(master));
        Ok(Box::new(driver))
    }
}

impl Master {
    pub(crate) fn new() -> Self {
        let (calls, outgoing) = (Mutex::default(), Mutex::default());
        let (subscriptions, events, bytes) = Default::default();
        Self(Arc::new(State { calls, outgoing, subscriptions, events, bytes }))
    }

    pub(crate) fn subscriptions(&self) -> usize {
        self.0.subscriptions.load(Ordering::SeqCst)
    }

    pub(crate) fn events_taken(&self) -> usize {
        self.0.events.load(Ordering::SeqCst)
    }

    pub(crate) fn bytes_taken(&self) -> usize {
        self.0.bytes.load(Ordering::SeqCst)
    }

    /// How many calls of this type came.
    pub(crate) fn count(&self, kind: CallType) -> usize {
        let calls = self.0.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.iter().filter(|call| call.r#type() == kind).count()
    }

    pub(crate) fn send(&self, outgoing: Outgoing) {
        let stream = self.0.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
        // What is sent without a stream is lost, as with any master.
        if let Some(stream) = stream.as_ref() {
            drop(stream.send(outgoing));
        }
    }

    /// One connection; errors mean that the driver has closed it.
    async fn serve(self, mut io: DuplexStream) -> io::Result<()> {
        let mut requests = Requests::default();
        while let Some(request) = requests.read(&mut io).await? {
            let call = Call::decode(&*request.body)?;
            let kind = call.r#type();
            if kind == CallType::Reconcile {
                self.reconcile(&call);
            }
            self.0.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
            if kind == CallType::Subscribe {
                return self.stream(io).await;
            }
            io.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").await?;
        }
        Ok(())
    }

    fn reconcile(&self, call: &Call) {
        for task in call.reconcile.iter().flat_map(|reconcile| &reconcile.tasks) {
            self.send(Outgoing::Event(reconciled(&task.task_id.value)));
        }
    }

    async fn stream(self, mut io: DuplexStream) -> io::Result<()> {
        self.0.subscriptions.fetch_add(1, Ordering::SeqCst);
        let (sender, mut outgoing) = unbounded_channel();
        *self.0.outgoing.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        io.write_all(SUBSCRIBED).await?;
        io.write_all(&chunk(&encode_record(&subscribed().encode_to_vec()))).await?;
        let mut heartbeats = interval(HEARTBEAT);
        heartbeats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                outgoing = outgoing.recv() => match outgoing {
                    Some(outgoing) => self.write(&mut io, outgoing).await?,
                    None => return Ok(()),
                },
                _ = heartbeats.tick() => io.write_all(&chunk(&encode_record(&heartbeat().encode_to_vec()))).await?,
                // The driver sends nothing on this connection; it may close it.
                _ = io.read_u8() => return Ok(()),
            }
        }
    }

    async fn write(&self, io: &mut DuplexStream, outgoing: Outgoing) -> io::Result<()> {
        match outgoing {
            Outgoing::Event(event) => self.write_counted(io, &encode_record(&event.encode_to_vec())).await?,
            Outgoing::Bytes(bytes) => self.write_counted(io, &bytes).await?,
            Outgoing::Slowly(event, piece) => {
                for piece in encode_record(&event.encode_to_vec()).chunks(piece) {
                    self.write_counted(io, piece).await?;
                    sleep(Duration::from_secs(1)).await;
                }
            }
        }
        self.0.events.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    async fn write_counted(&self, io: &mut DuplexStream, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(PIPE) {
            io.write_all(&chunk(piece)).await?;
            self.0.bytes.fetch_add(piece.len(), Ordering::SeqCst);
        }
        Ok(())
    }
}

fn of(kind: event::Type) -> Event {
    Event { r#type: Some(kind.into()), ..Event::default() }
}

fn subscribed() -> Event {
    let framework_id = FrameworkId::from("f");
    let heartbeat_interval_seconds = Some(HEARTBEAT.as_secs_f64());
    let subscribed = event::Subscribed { framework_id, heartbeat_interval_seconds, master_info: None };
    Event { subscribed: Some(Box::new(subscribed)), ..of(event::Type::Subscribed) }
}

fn heartbeat() -> Event {
    of(event::Type::Heartbeat)
}

/// The answer to a reconciliation.
pub(crate) fn reconciled(task: &str) -> Event {
    let status = TaskStatus {
        task_id: TaskId::from(task),
        state: TaskState::Running.into(),
        source: Some(Source::Master.into()),
        reason: Some(Reason::Reconciliation.into()),
        ..TaskStatus::default()
    };
    Event { update: Some(Box::new(event::Update { status })), ..of(event::Type::Update) }
}

/// A message of an executor, of so many bytes.
pub(crate) fn message(bytes: usize) -> Event {
    let message = event::Message {
        agent_id: AgentId::from("a"),
        executor_id: ExecutorId::from("e"),
        data: vec![7; bytes].into(),
    };
    Event { message: Some(Box::new(message)), ..of(event::Type::Message) }
}
