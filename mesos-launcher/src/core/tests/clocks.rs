//! Timers, and what is asked for again.

use std::time::Duration;

use mesos_sdk::proto::v1::TaskState;

use super::super::{Effect, Input, Turn};
use super::bench::{Bench, SECOND, batch, kills};
use crate::batch::Batch;
use crate::error::ErrorKind;

/// Returns how often a turn asks for offers, and for none.
fn asks(turn: &Turn) -> [usize; 2] {
    let count = |is: fn(&Effect) -> bool| turn.immediate.iter().filter(|effect| is(effect)).count();
    [count(|effect| matches!(effect, Effect::Revive)), count(|effect| matches!(effect, Effect::Suppress))]
}

#[test]
fn backoff_survives_restarts_and_clocks() {
    let mut bench = Bench::with(batch(1));
    let tasks = bench.offer(1);
    bench.end(&tasks[0], TaskState::Failed);
    bench.now.wall -= Duration::from_secs(5000); // the clock was wrong
    bench.restart();
    assert_eq!(bench.offer(1).len(), 0);
    bench.pass(SECOND * 60);
    assert_eq!(bench.offer(1).len(), 1);
}

#[test]
fn clock_that_is_set_back_delays_no_replacement() {
    let mut bench = Bench::with(batch(1));
    let tasks = bench.offer(1);
    bench.update(&tasks[0], TaskState::Unreachable);
    bench.now.wall -= SECOND * 3600;
    bench.pass(SECOND * 299);
    assert_eq!(bench.offer(1).len(), 0);
    bench.pass(SECOND);
    bench.pass(SECOND);
    assert_eq!(bench.offer(1).len(), 1);
}

#[test]
fn timer_of_a_forgotten_batch_is_forgotten() {
    let mut bench = Bench::with(batch(3));
    let tasks = bench.offer(3);
    bench.end(&tasks[2], TaskState::Failed);
    bench.command(Input::Stop("b".to_owned(), 1)).unwrap();
    for task in &tasks[..2] {
        bench.end(task, TaskState::Killed);
    }
    bench.command(Input::Forget("b".to_owned(), 1)).unwrap();
    bench.submit(batch(1)).unwrap();
    bench.pass(SECOND * 2);
    assert_eq!(bench.offer(1).len(), 1);
}

#[test]
fn backoff_of_a_forgotten_batch_does_not_end_another() {
    let mut bench = Bench::with(batch(1));
    let tasks = bench.offer(1);
    bench.end(&tasks[0], TaskState::Failed);
    bench.command(Input::Stop("b".to_owned(), 1)).unwrap();
    bench.command(Input::Forget("b".to_owned(), 1)).unwrap();
    assert_eq!(bench.core.timers.due(), None);
    bench.submit(batch(1)).unwrap();
    bench.now.monotonic += SECOND / 2;
    bench.now.wall += SECOND / 2;
    let tasks = bench.offer(1);
    bench.end(&tasks[0], TaskState::Failed);
    bench.pass(SECOND / 2);
    assert_eq!(bench.offer(1).len(), 0, "it waits for a second");
    bench.pass(SECOND / 2);
    assert_eq!(bench.offer(1).len(), 1);
}

#[test]
fn kills_of_a_flapping_agent_stay_rare() {
    let mut bench = Bench::with(batch(1));
    let tasks = bench.offer(1);
    bench.update(&tasks[0], TaskState::Running);
    bench.update(&tasks[0], TaskState::GoneByOperator);
    let mut first = 0;
    for _ in 0..5 {
        first += kills(&bench.update(&tasks[0], TaskState::Running));
        bench.update(&tasks[0], TaskState::Unreachable);
        bench.now.monotonic += SECOND / 2;
    }
    first += kills(&bench.update(&tasks[0], TaskState::Running));
    let later: usize = (0..15).map(|_| kills(&bench.pass(SECOND))).sum();
    assert_eq!((first, later), (6, 2), "after 5 s and 15 s");
}

#[test]
fn offers_are_asked_for_only_while_something_waits() {
    let mut bench = Bench::with(batch(1));
    assert_eq!(asks(&bench.pass(SECOND * 5)), [0, 0], "asked for when it was submitted");
    let tasks = bench.offer(1);
    assert_eq!(asks(&bench.update(&tasks[0], TaskState::Failed)), [0, 0], "it waits for its time");
    assert_eq!(asks(&bench.pass(SECOND)), [1, 0]);
    assert_eq!(asks(&bench.pass(SECOND)), [0, 0]);
    let tasks = bench.offer(1);
    assert_eq!(asks(&bench.update(&tasks[0], TaskState::Finished)), [0, 0], "suppressed with the launch");
}

#[test]
fn offers_are_asked_for_again_every_five_minutes() {
    let mut bench = Bench::new();
    for number in 0..100 {
        bench.submit(Batch::new(format!("b{number}"), batch(1).tasks)).unwrap();
        bench.pass(SECOND * 5);
    }
    let revives: usize = (0..600).map(|_| asks(&bench.pass(SECOND))[0]).sum();
    assert_eq!(revives, 2);
    assert!(bench.core.due() > Some(bench.now.monotonic));
}

#[test]
fn failed_asks_are_repeated() {
    let mut bench = Bench::with(batch(1));
    bench.pass(SECOND * 100);
    assert_eq!(asks(&bench.step(vec![Input::DemandFailed])), [0, 0]);
    assert_eq!(bench.core.due(), Some(bench.now.monotonic + SECOND * 5));
    assert_eq!([asks(&bench.pass(SECOND * 4)), asks(&bench.pass(SECOND))], [[0, 0], [1, 0]]);
    let tasks = bench.offer(1);
    bench.end(&tasks[0], TaskState::Finished);
    assert_eq!(asks(&bench.step(vec![Input::DemandFailed])), [0, 0]);
    assert_eq!([asks(&bench.pass(SECOND * 5)), asks(&bench.pass(SECOND * 5))], [[0, 1], [0, 0]]);
}

#[test]
fn forgotten_batch_leaves_nothing() {
    let mut bench = Bench::with(batch(1));
    let tasks = bench.offer(1);
    assert_eq!(bench.command(Input::Forget("b".to_owned(), 1)), Err(ErrorKind::Conflict));
    bench.end(&tasks[0], TaskState::Finished);
    assert_eq!(bench.command(Input::Forget("b".to_owned(), 1)), Ok(()));
    assert_eq!(bench.store.keys().collect::<Vec<_>>(), ["meta"]);
    assert_eq!(bench.command(Input::Forget("b".to_owned(), 1)), Err(ErrorKind::NotFound));
}
