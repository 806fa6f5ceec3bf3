//! The task that runs the state machine of one agent, with its sockets, processes and clock.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::config::{AgentConfig, MasterLink};
use super::containers::Containers;
use super::environment::Origin;
use super::machine::{self, Action, ConnectionId, Flags, Input, Machine};
use super::memory_connector::MemoryConnector;
use super::operator::ApiRequest;
use super::order::Order;
use super::run::{Run, Wake};
use super::tokens::Tokens;
use crate::pages::system_metrics;
use crate::server::HttpResponse;
use mesos_sdk::duration::after;

#[derive(Debug)]
pub(super) struct Shell {
    name: String,
    /// The directory for sandboxes.
    work_dir: PathBuf,
    domain_socket: Option<PathBuf>,
    tokens: Option<Tokens>,
    machine: Machine,
    containers: Arc<Containers>,
    connector: MemoryConnector,
    reports: mpsc::Receiver<Input>,
    orders: mpsc::Receiver<(Order, oneshot::Sender<()>)>,
    /// `None` while the agent is killed.
    run: Option<Run>,
    frozen: bool,
    /// When to give up on executors that do not end.
    ending: Option<Instant>,
    ended: Option<oneshot::Sender<()>>,
    shutdown_grace_period: Duration,
    started: Instant,
    epoch: Duration,
    next_connection: u64,
}

impl Shell {
    pub(super) fn new(
        config: AgentConfig,
        address: SocketAddr,
        orders: mpsc::Receiver<(Order, oneshot::Sender<()>)>,
    ) -> (Self, Arc<Containers>) {
        let tokens = config.authenticate_executors.then(Tokens::default);
        let origin = Origin {
            name: config.name.clone(),
            address,
            domain_socket: config.domain_socket.clone(),
            tokens: tokens.clone(),
            subscription_backoff_max: config.executor_reregistration_timeout,
        };
        let flags = Flags {
            executor_registration_timeout: config.executor_registration_timeout,
            executor_reregistration_timeout: config.executor_reregistration_timeout,
            executor_shutdown_grace_period: config.executor_shutdown_grace_period,
            ip: address.ip(),
            name: config.name.clone(),
            resources: config.resources,
            attributes: config.attributes,
            authenticate_executors: config.authenticate_executors,
            domain_socket: config.domain_socket.clone(),
            work_dir: config.work_dir.clone(),
            seed: config.seed,
        };
        let mut info = config.info;
        info.port = Some(address.port().into());
        let connector = MemoryConnector::default();
        let (containers, reports) = Containers::new(
            (config.work_dir.clone(), config.on_disk),
            origin,
            config.in_process,
            connector.clone(),
        );
        let containers = Arc::new(containers);
        let shell = Self {
            name: config.name,
            work_dir: config.work_dir,
            domain_socket: config.domain_socket,
            tokens,
            shutdown_grace_period: flags.executor_shutdown_grace_period,
            machine: Machine::new(flags, info),
            containers: Arc::clone(&containers),
            connector,
            reports,
            orders,
            run: None,
            frozen: false,
            ending: None,
            ended: None,
            started: Instant::now(),
            epoch: config.epoch,
            next_connection: 0,
        };
        (shell, containers)
    }

    pub(super) async fn run(mut self, listener: Option<TcpListener>, link: MasterLink) {
        self.boot(listener, link);
        while !self.is_over() {
            match self.wake().await {
                Wake::Order(None) => break,
                Wake::Order(Some((order, done))) => self.carry_out(order, done),
                Wake::Input(input) => self.handle(input),
                Wake::Call(waiting) => {
                    let connection = ConnectionId(self.next_connection);
                    self.next_connection += 1;
                    let Some(run) = &mut self.run else { continue };
                    let (mut call, claims) = run.expect_response(waiting);
                    self.containers.nested().add_process(&mut call);
                    self.handle(Input::Call { connection, call, claims });
                }
                Wake::Request(request) => self.respond(request),
                Wake::Passed => {}
            }
        }
        self.containers.close();
        if let Some(ended) = self.ended {
            let _ = ended.send(());
        }
    }

    /// Responds to a request. A client that has left needs no response.
    fn respond(&mut self, request: ApiRequest) {
        let now = self.now();
        match request {
            ApiRequest::Call(call, sender) => {
                let mut response = self.machine.operate(now, &call);
                if let Some(metrics) = response.as_mut().and_then(|response| response.get_metrics.as_mut()) {
                    metrics.metrics.extend(system_metrics());
                }
                drop(sender.send(response));
            }
            ApiRequest::Page(page, sender) => drop(sender.send(self.machine.page(now, page))),
        }
    }

