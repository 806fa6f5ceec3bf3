//! What becomes of the instances of services.

use std::time::Duration;

use mesos_sdk::proto::v1::TaskState;

use super::super::{Effect, Input, Turn};
use super::agent::status;
use super::bench::{Bench, SECOND, batch, kills, launched};
use super::workloads::service;
use crate::error::ErrorKind;
use crate::health::Health;
use crate::instance::InstanceState;
use crate::service::Service;
use crate::task::Task;

/// The longest back-off after the first failure.
const FIRST: Duration = Duration::from_millis(1200);

fn states(bench: &Bench) -> Vec<InstanceState> {
    bench.core.instances().map(|(_, _, instance)| instance.state).collect()
}

/// Lets instances run.
fn run(bench: &mut Bench, tasks: &[String]) {
    for task in tasks {
        bench.update(task, TaskState::Running);
    }
}

fn scale(bench: &mut Bench, instances: usize) -> Turn {
    bench.step(vec![Input::Scale("b".to_owned(), instances, 1)])
}

fn stop(bench: &mut Bench) {
    bench.command(Input::Stop("b".to_owned(), 1)).unwrap();
}

/// Returns the tasks that a turn kills.
fn killed(turn: &Turn) -> Vec<&str> {
    let kills = turn.immediate.iter().filter_map(|effect| match effect {
        Effect::Kill { task, .. } => Some(task.value.as_str()),
        _ => None,
    });
    kills.collect()
}

#[test]
fn instance_that_ends_is_started_again() {
    for end in [TaskState::Finished, TaskState::Failed, TaskState::Killed, TaskState::GoneByOperator] {
        let mut bench = Bench::with(service(1));
        let tasks = bench.offer(1);
        run(&mut bench, &tasks);
        bench.end(&tasks[0], end);
        assert!(matches!(states(&bench)[..], [InstanceState::BackingOff(_)]), "{end:?}");
        assert_eq!(bench.offer(1).len(), 0, "{end:?}");
        bench.pass(FIRST);
        assert_eq!(bench.offer(1).len(), 1, "{end:?}");
    }
}

#[test]
fn backoff_of_a_service_doubles_and_survives_restarts() {
    let mut bench = Bench::with(service(1));
    for failures in 0..12 {
        let tasks = bench.offer(1);
        bench.end(&tasks[0], TaskState::Failed);
        bench.restart();
        let wait = Duration::from_secs(1 << failures).min(SECOND * 300);
        bench.pass(wait * 79 / 100);
        assert_eq!(bench.offer(1).len(), 0, "after {failures} more failures");
        bench.pass(wait * 42 / 100);
    }
}

#[test]
fn failures_before_a_good_minute_are_forgotten() {
    let mut bench = Bench::with(service(1));
    for _ in 0..6 {
        let tasks = bench.offer(1);
        bench.end(&tasks[0], TaskState::Failed);
        bench.pass(SECOND * 60);
    }
    let tasks = bench.offer(1);
    run(&mut bench, &tasks);
    bench.restart();
    bench.pass(SECOND * 60);
    bench.end(&tasks[0], TaskState::Failed);
    bench.pass(FIRST);
    assert_eq!(bench.offer(1).len(), 1);
}

#[test]
fn same_service_with_another_number_is_scaled() {
    let mut bench = Bench::with(service(2));
    let before = bench.store.clone();
    assert_eq!(bench.submit(service(2)), Ok(()));
    assert_eq!(bench.store, before);
    assert_eq!(bench.submit(service(3)), Ok(()));
    assert_eq!(bench.offer(5).len(), 3);
    assert_eq!(bench.submit(batch(1)), Err(ErrorKind::Conflict));
}

#[test]
fn least_needed_instances_are_stopped_first() {
    let mut bench = Bench::with(service(5));
    let tasks = bench.offer(4);
    run(&mut bench, &tasks[..1]);
    bench.pass(SECOND);
    run(&mut bench, &tasks[1..3]);
    let turn = scale(&mut bench, 3);
    assert_eq!(killed(&turn), [&tasks[3]], "the one that waits, and the one that does not run");
    let turn = scale(&mut bench, 1);
    assert_eq!(killed(&turn), [&tasks[1], &tasks[2]], "the oldest stays");
    for task in &tasks[1..] {
        bench.end(task, TaskState::Killed);
    }
    bench.restart();
    assert_eq!((states(&bench), bench.offer(5).len()), (vec![InstanceState::Running], 0));
    assert_eq!(bench.store.keys().filter(|key| key.starts_with("slot/")).count(), 1);
}

