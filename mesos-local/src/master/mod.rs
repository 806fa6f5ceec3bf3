//! The master: a state machine without sockets, clocks or tasks.
//!
//! [`Master::handle`] takes an [`Input`] and the time, and returns [`Action`]s. The time counts
//! from the Unix epoch and never goes back. Methods are spread over files by topic. Their
//! decisions, and the texts of their messages, follow Mesos 1.11.

mod accept;
mod acknowledge;
mod agent;
mod agents;
mod allocator;
mod basket;
mod calls;
mod constraints;
mod counters;
mod deactivated;
mod domains;
mod drf;
mod event;
mod filters;
mod framework;
mod framework_counters;
mod headroom;
mod ids;
mod inverse;
mod limits;
mod maintenance;
mod offers;
mod operations;
mod operator;
mod pages;
mod quotas;
mod re2;
mod rebalance;
mod reconcile;
mod remove;
mod reregister;
mod roles;
mod subscribe;
mod task;
mod timers;
mod tracked;
mod updates;
mod validation;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use mesos_sdk::proto::v1::master;
use mesos_sdk::proto::v1::scheduler::{Call, Event};
use mesos_sdk::proto::v1::{DomainInfo, InverseOffer, MasterInfo, Offer};

use crate::messages::{FromAgent, ToAgent};
use crate::random::Random;
use agent::{Agent, Unreachable};
use counters::Counters;
use deactivated::Deactivated;
use framework::Framework;
use ids::Ids;
use maintenance::Maintenance;
use roles::Roles;

pub(crate) use limits::{AGENT_TIMEOUT, MAX_OFFERS_PER_FRAMEWORK};
pub(crate) use operator::validate as validate_operator;
pub(crate) use pages::Page;
pub(crate) use validation::call::{responds_with_messages, validate};

/// One connection between the master and an agent. A number is never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Link(pub(crate) u64);

/// The configuration of a master.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The host name under which others reach this master.
    pub(crate) hostname: String,
    pub(crate) port: u16,
    /// The region and zone of the master.
    pub(crate) domain: Option<DomainInfo>,
    /// The seed that all ids derive from.
    pub(crate) seed: u64,
    pub(crate) agent_timeout: Duration,
    /// Whether schedulers must authenticate, as flags show it.
    pub(crate) authenticate_frameworks: bool,
    /// Whether frameworks may have `root` as their user.
    pub(crate) root_submissions: bool,
    /// How many offers one framework may hold.
    pub(crate) max_offers: usize,
}

/// What the master reacts to.
#[derive(Debug)]
pub(crate) enum Input {
    /// A call that [`validate`] has accepted, with the value of `Mesos-Stream-Id`.
    Call {
        call: Box<Call>,
        stream_id: Option<String>,
        /// The principal that the scheduler has authenticated as.
        principal: Option<String>,
    },
    /// A call of the operator API.
    Operate(Box<master::Call>),
    /// The client of an event stream is gone.
    StreamClosed {
        stream: String,
    },
    Agent {
        link: Link,
        message: FromAgent,
    },
    /// The connection to an agent broke.
    AgentLost {
        link: Link,
    },
    /// An agent no longer responds, although its connection stands.
    AgentSilent {
        link: Link,
    },
    /// An agent that was silent responds again.
    AgentResponsive {
        link: Link,
    },
    /// Enables or disables heartbeats to frameworks. They are enabled by default.
    Heartbeats(bool),
    /// The deadline of [`Master::deadline`] has passed.
    Tick,
}

/// What the caller must do.
#[derive(Debug, PartialEq)]
pub(crate) enum Action {
    /// The response to a call. It comes first, and once for each call.
    Respond(CallResponse),
    Send {
        stream: String,
        event: Box<Event>,
    },
    /// End the stream cleanly.
    Close {
        stream: String,
    },
    /// An event for an operator.
    Publish {
        stream: String,
        event: Box<master::Event>,
    },
    SendToAgent {
        link: Link,
        message: ToAgent,
    },
}

/// The response to a call.
#[derive(Debug, PartialEq)]
pub(crate) enum CallResponse {
    Accepted,
    Ok,
    BadRequest(String),
    Forbidden(String),
    NotFound(String),
    Conflict(String),
    NotImplemented,
    /// 501, with a text that names what is missing.
    Unsupported(String),
    /// 200 with a response of the operator API.
    Operator(Box<master::Response>),
    /// 200 with an event stream under this `Mesos-Stream-Id`.
    Stream(String),
}

