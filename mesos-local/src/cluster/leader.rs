//! The task around the master's machine: streams, links to agents, and the clock.

use std::collections::{BTreeMap, HashMap};

use http::StatusCode;
use http::header::HeaderName;
use mesos_sdk::timer::Timer;
use mesos_sdk::wire::{Encoding, Message};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use super::clock::Clock;
use super::reporter::Reporter;
use crate::master::{Action, CallResponse, Config, Input, Link, Master, Page};
use crate::messages::{FromAgent, ToAgent};
use crate::pages::{Query, system_metrics};
use crate::server::{EventSender, HttpResponse, QueueLimits, event_stream};

/// How many commands wait for the master's task; further ones make their senders wait.
const WAITING_COMMANDS: usize = 1024;
/// How many messages wait for an agent that is slow or frozen before it counts as lost.
const WAITING_MESSAGES: usize = 1 << 18;

/// Added to the seed by each new leader. The seeds of agents follow that of the first leader, and
/// never reach this distance.
const NEXT_SEED: u64 = 1 << 32;

const STREAM_ID: HeaderName = HeaderName::from_static("mesos-stream-id");

/// What the task is asked to do.
#[derive(Debug)]
pub(super) enum Command {
    Call(WaitingCall),
    Input(Input),
    /// Messages for the agent at the other end of this link go here.
    Connect(Link, mpsc::Sender<ToAgent>),
    /// A frozen agent moves again; reports whether the master has given it up.
    Thawed(Link, oneshot::Sender<bool>),
    Page(Page, Query, oneshot::Sender<Value>),
    DropEventStreams,
    /// Forget everything but the ids of the agents, as a new leader does.
    FailOver {
        done: oneshot::Sender<()>,
    },
}

/// A call whose client waits for the response.
#[derive(Debug)]
pub(super) struct WaitingCall {
    /// [`Input::Call`] or [`Input::Operate`].
    pub(super) input: Input,
    pub(super) accept: Encoding,
    pub(super) response: oneshot::Sender<HttpResponse>,
}

#[derive(Debug)]
pub(super) struct Leader {
    master: Master,
    config: Config,
    clock: Clock,
    commands: mpsc::Receiver<Command>,
    /// Where watchers of streams report to; weak, so that the task ends when nobody else has
    /// commands.
    own: mpsc::WeakSender<Command>,
    queue: QueueLimits,
    /// Sorted by id, so that runs with the same ids send their events in the same order.
    streams: BTreeMap<String, EventSender>,
    links: HashMap<Link, mpsc::Sender<ToAgent>>,
    /// Responds for simulated agents.
    reporter: Reporter,
    watchers: JoinSet<()>,
    timer: Timer,
}

impl Leader {
    /// Returns a leader, and where its commands go.
    pub(super) fn new(config: Config, clock: Clock, queue: QueueLimits) -> (Self, mpsc::Sender<Command>) {
        let (sender, commands) = mpsc::channel(WAITING_COMMANDS);
        let leader = Self {
            master: Master::new(config.clone(), clock.now(), []),
            reporter: Reporter::new(config.seed),
            config,
            clock,
            commands,
            own: sender.downgrade(),
            queue,
            streams: BTreeMap::new(),
            links: HashMap::new(),
            watchers: JoinSet::new(),
            timer: Timer::new(),
        };
        (leader, sender)
    }

    /// Registers simulated agents with the master. Its messages to them are dropped, unless they
    /// run tasks.
    pub(super) fn settle(&mut self, crowd: impl Iterator<Item = (Link, FromAgent)>, run_tasks: bool) {
        let crowd = crowd.inspect(|(link, message)| {
            if run_tasks {
                self.reporter.add(*link, message);
            }
        });
        self.master.receive_all(self.clock.now(), crowd);
    }

