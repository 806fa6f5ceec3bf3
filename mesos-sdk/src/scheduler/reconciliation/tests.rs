//! The algorithm, step by step, in virtual time.

use super::*;
use crate::proto::v1::{OperationId, TaskId};

/// A reconciler, the time, and what the framework knows.
struct Bench {
    reconciler: Reconciler<KnownTask>,
    now: Duration,
    known: Vec<KnownTask>,
    questions: usize,
}

fn task(id: &str) -> KnownTask {
    KnownTask { task_id: TaskId::from(id), agent_id: None }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

impl Bench {
    fn new(settings: Reconciliation, known: Vec<KnownTask>) -> Self {
        let mut reconciler = Reconciler::new(settings, 7);
        reconciler.begin();
        Self { reconciler, now: seconds(1), known, questions: 0 }
    }

    /// Does what is due now, and gives the ids of each call.
    fn calls(&mut self) -> Vec<Vec<String>> {
        let mut calls = Vec::new();
        while let Some(step) = self.reconciler.due(self.now, true) {
            match step {
                Step::Ask(question) => {
                    self.questions += 1;
                    self.reconciler.on_known(question, Some(self.known.clone()));
                }
                Step::Call(call) => {
                    let tasks = call.reconcile.expect("RECONCILE").tasks;
                    calls.push(tasks.into_iter().map(|task| task.task_id.value).collect());
                }
            }
        }
        calls
    }

    /// Lets the time pass to the next deadline.
    fn sleep(&mut self) -> Duration {
        let before = self.now;
        self.now = self.reconciler.deadline(true).expect("a deadline");
        self.now.saturating_sub(before)
    }
}

#[test]
fn setters_set_one_setting_each() {
    let built = Reconciliation::new()
        .interval(seconds(60))
        .batch(2)
        .update_timeout(seconds(3))
        .first_wait(seconds(4))
        .longest_wait(seconds(50))
        .implicit(false);
    let expected = Reconciliation {
        interval: seconds(60),
        batch: 2,
        update_timeout: seconds(3),
        first_wait: seconds(4),
        longest_wait: seconds(50),
        implicit: false,
    };
    assert_eq!(built, expected);
}

fn explicit_only() -> Reconciliation {
    Reconciliation { implicit: false, batch: 2, ..Reconciliation::default() }
}

#[statement::proves(recon2)]
#[test]
fn batches_are_sent_and_the_rest_repeated() {
    let mut bench = Bench::new(explicit_only(), ["a", "b", "c"].map(task).into());
    assert_eq!(bench.calls(), [["a", "b"]]);
    bench.reconciler.on_update("a");
    assert!(bench.calls().is_empty());
    bench.reconciler.on_update("b");
    assert_eq!(bench.calls(), [["c"]]);
    assert_eq!(bench.sleep(), seconds(5));
    assert!(bench.calls().is_empty(), "the round is over, and the next one has to wait");
    assert!(bench.sleep() >= Duration::from_millis(2500));
    assert_eq!(bench.calls(), [["c"]]);
    bench.reconciler.on_update("c");
    assert!(bench.calls().is_empty());
    assert_eq!(bench.reconciler.deadline(true), Some(seconds(1 + 15 * 60)));
}

#[statement::proves(recon2)]
#[test]
fn silent_batch_does_not_block_the_others() {
    let mut bench = Bench::new(explicit_only(), ["a", "b", "c"].map(task).into());
    assert_eq!(bench.calls(), [["a", "b"]]);
    bench.now += seconds(4);
    bench.reconciler.on_update("a");
    assert!(bench.calls().is_empty());
    assert_eq!(bench.sleep(), seconds(5), "updates arrive: the time starts again");
    assert_eq!(bench.calls(), [["c"]]);
}

#[statement::proves(recon2)]
#[test]
fn intervals_between_rounds_grow_to_a_limit() {
    let settings = Reconciliation { interval: seconds(100_000), ..explicit_only() };
    let mut bench = Bench::new(settings, vec![task("never answered")]);
    let mut waits = Vec::new();
    for _ in 0..10 {
        assert_eq!(bench.calls().len(), 1);
        assert_eq!(bench.sleep(), seconds(5));
        assert!(bench.calls().is_empty());
        waits.push(bench.sleep());
    }
    assert!(waits[0] <= seconds(5) && waits[1] <= seconds(10), "{waits:?}");
    assert!(waits[6..].iter().all(|wait| seconds(60) <= *wait && *wait <= seconds(120)), "{waits:?}");
}

#[statement::proves(recon3)]
#[test]
fn restarts_on_subscription_and_periodically() {
    let mut bench = Bench::new(explicit_only(), vec![task("never answered")]);
    assert_eq!((bench.calls().len(), bench.questions), (1, 1));
    bench.reconciler.pause();
    assert_eq!(bench.reconciler.deadline(true), None);
    bench.reconciler.begin();
    assert_eq!((bench.calls().len(), bench.questions), (1, 2));
    let began = bench.now;
    while bench.questions == 2 {
        bench.sleep();
        bench.calls();
    }
    assert_eq!(bench.now, began + seconds(15 * 60), "though the last one has not ended");
}

#[statement::proves(recon3)]
#[test]
fn stale_known_tasks_are_ignored() {
    let mut bench = Bench::new(explicit_only(), vec![]);
    let Some(Step::Ask(old)) = bench.reconciler.due(bench.now, true) else { panic!("no question") };
    bench.reconciler.pause();
    bench.reconciler.begin();
    let Some(Step::Ask(new)) = bench.reconciler.due(bench.now, true) else { panic!("no question") };
    bench.reconciler.on_known(old, Some(vec![task("old")]));
    assert!(bench.calls().is_empty());
    bench.reconciler.on_known(new, Some(vec![task("new")]));
    assert_eq!(bench.calls(), [["new"]]);
}

#[statement::proves(recon2)]
#[test]
fn tasks_with_recent_updates_are_left_out() {
    let mut bench = Bench::new(explicit_only(), vec![]);
    let Some(Step::Ask(question)) = bench.reconciler.due(bench.now, true) else { panic!("no question") };
    bench.reconciler.on_update("a");
    bench.reconciler.on_known(question, Some(["a", "b"].map(task).into()));
    assert_eq!(bench.calls(), [["b"]]);
}

#[statement::proves(imp)]
#[test]
fn everything_is_requested_once() {
    let mut bench = Bench::new(Reconciliation::default(), vec![task("a")]);
    assert_eq!(bench.calls(), [["a"]]);
    bench.reconciler.on_update("a");
    let all: [&str; 0] = [];
    assert_eq!(bench.calls(), [all]);
    assert_eq!(bench.reconciler.deadline(true), Some(seconds(1 + 15 * 60)));
}

#[test]
fn framework_without_known_tasks_is_left_alone() {
    let mut reconciler = Reconciler::<KnownTask>::new(Reconciliation::default(), 7);
    reconciler.begin();
    let Some(Step::Ask(question)) = reconciler.due(seconds(1), true) else { panic!("no question") };
    reconciler.on_known(question, None);
    assert!(reconciler.due(seconds(10_000), true).is_none());
    assert_eq!(reconciler.deadline(true), None);
}

/// As with a handler that is behind: while it is, updates may be waiting unread.
#[statement::proves(recon2)]
#[test]
fn unread_stream_stops_requests() {
    let mut bench = Bench::new(explicit_only(), ["a", "b", "c"].map(task).into());
    assert_eq!(bench.calls(), [["a", "b"]]);
    bench.now += seconds(3600 - 1);
    assert!(bench.reconciler.due(bench.now, false).is_none());
    assert_eq!(bench.reconciler.deadline(false), None);
    assert!(bench.reconciler.due(bench.now, true).is_some(), "but the interval is over");

    let settings = Reconciliation { interval: seconds(100_000), ..explicit_only() };
    let mut bench = Bench::new(settings, ["a", "b", "c"].map(task).into());
    assert_eq!(bench.calls(), [["a", "b"]]);
    bench.now += seconds(3600);
    assert!(bench.reconciler.due(bench.now, false).is_none());
    assert!(bench.calls().is_empty());
    assert_eq!(bench.sleep(), seconds(5), "the time starts again");
    assert_eq!(bench.calls(), [["c"]]);
}

#[statement::proves(recon2)]
#[test]
fn hundred_thousand_tasks_are_requested_once() {
    let settings = Reconciliation { implicit: false, ..Reconciliation::default() };
    let mut bench = Bench::new(settings, (0..100_000).map(|number| task(&number.to_string())).collect());
    let mut asked = 0;
    while let [batch] = &bench.calls()[..] {
        assert!(batch.len() <= 1000);
        asked += batch.len();
        for id in batch {
            bench.reconciler.on_update(id);
        }
    }
    assert_eq!(asked, 100_000);
}

#[statement::proves(recop)]
#[test]
fn operations_are_reconciled_alike() {
    let mut reconciler = Reconciler::<KnownOperation>::new(explicit_only(), 7);
    reconciler.begin();
    let Some(Step::Ask(question)) = reconciler.due(seconds(1), true) else { panic!("no question") };
    let operation_id = OperationId::from("o");
    reconciler.on_known(question, Some(vec![KnownOperation { operation_id, ..KnownOperation::default() }]));
    let Some(Step::Call(call)) = reconciler.due(seconds(1), true) else { panic!("no call") };
    assert_eq!(call.reconcile_operations.expect("RECONCILE_OPERATIONS").operations.len(), 1);
    reconciler.on_update("o");
    assert!(reconciler.due(seconds(1), true).is_none());
}

#[statement::proves(recon3)]
#[test]
fn zero_intervals_are_tolerated() {
    let zero = Duration::ZERO;
    let settings = Reconciliation {
        interval: zero,
        update_timeout: zero,
        first_wait: zero,
        longest_wait: zero,
        ..explicit_only()
    };
    let mut bench = Bench::new(settings, ["a", "b", "c", "d", "e"].map(task).into());
    let (mut asked, begin) = (BTreeSet::new(), bench.now);
    while bench.now < begin + seconds(60) {
        asked.extend(bench.calls().into_iter().flatten());
        assert!(bench.sleep() > zero);
    }
    assert_eq!(asked.len(), 5);
    assert!((2..=60).contains(&bench.questions), "{}", bench.questions);
}

#[statement::proves(recon3)]
#[test]
fn long_round_is_completed_first() {
    let settings = Reconciliation { interval: seconds(1), ..explicit_only() };
    let mut bench = Bench::new(settings, ["a", "b", "c", "d", "e"].map(task).into());
    for expected in [vec!["a", "b"], vec!["c", "d"], vec!["e"]] {
        assert_eq!(
            (bench.calls(), bench.questions),
            (vec![expected.iter().map(ToString::to_string).collect()], 1)
        );
        bench.sleep();
    }
    assert!(bench.calls().is_empty());
    bench.calls();
    assert_eq!(bench.questions, 2);
}

#[statement::proves(recon3)]
#[test]
fn longest_intervals_are_tolerated() {
    let max = Duration::MAX;
    let settings = Reconciliation {
        interval: max,
        update_timeout: max,
        first_wait: max,
        longest_wait: max,
        ..explicit_only()
    };
    let mut bench = Bench::new(settings, ["a", "b", "c"].map(task).into());
    assert_eq!(bench.calls(), [["a", "b"]]);
    bench.reconciler.on_update("a");
    bench.reconciler.on_update("b");
    assert_eq!(bench.calls(), [["c"]]);
    assert_eq!(bench.reconciler.deadline(true), Some(max));
    bench.reconciler.on_update("c");
    assert!(bench.calls().is_empty());
    assert_eq!(bench.reconciler.deadline(true), Some(max));
}

#[test]
fn complete_once_when_all_have_responded() {
    let mut bench = Bench::new(Reconciliation::default(), ["a", "b"].map(task).into());
    assert!(bench.reconciler.is_under_way(), "it is about to begin");
    for interval in 0..2 {
        assert_eq!(bench.calls(), [["a", "b"]], "{interval}");
        bench.reconciler.on_update("a");
        assert!(bench.calls().is_empty() && bench.reconciler.is_under_way());
        bench.reconciler.on_update("b");
        assert!(!bench.reconciler.take_complete(), "not all was asked for");
        assert_eq!(bench.calls(), [[""; 0]]);
        assert!(!bench.reconciler.is_under_way());
        assert!(bench.reconciler.take_complete() && !bench.reconciler.take_complete(), "once");
        bench.sleep();
    }
}

#[test]
fn complete_without_named_tasks() {
    let mut bench = Bench::new(explicit_only(), vec![]);
    assert!(bench.calls().is_empty());
    assert!(!bench.reconciler.is_under_way() && bench.reconciler.take_complete());
}

#[test]
fn incomplete_without_response_or_subscription() {
    let mut bench = Bench::new(explicit_only(), vec![task("a")]);
    assert_eq!(bench.calls(), [["a"]]);
    bench.reconciler.pause();
    bench.reconciler.on_update("a");
    assert!(bench.calls().is_empty());
    assert!(!bench.reconciler.is_under_way() && !bench.reconciler.take_complete());
    bench.reconciler.begin();
    let Some(Step::Ask(question)) = bench.reconciler.due(bench.now, true) else { panic!("no question") };
    bench.reconciler.on_known(question, None);
    assert!(bench.calls().is_empty());
    assert!(!bench.reconciler.is_under_way() && !bench.reconciler.take_complete());
}