/// The state of a leading master.
#[derive(Debug)]
pub(crate) struct Master {
    config: Config,
    info: MasterInfo,
    ids: Ids,
    started: Duration,
    now: Duration,
    /// The connected, disconnected and recovered frameworks, by id.
    frameworks: BTreeMap<String, Framework>,
    /// The removed frameworks, oldest first.
    completed: VecDeque<Framework>,
    /// By agent id.
    agents: BTreeMap<String, Agent>,
    /// The agents of the last master that have not returned, and when they count as unreachable.
    recovered: BTreeMap<String, Duration>,
    unreachable: BTreeMap<String, Unreachable>,
    /// The offers by id, as the master sees them: with allocation info.
    offers: BTreeMap<String, Offer>,
    /// The inverse offers by id: at most one for each framework and agent.
    inverse_offers: BTreeMap<String, InverseOffer>,
    maintenance: Maintenance,
    roles: Roles,
    /// The agents that operators have taken out of service, by id.
    deactivated: BTreeMap<String, Deactivated>,
    /// The ids of agents that operators have marked gone.
    gone: BTreeSet<String>,
    /// The streams of operators, oldest first, and when each has its next heartbeat.
    subscribers: Vec<(String, Duration)>,
    /// The logging level that an operator has set, and until when.
    logging: Option<(u32, Duration)>,
    counters: Counters,
    heartbeats: bool,
    /// Shuffles the agents before they are offered.
    order: Random,
    next_allocation: Duration,
    /// Whether to offer resources at once, because of what has happened.
    allocate_now: bool,
    actions: Vec<Action>,
}

impl Master {
    /// Creates a master that knows only the agents in `recovered`, which the last master had.
    pub(crate) fn new(config: Config, now: Duration, recovered: impl IntoIterator<Item = String>) -> Self {
        // A separate random generator, so that ids do not depend on the number of allocations.
        let (ids, order) = (Ids::new(config.seed), Random::new(!config.seed));
        let until = now.saturating_add(limits::AGENT_REREGISTER_TIMEOUT);
        Self {
            info: event::master_info(ids.master(), &config),
            config,
            ids,
            started: now,
            now,
            frameworks: BTreeMap::new(),
            completed: VecDeque::new(),
            agents: BTreeMap::new(),
            recovered: recovered.into_iter().map(|id| (id, until)).collect(),
            unreachable: BTreeMap::new(),
            offers: BTreeMap::new(),
            inverse_offers: BTreeMap::new(),
            maintenance: Maintenance::default(),
            roles: Roles::default(),
            deactivated: BTreeMap::new(),
            gone: BTreeSet::new(),
            subscribers: Vec::new(),
            logging: None,
            counters: Counters::default(),
            heartbeats: true,
            order,
            next_allocation: now.saturating_add(limits::ALLOCATION_INTERVAL),
            allocate_now: false,
            actions: Vec::new(),
        }
    }

    /// Handles one input.
    pub(crate) fn handle(&mut self, now: Duration, input: Input) -> Vec<Action> {
        self.now = self.now.max(now);
        match input {
            Input::Call { call, stream_id, principal } => {
                self.call(*call, stream_id.as_deref(), principal.as_deref());
            }
            Input::Operate(call) => self.operator_call(&call),
            Input::StreamClosed { stream } => self.stream_closed(&stream),
            Input::Agent { link, message } => self.receive(link, message),
            Input::AgentLost { link } => self.agent_lost(link),
            Input::AgentSilent { link } => self.agent_silent(link),
            Input::AgentResponsive { link } => self.agent_responsive(link),
            Input::Heartbeats(on) => self.heartbeats = on,
            Input::Tick => {}
        }
        self.conclude()
    }

    /// Handles messages of many agents at once. The allocator runs once, after the last message.
    pub(crate) fn receive_all(
        &mut self,
        now: Duration,
        messages: impl Iterator<Item = (Link, FromAgent)>,
    ) -> Vec<Action> {
        self.now = self.now.max(now);
        for (link, message) in messages {
            self.receive(link, message);
        }
        self.conclude()
    }

    /// Finishes drains, expires what is overdue, allocates, and returns the actions.
    fn conclude(&mut self) -> Vec<Action> {
        self.finish_drains();
        self.expire();
        self.allocate();
        std::mem::take(&mut self.actions)
    }

    /// Returns the ids of the agents that the next master should wait for.
    pub(crate) fn agent_ids(&self) -> impl Iterator<Item = String> {
        self.agents.keys().chain(self.recovered.keys()).cloned()
    }

    /// Sends an event to a framework if it is connected. As in Mesos, the event counts in any case.
    fn send(&mut self, framework: &str, event: Event) {
        let Some(framework) = self.frameworks.get_mut(framework) else { return };
        framework.counters.count_event(&event);
        if let Some(stream) = framework.stream() {
            self.actions.push(Action::Send { stream: stream.to_owned(), event: Box::new(event) });
        }
    }

    /// Sends a message to an agent if it is connected. Returns whether it was.
    fn send_to_agent(&mut self, agent: &str, message: ToAgent) -> bool {
        let Some(link) = self.agents.get(agent).and_then(|agent| agent.link) else { return false };
        self.actions.push(Action::SendToAgent { link, message });
        true
    }

    fn is_completed(&self, framework: &str) -> bool {
        self.completed.iter().any(|completed| completed.id() == framework)
    }

    /// Returns the time as Mesos writes it into messages: in seconds since the epoch.
    fn timestamp(&self) -> f64 {
        self.now.as_secs_f64()
    }
}
