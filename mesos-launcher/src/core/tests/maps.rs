//! Maps: what their tasks get, and what is kept of their results.

use mesos_sdk::payload::Bytes;
use mesos_sdk::proto::v1::{TaskState, TaskStatus};

use super::super::{Input, Turn};
use super::agent::status;
use super::bench::{Bench, batch, ends, tasks};
use super::workloads::{map, map_of};
use crate::end::{End, Failure, Outcome};
use crate::error::ErrorKind;
use crate::retry::Retry;
use crate::work::FATAL;

fn end(bench: &mut Bench, task: &str, state: TaskState, data: &'static [u8]) -> Turn {
    let data = Some(Bytes::from_static(data));
    let status = TaskStatus { data, ..status(task, "a", state) };
    bench.step(vec![Input::Update(Box::new(status), Some(9))])
}

fn result(end: &End) -> &[u8] {
    end.result.as_ref().map_or(b"none", |data| &data.0)
}

#[test]
fn task_has_its_own_executor_and_its_input() {
    let mut bench = Bench::with(map(batch(2)));
    let turn = bench.offer_of("a", "cpus:2;mem:2");
    let second = tasks(&turn)[1];
    let executor = second.executor.as_ref().unwrap();
    assert_eq!(executor.executor_id.value, second.task_id.value);
    assert_eq!((executor.resources.len(), &second.command), (0, &None));
    assert_eq!(second.data(), b"1");
    let labels = second.labels.as_ref().unwrap().labels.iter();
    let labels: Vec<_> = labels.map(|label| (label.key.as_str(), label.value())).collect();
    assert_eq!(labels, [("index", "1"), ("attempt", "1")]);
}

#[test]
fn result_survives_a_restart() {
    let mut bench = Bench::with(map(batch(1)));
    let task = bench.offer(1).remove(0);
    let handed_out = ends(&end(&mut bench, &task, TaskState::Finished, b"{\"words\":3}"));
    assert_eq!(handed_out.iter().map(result).collect::<Vec<_>>(), [b"{\"words\":3}"]);
    bench.restart();
    assert_eq!(bench.core.ends().collect::<Vec<_>>(), handed_out);
    // The update is resent, because the acknowledgement was lost.
    assert_eq!(ends(&end(&mut bench, &task, TaskState::Finished, b"{\"words\":3}")), []);
}

#[test]
fn fatal_error_is_not_tried_again() {
    let mut bench = Bench::with(map(batch(2).retry(Retry::attempts(2))));
    let both = bench.offer(2);
    let fatal = ends(&end(&mut bench, &both[0], TaskState::Failed, FATAL)).remove(0);
    assert_eq!(fatal.outcome, Outcome::Failed(Failure::Fatal));
    assert_eq!(ends(&end(&mut bench, &both[1], TaskState::Failed, b"")), []);
    bench.pass(super::bench::SECOND);
    let again = bench.offer_of("a", "cpus:1;mem:1");
    let attempt = tasks(&again)[0].labels.clone().unwrap().labels.remove(1);
    assert_eq!(attempt.value(), "2");
}

#[test]
fn data_of_a_batch_is_not_kept() {
    let mut bench = Bench::with(batch(1));
    let task = bench.offer(1).remove(0);
    let handed_out = ends(&end(&mut bench, &task, TaskState::Finished, b"data"));
    assert_eq!(handed_out.iter().map(result).collect::<Vec<_>>(), [b"none"]);
}

#[test]
fn map_with_other_inputs_is_a_conflict() {
    let mut bench = Bench::with(map(batch(2)));
    assert_eq!(bench.submit(map(batch(2))), Ok(()));
    assert_eq!(bench.submit(batch(2)), Err(ErrorKind::Conflict));
    let other = map_of(batch(2), |index| (7 * index).to_string());
    assert_eq!(bench.submit(other), Err(ErrorKind::Conflict));
}
