//! What becomes of pods.

use mesos_sdk::proto::v1::{TaskState, TaskStatus};
use mesos_sdk::resources::Resources;

use super::super::{Effect, Input, Turn};
use super::agent::status;
use super::bench::{Bench, SECOND, groups};
use super::workloads::pods;
use crate::end::{Failure, Outcome};
use crate::error::ErrorKind;
use crate::health::Health;
use crate::instance::{Instance, InstanceState};
use crate::pod::Pod;
use crate::service::Service;
use crate::store::Change;
use crate::task::Task;

/// What an agent with a place for two pods offers.
const TWO: &str = "cpus:4;mem:1000;disk:100;ports:[31000-31009]";

/// Returns the id of the run that a turn launches.
fn run(turn: &Turn) -> String {
    let [group] = groups(turn)[..] else { panic!("{turn:?}") };
    group.executor.executor_id.value.clone()
}

/// Launches the only pod of a service, and returns its id.
fn launch(bench: &mut Bench) -> String {
    run(&bench.offer_of("a", TWO))
}

fn update(bench: &mut Bench, run: &str, name: &str, state: TaskState) -> Turn {
    bench.update(&format!("{run}.{name}"), state)
}

fn start(bench: &mut Bench, run: &str) {
    for name in ["server", "shipper"] {
        update(bench, run, name, TaskState::Running);
    }
}

fn instance(bench: &Bench) -> Instance {
    bench.core.instances().next().unwrap().2
}

fn state(bench: &Bench) -> InstanceState {
    instance(bench).state
}

/// Returns the last parts of the ids of the tasks that a turn kills.
fn killed(turn: &Turn) -> Vec<&str> {
    let kills = turn.immediate.iter().filter_map(|effect| match effect {
        Effect::Kill { task, .. } => task.value.rsplit('.').next(),
        _ => None,
    });
    kills.collect()
}

/// Returns the names in the ids of the tasks that Mesos is asked for.
fn known(bench: &Bench) -> Vec<String> {
    let known = bench.core.known_tasks().into_iter();
    known.filter_map(|task| task.task_id.value.rsplit('.').next().map(str::to_owned)).collect()
}

#[test]
fn pod_is_one_group_with_what_was_recorded_before() {
    let mut bench = Bench::with(pods(1));
    let turn = bench.offer_of("a", TWO);
    let id = run(&turn);
    assert!(bench.store["slot/b/0"].contains(&id), "{:?}", bench.store);
    let [group] = groups(&turn)[..] else { panic!() };
    let ids: Vec<_> = group.task_group.tasks.iter().map(|task| task.task_id.value.clone()).collect();
    assert_eq!(ids, [format!("{id}.server"), format!("{id}.shipper")]);
}

#[test]
fn resources_are_divided() {
    let server = Task::shell("serve").cpus(1.5).mem(100.0).port("http").port("admin");
    let proxy = Task::shell("proxy").cpus(0.5).mem(50.0).port("public");
    let pod = Pod::new().task("server", server).task("proxy", proxy).shared_folder("run");
    let mut bench = Bench::with(Service::new("b", pod));
    let turn = bench.offer_of("a", "cpus(*):1;cpus(eng):9;mem:182;disk:10;ports:[31000-31009]");
    assert!(groups(&turn).is_empty(), "what is reserved to others is not used");
    let turn = bench.offer_of("a", "cpus:2.1;mem:182;disk:10;ports:[31000-31009]");
    let [group] = groups(&turn)[..] else { panic!("{turn:?}") };
    let of = |text: &str| text.parse::<Resources>().unwrap();
    let got: Vec<_> =
        group.task_group.tasks.iter().map(|task| Resources::from(&task.resources[..])).collect();
    assert_eq!(got[0].clone().scalars(), of("cpus:1.5;mem:100"));
    assert_eq!(got[1].clone().scalars(), of("cpus:0.5;mem:50"));
    assert_eq!(Resources::from(&group.executor.resources[..]), of("cpus:0.1;mem:32;disk:10"));
    assert_eq!((got[0].ports().size(), got[1].ports().size()), (2, 1));
    let ports = instance(&bench).ports;
    assert_eq!(got[1].ports().numbers().collect::<Vec<_>>(), [u64::from(ports["public"])]);
    let variables = |index: usize| {
        let command = group.task_group.tasks[index].command.clone().unwrap();
        let names = command.environment.unwrap().variables.into_iter().map(|one| one.name);
        names.filter(|name| name.starts_with("PORT_")).collect::<Vec<_>>()
    };
    assert_eq!(variables(1), ["PORT_ADMIN", "PORT_HTTP", "PORT_PUBLIC"]);
    let volumes = group.task_group.tasks[1].container.clone().unwrap().volumes;
    assert_eq!(volumes.iter().map(|one| &*one.container_path).collect::<Vec<_>>(), ["run"]);
}

