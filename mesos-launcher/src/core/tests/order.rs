//! Which task gets a place, and what happens to the others.

use mesos_sdk::proto::v1::TaskState;

use super::super::Effect;
use super::bench::{Bench, SECOND, batch, ends, launched};
use crate::batch::Batch;
use crate::end::{Failure, Outcome};
use crate::retry::Retry;
use crate::store::Records;
use crate::task::Task;

fn urgent(tasks: usize) -> Batch {
    Batch::new("urgent", (0..tasks).map(|_| Task::shell("work").cpus(1.0).mem(1.0))).priority(1)
}

/// Has the store contain a task that needs nothing, which is refused today.
fn needs_nothing(store: &mut Records, key: &str) {
    let text = store.get_mut(key).unwrap();
    *text = text.replace("\"cpus\":1.0", "\"cpus\":0.0").replace("\"mem\":1.0", "\"mem\":0.0");
}

#[test]
fn greater_priority_comes_first() {
    let mut bench = Bench::with(batch(2));
    let urgent = Batch::new("urgent", [Task::shell("work").cpus(1.0).mem(1.0)]);
    bench.submit(urgent.priority(1)).unwrap();
    assert!(bench.offer(1)[0].starts_with("urgent.0."));
    assert!(bench.offer(1)[0].starts_with("b.0."));
}

#[test]
fn task_of_greater_priority_overtakes() {
    let mut bench = Bench::with(urgent(2).max_concurrent(1));
    bench.submit(batch(2)).unwrap();
    let tasks = bench.offer(1);
    bench.end(&tasks[0], TaskState::Finished);
    assert!(bench.offer(1)[0].starts_with("urgent.1."));
    assert!(bench.offer(1)[0].starts_with("b.0."));
}

#[test]
fn retry_of_greater_priority_overtakes() {
    let mut bench = Bench::with(urgent(1));
    bench.submit(batch(2)).unwrap();
    let tasks = bench.offer(1);
    bench.end(&tasks[0], TaskState::Failed);
    bench.pass(SECOND);
    assert!(bench.offer(1)[0].starts_with("urgent.0."));
}

#[test]
fn full_round_does_not_put_greater_priorities_last() {
    let large = Batch::new("large", [Task::shell("work").cpus(2000.0).mem(1.0)]);
    let mut bench = Bench::with(large.priority(1));
    bench.submit(batch(1002)).unwrap();
    assert_eq!(bench.offer(1500).len(), 1000, "a round has a limit");
    assert!(bench.offer(2000)[0].starts_with("large.0."));
}

#[test]
fn batch_that_is_stopped_in_a_round_launches_what_it_recorded() {
    let mut bench = Bench::with(batch(3).retry(Retry::attempts(1)).max_failure_ratio(0.0));
    needs_nothing(&mut bench.store, "task/b/1");
    bench.restart();
    let turn = bench.offer_of("a", "cpus:3;mem:10");
    for task in launched(&turn) {
        assert!(bench.store.values().any(|record| record.contains(&task)), "{task} has no record");
    }
    let outcomes: Vec<_> = ends(&turn).into_iter().map(|end| (end.index, end.outcome)).collect();
    assert_eq!(outcomes, [(1, Outcome::Failed(Failure::Refused)), (2, Outcome::Stopped)]);
    assert_eq!(launched(&turn).len(), 1);
    let turn = bench.pass(SECOND);
    assert!(turn.immediate.iter().any(|effect| matches!(effect, Effect::Kill { .. })), "after its launch");
}

#[test]
fn tasks_use_what_is_reserved_for_the_role() {
    for (role, launches) in [("*", 0), ("dev", 1)] {
        let mut bench = Bench::new();
        bench.core = bench.core.role(role);
        bench.submit(batch(1)).unwrap();
        assert_eq!(launched(&bench.offer_of("a", "cpus(dev):1;mem(dev):1")).len(), launches, "{role}");
    }
}

#[test]
fn agents_without_offers_are_forgotten() {
    let mut bench = Bench::with(batch(1));
    for agent in 0..2100 {
        bench.offer_of(&format!("a{agent}"), "cpus:0.5;mem:1");
        assert!(bench.core.agents.len() <= 1024);
    }
    assert_eq!(launched(&bench.offer_of("a1", "cpus:1;mem:1")).len(), 1);
}

#[test]
fn what_agents_send_is_recorded_in_part() {
    let mut bench = Bench::with(batch(1).retry(Retry::attempts(1)));
    assert_eq!(launched(&bench.offer_of(&"a".repeat(256), "cpus:1;mem:1")), [""; 0]);
    let tasks = launched(&bench.offer_of("a", "cpus:1;mem:1"));
    let mut status = super::agent::status(&tasks[0], "a", TaskState::Failed);
    status.message = Some(format!("terminated with signal {}", "x".repeat(1 << 20)));
    let turn = bench.step(vec![super::super::Input::Update(Box::new(status), None)]);
    let end = ends(&turn).pop().unwrap();
    assert_eq!((end.message.len(), end.outcome), (4096, Outcome::Failed(Failure::Failed)));
}
