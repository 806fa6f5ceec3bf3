//! An agent on the bench: inputs in, actions out.

use std::time::Duration;

use bytes::Bytes;
use mesos_sdk::proto::v1::executor::{Call, Event, call, event};
use mesos_sdk::proto::v1::framework_info::{Capability, capability};
use mesos_sdk::proto::v1::task_status::Source;
use mesos_sdk::proto::v1::{
    AgentId, AgentInfo, CommandInfo, ExecutorId, ExecutorInfo, FrameworkId, FrameworkInfo, TaskId, TaskInfo,
    TaskState, TaskStatus,
};

use crate::agent::machine::{Action, CallResponse, ConnectionId, Flags, Input, Launch, Machine, Signal};
use crate::messages::{FromAgent, ToAgent};

pub(super) struct Bench {
    pub(super) machine: Machine,
    pub(super) now: Duration,
    connections: u64,
}

impl Bench {
    /// An agent that the master knows as S0.
    pub(super) fn registered() -> Self {
        let mut bench = Self::unregistered();
        bench.input(Input::Boot);
        bench.input(Input::MasterConnected);
        bench.master(ToAgent::Registered { agent_id: agent_id() });
        bench
    }

    pub(super) fn unregistered() -> Self {
        let flags = Flags {
            executor_registration_timeout: Duration::from_secs(60),
            executor_reregistration_timeout: Duration::from_secs(2),
            executor_shutdown_grace_period: Duration::from_secs(5),
            ip: [127, 0, 0, 1].into(),
            name: "slave(1)".into(),
            resources: String::new(),
            attributes: String::new(),
            authenticate_executors: false,
            domain_socket: None,
            work_dir: "/var/lib/mesos".into(),
            seed: 1,
        };
        Self { machine: Machine::new(flags, AgentInfo::default()), now: Duration::ZERO, connections: 0 }
    }

    pub(super) fn input(&mut self, input: Input) -> Vec<Action> {
        self.machine.handle(self.now, input)
    }

    pub(super) fn master(&mut self, message: ToAgent) -> Vec<Action> {
        self.input(Input::Master(message))
    }

    /// Lets the time pass, deadline by deadline.
    pub(super) fn pass(&mut self, seconds: u64) -> Vec<Action> {
        let end = self.now + Duration::from_secs(seconds);
        let mut actions = Vec::new();
        while let Some(due) = self.machine.next_deadline().filter(|due| *due <= end) {
            self.now = due;
            actions.extend(self.input(Input::Tick));
        }
        self.now = end;
        actions
    }

    pub(super) fn run(&mut self, tasks: &[&str]) -> Vec<Action> {
        self.run_in(framework(&[]), tasks)
    }

    /// Each task alone, all for executor e1.
    pub(super) fn run_in(&mut self, framework: FrameworkInfo, tasks: &[&str]) -> Vec<Action> {
        self.launch(framework, tasks, false)
    }

    pub(super) fn run_group(&mut self, tasks: &[&str]) -> Vec<Action> {
        self.run_group_in(framework(&[]), tasks)
    }

    pub(super) fn run_group_in(&mut self, framework: FrameworkInfo, tasks: &[&str]) -> Vec<Action> {
        self.launch(framework, tasks, true)
    }

    fn launch(&mut self, framework: FrameworkInfo, tasks: &[&str], group: bool) -> Vec<Action> {
        let tasks = tasks.iter().map(|id| task(id)).collect();
        let executor = Some(Box::new(executor()));
        self.master(ToAgent::RunTasks {
            framework: Box::new(framework),
            executor,
            launch_executor: true,
            tasks,
            group,
        })
    }

    pub(super) fn call(&mut self, call: Call) -> (ConnectionId, Vec<Action>) {
        self.connections += 1;
        let connection = ConnectionId(self.connections);
        (connection, self.input(Input::Call { connection, call: Box::new(call), claims: None }))
    }

    pub(super) fn subscribe(&mut self) -> (ConnectionId, Vec<Action>) {
        self.call(subscribe(Vec::new(), Vec::new()))
    }

    pub(super) fn update(&mut self, status: TaskStatus) -> Vec<Action> {
        self.call(update(status)).1
    }

    pub(super) fn acknowledge(&mut self, task: &str, uuid: &Bytes) -> Vec<Action> {
        let (framework_id, task_id, uuid) = (framework_id(), task_id(task), uuid.clone());
        self.master(ToAgent::Acknowledge { framework_id, task_id, uuid })
    }

    pub(super) fn kill(&mut self, task: &str) -> Vec<Action> {
        self.master(ToAgent::KillTask { framework_id: framework_id(), task_id: task_id(task), policy: None })
    }

