//! The agent and its master; the agent's restart.

use mesos_sdk::proto::v1::executor::event::Type;
use mesos_sdk::proto::v1::framework_info::capability;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{AgentId, TaskInfo, TaskState};

use super::bench::*;
use crate::agent::machine::{Action, Input, Signal};
use crate::messages::{FromAgent, ToAgent};

#[test]
fn registration_is_repeated() {
    let mut bench = Bench::unregistered();
    bench.input(Input::Boot);
    assert!(matches!(&to_master(&bench.input(Input::MasterConnected))[..], [FromAgent::Register { .. }]));
    assert_eq!(to_master(&bench.pass(7)).len(), 3, "after 1, 2 and 4 s");
    bench.master(ToAgent::Registered { agent_id: agent_id() });
    assert_eq!(bench.pass(3600), []);
}

#[test]
fn tasks_for_another_agent_are_ignored() {
    let mut bench = Bench::registered();
    let elsewhere = TaskInfo { agent_id: AgentId::from("S9"), ..task("t1") };
    let (framework, executor) = (Box::new(framework(&[])), Some(Box::new(executor())));
    let actions = bench.master(ToAgent::RunTasks {
        framework,
        executor,
        launch_executor: true,
        tasks: vec![elsewhere],
        group: false,
    });
    assert_eq!(actions, []);
}

#[test]
fn a_returning_agent_names_all_that_it_has() {
    let (mut bench, ..) = Bench::with_executor(&["t1", "t2"]);
    bench.update(status("t1", TaskState::Finished, 1));
    bench.input(Input::MasterLost);
    let messages = to_master(&bench.input(Input::MasterConnected));
    let [FromAgent::Reregister { info, frameworks, executors, tasks, .. }] = &messages[..] else {
        panic!("{messages:?}")
    };
    assert_eq!(info.id, Some(agent_id()));
    assert_eq!((frameworks.len(), executors.len()), (1, 1));
    let states: Vec<_> =
        tasks.iter().map(|task| (task.info.task_id.value.as_str(), task.latest.state())).collect();
    assert_eq!(states, [("t2", TaskState::Staging), ("t1", TaskState::Finished)]);
    let again = bench.master(ToAgent::Registered { agent_id: agent_id() });
    assert_eq!(self::states(&again), [TaskState::Finished]);
}

#[test]
fn lost_tasks_are_reported() {
    for (capabilities, state) in
        [(vec![], TaskState::Lost), (vec![capability::Type::PartitionAware], TaskState::Dropped)]
    {
        let (mut bench, ..) = Bench::with_executor(&["t1"]);
        let framework = Box::new(framework(&capabilities));
        let tasks = vec![task_id("t1"), task_id("t9")];
        let lost = updates(&bench.master(ToAgent::Reconcile { framework, tasks }));
        assert_eq!((lost.len(), lost[0].task_id.clone()), (1, task_id("t9")));
        assert_eq!((lost[0].state(), lost[0].reason()), (state, Some(Reason::Reconciliation)));
        assert_eq!(lost[0].message(), "Reconciliation: task unknown to the agent");
    }
}

fn restarted() -> Bench {
    let mut bench = Bench::registered();
    bench.run_in(checkpointing(), &["t1"]);
    bench.subscribe();
    bench.update(status("t1", TaskState::Running, 1));
    bench.run_in(checkpointing(), &["t2"]);
    bench.machine.restart();
    bench
}

#[statement::proves(nochk)]
#[test]
fn without_checkpoint_executors_end_with_agent() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    bench.machine.restart();
    assert_eq!(signals(&bench.input(Input::Boot)), [Signal::Kill]);
    let messages = to_master(&bench.input(Input::MasterConnected));
    assert!(
        matches!(&messages[..], [FromAgent::Reregister { tasks, .. }] if tasks.is_empty()),
        "{messages:?}"
    );
}

#[test]
fn checkpointed_executors_return_with_updates() {
    let mut bench = restarted();
    assert_eq!(signals(&bench.input(Input::Boot)), []);
    assert_eq!(to_master(&bench.input(Input::MasterConnected)), []);
    let finished = status("t1", TaskState::Finished, 2);
    let (_, actions) = bench.call(subscribe(vec![task("t2")], vec![finished]));
    assert_eq!(event_types(&actions), [Type::Subscribed, Type::Acknowledged]);
    let back = to_master(&bench.pass(2));
    assert!(matches!(&back[..], [FromAgent::Reregister { tasks, .. }] if tasks.len() == 2), "{back:?}");
    let again = bench.master(ToAgent::Registered { agent_id: agent_id() });
    assert_eq!(states(&again), [TaskState::Running]);
    assert_eq!(states(&bench.acknowledge("t1", &uuid(1))), [TaskState::Finished]);
}

#[statement::proves(regto)]
#[test]
fn recovered_executors_have_two_seconds() {
    let mut bench = restarted();
    bench.input(Input::Boot);
    let actions = bench.pass(2);
    assert_eq!(signals(&actions), [Signal::Kill]);
    let container = actions.iter().find_map(|action| match action {
        Action::Signal { container, .. } => Some(container.clone()),
        _ => None,
    });
    bench.input(Input::MasterConnected);
    bench.master(ToAgent::Registered { agent_id: agent_id() });
    let lost = updates(&bench.input(Input::Exited { container: container.unwrap(), status: 9 })).remove(0);
    assert_eq!((lost.state(), lost.reason()), (TaskState::Lost, Some(Reason::ExecutorReregistrationTimeout)));
    assert_eq!(lost.message(), "Executor did not reregister within 2secs");
}

#[statement::proves(estag)]
#[test]
fn queued_tasks_are_lost_with_the_agent() {
    let mut bench = Bench::registered();
    bench.run_in(checkpointing(), &["t1"]);
    bench.machine.restart();
    bench.input(Input::Boot);
    let (_, actions) = bench.subscribe();
    assert_eq!(event_types(&actions), [Type::Shutdown]);
    bench.input(Input::MasterConnected);
    bench.pass(2);
    let lost = updates(&bench.master(ToAgent::Registered { agent_id: agent_id() })).remove(0);
    assert_eq!((lost.state(), lost.message()), (TaskState::Lost, "Task launched during agent restart"));
}
