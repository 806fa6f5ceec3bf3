//! A process that does nothing for longer than a peer may be silent, while the peer's bytes lie in
//! the socket. The time is virtual.
#![expect(clippy::unwrap_used, reason = "a test fails that way")]

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::StreamExt as _;
use mesos_sdk::operator::{AgentOperator, ClusterEvent, MasterOperator};
use mesos_sdk::proto::v1::master::event::{AgentRemoved, Subscribed, Type};
use mesos_sdk::proto::v1::master::{Event, response::GetState};
use mesos_sdk::proto::v1::{AgentId, ContainerId};
use mesos_sdk::wire::encode_record;
use mesos_sdk::{Address, ClientOptions, Connector, Io, async_trait};
use peer::Requests;
use prost::Message as _;
use tokio::io::{AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::yield_now;
use tokio::time::{advance, sleep};

/// Five heartbeats of 15 s may be missing, and the response to SUBSCRIBE may take 30 s. What comes
/// soon after that could be put down to a short delay, what comes later only to a pause.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(75_100), Duration::from_millis(75_900), Duration::from_secs(3600)];

/// Leads to the test, which plays the peer.
#[derive(Debug)]
struct ToTest(Mutex<UnboundedSender<DuplexStream>>);

#[async_trait]
impl Connector for ToTest {
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        let (ours, theirs) = duplex(1 << 20);
        self.0.lock().unwrap().send(theirs).map_err(io::Error::other)?;
        Ok(Box::new(ours))
    }
}

/// Returns options for a client, and the connections that it opens.
fn connections() -> (ClientOptions, UnboundedReceiver<DuplexStream>) {
    let (sender, connections) = unbounded_channel();
    (ClientOptions::new().connector(ToTest(Mutex::new(sender))), connections)
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Lets the client proceed until it waits for the peer, which has read its request then.
async fn request<F: Future>(
    mut client: Pin<&mut F>,
    connections: &mut UnboundedReceiver<DuplexStream>,
) -> DuplexStream {
    let mut read = pin!(async {
        let mut connection = connections.recv().await.unwrap();
        Requests::default().read(&mut connection).await.unwrap().unwrap();
        connection
    });
    loop {
        assert!(poll(client.as_mut()).is_pending());
        if let Poll::Ready(connection) = poll(read.as_mut()) {
            return connection;
        }
        yield_now().await;
    }
}

fn event(kind: Type) -> Event {
    Event { r#type: Some(kind.into()), ..Event::default() }
}

fn snapshot() -> Event {
    let subscribed =
        Subscribed { get_state: Some(GetState::default().into()), heartbeat_interval_seconds: Some(15.0) };
    Event { subscribed: Some(subscribed), ..event(Type::Subscribed) }
}

fn agent_removed() -> Event {
    let agent_removed = AgentRemoved { agent_id: AgentId::from("a") };
    Event { agent_removed: Some(agent_removed), ..event(Type::AgentRemoved) }
}

async fn send(connection: &mut DuplexStream, event: &Event) {
    connection.write_all(&encode_record(&event.encode_to_vec())).await.unwrap();
}

#[statement::proves(hb5)]
#[tokio::test(start_paused = true)]
async fn events_of_a_pause_precede_the_silence() {
    for pause in PAUSES {
        let (options, mut connections) = connections();
        let operator = MasterOperator::new(Address::new("m", 5050)).client_options(options);
        let mut events = operator.events();
        // The response to SUBSCRIBE, and then an event, arrive while nobody looks.
        let mut connection = {
            let mut next = pin!(events.next());
            let mut connection = request(next.as_mut(), &mut connections).await;
            connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            send(&mut connection, &snapshot()).await;
            advance(pause).await;
            assert!(matches!(next.await, Some(Ok(ClusterEvent::Snapshot(_)))), "{pause:?}");
            connection
        };
        let mut next = pin!(events.next());
        assert!(poll(next.as_mut()).is_pending());
        send(&mut connection, &agent_removed()).await;
        advance(pause).await;
        assert!(matches!(next.await, Some(Ok(ClusterEvent::AgentRemoved(_)))), "{pause:?}");
        assert!(connections.try_recv().is_err(), "another connection");
    }
}

/// Responds during the pause, so that others have to pass the response on after it.
fn respond_during_the_pause(mut connection: DuplexStream, bytes: &'static [u8]) {
    tokio::spawn(async move {
        sleep(Duration::from_secs(5)).await;
        yield_now().await;
        connection.write_all(bytes).await.unwrap();
        sleep(Duration::MAX).await;
    });
}

#[tokio::test(start_paused = true)]
async fn response_of_a_pause_is_in_time() {
    for pause in PAUSES {
        let (options, mut connections) = connections();
        let agent = AgentOperator::new(Address::new("a", 5051)).client_options(options);
        let mut output = pin!(agent.attach_container_output(ContainerId::from("c")));
        let connection = request(output.as_mut(), &mut connections).await;
        respond_during_the_pause(connection, b"HTTP/1.1 200 OK\r\n\r\n");
        yield_now().await;
        advance(pause).await;
        output.await.unwrap();

        let mut removed = pin!(agent.prune_images(Vec::new()));
        let connection = request(removed.as_mut(), &mut connections).await;
        respond_during_the_pause(connection, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        yield_now().await;
        advance(pause).await;
        removed.await.unwrap();
    }
}

/// Accepts a connection during the pause.
#[derive(Debug)]
struct Slow;

#[async_trait]
impl Connector for Slow {
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        let (ours, theirs) = duplex(1 << 20);
        let accepted = tokio::spawn(async move {
            sleep(Duration::from_secs(4)).await;
            yield_now().await;
            ours
        });
        tokio::spawn(async move {
            sleep(Duration::MAX).await;
            drop(theirs);
        });
        Ok(Box::new(accepted.await?))
    }
}

#[tokio::test(start_paused = true)]
async fn connection_of_a_pause_is_in_time() {
    for pause in PAUSES {
        let agent =
            AgentOperator::new(Address::new("a", 5051)).client_options(ClientOptions::new().connector(Slow));
        let mut input = pin!(agent.attach_container_input(ContainerId::from("c")));
        assert!(poll(input.as_mut()).is_pending());
        yield_now().await;
        advance(pause).await;
        input.await.unwrap();
    }
}
