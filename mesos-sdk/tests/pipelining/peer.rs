//! A master in memory that answers calls as a test wants.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mesos_sdk::proto::v1::scheduler::call::Type;
use mesos_sdk::proto::v1::scheduler::{Call, Event, event};
use mesos_sdk::proto::v1::{AgentId, FrameworkId, TaskId, TaskStatus};
use mesos_sdk::wire::encode_record;
use mesos_sdk::{Address, Connector, Io, async_trait};
use prost::Message as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::Notify;
use tokio::time::sleep;

const PIPE: usize = 64 << 10;
pub(crate) const ACCEPTED: &str = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

/// What becomes of a connection after an answer.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Then {
    GoOn,
    Close,
}

/// One call as it came.
pub(crate) struct Came {
    pub(crate) call: Call,
    /// The head of its request.
    pub(crate) head: String,
    /// How many connections carried calls before this one, and how many calls came on this one
    /// before.
    pub(crate) connection: usize,
    pub(crate) number: usize,
}

type Answer = dyn Fn(&Came) -> (String, Then) + Send + Sync;

/// The master, and the connector that leads to it.
#[derive(Clone)]
pub(crate) struct Peer(Arc<State>);

struct State {
    answer: Box<Answer>,
    /// The calls that got a response, by what distinguishes them.
    answered: Mutex<Vec<String>>,
    connections: Mutex<usize>,
    /// Whether an update follows on SUBSCRIBED.
    updates: bool,
    /// Ends streams.
    end: Notify,
}

impl fmt::Debug for Peer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Peer")
    }
}

#[async_trait]
impl Connector for Peer {
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        let (driver, peer) = duplex(PIPE);
        tokio::spawn(self.clone().serve(peer));
        Ok(Box::new(driver))
    }
}

impl Peer {
    pub(crate) fn new(answer: impl Fn(&Came) -> (String, Then) + Send + Sync + 'static) -> Self {
        Self::with_update(false, answer)
    }

    pub(crate) fn with_update(
        updates: bool,
        answer: impl Fn(&Came) -> (String, Then) + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(State {
            answer: Box::new(answer),
            answered: Mutex::default(),
            connections: Mutex::default(),
            updates,
            end: Notify::new(),
        }))
    }

    /// Ends the stream of events.
    pub(crate) fn end_stream(&self) {
        self.0.end.notify_one();
    }

    /// What the calls were about that were taken, in the order in which they came.
    pub(crate) fn taken(&self) -> Vec<String> {
        self.0.answered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many connections carried calls.
    pub(crate) fn connections(&self) -> usize {
        *self.0.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One connection; errors mean that the driver has closed it.
    pub(crate) async fn serve(self, mut io: DuplexStream) -> io::Result<()> {
        let (mut buffer, mut number, mut connection) = (Vec::new(), 0, 0);
        loop {
            let (head, call) = request(&mut io, &mut buffer).await?;
            if call.r#type() == Type::Subscribe {
                return tokio::select! {
                    ended = stream(io, self.0.updates) => ended,
                    () = self.0.end.notified() => Ok(()),
                };
            }
            if number == 0 {
                let mut connections = self.0.connections.lock().unwrap_or_else(PoisonError::into_inner);
                connection = *connections;
                *connections += 1;
            }
            let came = Came { call, head, connection, number };
            let (answer, then) = (self.0.answer)(&came);
            if answer.contains(" 202 ") {
                self.0.answered.lock().unwrap_or_else(PoisonError::into_inner).push(about(&came.call));
            }
            io.write_all(answer.as_bytes()).await?;
            if then == Then::Close {
                return Ok(());
            }
            number += 1;
        }
    }
}

/// What distinguishes a test's calls.
pub(crate) fn about(call: &Call) -> String {
    call.revive.iter().flat_map(|revive| &revive.roles).cloned().collect()
}

async fn stream(mut io: DuplexStream, updates: bool) -> io::Result<()> {
    io.write_all(b"HTTP/1.1 200 OK\r\nMesos-Stream-Id: one\r\n\r\n").await?;
    let framework_id = FrameworkId::from("f");
    let subscribed = event::Subscribed { framework_id, ..event::Subscribed::default() };
    let event = Event {
        r#type: Some(event::Type::Subscribed.into()),
        subscribed: Some(subscribed),
        ..Event::default()
    };
    io.write_all(&encode_record(&event.encode_to_vec())).await?;
    if updates {
        // When the calls are on their way.
        sleep(Duration::from_millis(100)).await;
        io.write_all(&encode_record(&update().encode_to_vec())).await?;
    }
    // Until the driver closes it.
    io.read_u8().await.map(drop)
}

fn update() -> Event {
    let status = TaskStatus {
        task_id: TaskId::from("t"),
        agent_id: Some(AgentId::from("a")),
        uuid: Some(vec![7; 16].into()),
        ..TaskStatus::default()
    };
    let update = Some(event::Update { status });
    Event { r#type: Some(event::Type::Update.into()), update, ..Event::default() }
}

/// Reads one call; what comes after it stays in `buffer`.
async fn request(io: &mut DuplexStream, buffer: &mut Vec<u8>) -> io::Result<(String, Call)> {
    loop {
        if let Some((head, length)) = head(buffer)
            && buffer.len() >= head.len() + length
        {
            let (begin, end) = (head.len(), head.len() + length);
            // Those of operators are others, of which nothing but their heads counts.
            let call = Call::decode(&buffer[begin..end]).unwrap_or_default();
            buffer.drain(..end);
            return Ok((head, call));
        }
        if io.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// A request's head, and the length of its body.
fn head(buffer: &[u8]) -> Option<(String, usize)> {
    let end = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse().ok()?;
    Some((head, length))
}