    async fn wake(&mut self) -> Wake {
        let deadline =
            self.machine.next_deadline().map(|at| after(self.started, at.saturating_sub(self.epoch)));
        let deadline = deadline.into_iter().chain(self.ending).min();
        match &mut self.run {
            Some(run) if !self.frozen => tokio::select! {
                biased;
                order = self.orders.recv() => Wake::Order(order),
                Some(report) = self.reports.recv() => Wake::Input(report),
                wake = run.wake(deadline) => wake,
            },
            _ => Wake::Order(self.orders.recv().await),
        }
    }

    fn carry_out(&mut self, order: Order, done: oneshot::Sender<()>) {
        match order {
            Order::Kill => {
                self.run = None;
                self.connector.lead_to(None);
                self.machine.restart();
            }
            Order::Restart(listener, link) => self.boot(listener, link),
            Order::Freeze => self.frozen = true,
            Order::Thaw => self.frozen = false,
            Order::Connect(link) => {
                if let Some(run) = &mut self.run {
                    run.connect(link);
                    self.handle(Input::MasterConnected);
                }
            }
            Order::Shutdown => {
                self.frozen = false;
                self.ended = Some(done);
                self.ending = Some(after(Instant::now(), self.shutdown_grace_period));
                return self.handle(Input::Shutdown);
            }
        }
        // The sender of the order may have given up.
        let _ = done.send(());
    }

    fn boot(&mut self, listener: Option<TcpListener>, link: MasterLink) {
        let doors = (listener, self.domain_socket.as_deref());
        let operators = (self.work_dir.clone(), self.containers.nested());
        let run = Run::new(&self.name, (self.tokens.clone(), operators), doors, link);
        self.connector.lead_to(Some(run.pipes()));
        self.run = Some(run);
        self.handle(Input::Boot);
        self.handle(Input::MasterConnected);
    }

    /// Returns whether the agent was asked to end, and either is done or has run out of time.
    fn is_over(&self) -> bool {
        self.ending.is_some_and(|end| self.run.is_none() || self.machine.is_idle() || end <= Instant::now())
    }

    fn handle(&mut self, input: Input) {
        if matches!(input, Input::MasterLost) {
            tracing::debug!(agent = self.name, "lost the master");
        }
        let now = self.now();
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for action in self.machine.handle(now, input) {
                inputs.extend(self.perform(action));
            }
        }
        if let Some(run) = &self.run {
            run.recovery.set(self.machine.is_recovering());
        }
    }

    /// Returns the time since the Unix epoch.
    fn now(&self) -> Duration {
        self.epoch.saturating_add(self.started.elapsed())
    }

    /// Carries out an action, and returns the input that reports its failure to the machine.
    fn perform(&mut self, action: Action) -> Option<Input> {
        match (action, &mut self.run) {
            (Action::Start(launch), _) => self.containers.start(*launch),
            (Action::CreateVolume(volume), _) => self.containers.volumes().create(&volume),
            (Action::DestroyVolume(volume), _) => self.containers.volumes().destroy(&volume),
            (Action::Relink(change), _) => {
                let failed = self.containers.volumes().relink(&change).err();
                return failed.map(|reason| Input::RelinkFailed { container: change.container, reason });
            }
            (Action::Probe { container, which, probe }, _) => {
                self.containers.probe(&container, which, *probe)
            }
            (Action::Abandon { container, which }, _) => self.containers.abandon(&container, which),
            (Action::Signal { container, signal }, _) => self.containers.signal(&container, signal),
            (Action::ToMaster(message), Some(run)) => run.queue(message),
            (Action::Respond { connection, response }, Some(run)) => match response {
                machine::CallResponse::Stream => run.respond_with_stream(connection),
                machine::CallResponse::Accepted => run.respond(HttpResponse::accepted()),
                machine::CallResponse::Refused(status, text) => {
                    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                    run.respond(HttpResponse::text(status, text));
                }
            },
            (Action::Send { connection, event }, Some(run)) => run.streams.send(connection, &event),
            (Action::Close(connection), Some(run)) => run.streams.close(connection),
            (_, None) => {}
        }
        None
    }
}
