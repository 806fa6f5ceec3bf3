//! The master's machine, driven by hand.

mod agents;
mod domains;
mod launching;
mod maintenance;
mod offers;
mod operators;
mod reconciling;
mod subscribing;
mod updates;
mod validation;

use std::time::Duration;

use bytes::Bytes;
use mesos_sdk::proto::v1::framework_info::{Capability, capability};
use mesos_sdk::proto::v1::scheduler::call::{Accept, Acknowledge, Decline, Kill, Subscribe, Type};
use mesos_sdk::proto::v1::scheduler::{Call, Event, event};
use mesos_sdk::proto::v1::{
    AgentId, AgentInfo, CommandInfo, Filters, FrameworkId, FrameworkInfo, Offer, OfferId, TaskId, TaskInfo,
    TaskState, TaskStatus, offer,
};
use mesos_sdk::resources::Resources;

use super::{Action, CallResponse, Config, Input, Link, Master, validate};
use crate::messages::{FromAgent, ToAgent};

const RESOURCES: &str = "cpus:8;mem:8192;disk:10240;ports:[31000-32000]";

/// A master with the actions that tests have not looked at.
struct Cluster {
    master: Master,
    now: Duration,
    actions: Vec<Action>,
}

/// A framework as its scheduler knows it.
#[derive(Clone, Debug)]
struct Framework {
    id: String,
    stream: String,
}

impl Cluster {
    fn new() -> Self {
        let config = Config {
            hostname: "localhost".into(),
            port: 5050,
            domain: None,
            seed: 1,
            agent_timeout: super::AGENT_TIMEOUT,
            authenticate_frameworks: false,
            root_submissions: true,
            max_offers: super::MAX_OFFERS_PER_FRAMEWORK,
        };
        let now = Duration::from_secs(1_700_000_000);
        Self { master: Master::new(config, now, []), now, actions: Vec::new() }
    }

    /// One agent and one connected framework, which holds an offer of the whole agent.
    fn with_offer() -> (Self, Framework, Offer) {
        let mut cluster = Self::new();
        cluster.agent(1);
        let framework = cluster.subscribe(info());
        let offer = cluster.offers(&framework).remove(0);
        (cluster, framework, offer)
    }

    fn input(&mut self, input: Input) {
        let actions = self.master.handle(self.now, input);
        self.actions.extend(actions);
    }

