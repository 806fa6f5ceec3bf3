//! A master in memory that responds to calls as a test wants.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mesos_sdk::proto::v1::scheduler::call::Type;
use mesos_sdk::proto::v1::scheduler::{Call, Event, event};
use mesos_sdk::proto::v1::{AgentId, FrameworkId, TaskId, TaskStatus};
use mesos_sdk::wire::encode_record;
use mesos_sdk::{Address, Connector, Io, async_trait};
use peer::{Connection, Peer, Response};
use prost::Message as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::Notify;
use tokio::time::sleep;

const PIPE: usize = 64 << 10;
pub(crate) const ACCEPTED: &str = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";

/// A call and where it arrived.
pub(crate) struct Received {
    pub(crate) call: Call,
    /// The head of its request.
    pub(crate) head: String,
    /// How many connections carried calls before this one, and how many calls this one carried
    /// before.
    pub(crate) connection: usize,
    pub(crate) number: usize,
}

/// The master, and the connector that leads to it.
#[derive(Clone, Debug)]
pub(crate) struct ScriptedMaster {
    peer: Peer,
    accepted: Arc<Mutex<Vec<String>>>,
    /// Ends streams.
    end: Arc<Notify>,
}

#[async_trait]
impl Connector for ScriptedMaster {
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        let (driver, master) = duplex(PIPE);
        tokio::spawn(self.clone().serve(master));
        Ok(Box::new(driver))
    }
}

impl ScriptedMaster {
    pub(crate) fn new(respond: impl Fn(&Received) -> Response + Send + Sync + 'static) -> Self {
        Self::with_updates(&[], respond)
    }

    /// Updates follow SUBSCRIBED: every 100 ms so many at once, of tasks `0`, `1`, and so on.
    pub(crate) fn with_updates(
        updates: &'static [usize],
        respond: impl Fn(&Received) -> Response + Send + Sync + 'static,
    ) -> Self {
        let (accepted, end) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<Notify>::default());
        let (accepting, ending) = (Arc::clone(&accepted), Arc::clone(&end));
        let peer = Peer::new(move |received| {
            let (request, connection, number) = (&received.request, received.connection, received.number);
            // Those of operators are others, of which nothing but their heads counts.
            let call = Call::decode(&*request.body).unwrap_or_default();
            if call.r#type() == Type::Subscribe {
                return subscribed(updates, Arc::clone(&ending));
            }
            let received = Received { call, head: request.head.clone(), connection, number };
            let response = respond(&received);
            if response.bytes().windows(5).any(|text| text == b" 202 ") {
                accepting.lock().unwrap_or_else(PoisonError::into_inner).push(about(&received.call));
            }
            response
        });
        Self { peer, accepted, end }
    }

    /// Ends the stream of events.
    pub(crate) fn end_stream(&self) {
        self.end.notify_one();
    }

    /// Returns what the calls were about that were accepted, in the order in which they came.
    pub(crate) fn taken(&self) -> Vec<String> {
        self.accepted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns how many connections carried calls.
    pub(crate) fn connections(&self) -> usize {
        self.peer.connections()
    }

    /// Serves one connection. Errors mean that the driver has closed it.
    pub(crate) async fn serve(self, io: DuplexStream) -> io::Result<()> {
        self.peer.serve(io).await
    }
}

fn subscribed(updates: &'static [usize], end: Arc<Notify>) -> Response {
    Response::hand_over(move |io| async move {
        tokio::select! {
            ended = stream(io, updates) => ended,
            () = end.notified() => Ok(()),
        }
    })
}

/// Returns what a call of a test is about.
pub(crate) fn about(call: &Call) -> String {
    call.revive.iter().flat_map(|revive| &revive.roles).cloned().collect()
}

async fn stream(mut io: Connection, updates: &[usize]) -> io::Result<()> {
    io.write_all(b"HTTP/1.1 200 OK\r\nMesos-Stream-Id: one\r\n\r\n").await?;
    let framework_id = FrameworkId::from("f");
    let subscribed = event::Subscribed { framework_id, ..event::Subscribed::default() };
    let event = Event {
        r#type: Some(event::Type::Subscribed.into()),
        subscribed: Some(Box::new(subscribed)),
        ..Event::default()
    };
    io.write_all(&encode_record(&event.encode_to_vec())).await?;
    let mut tasks = 0..;
    for together in updates {
        // When the calls are on their way.
        sleep(Duration::from_millis(100)).await;
        let updates = tasks.by_ref().take(*together).map(|task| encode_record(&update(task).encode_to_vec()));
        io.write_all(&updates.collect::<Vec<_>>().concat()).await?;
    }
    // Until the driver closes it.
    io.read_u8().await.map(drop)
}

fn update(task: usize) -> Event {
    let status = TaskStatus {
        task_id: TaskId::from(task.to_string()),
        agent_id: Some(AgentId::from("a")),
        uuid: Some(vec![7; 16].into()),
        ..TaskStatus::default()
    };
    let update = Some(event::Update { status }.into());
    Event { r#type: Some(event::Type::Update.into()), update, ..Event::default() }
}
