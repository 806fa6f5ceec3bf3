use super::Table;
use crate::framework::Framework;
use crate::history::{Event, Line};
use crate::launcher::{DATABASE, SERVICE};
use crate::work::Attempt;

fn over(job: usize, attempts: u32) -> Event {
    Event::Over { job, outcome: "finished".to_owned(), attempts }
}

fn run(job: usize) -> Event {
    Event::Run { attempt: Attempt { job, number: 1 } }
}

fn serving(running: usize) -> Event {
    Event::Serving { service: SERVICE.to_owned(), running, desired: 6 }
}

fn database(running: usize) -> Event {
    Event::Serving { service: DATABASE.to_owned(), running, desired: 3 }
}

fn found(instance: usize, starts: &str) -> Event {
    Event::Found { instance, starts: starts.to_owned() }
}

fn done(job: usize) -> Event {
    Event::Done { attempt: Attempt { job, number: 1 } }
}

fn line(at: u64, pid: u32, event: Event) -> Line {
    Line { at: at * 1000, pid, event }
}

/// Two jobs, of which the second died once; two lives of the launcher; all is well.
fn good(executors_die: bool) -> Vec<Line> {
    let (framework, text) = (Framework::Launcher, "chaos".to_owned());
    let left = Event::Left { count: 0, what: "tasks".to_owned() };
    let mut lines = vec![
        line(0, 9, Event::Plan { framework, tasks: 2, executors_die, text }),
        line(1, 1, serving(6)),
        line(1, 2, database(3)),
        line(1, 5, run(0)),
        line(2, 1, over(0, 1)),
        line(3, 2, over(0, 1)),
        line(3, 6, run(1)),
        line(4, 9, Event::Fault { text: "kill executor 3".to_owned() }),
        line(5, 2, serving(4)),
        line(6, 7, run(1)),
        line(7, 2, over(1, 2)),
        line(9, 2, serving(7)),
        line(11, 9, left),
    ];
    for instance in 0..3 {
        let (first, second) = (20 + instance, 30 + instance);
        let pid = |pid| u32::try_from(pid).unwrap();
        lines.extend([
            line(1, pid(first), found(instance, &format!("{instance}.{first}"))),
            line(3, pid(first), Event::Works { instance }),
            line(5, pid(second), found(instance, &format!("{instance}.{first},{instance}.{second}"))),
            line(6, pid(second), Event::Works { instance }),
        ]);
    }
    lines.sort_by_key(|line| line.at);
    let measured = Event::Measured { life: 2, kibibytes: 30_000, files: 12 };
    lines.extend((0..30).map(|_| line(9, 9, measured.clone())));
    lines
}

fn is_accepted(history: &[Line]) -> bool {
    Table::of(history).unwrap().verdict().is_ok()
}

fn without(event: &Event) -> Vec<Line> {
    let rest: Vec<_> = good(true).into_iter().filter(|line| line.event != *event).collect();
    assert!(rest.len() < good(true).len());
    rest
}

fn with(extra: Line) -> Vec<Line> {
    [good(true), vec![extra]].concat()
}

#[test]
fn good_history_is_accepted() {
    assert!(is_accepted(&good(true)), "{}", Table::of(&good(true)).unwrap());
}

#[test]
fn each_job_finishes_once_and_was_run() {
    assert!(!is_accepted(&without(&over(1, 2))));
    assert!(!is_accepted(&without(&run(0))));
    assert!(!is_accepted(&with(line(8, 2, over(1, 2)))), "reported twice");
    assert!(!is_accepted(&with(line(8, 3, over(1, 3)))), "another end");
    let outcome = "Failed(Exit(1))".to_owned();
    assert!(!is_accepted(&with(line(8, 3, Event::Over { job: 1, outcome, attempts: 2 }))));
}

#[test]
fn nothing_runs_unrecorded() {
    assert!(!is_accepted(&with(line(8, 8, run(0)))));
    assert!(!is_accepted(&with(line(8, 8, run(2)))));
}

#[test]
fn nothing_runs_again_if_nothing_died() {
    assert!(!is_accepted(&good(false)));
}