#[test]
fn number_of_an_older_instance_may_stay() {
    let mut bench = Bench::with(service(3));
    let tasks = bench.offer(3);
    run(&mut bench, &tasks[2..]);
    assert_eq!(killed(&scale(&mut bench, 1)), [&tasks[0], &tasks[1]]);
    bench.end(&tasks[0], TaskState::Killed);
    bench.end(&tasks[1], TaskState::Killed);
    bench.restart();
    assert_eq!(bench.offer(5).len(), 0, "the last one runs");
    scale(&mut bench, 2);
    assert!(bench.offer(5)[0].starts_with("b.0."));
}

#[test]
fn what_is_being_killed_is_not_wanted_again() {
    let mut bench = Bench::with(service(1));
    let tasks = bench.offer(1);
    run(&mut bench, &tasks);
    assert_eq!(killed(&scale(&mut bench, 0)).len(), 1);
    scale(&mut bench, 1);
    bench.restart();
    assert_eq!(kills(&bench.pass(SECOND * 60)), 1);
    assert_eq!((states(&bench), bench.offer(1).len()), (vec![InstanceState::Stopping], 0));
    bench.end(&tasks[0], TaskState::Killed);
    assert_eq!(bench.offer(1).len(), 1, "at once: it did not fail");
}

#[test]
fn instance_is_restarted_at_once() {
    let mut bench = Bench::with(service(1));
    let restart = |bench: &mut Bench, index| bench.step(vec![Input::Restart("b".to_owned(), index, 1)]);
    let tasks = bench.offer(1);
    run(&mut bench, &tasks);
    assert_eq!(killed(&restart(&mut bench, 0)), [&tasks[0]]);
    bench.end(&tasks[0], TaskState::Failed);
    let tasks = bench.offer(1);
    bench.end(&tasks[0], TaskState::Failed);
    assert_eq!(bench.offer(1).len(), 0);
    restart(&mut bench, 0);
    assert_eq!(bench.offer(1).len(), 1);
    let unknown = bench.command(Input::Restart("b".to_owned(), 1, 1));
    assert_eq!(unknown, Err(ErrorKind::NotFound));
}

#[test]
fn stopped_service_ends_and_may_start_again() {
    let mut bench = Bench::with(service(2));
    let tasks = bench.offer(1);
    stop(&mut bench);
    assert_eq!(bench.command(Input::Forget("b".to_owned(), 1)), Err(ErrorKind::Conflict));
    bench.restart();
    assert_eq!((kills(&bench.pass(SECOND * 5)), bench.offer(2).len()), (1, 0));
    bench.end(&tasks[0], TaskState::Killed);
    assert!(bench.core.standings().next().unwrap().1.has_ended);
    bench.submit(service(2)).unwrap();
    assert_eq!(bench.offer(2).len(), 2);
}

#[test]
fn forgotten_service_leaves_nothing() {
    let mut bench = Bench::with(service(2));
    let tasks = bench.offer(2);
    bench.end(&tasks[0], TaskState::Failed);
    stop(&mut bench);
    bench.end(&tasks[1], TaskState::Killed);
    assert_eq!(bench.command(Input::Forget("b".to_owned(), 1)), Ok(()));
    assert_eq!(bench.store.keys().collect::<Vec<_>>(), ["meta"]);
    bench.pass(SECOND * 5);
    assert_eq!(bench.core.timers.due(), None);
}

#[test]
fn unreachable_instance_is_replaced_after_its_time() {
    let mut bench = Bench::with(service(1).replace_unreachable_after(SECOND * 10));
    let tasks = bench.offer(1);
    run(&mut bench, &tasks);
    bench.update(&tasks[0], TaskState::Unreachable);
    bench.pass(SECOND * 9);
    bench.restart();
    bench.update(&tasks[0], TaskState::Unreachable);
    assert_eq!(bench.offer(1).len(), 0);
    bench.pass(SECOND);
    bench.pass(FIRST);
    let new = bench.offer(1);
    run(&mut bench, &new);
    assert_eq!(killed(&bench.update(&tasks[0], TaskState::Running)), [&tasks[0]]);
    assert_eq!(states(&bench), [InstanceState::Running]);
}

