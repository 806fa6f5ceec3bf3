//! One run of an agent, from its start until it is killed, with what breaks when that happens.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mesos_sdk::proto::v1::executor::Call;
use mesos_sdk::timer::Timer;
use mesos_sdk::wire::Encoding;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::config::MasterLink;
use super::endpoint::{ExecutorApi, WAITING_CALLS, WaitingCall};
use super::machine::{Claims, ConnectionId, Input};
use super::nested::Nested;
use super::operator::{ApiRequest, OperatorApi};
use super::order::Order;
use super::pages::Pages;
use super::recovery::Recovery;
use super::socket::DomainSocket;
use super::streams::Streams;
use super::tokens::Tokens;
use crate::messages::{FromAgent, ToAgent};
use crate::server::{HttpResponse, Pipes, Server};

/// How many messages may wait for the master. Above that, executors wait, too.
const WAITING_MESSAGES: usize = 4096;

/// Why the agent's task wakes up.
#[derive(Debug)]
pub(super) enum Wake {
    /// An order of the cluster; `None` if the cluster is gone.
    Order(Option<(Order, oneshot::Sender<()>)>),
    Input(Input),
    Call(WaitingCall),
    Request(ApiRequest),
    /// A message was sent to the master.
    Passed,
}

#[derive(Debug)]
pub(super) struct Run {
    pub(super) streams: Streams,
    pub(super) recovery: Recovery,
    closed: mpsc::UnboundedReceiver<ConnectionId>,
    calls: mpsc::Receiver<WaitingCall>,
    requests: mpsc::Receiver<ApiRequest>,
    /// The call that the machine is handling.
    unanswered: Option<(Encoding, oneshot::Sender<HttpResponse>)>,
    to_master: Option<mpsc::Sender<FromAgent>>,
    from_master: Option<mpsc::Receiver<ToAgent>>,
    outbox: VecDeque<FromAgent>,
    timer: Timer,
    /// Its connections break when it is dropped.
    server: Server,
    _socket: Option<DomainSocket>,
}

impl Run {
    pub(super) fn new(
        name: &str,
        (tokens, (root, nested)): (Option<Tokens>, (PathBuf, Nested)),
        (listener, socket): (Option<TcpListener>, Option<&Path>),
        link: MasterLink,
    ) -> Self {
        let (sender, calls) = mpsc::channel(WAITING_CALLS);
        let (to_agent, requests) = mpsc::channel(WAITING_CALLS);
        let (streams, closed) = Streams::new();
        let recovery = Recovery::default();
        let pages = Pages::new(name, to_agent.clone(), root.clone(), recovery.clone());
        let operators = OperatorApi::new(name, (root, nested), to_agent);
        let api = ExecutorApi::new(name, tokens, sender, (operators, pages), recovery.clone());
        let server = Server::start(Arc::new(api), listener);
        let socket = socket.map(|path| DomainSocket::open(path, server.pipes()));
        let socket = socket.and_then(|opened| {
            opened.inspect_err(|error| tracing::error!(%error, "executors can't reach the agent")).ok()
        });
        Self {
            streams,
            recovery,
            closed,
            calls,
            requests,
            unanswered: None,
            to_master: Some(link.to_master),
            from_master: Some(link.from_master),
            outbox: VecDeque::new(),
            timer: Timer::new(),
            server,
            _socket: socket,
        }
    }

    /// Returns the pipes for in-memory connections.
    pub(super) fn pipes(&self) -> Pipes {
        self.server.pipes()
    }

    pub(super) fn connect(&mut self, link: MasterLink) {
        self.to_master = Some(link.to_master);
        self.from_master = Some(link.from_master);
        self.outbox.clear();
    }

    /// Waits for the next event, or for the deadline.
    pub(super) async fn wake(&mut self, deadline: Option<Instant>) -> Wake {
        let room = self.outbox.len() < WAITING_MESSAGES;
        let waiting = !self.outbox.is_empty();
        let wake = tokio::select! {
            biased;
            Some(connection) = self.closed.recv() => Wake::Input(Input::StreamClosed(connection)),
            message = receive(self.from_master.as_mut()) => message.map_or(Wake::Input(Input::MasterLost), |message| {
                Wake::Input(Input::Master(message))
            }),
            passed = send(self.to_master.as_ref(), &mut self.outbox), if waiting => match passed {
                Ok(()) => Wake::Passed,
                Err(MasterGone) => Wake::Input(Input::MasterLost),
            },
            Some(call) = self.calls.recv(), if room => Wake::Call(call),
            Some(request) = self.requests.recv() => Wake::Request(request),
            () = self.timer.passes(deadline) => Wake::Input(Input::Tick),
        };
        if matches!(wake, Wake::Input(Input::MasterLost)) {
            (self.to_master, self.from_master) = (None, None);
            self.outbox.clear();
        }
        wake
    }

    pub(super) fn queue(&mut self, message: FromAgent) {
        self.outbox.push_back(message);
    }

    pub(super) fn expect_response(&mut self, waiting: WaitingCall) -> (Box<Call>, Option<Claims>) {
        self.unanswered = Some((waiting.accept, waiting.response));
        (waiting.call, waiting.claims)
    }

    pub(super) fn respond(&mut self, response: HttpResponse) {
        if let Some((_, waiting)) = self.unanswered.take() {
            // A client that does not wait for its response gets none.
            let _ = waiting.send(response);
        }
    }

    pub(super) fn respond_with_stream(&mut self, connection: ConnectionId) {
        if let Some((accept, _)) = &self.unanswered {
            let response = self.streams.open(connection, *accept);
            self.respond(response);
        }
    }
}

#[derive(Debug)]
struct MasterGone;

async fn receive(from_master: Option<&mut mpsc::Receiver<ToAgent>>) -> Option<ToAgent> {
    match from_master {
        Some(from_master) => from_master.recv().await,
        None => std::future::pending().await,
    }
}

async fn send(
    to_master: Option<&mpsc::Sender<FromAgent>>,
    outbox: &mut VecDeque<FromAgent>,
) -> Result<(), MasterGone> {
    let Some(to_master) = to_master else { return std::future::pending().await };
    let permit = to_master.reserve().await.map_err(|_| MasterGone)?;
    if let Some(message) = outbox.pop_front() {
        permit.send(message);
    }
    Ok(())
}