    /// Lets time pass, with each deadline on the way.
    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(deadline) = self.master.deadline().filter(|deadline| *deadline <= end) {
            self.now = self.now.max(deadline);
            self.input(Input::Tick);
        }
        self.now = end;
        self.input(Input::Tick);
    }

    /// Makes a call as the HTTP server would: validated first.
    fn call(&mut self, call: Call, stream_id: Option<&str>) -> CallResponse {
        if let Err(reason) = validate(&call) {
            return CallResponse::BadRequest(format!("Failed to validate scheduler::Call: {reason}"));
        }
        let stream_id = stream_id.map(str::to_owned);
        let mut actions =
            self.master.handle(self.now, Input::Call { call: Box::new(call), stream_id, principal: None });
        let Action::Respond(response) = actions.remove(0) else { panic!("no response first: {actions:?}") };
        assert!(!actions.iter().any(|action| matches!(action, Action::Respond(_))), "{actions:?}");
        self.actions.extend(actions);
        response
    }

    /// A call of a subscribed framework that has to be accepted.
    fn accepted(&mut self, framework: &Framework, call: Call) {
        let framework_id = Some(FrameworkId::from(framework.id.clone()));
        let response = self.call(Call { framework_id, ..call }, Some(&framework.stream));
        assert_eq!(response, CallResponse::Accepted);
    }

    fn subscribe(&mut self, info: FrameworkInfo) -> Framework {
        let CallResponse::Stream(stream) = self.call(subscribe(info), None) else { panic!("no stream") };
        let events = self.events(&stream);
        let Some(event::Subscribed { framework_id, .. }) = events[0].subscribed.as_deref() else {
            panic!("{events:?}")
        };
        assert_eq!(events[1].r#type(), event::Type::Heartbeat);
        self.put_back(&stream, &events[2..]);
        Framework { id: framework_id.value.clone(), stream }
    }

    /// The error that a subscription gets.
    fn refused(&mut self, info: FrameworkInfo) -> String {
        let CallResponse::Stream(stream) = self.call(subscribe(info), None) else { panic!("no stream") };
        let events = self.events(&stream);
        assert!(self.closed(&stream), "the stream of a refused subscription ends");
        let [Event { error: Some(error), .. }] = &events[..] else { panic!("{events:?}") };
        error.message.clone()
    }

    fn agent(&mut self, link: u64) -> AgentId {
        let resources: Resources = RESOURCES.parse().unwrap();
        let info = AgentInfo {
            hostname: "localhost".into(),
            port: Some(5051),
            resources: resources.into(),
            ..AgentInfo::default()
        };
        self.receive(link, FromAgent::Register { info: Box::new(info) });
        let messages = self.sent_to_agent(link);
        let [ToAgent::Registered { agent_id }] = &messages[..] else { panic!("{messages:?}") };
        agent_id.clone()
    }

    fn receive(&mut self, link: u64, message: FromAgent) {
        self.input(Input::Agent { link: Link(link), message });
    }

    fn status(&mut self, link: u64, framework: &Framework, status: TaskStatus) {
        let framework_id = FrameworkId::from(framework.id.clone());
        let latest_state = status.state();
        self.receive(link, FromAgent::Update { framework_id, status: Box::new(status), latest_state });
    }

    /// Takes the events sent to a stream.
    fn events(&mut self, stream: &str) -> Vec<Event> {
        let is_ours = |action: &Action| matches!(action, Action::Send { stream: to, .. } if to == stream);
        let (ours, rest) = self.actions.drain(..).partition(is_ours);
        self.actions = rest;
        let ours: Vec<Action> = ours;
        ours.into_iter()
            .filter_map(|action| match action {
                Action::Send { event, .. } => Some(*event),
                _ => None,
            })
            .collect()
    }

    fn put_back(&mut self, stream: &str, events: &[Event]) {
        let send = |event: &Event| Action::Send { stream: stream.to_owned(), event: Box::new(event.clone()) };
        self.actions.extend(events.iter().map(send));
    }

    /// Takes all events and returns the offers among them.
    fn offers(&mut self, framework: &Framework) -> Vec<Offer> {
        let events = self.events(&framework.stream);
        events.into_iter().filter_map(|event| event.offers).flat_map(|offers| offers.offers).collect()
    }

    /// Takes all events and returns the statuses among them.
    fn statuses(&mut self, framework: &Framework) -> Vec<TaskStatus> {
        let events = self.events(&framework.stream);
        events.into_iter().filter_map(|event| event.update).map(|update| update.status).collect()
    }

    /// Takes what an agent receives.
    fn sent_to_agent(&mut self, link: u64) -> Vec<ToAgent> {
        let is_ours =
            |action: &Action| matches!(action, Action::SendToAgent { link: to, .. } if *to == Link(link));
        let (ours, rest) = self.actions.drain(..).partition(is_ours);
        self.actions = rest;
        let ours: Vec<Action> = ours;
        ours.into_iter()
            .filter_map(|action| match action {
                Action::SendToAgent { message, .. } => Some(message),
                _ => None,
            })
            .collect()
    }

    /// Whether a stream has been closed.
    fn closed(&self, stream: &str) -> bool {
        self.actions
            .iter()
            .any(|action| matches!(action, Action::Close { stream: closed } if closed == stream))
    }

    /// Launches a command task on the whole of an offer.
    fn launch(&mut self, framework: &Framework, offer: &Offer, name: &str) {
        self.accepted(framework, accept(&[offer], vec![command_task(name, offer, "cpus:1;mem:64")]));
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn info() -> FrameworkInfo {
    FrameworkInfo {
        user: "user".into(),
        name: "test".into(),
        failover_timeout: Some(60.0),
        ..FrameworkInfo::default()
    }
}

fn with_capability(kind: capability::Type) -> FrameworkInfo {
    FrameworkInfo { capabilities: vec![Capability { r#type: Some(kind.into()) }], ..info() }
}

fn with_id(framework: &Framework) -> FrameworkInfo {
    FrameworkInfo { id: Some(FrameworkId::from(framework.id.clone())), ..info() }
}

fn subscribe(info: FrameworkInfo) -> Call {
    Call {
        framework_id: info.id.clone(),
        r#type: Some(Type::Subscribe.into()),
        subscribe: Some(Box::new(Subscribe { framework_info: info, ..Subscribe::default() })),
        ..Call::default()
    }
}

fn typed(kind: Type) -> Call {
    Call { r#type: Some(kind.into()), ..Call::default() }
}

fn command_task(id: &str, offer: &Offer, resources: &str) -> TaskInfo {
    TaskInfo {
        name: id.into(),
        task_id: TaskId::from(id),
        agent_id: offer.agent_id.clone(),
        resources: resources.parse::<Resources>().unwrap().into(),
        command: Some(Box::new(CommandInfo { value: Some("true".into()), ..CommandInfo::default() })),
        ..TaskInfo::default()
    }
}

fn accept(offers: &[&Offer], tasks: Vec<TaskInfo>) -> Call {
    let launch = offer::Operation {
        r#type: Some(offer::operation::Type::Launch.into()),
        launch: Some(offer::operation::Launch { task_infos: tasks }),
        ..offer::Operation::default()
    };
    let offer_ids = offers.iter().map(|offer| offer.id.clone()).collect();
    let accept = Accept { offer_ids, operations: vec![launch], filters: None };
    Call { accept: Some(Box::new(accept)), ..typed(Type::Accept) }
}

fn decline(offer: &Offer, refuse_seconds: f64) -> Call {
    let filters = Some(Filters { refuse_seconds: Some(refuse_seconds) });
    let decline = Decline { offer_ids: vec![offer.id.clone()], filters };
    Call { decline: Some(Box::new(decline)), ..typed(Type::Decline) }
}

fn kill(task: &str, agent_id: Option<AgentId>) -> Call {
    let kill = Kill { task_id: TaskId::from(task), agent_id, kill_policy: None };
    Call { kill: Some(Box::new(kill)), ..typed(Type::Kill) }
}

fn acknowledge(agent: &AgentId, task: &str, uuid: &Bytes) -> Call {
    let acknowledge =
        Acknowledge { agent_id: agent.clone(), task_id: TaskId::from(task), uuid: uuid.clone() };
    Call { acknowledge: Some(Box::new(acknowledge)), ..typed(Type::Acknowledge) }
}

/// A status as an agent sends it.
fn status(task: &str, agent: &AgentId, state: TaskState) -> TaskStatus {
    TaskStatus {
        task_id: TaskId::from(task),
        agent_id: Some(agent.clone()),
        state: state.into(),
        uuid: Some(uuid(u8::try_from(i32::from(state)).unwrap())),
        ..TaskStatus::default()
    }
}

fn uuid(number: u8) -> Bytes {
    let mut bytes = [number; 16];
    bytes[6] = 0x40;
    Bytes::copy_from_slice(&bytes)
}

/// The text of `cpus` in resources.
fn cpus(resources: &[mesos_sdk::proto::v1::Resource]) -> f64 {
    Resources::from(resources).cpus().as_f64()
}

fn offer_id(value: &str) -> OfferId {
    OfferId::from(value)
}