#[test]
fn healthy_instances_run() {
    let task = Task::shell("work").cpus(1.0).mem(1.0).health(Health::command("true"));
    let mut bench = Bench::with(Service::new("b", task));
    let turn = bench.offer_of("a", "cpus:1;mem:10");
    let id = launched(&turn).pop().unwrap();
    let report = |bench: &mut Bench, healthy| {
        let mut status = status(&id, "a", TaskState::Running);
        status.healthy = healthy;
        bench.step(vec![Input::Update(Box::new(status), None)]);
        states(bench)
    };
    assert_eq!(report(&mut bench, None), [InstanceState::Unhealthy]);
    assert_eq!(report(&mut bench, Some(true)), [InstanceState::Running]);
    bench.restart();
    assert_eq!(report(&mut bench, None), [InstanceState::Running], "it was healthy");
    assert_eq!(report(&mut bench, Some(false)), [InstanceState::Unhealthy]);
}

/// Lets so many instances of twenty become unreachable, and returns the core and their tasks.
fn lost(number: usize) -> (Bench, Vec<String>) {
    let mut bench = Bench::with(service(20));
    let tasks = bench.offer(20);
    run(&mut bench, &tasks);
    for task in &tasks[..number] {
        bench.update(task, TaskState::Unreachable);
    }
    bench.pass(SECOND * 300);
    bench.pass(FIRST);
    (bench, tasks)
}

#[test]
fn very_many_unreachable_instances_are_not_replaced_at_once() {
    let (mut bench, _) = lost(9);
    assert_eq!(bench.offer(20).len(), 9);
    let (mut bench, tasks) = lost(10);
    assert_eq!(bench.offer(20).len(), 0);
    bench.restart();
    for task in &tasks[..10] {
        bench.update(task, TaskState::Unreachable);
    }
    bench.pass(SECOND * 1480);
    assert_eq!(bench.offer(20).len(), 0);
    bench.pass(SECOND * 20);
    bench.pass(FIRST);
    assert_eq!(bench.offer(20).len(), 10, "after half an hour");
}

#[test]
fn very_many_are_replaced_if_somebody_wants_it() {
    let (mut bench, _) = lost(20);
    bench.command(Input::ReplaceUnreachable(1)).unwrap();
    bench.pass(FIRST);
    assert_eq!(bench.offer(20).len(), 20);
}

#[test]
fn later_process_replaces_very_many_if_somebody_wanted_it() {
    let (mut bench, tasks) = lost(20);
    bench.restart();
    bench.command(Input::ReplaceUnreachable(1)).unwrap();
    // The process dies before the master has confirmed that they are unreachable.
    bench.restart();
    for task in &tasks {
        bench.update(task, TaskState::Unreachable);
    }
    bench.pass(SECOND * 10);
    bench.pass(FIRST);
    assert_eq!(bench.offer(20).len(), 20);
}

#[test]
fn what_makes_no_sense_of_a_service_is_refused() {
    let mut bench = Bench::new();
    let task = || Task::shell("x");
    let backoff = crate::retry::Backoff::exponential(SECOND, 0.5, SECOND);
    for service in [
        Service::new("a/b", task()),
        service(50_001),
        service(1).restart(backoff),
        Service::new("b", task().cpus(-1.0)),
        Service::new("b", task().health(Health::http(80, "no-slash"))),
        Service::new("b", task().health(Health::tcp(80).interval(Duration::from_millis(9)))),
    ] {
        assert_eq!(bench.submit(service), Err(ErrorKind::Invalid));
    }
    assert!(bench.store.is_empty());
    bench.submit(service(0)).unwrap();
    assert_eq!(bench.command(Input::Scale("b".to_owned(), 50_001, 1)), Err(ErrorKind::Invalid));
    assert_eq!(bench.command(Input::Scale("c".to_owned(), 1, 1)), Err(ErrorKind::NotFound));
}
