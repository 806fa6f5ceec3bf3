//! Random histories: whatever happens in whatever order, these hold.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use mesos_sdk::proto::v1::{CommandInfo, FrameworkInfo, TaskInfo, TaskState};
use proptest::prelude::*;

use super::bench::*;
use crate::agent::machine::{Action, ConnectionId, Input};
use crate::messages::{FromAgent, ToAgent};

#[derive(Clone, Copy, Debug)]
enum Step {
    Run { group: bool },
    RunCommand,
    Kill { task: usize },
    Acknowledge { update: usize },
    Subscribe,
    Update { task: usize, state: TaskState },
    CloseStream,
    Started { container: usize },
    Exit { container: usize, status: i32 },
    FailToLaunch { container: usize },
    ShutdownExecutor,
    ShutdownFramework,
    LoseMaster,
    FindMaster,
    Restart,
    Pass { seconds: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let state = prop_oneof![
        Just(TaskState::Starting),
        Just(TaskState::Running),
        Just(TaskState::Finished),
        Just(TaskState::Failed)
    ];
    prop_oneof![
        6 => any::<bool>().prop_map(|group| Step::Run { group }),
        3 => Just(Step::RunCommand),
        4 => (0..12_usize).prop_map(|task| Step::Kill { task }),
        8 => (0..8_usize).prop_map(|update| Step::Acknowledge { update }),
        6 => Just(Step::Subscribe),
        8 => (0..12_usize, state).prop_map(|(task, state)| Step::Update { task, state }),
        2 => Just(Step::CloseStream),
        6 => (0..4_usize).prop_map(|container| Step::Started { container }),
        4 => (0..4_usize, prop_oneof![Just(0), Just(9), Just(256)])
            .prop_map(|(container, status)| Step::Exit { container, status }),
        1 => (0..4_usize).prop_map(|container| Step::FailToLaunch { container }),
        1 => Just(Step::ShutdownExecutor),
        1 => Just(Step::ShutdownFramework),
        1 => Just(Step::LoseMaster),
        3 => Just(Step::FindMaster),
        1 => Just(Step::Restart),
        3 => (0..100_u64).prop_map(|seconds| Step::Pass { seconds }),
    ]
}

/// What the world around the agent sees, and what it may not see.
struct World {
    bench: Bench,
    checkpoint: bool,
    open: BTreeSet<ConnectionId>,
    containers: Vec<String>,
    /// The unacknowledged update of each task that the master has, and all acknowledged ones.
    outstanding: BTreeMap<String, Bytes>,
    acknowledged: BTreeSet<Bytes>,
    next_uuid: u64,
    tasks: usize,
    /// Time passes, or a master is new: updates may be sent again.
    may_resend: bool,
}

impl World {
    fn new(checkpoint: bool) -> Self {
        Self {
            bench: Bench::registered(),
            checkpoint,
            open: BTreeSet::new(),
            containers: Vec::new(),
            outstanding: BTreeMap::new(),
            acknowledged: BTreeSet::new(),
            next_uuid: 0,
            tasks: 0,
            may_resend: false,
        }
    }

    fn take(&mut self, step: Step) {
        let framework = if self.checkpoint { checkpointing() } else { framework(&[]) };
        let container = |world: &Self, index: usize| world.containers.get(index).cloned();
        self.may_resend = matches!(step, Step::Pass { .. } | Step::FindMaster);
        let actions = match step {
            Step::Run { group: false } => {
                let task = self.new_task();
                self.bench.run_in(framework, &[&task])
            }
            Step::Run { group: true } => {
                let tasks = [self.new_task(), self.new_task()];
                self.bench.run_group_in(framework, &[&tasks[0], &tasks[1]])
            }
            Step::RunCommand => self.run_command(framework),
            Step::Kill { task } => self.bench.kill(&self.recent_task(task)),
            Step::Acknowledge { update } => self.acknowledge(update),
            Step::Subscribe => return self.call(subscribe(Vec::new(), Vec::new())),
            Step::Update { task, state } => return self.update(task, state),
            Step::CloseStream => {
                let Some(connection) = self.open.pop_last() else { return };
                self.bench.input(Input::StreamClosed(connection))
            }
            Step::Started { container: index } => {
                let Some(container) = container(self, index) else { return };
                self.bench.input(Input::Started { container, pid: Some(7) })
            }
            Step::Exit { container: index, status } => {
                let Some(container) = container(self, index) else { return };
                self.containers.remove(index);
                self.bench.input(Input::Exited { container, status })
            }
            Step::FailToLaunch { container: index } => {
                let Some(container) = container(self, index) else { return };
                self.containers.remove(index);
                self.bench.input(Input::LaunchFailed { container, reason: "no room".into() })
            }
            Step::ShutdownExecutor => {
                let (framework_id, executor_id) = (framework_id(), executor_id());
                self.bench.master(ToAgent::ShutdownExecutor { framework_id, executor_id })
            }
            Step::ShutdownFramework => {
                self.bench.master(ToAgent::ShutdownFramework { framework_id: framework_id() })
            }
            Step::LoseMaster => self.bench.input(Input::MasterLost),
            Step::FindMaster => self.find_master(),
            Step::Restart => self.restart(),
            Step::Pass { seconds } => self.bench.pass(seconds),
        };
        self.see(&actions, None);
    }