#[test]
fn pod_runs_when_all_its_tasks_do() {
    let mut bench = Bench::with(pods(1));
    let id = launch(&mut bench);
    update(&mut bench, &id, "server", TaskState::Running);
    assert_eq!(state(&bench), InstanceState::Starting);
    update(&mut bench, &id, "shipper", TaskState::Running);
    assert_eq!(state(&bench), InstanceState::Running);
    bench.restart();
    assert_eq!(
        (state(&bench), known(&bench)),
        (InstanceState::Running, vec!["server".into(), "shipper".into()])
    );
}

#[test]
fn pod_is_healthy_when_all_checked_tasks_are() {
    let task = |line: &str| Task::shell(line).health(Health::command("true"));
    let pod = Pod::new().task("server", task("a")).task("shipper", task("b")).task("c", Task::shell("c"));
    let mut bench = Bench::with(Service::new("b", pod));
    let id = launch(&mut bench);
    start(&mut bench, &id);
    update(&mut bench, &id, "c", TaskState::Running);
    for (name, healthy, wanted) in [
        ("server", true, InstanceState::Unhealthy),
        ("shipper", true, InstanceState::Running),
        ("server", false, InstanceState::Unhealthy),
    ] {
        let status = status(&format!("{id}.{name}"), "a", TaskState::Running);
        let status = TaskStatus { healthy: Some(healthy), ..status };
        bench.step(vec![Input::Update(Box::new(status), None)]);
        assert_eq!(state(&bench), wanted, "{name} {healthy}");
    }
}

#[test]
fn failure_of_one_ends_the_pod_when_all_have_ended() {
    let mut bench = Bench::with(pods(1));
    let id = launch(&mut bench);
    start(&mut bench, &id);
    let turn = update(&mut bench, &id, "shipper", TaskState::Failed);
    assert_eq!((killed(&turn), state(&bench)), (vec!["server"], InstanceState::Stopping));
    bench.restart();
    assert_eq!(known(&bench), ["server"]);
    assert_eq!(killed(&bench.pass(SECOND * 5)), ["server"]);
    assert!(groups(&bench.offer_of("a", TWO)).is_empty(), "one still lives");
    update(&mut bench, &id, "server", TaskState::Killed);
    let end = instance(&bench).last_end.unwrap();
    assert_eq!((end.outcome, &*end.task_id), (Outcome::Failed(Failure::Exit(1)), &*id));
    assert_eq!(end.message, "shipper: Command exited with status 1");
    bench.pass(SECOND * 2);
    assert_ne!(launch(&mut bench), id);
}

#[test]
fn task_that_was_killed_is_not_the_cause() {
    let mut bench = Bench::with(pods(1));
    let id = launch(&mut bench);
    start(&mut bench, &id);
    update(&mut bench, &id, "server", TaskState::Killed);
    update(&mut bench, &id, "shipper", TaskState::Failed);
    assert_eq!(instance(&bench).last_end.unwrap().outcome, Outcome::Failed(Failure::Exit(1)));
}

#[test]
fn only_a_helper_may_succeed() {
    let mut bench = Bench::with(pods(1));
    let id = launch(&mut bench);
    update(&mut bench, &id, "server", TaskState::Running);
    let turn = update(&mut bench, &id, "shipper", TaskState::Finished);
    assert_eq!((killed(&turn), state(&bench)), (vec![], InstanceState::Running));
    let mut bench = Bench::with(pods(1));
    let id = launch(&mut bench);
    start(&mut bench, &id);
    let turn = update(&mut bench, &id, "server", TaskState::Finished);
    assert_eq!(killed(&turn), ["shipper"]);
    update(&mut bench, &id, "shipper", TaskState::Killed);
    assert_eq!(instance(&bench).last_end.unwrap().outcome, Outcome::Finished);
}

#[test]
fn all_tasks_are_killed_until_each_has_ended() {
    let mut bench = Bench::with(pods(1));
    let id = launch(&mut bench);
    start(&mut bench, &id);
    let turn = bench.step(vec![Input::Stop("b".to_owned(), 1)]);
    assert_eq!(killed(&turn), ["server", "shipper"]);
    update(&mut bench, &id, "server", TaskState::Killed);
    assert_eq!(killed(&bench.pass(SECOND * 5)), ["shipper"]);
    update(&mut bench, &id, "shipper", TaskState::Killed);
    assert_eq!(bench.core.instances().count(), 0);
    assert_eq!(bench.command(Input::Forget("b".to_owned(), 1)), Ok(()));
    let keys: Vec<_> = bench.store.keys().collect();
    assert_eq!(keys, ["meta"]);
}

#[test]
fn end_that_is_sent_again_is_acknowledged_again() {
    let mut bench = Bench::with(pods(1));
    let id = launch(&mut bench);
    start(&mut bench, &id);
    for is_first in [true, false] {
        let before = bench.store.clone();
        let turn = update(&mut bench, &id, "shipper", TaskState::Finished);
        assert!(matches!(turn.immediate[..], [.., Effect::Acknowledge(9)] | [Effect::Acknowledge(9), ..]));
        assert_eq!(bench.store != before, is_first);
    }
}