    /// Executor e1 with these tasks, subscribed.
    pub(super) fn with_executor(tasks: &[&str]) -> (Self, ConnectionId, Launch) {
        let mut bench = Self::registered();
        let launch = started(&bench.run(tasks));
        let (connection, _) = bench.subscribe();
        (bench, connection, launch)
    }
}

pub(super) fn agent_id() -> AgentId {
    AgentId::from("S0")
}

pub(super) fn framework_id() -> FrameworkId {
    FrameworkId::from("F0")
}

pub(super) fn executor_id() -> ExecutorId {
    ExecutorId::from("e1")
}

pub(super) fn task_id(id: &str) -> TaskId {
    TaskId::from(id)
}

pub(super) fn framework(capabilities: &[capability::Type]) -> FrameworkInfo {
    let capability = |kind: &capability::Type| Capability { r#type: Some((*kind).into()) };
    FrameworkInfo {
        id: Some(framework_id()),
        capabilities: capabilities.iter().map(capability).collect(),
        ..FrameworkInfo::default()
    }
}

pub(super) fn checkpointing() -> FrameworkInfo {
    FrameworkInfo { checkpoint: Some(true), ..framework(&[]) }
}

pub(super) fn executor() -> ExecutorInfo {
    let command = CommandInfo { value: Some("./executor".into()), ..CommandInfo::default() };
    ExecutorInfo { executor_id: executor_id(), command: Some(Box::new(command)), ..ExecutorInfo::default() }
}

pub(super) fn task(id: &str) -> TaskInfo {
    TaskInfo { task_id: task_id(id), agent_id: agent_id(), ..TaskInfo::default() }
}

/// An update of the executor's; each number is another UUID.
pub(super) fn status(task: &str, state: TaskState, number: u8) -> TaskStatus {
    TaskStatus {
        task_id: task_id(task),
        state: state.into(),
        source: Some(Source::Executor.into()),
        uuid: Some(uuid(number)),
        ..TaskStatus::default()
    }
}

pub(super) fn uuid(number: u8) -> Bytes {
    let mut bytes = [number; 16];
    bytes[6] = 0x40;
    Bytes::copy_from_slice(&bytes)
}

pub(super) fn bare_call(kind: call::Type) -> Call {
    Call {
        r#type: Some(kind.into()),
        framework_id: framework_id(),
        executor_id: executor_id(),
        ..Call::default()
    }
}

pub(super) fn subscribe(tasks: Vec<TaskInfo>, updates: Vec<TaskStatus>) -> Call {
    let unacknowledged_updates = updates.into_iter().map(|status| call::Update { status }).collect();
    let subscribe = call::Subscribe { unacknowledged_tasks: tasks, unacknowledged_updates };
    Call { subscribe: Some(Box::new(subscribe)), ..bare_call(call::Type::Subscribe) }
}

pub(super) fn update(status: TaskStatus) -> Call {
    Call { update: Some(Box::new(call::Update { status })), ..bare_call(call::Type::Update) }
}

/// The one response among the actions.
pub(super) fn response(actions: &[Action]) -> CallResponse {
    let responses = actions.iter().filter_map(|action| match action {
        Action::Respond { response, .. } => Some(response.clone()),
        _ => None,
    });
    let responses: Vec<CallResponse> = responses.collect();
    assert_eq!(responses.len(), 1, "{actions:?}");
    responses[0].clone()
}

pub(super) fn events(actions: &[Action]) -> Vec<Event> {
    let event = |action: &Action| match action {
        Action::Send { event, .. } => Some((**event).clone()),
        _ => None,
    };
    actions.iter().filter_map(event).collect()
}

pub(super) fn event_types(actions: &[Action]) -> Vec<event::Type> {
    events(actions).iter().map(Event::r#type).collect()
}

/// What goes to the master.
pub(super) fn to_master(actions: &[Action]) -> Vec<FromAgent> {
    let message = |action: &Action| match action {
        Action::ToMaster(message) => Some(message.clone()),
        _ => None,
    };
    actions.iter().filter_map(message).collect()
}

pub(super) fn updates(actions: &[Action]) -> Vec<TaskStatus> {
    let status = |message| match message {
        FromAgent::Update { status, .. } => Some(*status),
        _ => None,
    };
    to_master(actions).into_iter().filter_map(status).collect()
}

pub(super) fn states(actions: &[Action]) -> Vec<TaskState> {
    updates(actions).iter().map(TaskStatus::state).collect()
}

pub(super) fn signals(actions: &[Action]) -> Vec<Signal> {
    let signal = |action: &Action| match action {
        Action::Signal { signal, .. } => Some(*signal),
        _ => None,
    };
    actions.iter().filter_map(signal).collect()
}

/// The one container that starts.
pub(super) fn started(actions: &[Action]) -> Launch {
    let launch = actions.iter().find_map(|action| match action {
        Action::Start(launch) => Some((**launch).clone()),
        _ => None,
    });
    launch.unwrap()
}