    /// The master gives no task id twice.
    fn new_task(&mut self) -> String {
        self.tasks += 1;
        format!("t{}", self.tasks)
    }

    /// One of the last tasks, or an unknown one.
    fn recent_task(&self, back: usize) -> String {
        self.tasks.checked_sub(back).map_or_else(|| "unheard of".to_owned(), |task| format!("t{task}"))
    }

    fn run_command(&mut self, framework: FrameworkInfo) -> Vec<Action> {
        let command = Some(Box::new(CommandInfo::default()));
        let tasks = vec![TaskInfo { command, ..task(&self.new_task()) }];
        let framework = Box::new(framework);
        self.bench.master(ToAgent::RunTasks {
            framework,
            executor: None,
            launch_executor: true,
            tasks,
            group: false,
        })
    }

    fn acknowledge(&mut self, update: usize) -> Vec<Action> {
        let Some((task, uuid)) = self.outstanding.iter().nth(update) else { return Vec::new() };
        let (task, uuid) = (task.clone(), uuid.clone());
        let actions = self.bench.acknowledge(&task, &uuid);
        if self.bench.machine.updates.front("F0", &task).and_then(|status| status.uuid) != Some(uuid.clone())
        {
            self.outstanding.remove(&task);
            self.acknowledged.insert(uuid);
        }
        actions
    }

    fn update(&mut self, task: usize, state: TaskState) {
        self.next_uuid += 1;
        let mut uuid = [0x40; 16];
        uuid[8..].copy_from_slice(&self.next_uuid.to_be_bytes());
        let uuid = Some(Bytes::copy_from_slice(&uuid));
        self.call(update(mesos_sdk::proto::v1::TaskStatus {
            uuid,
            ..status(&self.recent_task(task), state, 0)
        }));
    }

    fn call(&mut self, call: mesos_sdk::proto::v1::executor::Call) {
        let (connection, actions) = self.bench.call(call);
        let responses = actions.iter().filter(|action| matches!(action, Action::Respond { .. })).count();
        assert_eq!(responses, 1, "one response per call: {actions:?}");
        self.see(&actions, Some(connection));
    }

    fn find_master(&mut self) -> Vec<Action> {
        let mut actions = self.bench.input(Input::MasterConnected);
        actions.extend(self.bench.master(ToAgent::Registered { agent_id: agent_id() }));
        actions
    }

    fn restart(&mut self) -> Vec<Action> {
        self.open.clear();
        self.bench.machine.restart();
        self.outstanding.clear();
        self.bench.input(Input::Boot)
    }

    fn see(&mut self, actions: &[Action], opened: Option<ConnectionId>) {
        if self.bench.machine.frameworks.is_empty() {
            // An agent that has nothing left of a framework forgets its updates, too.
            self.outstanding.clear();
        }
        for action in actions {
            match action {
                Action::Respond { connection, response } => {
                    assert_eq!(Some(*connection), opened);
                    if *response == crate::agent::machine::CallResponse::Stream {
                        self.open.insert(*connection);
                    }
                }
                Action::Send { connection, .. } => assert!(self.open.contains(connection), "{action:?}"),
                Action::Close(connection) => assert!(self.open.remove(connection), "{action:?}"),
                Action::Start(launch) => self.containers.push(launch.container.clone()),
                Action::Signal { .. }
                | Action::Probe { .. }
                | Action::Abandon { .. }
                | Action::CreateVolume(_)
                | Action::DestroyVolume(_)
                | Action::Relink(_) => {}
                Action::ToMaster(message) => self.receive(message),
            }
        }
    }

    fn receive(&mut self, message: &FromAgent) {
        let FromAgent::Update { status, latest_state, .. } = message else { return };
        let uuid = status.uuid.clone().unwrap();
        assert!(!self.acknowledged.contains(&uuid), "sent again after its acknowledgement: {status:?}");
        assert!(!status.state().is_terminal() || latest_state.is_terminal(), "{message:?}");
        let waiting = self.outstanding.insert(status.task_id.value.clone(), uuid.clone());
        let resent = waiting.as_ref() == Some(&uuid) && self.may_resend;
        assert!(waiting.is_none() || resent, "two outstanding updates: {status:?}");
    }

    /// Everything ends: nothing may be left.
    fn end(mut self) {
        let actions = self.bench.input(Input::Shutdown);
        self.see(&actions, None);
        for container in std::mem::take(&mut self.containers) {
            let actions = self.bench.input(Input::Exited { container, status: 9 });
            self.see(&actions, None);
        }
        assert!(self.bench.machine.is_idle());
        assert!(self.bench.machine.frameworks.is_empty());
        assert_eq!(self.bench.machine.next_deadline(), None);
        assert_eq!(self.open, BTreeSet::new());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[statement::proves(ack2)]
    #[test]
    fn one_update_outstanding_in_any_history(checkpoint: bool, steps in prop::collection::vec(step(), 0..120)) {
        let mut world = World::new(checkpoint);
        world.bench.now = Duration::from_secs(1_000_000_000);
        for step in steps {
            world.take(step);
        }
        world.end();
    }
}