#[test]
fn pod_is_unreachable_with_one_task_and_killed_when_it_is_back() {
    let mut bench = Bench::with(pods(1));
    let id = launch(&mut bench);
    start(&mut bench, &id);
    for name in ["server", "shipper"] {
        update(&mut bench, &id, name, TaskState::Unreachable);
        assert!(matches!(state(&bench), InstanceState::Unreachable(_)), "{name}");
    }
    bench.pass(SECOND * 300);
    assert_eq!(state(&bench), InstanceState::BackingOff(instance_wait(&bench)));
    bench.restart();
    assert_eq!(known(&bench), ["server", "shipper"]);
    assert_eq!(killed(&update(&mut bench, &id, "shipper", TaskState::Running)), ["server", "shipper"]);
    update(&mut bench, &id, "shipper", TaskState::Killed);
    assert_eq!(killed(&bench.pass(SECOND * 5)), ["server"]);
    update(&mut bench, &id, "server", TaskState::Killed);
    assert!(!bench.store.keys().any(|key| key.starts_with("abandoned/")));
}

/// Returns until when the only instance waits.
fn instance_wait(bench: &Bench) -> std::time::SystemTime {
    let InstanceState::BackingOff(until) = state(bench) else { panic!("{:?}", state(bench)) };
    until
}

#[test]
fn pod_that_was_never_launched_is_launched_again() {
    let mut bench = Bench::with(pods(1));
    let id = launch(&mut bench);
    update(&mut bench, &id, "server", TaskState::Dropped);
    assert!(groups(&bench.offer_of("a", TWO)).is_empty());
    update(&mut bench, &id, "shipper", TaskState::Dropped);
    assert_ne!(launch(&mut bench), id);
}

#[test]
fn task_and_pod_are_versions_of_a_service() {
    let mut bench = Bench::with(Service::new("b", Task::shell("work").cpus(1.0).mem(1.0)));
    bench.offer(1);
    assert_eq!(bench.submit(pods(1)), Ok(()));
    let before = bench.store.clone();
    bench.restart();
    assert_eq!((bench.submit(pods(1)), &bench.store), (Ok(()), &before));
    launch(&mut bench);
}

#[test]
fn record_of_a_pod_is_read_again() {
    let mut bench = Bench::new();
    let pod = Pod::new().task("server", Task::shell("x").port("http").health(Health::http("http", "/")));
    let turn = bench.step(vec![Input::Submit(Box::new(Service::new("b", pod).into()), 1)]);
    assert!(turn.changes.iter().any(|change| matches!(change, Change::Put(key, _) if key == "task/b/0")));
    bench.restart();
    launch(&mut bench);
}

fn error(pod: Pod) -> String {
    let mut bench = Bench::new();
    let turn = bench.step(vec![Input::Submit(Box::new(Service::new("b", pod).into()), 1)]);
    let [Effect::Reply(1, Err(error))] = &turn.immediate[..] else { panic!("{turn:?}") };
    assert_eq!(error.kind(), ErrorKind::Invalid);
    error.to_string()
}

#[test]
fn wrong_pods_are_refused() {
    let task = || Task::shell("x");
    let named = |name: &str| Pod::new().task(name, task());
    let folder = |path: &str| named("a").shared_folder(path);
    let many = (0..17).fold(Pod::new(), |pod, number| pod.task(format!("a{number}"), task()));
    let constrained = task().constraint(mesos_placement::Constraint::equals("disk", "ssd"));
    for (pod, wanted) in [
        (Pod::new(), "must have a task that is not a helper"),
        (Pod::new().helper("a", task()), "must have a task that is not a helper"),
        (many, "has 17 tasks: at most 16"),
        (named("A.b"), "the name of a task \"A.b\" must have"),
        (named("a").task("a", task()), "two tasks with the name \"a\""),
        (Pod::new().task("a", task().cpus(-1.0)), "\"a\": cpus must be a number"),
        (Pod::new().task("a", constrained), "\"a\": constraints and preferences are set for the whole pod"),
        (Pod::new().task("a", task().port("x")).task("b", task().port("x")), "two ports with the name \"x\""),
        (
            Pod::new().task("a", task().health(Health::tcp("x"))),
            "uses the port \"x\", which it does not have",
        ),
        (folder("/log"), "shared_folder \"/log\" must be a path below the sandbox"),
        (folder("a/../.."), "shared_folder \"a/../..\" must be a path below the sandbox"),
        (folder("log").shared_folder("log"), "shared_folder \"log\" is there twice"),
    ] {
        let text = error(pod);
        assert!(text.contains(wanted), "{text}");
    }
}
