//! The master: a state machine without sockets, clocks or tasks.
//!
//! [`Master::handle`] takes an [`Input`] and the time, and returns [`Action`]s. The time is that since the Unix
//! epoch and never goes back. Methods are spread over files by what they are about; what they decide follows
//! Mesos 1.11, texts included.

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
mod drf;
mod event;
mod filters;
mod framework;
mod ids;
mod inverse;
mod limits;
mod maintenance;
mod offers;
mod operations;
mod operator;
mod pages;
mod quotas;
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
use mesos_sdk::proto::v1::{InverseOffer, MasterInfo, Offer};

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
pub(crate) use validation::call::{answers_with_messages, validate};

/// One connection between the master and an agent; a number is never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Link(pub(crate) u64);

/// What a master is started with.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The host name that others reach this master by.
    pub(crate) hostname: String,
    pub(crate) port: u16,
    /// All ids follow from it.
    pub(crate) seed: u64,
    pub(crate) agent_timeout: Duration,
    /// Whether frameworks may have `root` as their user.
    pub(crate) root_submissions: bool,
    /// How many offers one framework may hold.
    pub(crate) max_offers: usize,
}

/// What the master reacts to.
#[derive(Debug)]
pub(crate) enum Input {
    /// A call that [`validate`] has passed, with the value of `Mesos-Stream-Id`.
    Call {
        call: Box<Call>,
        stream_id: Option<String>,
        /// As whom the scheduler has authenticated.
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
    /// An agent does not answer any more, and its connection is still there.
    AgentSilent {
        link: Link,
    },
    /// An agent that was silent answers again.
    AgentResponsive {
        link: Link,
    },
    /// Whether frameworks get heartbeats; they do unless told otherwise.
    Heartbeats(bool),
    /// The time has come that [`Master::deadline`] gave.
    Tick,
}

/// What is to be done.
#[derive(Debug, PartialEq)]
pub(crate) enum Action {
    /// The answer to the call; comes first, and once for each call.
    Answer(Reply),
    Send {
        stream: String,
        event: Box<Event>,
    },
    /// End the stream in good order.
    Close {
        stream: String,
    },
    /// An event for an operator.
    Publish {
        stream: String,
        event: Box<master::Event>,
    },
    Tell {
        link: Link,
        message: ToAgent,
    },
}

/// The answer to a call.
#[derive(Debug, PartialEq)]
pub(crate) enum Reply {
    Accepted,
    Ok,
    BadRequest(String),
    Forbidden(String),
    NotFound(String),
    Conflict(String),
    NotImplemented,
    /// 501, with what is not done.
    Unsupported(String),
    /// 200 and this, for a call of the operator API.
    Response(Box<master::Response>),
    /// 200 and an event stream under this `Mesos-Stream-Id`.
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
    /// By framework id: connected, disconnected and recovered ones.
    frameworks: BTreeMap<String, Framework>,
    /// The removed ones, oldest first.
    completed: VecDeque<Framework>,
    /// By agent id.
    agents: BTreeMap<String, Agent>,
    /// Agents of the last master that have not come back, and when they count as unreachable.
    recovered: BTreeMap<String, Duration>,
    unreachable: BTreeMap<String, Unreachable>,
    /// By offer id, as the master sees them: with allocation info.
    offers: BTreeMap<String, Offer>,
    /// By offer id: one for each framework and agent at most.
    inverse_offers: BTreeMap<String, InverseOffer>,
    maintenance: Maintenance,
    roles: Roles,
    /// By agent id: those that operators have put aside.
    deactivated: BTreeMap<String, Deactivated>,
    /// Ids of agents that operators have declared gone.
    gone: BTreeSet<String>,
    /// Streams of operators, oldest first, and when each has its next heartbeat.
    subscribers: Vec<(String, Duration)>,
    /// The level that an operator has set, and until when.
    logging: Option<(u32, Duration)>,
    counters: Counters,
    heartbeats: bool,
    /// The order in which agents are offered.
    order: Random,
    next_allocation: Duration,
    /// Something happened after which resources are offered at once.
    allocate_now: bool,
    actions: Vec<Action>,
}

impl Master {
    /// A master that knows nothing but the agents in `recovered`, which the last master had.
    pub(crate) fn new(config: Config, now: Duration, recovered: impl IntoIterator<Item = String>) -> Self {
        // Chance of its own, so that ids do not depend on how often is allocated.
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

    /// Reacts to one input.
    pub(crate) fn handle(&mut self, now: Duration, input: Input) -> Vec<Action> {
        self.now = self.now.max(now);
        match input {
            Input::Call { call, stream_id, principal } => {
                self.call(*call, stream_id.as_deref(), principal.as_deref());
            }
            Input::Operate(call) => self.operator_call(&call),
            Input::StreamClosed { stream } => self.stream_closed(&stream),
            Input::Agent { link, message } => self.hear(link, message),
            Input::AgentLost { link } => self.agent_lost(link),
            Input::AgentSilent { link } => self.agent_silent(link),
            Input::AgentResponsive { link } => self.agent_responsive(link),
            Input::Heartbeats(on) => self.heartbeats = on,
            Input::Tick => {}
        }
        self.conclude()
    }

    /// Hears of many agents at once: what follows from each message is looked at once, after the last one.
    pub(crate) fn hear_all(
        &mut self,
        now: Duration,
        messages: impl Iterator<Item = (Link, FromAgent)>,
    ) -> Vec<Action> {
        self.now = self.now.max(now);
        for (link, message) in messages {
            self.hear(link, message);
        }
        self.conclude()
    }

    /// Does what is due after inputs.
    fn conclude(&mut self) -> Vec<Action> {
        self.finish_drains();
        self.expire();
        self.allocate();
        std::mem::take(&mut self.actions)
    }

    /// The ids of the agents that a next master should wait for.
    pub(crate) fn agent_ids(&self) -> impl Iterator<Item = String> {
        self.agents.keys().chain(self.recovered.keys()).cloned()
    }

    /// Sends an event to a framework, if it is connected.
    fn send(&mut self, framework: &str, event: Event) {
        if let Some(stream) = self.frameworks.get(framework).and_then(Framework::stream) {
            self.actions.push(Action::Send { stream: stream.to_owned(), event: Box::new(event) });
        }
    }

    /// Tells an agent, if it is connected; whether it was.
    fn tell(&mut self, agent: &str, message: ToAgent) -> bool {
        let Some(link) = self.agents.get(agent).and_then(|agent| agent.link) else { return false };
        self.actions.push(Action::Tell { link, message });
        true
    }

    fn is_completed(&self, framework: &str) -> bool {
        self.completed.iter().any(|completed| completed.id() == framework)
    }

    /// The time as Mesos writes it into messages: seconds since the epoch.
    fn timestamp(&self) -> f64 {
        self.now.as_secs_f64()
    }
}
