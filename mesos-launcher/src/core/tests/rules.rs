//! One rule after the other.

use std::time::Duration;

use mesos_sdk::proto::v1::{Offer, OfferId, TaskState};
use mesos_sdk::resources::Resources;

use super::super::{Core, Effect, Input, Now};
use super::agent::status;
use super::bench::{Bench, SECOND, batch, ends, kills};
use crate::batch::Batch;
use crate::end::{Failure, Outcome};
use crate::error::ErrorKind;
use crate::retry::Retry;
use crate::store::{Change, Records};
use crate::task::Task;

#[test]
fn launch_follows_its_record() {
    let mut core = Bench::with(batch(1)).core;
    let offer = Offer {
        id: OfferId::from("o".to_owned()),
        agent_id: "a".to_owned().into(),
        resources: "cpus:1;mem:1".parse::<Resources>().unwrap().into_iter().collect(),
        ..Offer::default()
    };
    let turn = core.step(Now::default(), vec![Input::Offers(vec![offer])]);
    assert!(matches!(&turn.changes[..], [Change::Put(key, _)] if key == "slot/b/0"));
    assert!(!turn.immediate.iter().any(|effect| matches!(effect, Effect::Accept { .. })));
    assert!(matches!(&turn.after_write[..], [Effect::Accept { .. }]));
}

#[test]
fn same_batch_again_changes_nothing() {
    let mut bench = Bench::with(batch(2));
    let before = bench.store.clone();
    assert_eq!(bench.submit(batch(2)), Ok(()));
    assert_eq!(bench.store, before);
    assert_eq!(bench.submit(batch(3)), Err(ErrorKind::Conflict));
    assert_eq!(bench.submit(batch(2).max_concurrent(1)), Err(ErrorKind::Conflict));
}

#[test]
fn program_is_tried_three_times_with_backoff() {
    let mut bench = Bench::with(batch(1));
    for wait in [1, 2] {
        let tasks = bench.offer(1);
        assert_eq!(bench.end(&tasks[0], TaskState::Failed), None);
        bench.pass(Duration::from_millis(1000 * wait - 1));
        assert_eq!(bench.offer(1), [""; 0]);
        bench.pass(Duration::from_millis(1));
    }
    let tasks = bench.offer(1);
    let end = bench.end(&tasks[0], TaskState::Failed).unwrap();
    assert_eq!((end.outcome, end.attempts), (Outcome::Failed(Failure::Exit(1)), 3));
}

#[test]
fn failures_of_the_platform_are_counted_apart() {
    let mut bench = Bench::with(batch(1).retry(Retry::attempts(1).platform_attempts(3)));
    for _ in 0..2 {
        let tasks = bench.offer(1);
        assert_eq!(bench.end(&tasks[0], TaskState::Dropped), None);
    }
    let tasks = bench.offer(1);
    let end = bench.end(&tasks[0], TaskState::Dropped).unwrap();
    assert_eq!(end.outcome, Outcome::Failed(Failure::NeverStarted));
}

#[test]
fn refused_task_is_not_tried_again() {
    let mut bench = Bench::with(batch(1));
    let tasks = bench.offer(1);
    let end = bench.end(&tasks[0], TaskState::Error).unwrap();
    assert_eq!(end.outcome, Outcome::Failed(Failure::Refused));
}

#[test]
fn task_of_a_lost_agent_runs_again_unless_it_may_only_once() {
    for (batch, again) in [(batch(1), 1), (batch(1).at_most_once(), 0)] {
        let mut bench = Bench::with(batch);
        let tasks = bench.offer(1);
        bench.update(&tasks[0], TaskState::Running);
        bench.update(&tasks[0], TaskState::GoneByOperator);
        bench.pass(SECOND);
        assert_eq!(bench.offer(1).len(), again);
    }
}

#[test]
fn launch_that_never_started_may_be_repeated() {
    let mut bench = Bench::with(batch(1).at_most_once());
    let tasks = bench.offer(1);
    assert_eq!(bench.end(&tasks[0], TaskState::Dropped), None);
    assert_eq!(bench.offer(1).len(), 1);
}

#[test]
fn max_concurrent_limits_what_runs() {
    let mut bench = Bench::with(batch(5).max_concurrent(2));
    let tasks = bench.offer(5);
    assert_eq!(tasks.len(), 2);
    bench.end(&tasks[0], TaskState::Finished);
    assert_eq!(bench.offer(5).len(), 1);
}

#[test]
fn too_many_failures_stop_the_others() {
    let mut bench = Bench::with(batch(4).retry(Retry::attempts(1)).max_failure_ratio(0.25));
    let tasks = bench.offer(3);
    assert_eq!(ends(&bench.update(&tasks[0], TaskState::Failed)).len(), 1);
    let turn = bench.update(&tasks[1], TaskState::Failed);
    let outcomes: Vec<_> = ends(&turn).into_iter().map(|end| end.outcome).collect();
    assert_eq!(outcomes, [Outcome::Failed(Failure::Exit(1)), Outcome::Stopped]);
    assert_eq!(kills(&turn), 1);
}