/// The second run of job 1 begins at second 6.
#[test]
fn one_attempt_at_a_time() {
    let killed_or_done_before = with(line(5, 6, done(1)));
    assert!(is_accepted(&killed_or_done_before));
    assert!(is_accepted(&with(line(7, 7, done(1)))));
    assert!(!is_accepted(&with(line(8, 6, done(1)))));
}

fn fault(at: u64, text: &str) -> Line {
    line(at, 9, Event::Fault { text: text.to_owned() })
}

fn leads(at: u64, scheduler: usize) -> Line {
    line(at, 10, Event::Leads { scheduler })
}

fn with_all(extra: &[Line]) -> Vec<Line> {
    let mut lines = [good(true), extra.to_vec()].concat();
    lines.sort_by_key(|line| line.at);
    lines
}

#[test]
fn leader_is_replaced_in_time() {
    let killed = |at| [leads(0, 1), fault(1, "kill scheduler 1"), leads(at, 0)];
    assert!(is_accepted(&with_all(&killed(21))));
    assert!(!is_accepted(&with_all(&killed(22))));
    let frozen = |at| [leads(0, 1), fault(1, "freeze scheduler 1"), leads(at, 0)];
    assert!(!is_accepted(&with_all(&frozen(22))));
    let standby = [leads(0, 1), fault(1, "kill scheduler 0"), leads(40, 0)];
    assert!(is_accepted(&with_all(&standby)), "another one leads");
    let thawed = [&frozen(40)[..], &[fault(5, "end freeze scheduler 1")]].concat();
    assert!(is_accepted(&with_all(&thawed)), "it leads on");
    let without_zookeeper = [&killed(40)[..], &[fault(3, "kill zookeeper")]].concat();
    assert!(is_accepted(&with_all(&without_zookeeper)));
    let before = [&killed(40)[..], &[fault(0, "refused kill zookeeper: it has ended")]].concat();
    assert!(!is_accepted(&with_all(&before)), "nothing was done to ZooKeeper");
}

#[test]
fn service_is_whole_in_time() {
    assert!(!is_accepted(&with(line(8, 2, serving(8)))), "more than may be");
    assert!(!is_accepted(&with(line(10, 2, serving(5)))), "one is missing");
    let late = [without(&serving(7)), vec![line(130, 2, serving(6))]].concat();
    assert!(!is_accepted(&late));
}

#[test]
fn all_instances_with_volumes_run_in_time() {
    assert!(is_accepted(&with_all(&[line(5, 2, database(2)), line(120, 2, database(3))])));
    assert!(!is_accepted(&with_all(&[line(5, 2, database(2)), line(125, 2, database(3))])));
    assert!(!is_accepted(&with(line(8, 2, database(4)))), "they have no surge");
}

#[test]
fn instance_finds_all_that_it_has_written() {
    let third = |starts: &str| with(line(8, 40, found(1, starts)));
    assert!(is_accepted(&third("1.21,1.31,1.40")));
    assert!(is_accepted(&third("1.21,1.31,1.35,1.40")), "it was killed before it wrote this down");
    assert!(!is_accepted(&third("1.40")), "another volume");
    assert!(!is_accepted(&third("1.21,1.40")), "a line is lost");
    assert!(!is_accepted(&third("1.31,1.21,1.40")), "in another order");
    assert!(!is_accepted(&third("1.21,1.31,1.4")), "its own line is lost");
    assert!(!is_accepted(&third("1.21,1.31")), "nothing is new");
}

#[test]
fn instance_finds_nothing_of_others() {
    assert!(!is_accepted(&with(line(8, 40, found(1, "1.21,1.31,2.22,1.40")))));
    assert!(!is_accepted(&with(line(8, 40, found(3, "3.40")))), "a fourth one");
}

#[test]
fn instance_with_a_volume_runs_once() {
    let works = |at, pid| with_all(&[line(at, pid, Event::Works { instance: 1 })]);
    assert!(is_accepted(&works(4, 21)));
    assert!(is_accepted(&works(8, 31)));
    assert!(!is_accepted(&works(6, 21)), "the first attempt, after the second one has begun");
}

#[test]
fn each_instance_finds_its_files_again() {
    assert!(!is_accepted(&without_pid(32)));
}

fn without_pid(pid: u32) -> Vec<Line> {
    good(true).into_iter().filter(|line| line.pid != pid).collect()
}