    /// Works until nobody can send commands any more.
    pub(super) async fn run(mut self) {
        loop {
            let deadline = self.master.deadline().map(|time| self.clock.instant(time));
            // Neither of the first two is ready indefinitely, so commands always get their turn.
            tokio::select! {
                biased;
                Some(_) = self.watchers.join_next() => {}
                () = self.timer.passes(deadline) => self.handle(Input::Tick, None),
                command = self.commands.recv() => match command {
                    Some(command) => self.carry_out(command),
                    None => return,
                },
            }
        }
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Call(waiting) => {
                let WaitingCall { input, accept, response } = waiting;
                self.handle(input, Some((accept, response)));
            }
            Command::Input(input) => {
                if let Input::AgentLost { link } = &input {
                    self.links.remove(link);
                }
                self.handle(input, None);
            }
            Command::Connect(link, messages) => {
                self.links.insert(link, messages);
            }
            Command::Thawed(link, response) => {
                self.handle(Input::AgentResponsive { link }, None);
                // The cluster that asked may be ending.
                let _ = response.send(self.master.has_given_up(link));
            }
            Command::Page(page, query, response) => {
                // A client that has left needs no response.
                let _ = response.send(self.master.page(page, &query));
            }
            Command::DropEventStreams => self.drop_event_streams(),
            Command::FailOver { done } => {
                self.fail_over();
                // The cluster that asked may be ending.
                let _ = done.send(());
            }
        }
    }

    fn drop_event_streams(&mut self) {
        std::mem::take(&mut self.streams).into_values().for_each(EventSender::cut);
    }

    fn fail_over(&mut self) {
        self.drop_event_streams();
        self.links.clear();
        self.config.seed = self.config.seed.wrapping_add(NEXT_SEED);
        self.master = Master::new(self.config.clone(), self.clock.now(), self.master.agent_ids());
    }

    fn handle(&mut self, input: Input, mut waiting: Option<(Encoding, oneshot::Sender<HttpResponse>)>) {
        for action in self.master.handle(self.clock.now(), input) {
            match action {
                Action::Respond(response) => {
                    if let Some((accept, sender)) = waiting.take() {
                        let response = self.response(response, accept);
                        // A client that has left gets no response; its stream ends with it.
                        let _ = sender.send(response);
                    }
                }
                Action::Send { stream, event } => self.send(&stream, &*event),
                Action::Publish { stream, event } => self.send(&stream, &*event),
                Action::Close { stream } => {
                    self.streams.remove(&stream);
                }
                Action::SendToAgent { link, message } => self.send_to_agent(link, message),
            }
        }
    }

    /// Sends an event; a client that takes no more events is disconnected.
    fn send<E: Message>(&mut self, stream: &str, event: &E) {
        if self.streams.get(stream).is_some_and(|sender| sender.send(event).is_err()) {
            self.streams.remove(stream);
        }
    }

    fn response(&mut self, response: CallResponse, accept: Encoding) -> HttpResponse {
        match response {
            CallResponse::Accepted => HttpResponse::accepted(),
            CallResponse::Ok => HttpResponse::ok(),
            CallResponse::BadRequest(text) => HttpResponse::bad_request(text),
            CallResponse::Forbidden(text) => HttpResponse::text(StatusCode::FORBIDDEN, text),
            CallResponse::NotFound(text) => HttpResponse::text(StatusCode::NOT_FOUND, text),
            CallResponse::Conflict(text) => HttpResponse::text(StatusCode::CONFLICT, text),
            CallResponse::Unsupported(text) => HttpResponse::text(StatusCode::NOT_IMPLEMENTED, text),
            CallResponse::NotImplemented => {
                HttpResponse::text(StatusCode::NOT_IMPLEMENTED, "501 Not Implemented.")
            }
            CallResponse::Operator(mut response) => {
                if let Some(metrics) = &mut response.get_metrics {
                    metrics.metrics.extend(system_metrics());
                }
                HttpResponse::message(&*response, accept)
            }
            CallResponse::Stream(stream) => self.open(stream, accept),
        }
    }

    fn open(&mut self, stream: String, accept: Encoding) -> HttpResponse {
        let (sender, body, gone) = event_stream(accept, self.queue);
        let response = HttpResponse::events(body).with_header(STREAM_ID, &stream);
        self.streams.insert(stream.clone(), sender);
        let own = self.own.clone();
        self.watchers.spawn(async move {
            gone.wait().await;
            let Some(own) = own.upgrade() else { return };
            // Without a leader nobody cares.
            let _ = own.send(Command::Input(Input::StreamClosed { stream })).await;
        });
        response
    }

    /// Sends a message to an agent; one that reads nothing is lost: its link ends.
    fn send_to_agent(&mut self, link: Link, message: ToAgent) {
        let Some(messages) = self.links.get(&link) else {
            return self.send_to_simulated(link, message);
        };
        if let Err(error) = messages.try_send(message) {
            tracing::warn!(%error, ?link, "an agent takes no messages");
            self.links.remove(&link);
        }
    }

    fn send_to_simulated(&mut self, link: Link, message: ToAgent) {
        for message in self.reporter.reports(link, message, self.clock.now()) {
            self.handle(Input::Agent { link, message }, None);
        }
    }
}

/// Opens a link for an agent: what it sends becomes input of the master; its end becomes the
/// agent's loss.
pub(super) async fn connect(
    commands: &mpsc::Sender<Command>,
    link: Link,
) -> (mpsc::Sender<FromAgent>, mpsc::Receiver<ToAgent>) {
    let (to_agent, from_master) = mpsc::channel(WAITING_MESSAGES);
    let (to_master, mut from_agent) = mpsc::channel(WAITING_COMMANDS);
    // Without a leader the agent will find its link closed.
    let _ = commands.send(Command::Connect(link, to_agent)).await;
    let commands = commands.clone();
    tokio::spawn(async move {
        while let Some(message) = from_agent.recv().await {
            if commands.send(Command::Input(Input::Agent { link, message })).await.is_err() {
                return;
            }
        }
        // Without a leader nobody cares.
        let _ = commands.send(Command::Input(Input::AgentLost { link })).await;
    });
    (to_master, from_master)
}