#[test]
fn stop_is_pursued_over_restarts() {
    let mut bench = Bench::with(batch(2));
    let tasks = bench.offer(1);
    bench.update(&tasks[0], TaskState::Running);
    let turn = bench.step(vec![Input::Stop("b".to_owned(), 1)]);
    assert_eq!((kills(&turn), ends(&turn).len()), (1, 1));
    assert_eq!(
        [kills(&bench.pass(SECOND * 4)), kills(&bench.pass(SECOND)), kills(&bench.pass(SECOND * 10))],
        [0, 1, 1]
    );
    bench.restart();
    assert_eq!(kills(&bench.pass(SECOND * 5)), 1);
    let end = bench.end(&tasks[0], TaskState::Killed).unwrap();
    assert_eq!(end.outcome, Outcome::Stopped);
    assert_eq!(kills(&bench.pass(SECOND * 100)), 0);
}

#[test]
fn task_of_a_stopped_batch_that_never_started_is_stopped() {
    let mut bench = Bench::with(batch(1));
    let tasks = bench.offer(1);
    bench.command(Input::Stop("b".to_owned(), 1)).unwrap();
    assert_eq!(bench.end(&tasks[0], TaskState::Dropped).unwrap().outcome, Outcome::Stopped);
}

#[test]
fn kill_follows_the_record_of_its_reason() {
    let mut bench = Bench::with(batch(1));
    let tasks = bench.offer(1);
    bench.update(&tasks[0], TaskState::Unreachable);
    let is_back = Input::Update(Box::new(status(&tasks[0], "a", TaskState::Running)), None);
    let turn = bench.core.step(bench.now, vec![Input::Stop("b".to_owned(), 1), is_back]);
    let kills = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::Kill { .. }));
    assert!(!turn.changes.is_empty());
    assert_eq!((kills(&turn.immediate), kills(&turn.after_write)), (false, true));
}

#[test]
fn unreachable_run_is_replaced_and_killed_when_it_is_back() {
    let mut bench = Bench::with(batch(1));
    let tasks = bench.offer(1);
    bench.update(&tasks[0], TaskState::Running);
    bench.update(&tasks[0], TaskState::Unreachable);
    bench.pass(SECOND * 299);
    assert_eq!(bench.offer(1).len(), 0);
    bench.pass(SECOND);
    bench.pass(SECOND);
    assert_eq!(bench.offer(1).len(), 1);
    assert_eq!(kills(&bench.update(&tasks[0], TaskState::Running)), 1);
    assert_eq!([kills(&bench.pass(SECOND * 4)), kills(&bench.pass(SECOND))], [0, 1]);
    bench.update(&tasks[0], TaskState::Killed);
    assert!(!bench.store.keys().any(|key| key.starts_with("abandoned/")));
}

#[test]
fn unreachable_run_that_is_back_in_time_is_kept() {
    let mut bench = Bench::with(batch(1));
    let tasks = bench.offer(1);
    bench.update(&tasks[0], TaskState::Unreachable);
    bench.update(&tasks[0], TaskState::Running);
    let turn = bench.pass(SECOND * 1000);
    assert_eq!((kills(&turn), bench.offer(1).len()), (0, 0));
}

#[test]
fn nothing_is_replaced_before_the_new_master_has_confirmed_it() {
    let mut bench = Bench::with(batch(1));
    let tasks = bench.offer(1);
    bench.update(&tasks[0], TaskState::Unreachable);
    bench.restart();
    bench.pass(SECOND * 1000);
    assert_eq!(bench.offer(1).len(), 0);
    bench.update(&tasks[0], TaskState::Unreachable);
    bench.pass(SECOND * 10);
    bench.pass(SECOND);
    assert_eq!(bench.offer(1).len(), 1);
}

#[test]
fn reasons_are_kept_for_what_waits() {
    let mut bench = Bench::with(batch(2));
    bench.offer(1);
    bench.offer(0);
    let (_, standing) = bench.core.standings().next().unwrap();
    assert_eq!(
        standing.refusals.unwrap().to_string(),
        "1 of 1 agents: too little cpus: 1 asked for, 1 of 1 in use (on a)"
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut bench = Bench::new();
    let none: [&str; 0] = [];
    for batch in [
        Batch::new("", []),
        Batch::new("a/b", []),
        Batch::new("a".repeat(101), []),
        batch(1).max_concurrent(0),
        batch(1).max_failure_ratio(1.5),
        batch(1).max_failure_ratio(f64::NAN),
        batch(1).retry(Retry::attempts(0)),
        Batch::new("b", [Task::shell("x").cpus(-1.0)]),
        Batch::new("b", [Task::shell("x").mem(f64::INFINITY)]),
        Batch::new("b", [Task::argv(none)]),
        Batch::new("b", [Task::shell("x").cpus(0.0).mem(0.0)]),
        Batch::new("b", [Task::shell("x").cpus(0.0004).mem(0.0)]),
        Batch::new("b", (0..50_001).map(|_| Task::shell("x"))),
        Batch::new("b", [Task::shell("x".repeat(600_000))]),
        Batch::new("b", [Task::shell("x").max_completion_time(Duration::ZERO)]),
    ] {
        assert_eq!(bench.submit(batch), Err(ErrorKind::Invalid));
    }
    assert_eq!(bench.store, Records::new());
}

#[test]
fn records_of_a_newer_version_are_refused() {
    let store = Records::from([("meta".to_owned(), "{\"format\":3}".to_owned())]);
    let error = Core::open(&store, "one".to_owned(), Now::default()).unwrap_err();
    assert!(error.to_string().contains("update this program"), "{error}");
    let store = Records::from([("workload/b".to_owned(), "{".to_owned())]);
    let error = Core::open(&store, "one".to_owned(), Now::default()).unwrap_err();
    assert!(error.to_string().starts_with("the record workload/b can't be read"), "{error}");
}
