use mesos_sdk::proto::v1::executor::event::Type;
use mesos_sdk::proto::v1::framework_info::capability;
use mesos_sdk::proto::v1::task_status::{Reason, Source};
use mesos_sdk::proto::v1::{TaskState, TaskStatus};

use super::bench::*;
use crate::agent::machine::{Action, CallResponse, ConnectionId, Input};
use crate::messages::ToAgent;

fn sent_to(actions: &[Action]) -> Vec<(ConnectionId, Type)> {
    let sent = |action: &Action| match action {
        Action::Send { connection, event } => Some((*connection, event.r#type())),
        _ => None,
    };
    actions.iter().filter_map(sent).collect()
}

#[test]
fn subscribed_then_tasks_then_groups() {
    let mut bench = Bench::registered();
    let container = started(&bench.run(&["t1"])).container;
    bench.run_group(&["t2", "t3"]);
    bench.run(&["t4"]);
    let (_, actions) = bench.subscribe();
    assert_eq!(response(&actions), CallResponse::Stream);
    assert_eq!(event_types(&actions), [Type::Subscribed, Type::Launch, Type::Launch, Type::LaunchGroup]);
    let events = events(&actions);
    let subscribed = events[0].subscribed.clone().unwrap();
    assert_eq!(subscribed.executor_info.framework_id, Some(framework_id()));
    assert_eq!(subscribed.framework_info, framework(&[]));
    assert_eq!(subscribed.agent_info.id, Some(agent_id()));
    assert_eq!(subscribed.container_id.unwrap().value, container);
    assert_eq!(events[2].launch.clone().unwrap().task, task("t4"));
    assert_eq!(events[3].launch_group.clone().unwrap().task_group.tasks, [task("t2"), task("t3")]);
}

#[test]
fn running_executor_gets_tasks_at_once() {
    let (mut bench, connection, _) = Bench::with_executor(&["t1"]);
    assert_eq!(sent_to(&bench.run(&["t2"])), [(connection, Type::Launch)]);
    assert_eq!(sent_to(&bench.run_group(&["t3", "t4"])), [(connection, Type::LaunchGroup)]);
}

#[statement::proves(eold)]
#[test]
fn second_subscription_closes_the_first() {
    let (mut bench, first, _) = Bench::with_executor(&["t1"]);
    let (second, actions) = bench.call(subscribe(vec![task("t1")], Vec::new()));
    assert!(actions.contains(&Action::Close(first)));
    assert_eq!(sent_to(&actions), [(second, Type::Subscribed)]);
    bench.input(Input::StreamClosed(first));
    assert_eq!(sent_to(&bench.run(&["t2"])), [(second, Type::Launch)]);
}

#[statement::proves(eunack)]
#[test]
fn updates_are_ordered_and_deduplicated() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    bench.update(status("t1", TaskState::Starting, 1));
    let unacknowledged = vec![status("t1", TaskState::Starting, 1), status("t1", TaskState::Running, 2)];
    let (_, actions) = bench.call(subscribe(vec![task("t1")], unacknowledged));
    assert_eq!(updates(&actions), []);
    assert_eq!(event_types(&actions), [Type::Subscribed, Type::Acknowledged, Type::Acknowledged]);
    let next = bench.acknowledge("t1", &uuid(1));
    assert_eq!(states(&next), [TaskState::Running]);
}

#[statement::proves(estag)]
#[test]
fn undelivered_tasks_are_lost() {
    for (capabilities, state) in
        [(vec![], TaskState::Lost), (vec![capability::Type::PartitionAware], TaskState::Dropped)]
    {
        let mut bench = Bench::registered();
        bench.run_in(framework(&capabilities), &["t1", "t2"]);
        let (connection, _) = bench.subscribe();
        bench.input(Input::StreamClosed(connection));
        let (_, actions) = bench.call(subscribe(vec![task("t1")], Vec::new()));
        let lost = updates(&actions);
        assert_eq!((lost.len(), lost[0].state(), lost[0].reason()), (1, state, Some(Reason::AgentRestarted)));
        assert_eq!(lost[0].task_id, task_id("t2"));
        assert_eq!(lost[0].message(), "Task launched during agent restart");
        assert_eq!(lost[0].container_status, None);
        assert_eq!(event_types(&actions), [Type::Subscribed]);
    }
}

#[statement::proves(eacked)]
#[test]
fn task_with_an_update_is_not_lost() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    bench.update(status("t1", TaskState::Running, 1));
    let (_, actions) = bench.subscribe();
    assert_eq!(updates(&actions), []);
}

#[statement::proves(eempty)]
#[test]
fn executor_without_tasks_is_shut_down() {
    let mut bench = Bench::registered();
    bench.run(&["t1"]);
    bench.kill("t1");
    let (_, actions) = bench.subscribe();
    assert_eq!(event_types(&actions), [Type::Shutdown]);
    assert_eq!(signals(&bench.pass(5)), [crate::agent::machine::Signal::Kill]);
}

#[statement::proves(eempty)]
#[test]
fn executor_that_had_a_task_stays() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    bench.update(status("t1", TaskState::Finished, 1));
    bench.acknowledge("t1", &uuid(1));
    assert_eq!(event_types(&bench.subscribe().1), [Type::Subscribed]);
}

#[statement::proves(eterm)]
#[test]
fn late_subscription_gets_shutdown() {
    let ends: [fn(&mut Bench); 3] = [
        |bench| drop(bench.input(Input::Shutdown)),
        |bench| drop(bench.master(ToAgent::ShutdownFramework { framework_id: framework_id() })),
        |bench| {
            let (framework_id, executor_id) = (framework_id(), executor_id());
            bench.master(ToAgent::ShutdownExecutor { framework_id, executor_id });
        },
    ];
    for end in ends {
        let (mut bench, ..) = Bench::with_executor(&["t1"]);
        end(&mut bench);
        let (connection, actions) = bench.subscribe();
        assert_eq!(response(&actions), CallResponse::Stream);
        assert_eq!(sent_to(&actions), [(connection, Type::Shutdown)]);
        assert_eq!(actions.last(), Some(&Action::Close(connection)));
    }
}

#[statement::proves(ehb30)]
#[test]
fn heartbeats_every_thirty_minutes() {
    let (mut bench, ..) = Bench::with_executor(&["t1"]);
    assert_eq!(event_types(&bench.pass(1799)), []);
    assert_eq!(event_types(&bench.pass(1)), [Type::Heartbeat]);
    assert_eq!(event_types(&bench.pass(3600)), [Type::Heartbeat, Type::Heartbeat]);
}

#[statement::proves(regto)]
#[test]
fn silent_executor_is_killed() {
    let mut bench = Bench::registered();
    let container = started(&bench.run(&["t1"])).container;
    assert_eq!(bench.pass(600), [], "its files are fetched, or it waits for its turn");
    bench.input(Input::Started { container: container.clone(), pid: None });
    assert_eq!(bench.pass(59), []);
    assert_eq!(signals(&bench.pass(1)), [crate::agent::machine::Signal::Kill]);
    let actions = bench.input(Input::Exited { container, status: 9 });
    let expected = (TaskState::Failed, Some(Reason::ExecutorRegistrationTimeout), Some(Source::Agent));
    let failed: &TaskStatus = &updates(&actions)[0];
    assert_eq!((failed.state(), failed.reason(), failed.source()), expected);
    assert_eq!(failed.message(), "Executor did not register within 1mins");
}
