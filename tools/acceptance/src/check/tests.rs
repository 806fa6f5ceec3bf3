use super::Table;
use crate::framework::Framework;
use crate::history::{Event, Line};
use crate::work::Attempt;

fn attempt(job: usize, number: usize) -> Attempt {
    Attempt { job, number }
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn intent(attempt: Attempt) -> Event {
    Event::Intent { attempt, agent: text("a") }
}

fn end(attempt: Attempt, state: &str, reason: &str) -> Event {
    Event::End { attempt, state: text(state), reason: text(reason), uuid: format!("{attempt}{state}") }
}

fn finished(attempt: Attempt) -> Event {
    end(attempt, "TASK_FINISHED", "-")
}

fn again(attempt: Attempt) -> Event {
    Event::Again { attempt, uuid: format!("{attempt}TASK_FINISHED") }
}

fn run(attempt: Attempt) -> Event {
    Event::Run { attempt }
}

fn left(count: usize) -> Event {
    Event::Left { count, what: text("tasks") }
}

fn measured(kibibytes: u64, files: u64) -> Event {
    Event::Measured { life: 2, kibibytes, files }
}

fn line(pid: u32, event: Event) -> Line {
    Line { at: 0, pid, event }
}

const ONE: Attempt = Attempt { job: 0, number: 1 };
const NEVER_ARRIVED: Attempt = Attempt { job: 1, number: 1 };
const DIED: Attempt = Attempt { job: 1, number: 2 };
const LAST: Attempt = Attempt { job: 1, number: 3 };

/// Two jobs, of which the second was lost once and killed once; two lives of the scheduler; all is
/// well.
fn good() -> Vec<Line> {
    let plan =
        Event::Plan { framework: Framework::Driver, tasks: 2, executors_die: true, text: text("chaos") };
    let mut lines = vec![
        line(9, plan),
        line(1, Event::Subscribed { framework: text("f") }),
        line(1, intent(ONE)),
        line(1, intent(NEVER_ARRIVED)),
        line(5, run(ONE)),
        line(1, finished(ONE)),
        line(2, Event::Subscribed { framework: text("f") }),
        line(2, again(ONE)),
        line(2, Event::Lost { attempt: NEVER_ARRIVED, state: text("TASK_UNKNOWN") }),
        line(2, intent(DIED)),
        line(5, run(DIED)),
        line(2, Event::Seen { attempt: DIED, state: text("TASK_RUNNING"), uuid: text("u") }),
        line(9, Event::Fault { text: text("kill executor 3") }),
        line(2, end(DIED, "TASK_FAILED", "REASON_EXECUTOR_TERMINATED")),
        line(2, intent(LAST)),
        line(6, run(LAST)),
        line(2, finished(LAST)),
    ];
    lines.extend((0..30).map(|_| line(9, measured(30_000, 12))));
    lines.push(line(9, left(0)));
    lines
}

fn is_accepted(history: &[Line]) -> bool {
    Table::of(history).unwrap().verdict().is_ok()
}

fn without(unwanted: impl Fn(&Event) -> bool) -> Vec<Line> {
    let (history, before) = (good(), good().len());
    let rest: Vec<_> = history.into_iter().filter(|line| !unwanted(&line.event)).collect();
    assert!(rest.len() < before);
    rest
}

/// Checks that a good history with this event in it, written by this process, is not accepted.
fn is_noticed(pid: u32, event: Event) {
    let last = line(pid, event);
    let bad = [good(), vec![last.clone()]].concat();
    assert!(!is_accepted(&bad), "{last}");
}

#[test]
fn what_went_well_is_accepted() {
    assert!(is_accepted(&good()), "{}", Table::of(&good()).unwrap());
}

#[test]
fn an_end_comes_once() {
    is_noticed(2, again(ONE));
    is_noticed(3, finished(ONE));
    is_noticed(3, end(ONE, "TASK_FAILED", "REASON_EXECUTOR_TERMINATED"));
    let uuid = text("another");
    is_noticed(3, Event::End { attempt: ONE, state: text("TASK_FINISHED"), reason: text("-"), uuid });
    is_noticed(2, Event::Seen { attempt: DIED, state: text("TASK_RUNNING"), uuid: text("u") });
}

#[test]
fn tasks_die_only_with_their_executor() {
    let mut bad = good();
    for line in &mut bad {
        if let Event::End { reason, .. } = &mut line.event {
            *reason = text("REASON_COMMAND_EXECUTOR_FAILED");
        }
    }
    assert!(!is_accepted(&bad));
    let mut bad = good();
    bad[0].event =
        Event::Plan { framework: Framework::Driver, tasks: 2, executors_die: false, text: text("kills") };
    assert!(!is_accepted(&bad));
}

#[test]
fn finished_and_running_tasks_match_launches() {
    assert!(!is_accepted(&without(|event| *event == finished(LAST))));
    assert!(!is_accepted(&without(|event| matches!(event, Event::End { .. }) && *event != finished(ONE))));
    assert!(!is_accepted(&without(|event| *event == run(LAST))));
    assert!(!is_accepted(&without(|event| *event == intent(LAST))));
    is_noticed(5, run(ONE));
    is_noticed(5, run(NEVER_ARRIVED));
    is_noticed(5, run(attempt(0, 2)));
    is_noticed(2, intent(ONE));
    is_noticed(2, intent(attempt(0, 2)));
    let other = attempt(0, 2);
    let twice = [(2, intent(other)), (5, run(other)), (2, finished(other))];
    let lines = twice.into_iter().map(|(pid, event)| line(pid, event));
    assert!(!is_accepted(&good().into_iter().chain(lines).collect::<Vec<_>>()));
}

#[test]
fn what_every_run_must_have_is_missed() {
    assert!(!is_accepted(&without(|event| matches!(event, Event::Again { .. }))));
    assert!(!is_accepted(&without(|event| matches!(event, Event::Left { .. }))));
    assert!(!is_accepted(&without(|event| matches!(event, Event::Measured { .. }))));
    assert!(Table::of(&without(|event| matches!(event, Event::Plan { .. }))).is_err());
    let none_lost = without(|event| matches!(event, Event::Lost { .. }) || *event == intent(NEVER_ARRIVED));
    assert!(!is_accepted(&none_lost));
}

#[test]
fn one_framework_and_nothing_left() {
    is_noticed(2, Event::Subscribed { framework: text("another") });
    is_noticed(9, left(1));
}

#[test]
fn what_grows_is_noticed() {
    let growing = |event: &dyn Fn(u64) -> Event| {
        let lines = (0..30).map(|second| line(9, event(second)));
        without(|event| matches!(event, Event::Measured { .. })).into_iter().chain(lines).collect::<Vec<_>>()
    };
    assert!(is_accepted(&growing(&|second| measured(30_000 + second * 10, 12 + second % 2))));
    assert!(!is_accepted(&growing(&|second| measured(30_000 + second * 3000, 12))));
    assert!(!is_accepted(&growing(&|second| measured(30_000, 12 + 2 * second))));
}
