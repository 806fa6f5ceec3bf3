use bytes::Bytes;
use mesos_sdk::{
    Payload,
    proto::v1::{OfferId, TaskId, TaskState},
};

use super::*;
use crate::{
    page::BoardsPart,
    profile::{Board, Profile},
    visit::ProfileFound,
};

const NO_GAP: Duration = Duration::ZERO;

fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn url(name: &str) -> PageUrl {
    PageUrl::parse(&format!("http://host/{name}/")).unwrap()
}

fn agent(name: &str) -> AgentId {
    AgentId::from(name)
}

fn room(name: &str, tasks: u64) -> Room {
    Room { offer: OfferId::from(format!("offer of {name}")), agent: agent(name), tasks }
}

fn page(name: &str, links: &[&str]) -> Found {
    let links = links.iter().map(|link| url(link)).collect();
    let profile = Profile { name: name.to_owned(), ..Profile::default() };
    Found::Profile(Box::new(ProfileFound {
        url: url(name),
        profile,
        links,
        boards: BoardsPart::Markup(String::new()),
    }))
}

fn report(task: &str, found: Found) -> Report {
    Report { task: task.to_owned(), found }
}

fn status(task: &str, state: TaskState, found: Option<Found>) -> TaskStatus {
    let data: Option<Bytes> = found.map(|found| report(task, found).to_bytes().unwrap());
    TaskStatus { task_id: TaskId::from(task), state: state.into(), data, ..TaskStatus::default() }
}

fn finished(task: &str, found: Found) -> TaskStatus {
    status(task, TaskState::Finished, Some(found))
}

/// The tasks in these actions, as `id kind user agent`.
fn launched(actions: &[Action]) -> Vec<String> {
    let news = actions.iter().filter_map(|action| match action {
        Action::Report(News::Launched { task, kind, url }) => {
            Some(format!("{task} {kind:?} {}", url.segments().collect::<String>()))
        }
        _ => None,
    });
    news.collect()
}

fn visited(actions: &[Action]) -> Vec<String> {
    let news = actions.iter().filter_map(|action| match action {
        Action::Report(News::Visited { profile, boards, .. }) => {
            Some(format!("{} {}", profile.name, boards.len()))
        }
        _ => None,
    });
    news.collect()
}

#[test]
fn a_crawl_from_the_first_offer_to_the_end() {
    let mut crawl = Crawl::new(url("a"), 2, NO_GAP);
    assert_eq!(crawl.subscribed(s(0), false), []);
    let actions = crawl.offers(s(1), vec![room("x", 8)]);
    assert_eq!(launched(&actions), ["0 Profile a"]);
    assert_eq!(actions.last(), Some(&Action::Suppress));
    let actions = crawl.report(s(2), report("0", page("a", &["b", "c"])));
    assert_eq!(actions.last(), Some(&Action::Revive));
    assert_eq!(crawl.update(s(2), &finished("0", page("a", &["b", "c"]))), []);
    let actions = crawl.offers(s(3), vec![room("x", 8)]);
    assert_eq!(launched(&actions), ["1 Boards a", "2 Profile b"]);
    let actions = crawl.update(s(4), &finished("1", Found::Boards(vec![Board::default()])));
    assert_eq!(visited(&actions), ["a 1"]);
    crawl.update(s(4), &finished("2", page("b", &[])));
    assert_eq!(launched(&crawl.offers(s(5), vec![room("x", 8)])), ["3 Boards b"]);
    let actions = crawl.report(s(6), report("3", Found::Boards(Vec::new())));
    assert_eq!((visited(&actions), actions.contains(&Action::Stop)), (vec!["b 0".to_owned()], false));
    assert_eq!(crawl.update(s(6), &finished("3", Found::Boards(Vec::new()))), [Action::Stop]);
    assert_eq!(crawl.tick(s(99)), []);
    let names: Vec<&str> =
        crawl.frontier().visited().map(|user| user.profile.as_ref().unwrap().name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn tasks_are_spread_over_offers() {
    let mut crawl = Crawl::new(url("a"), 9, NO_GAP);
    crawl.offers(s(0), vec![room("x", 1)]);
    crawl.update(s(0), &finished("0", page("a", &["b", "c", "d", "e"])));
    let actions = crawl.offers(s(1), vec![room("x", 1), room("y", 2), room("z", 0)]);
    let tasks: Vec<(String, usize)> = actions
        .iter()
        .filter_map(|action| match action {
            Action::Launch { agent, tasks, .. } => Some((agent.value.clone(), tasks.len())),
            _ => None,
        })
        .collect();
    assert_eq!(tasks, [("x".to_owned(), 1), ("y".to_owned(), 2)]);
    assert!(actions.contains(&Action::Decline(vec![room("z", 0).offer])));
    assert!(!actions.contains(&Action::Suppress));
}

#[test]
fn task_is_tried_three_times_with_longer_waits() {
    let mut crawl = Crawl::new(url("a"), 1, NO_GAP);
    for (task, state) in [("0", TaskState::Lost), ("1", TaskState::Dropped), ("2", TaskState::Failed)] {
        let actions = crawl.offers(s(1), vec![room("x", 1)]);
        let Some(Action::Launch { tasks, .. }) = actions.iter().find(|a| matches!(a, Action::Launch { .. }))
        else {
            panic!("{actions:?}")
        };
        let wait = u64::from(task.parse::<u32>().unwrap()) * 1000;
        assert_eq!(tasks[0].order, Order::Profile(Visit { url: url("a"), wait_ms: wait, gap_ms: 0 }));
        let actions = crawl.update(s(2), &status(task, state, None));
        let over = task == "2";
        assert_eq!(actions.contains(&Action::Stop), over, "{task}: {actions:?}");
        let gave_up = actions
            .iter()
            .any(|a| matches!(a, Action::Report(News::GaveUp { reason, .. }) if reason == "TASK_FAILED"));
        assert_eq!(gave_up, over);
    }
}

#[test]
fn a_lasting_failure_is_not_tried_again() {
    let mut crawl = Crawl::new(url("a"), 1, NO_GAP);
    crawl.offers(s(1), vec![room("x", 1)]);
    let found = Found::Nothing(Failure { reason: "no page of Pinterest".to_owned(), temporary: false });
    let actions = crawl.update(s(2), &status("0", TaskState::Failed, Some(found)));
    assert!(actions.contains(&Action::Report(News::GaveUp {
        url: url("a"),
        reason: "no page of Pinterest".to_owned()
    })));
    assert!(actions.contains(&Action::Stop));
}

#[test]
fn hung_task_is_killed_and_retried() {
    let mut crawl = Crawl::new(url("a"), 1, NO_GAP);
    crawl.offers(s(0), vec![room("x", 1)]);
    let actions = crawl.tick(TASK_TIME);
    assert!(actions.contains(&Action::Kill("0".to_owned(), agent("x"))));
    let now = TASK_TIME + s(1);
    assert_eq!(launched(&crawl.offers(now, vec![room("x", 9)])), [""; 0]);
    assert_eq!(launched(&crawl.offers(now, vec![room("y", 9)])), ["1 Profile a"]);
    let actions = crawl.update(now, &finished("0", page("a", &[])));
    assert!(actions.contains(&Action::Kill("1".to_owned(), agent("y"))), "{actions:?}");
    assert_eq!(launched(&crawl.offers(now, vec![room("x", 9)])), ["2 Boards a"]);
    assert_eq!(crawl.update(now, &finished("1", page("a", &[]))), []);
    crawl.report(now, report("2", Found::Boards(Vec::new())));
    let actions = crawl.update(now, &finished("2", Found::Boards(Vec::new())));
    assert_eq!((visited(&actions), actions), (Vec::new(), vec![Action::Stop]));
}

#[test]
fn unreachable_task_is_retried_and_killed() {
    let mut crawl = Crawl::new(url("a"), 1, NO_GAP);
    crawl.offers(s(0), vec![room("x", 1)]);
    crawl.update(s(1), &status("0", TaskState::Unreachable, None));
    assert_eq!(launched(&crawl.offers(s(2), vec![room("y", 1)])), ["1 Profile a"]);
    let actions = crawl.update(s(3), &status("0", TaskState::Running, None));
    assert_eq!(actions, [Action::Kill("0".to_owned(), agent("x"))]);
    assert_eq!(crawl.update(s(4), &status("0", TaskState::Killed, None)), []);
    assert!(crawl.frontier().next().is_none() && !crawl.frontier().is_finished());
}

#[test]
fn requests_to_the_site_are_spread_in_time() {
    let mut crawl = Crawl::new(url("a"), 99, s(4));
    crawl.offers(s(0), vec![room("x", 1)]);
    crawl.update(s(0), &finished("0", page("a", &["b", "c", "d", "e", "f", "g"])));
    let actions = crawl.offers(s(2), vec![room("x", 9)]);
    let waits: Vec<u64> = actions
        .iter()
        .filter_map(|action| if let Action::Launch { tasks, .. } = action { Some(tasks) } else { None })
        .flatten()
        .filter_map(|task| if let Order::Profile(visit) = &task.order { Some(visit.wait_ms) } else { None })
        .collect();
    assert_eq!(waits, [2000, 6000, 10_000]);
    assert_eq!(actions.last(), Some(&Action::Suppress));
    assert_eq!(crawl.tick(s(5)), []);
    assert_eq!(crawl.tick(s(6)), [Action::Revive]);
}

#[test]
fn live_tasks_are_known() {
    let mut crawl = Crawl::new(url("a"), 1, NO_GAP);
    crawl.offers(s(0), vec![room("x", 1)]);
    assert_eq!(crawl.live_tasks(), [("0".to_owned(), agent("x"))]);
    crawl.disconnected(s(21));
    assert_eq!(crawl.subscribed(s(22), true), [Action::Suppress]);
    crawl.update(s(23), &finished("0", page("a", &[])));
    assert_eq!(crawl.live_tasks(), []);
}

#[test]
fn known_result_outlives_the_agent() {
    let mut crawl = Crawl::new(url("a"), 1, NO_GAP);
    crawl.offers(s(0), vec![room("x", 1)]);
    crawl.report(s(1), report("0", page("a", &[])));
    crawl.update(s(2), &status("0", TaskState::Unreachable, None));
    assert_eq!(launched(&crawl.offers(s(3), vec![room("y", 9)])), ["1 Boards a"]);
    crawl.report(s(4), report("1", Found::Boards(Vec::new())));
    crawl.update(s(5), &status("1", TaskState::Unreachable, None));
    assert_eq!(launched(&crawl.offers(s(6), vec![room("x", 9)])), [""; 0]);
}

#[test]
fn master_does_not_speak_for_a_suspected_agent() {
    let mut crawl = Crawl::new(url("a"), 1, NO_GAP);
    crawl.offers(s(0), vec![room("x", 1)]);
    crawl.tick(TASK_TIME);
    let mut known = status("0", TaskState::Running, None);
    known.set_reason(Reason::Reconciliation);
    crawl.update(TASK_TIME, &known);
    assert_eq!(launched(&crawl.offers(TASK_TIME, vec![room("x", 1)])), [""; 0]);
    crawl.update(TASK_TIME, &status("0", TaskState::Running, None));
    assert_eq!(launched(&crawl.offers(TASK_TIME, vec![room("x", 1)])), ["1 Profile a"]);
}

#[test]
fn unsent_launch_is_repeated_and_not_counted() {
    let mut crawl = Crawl::new(url("a"), 1, NO_GAP);
    for task in 0..5 {
        assert_eq!(launched(&crawl.offers(s(0), vec![room("x", 1)])), [format!("{task} Profile a")]);
        assert_eq!(crawl.launch_failed(s(0), [task.to_string()], "not subscribed", false), [Action::Revive]);
    }
}

#[test]
fn refused_launch_counts_as_a_try() {
    let mut crawl = Crawl::new(url("a"), 1, NO_GAP);
    for task in 0..3 {
        assert_eq!(launched(&crawl.offers(s(0), vec![room("x", 1)])), [format!("{task} Profile a")]);
        let actions = crawl.launch_failed(s(0), [task.to_string()], "400", true);
        assert_eq!(actions.contains(&Action::Stop), task == 2, "{actions:?}");
    }
}

#[test]
fn end_reported_by_the_master_is_no_result() {
    let mut crawl = Crawl::new(url("a"), 1, NO_GAP);
    crawl.offers(s(0), vec![room("x", 1)]);
    let mut known = status("0", TaskState::Finished, None);
    known.set_reason(Reason::Reconciliation);
    assert_eq!(crawl.update(s(1), &known), []);
    let actions = crawl.update(s(2), &finished("0", page("a", &[])));
    assert_eq!(actions, [Action::Report(News::Read(url("a"))), Action::Revive]);
}

#[test]
fn agent_is_suspected_for_a_while_only() {
    let mut crawl = Crawl::new(url("a"), 1, NO_GAP);
    crawl.offers(s(0), vec![room("x", 1)]);
    crawl.tick(TASK_TIME);
    assert_eq!(launched(&crawl.offers(TASK_TIME + SUSPICION, vec![room("x", 1)])), ["1 Profile a"]);
}

#[test]
fn interrupt_kills_all_tasks_and_stops() {
    let mut crawl = Crawl::new(url("a"), 3, NO_GAP);
    crawl.offers(s(0), vec![room("x", 1)]);
    assert_eq!(crawl.interrupt(s(1)), [Action::Kill("0".to_owned(), agent("x"))]);
    assert_eq!(launched(&crawl.offers(s(1), vec![room("x", 9)])), [""; 0]);
    assert_eq!(crawl.update(s(1), &status("0", TaskState::Killed, None)), [Action::Stop]);
}

#[test]
fn missing_end_is_not_awaited_for_long() {
    let mut crawl = Crawl::new(url("a"), 3, NO_GAP);
    crawl.offers(s(0), vec![room("x", 1)]);
    crawl.interrupt(s(1));
    assert_eq!(crawl.tick(s(2)), []);
    assert_eq!(crawl.tick(s(1) + LINGER), [Action::Stop]);
}

#[test]
fn a_master_that_stays_away_ends_it() {
    let mut crawl = Crawl::new(url("a"), 3, NO_GAP);
    crawl.subscribed(s(0), false);
    crawl.disconnected(s(1));
    assert!(!crawl.tick(s(120)).contains(&Action::Stop));
    assert!(crawl.tick(s(121)).contains(&Action::Stop));
}

#[test]
fn lack_of_offers_is_reported_once() {
    let mut crawl = Crawl::new(url("a"), 3, NO_GAP);
    crawl.subscribed(s(0), false);
    assert!(!crawl.tick(s(9)).contains(&Action::Report(News::Waiting)));
    assert!(crawl.tick(s(10)).contains(&Action::Report(News::Waiting)));
    assert!(!crawl.tick(s(30)).contains(&Action::Report(News::Waiting)));
}

#[test]
fn rubbish_from_the_cluster_does_no_harm() {
    let mut crawl = Crawl::new(url("a"), 1, NO_GAP);
    crawl.offers(s(0), vec![room("x", 1)]);
    assert_eq!(crawl.update(s(1), &finished("no such task", page("a", &[]))), []);
    assert_eq!(crawl.report(s(1), report("no such task", page("a", &[]))), []);
    let mut broken = status("0", TaskState::Finished, None);
    broken.data = Some(Bytes::from_static(b"\xff{"));
    let actions = crawl.update(s(2), &broken);
    assert!(actions.iter().any(|a| matches!(a, Action::Report(News::Retrying { .. }))), "{actions:?}");
    crawl.offers(s(3), vec![room("x", 1)]);
    let actions = crawl.update(s(4), &finished("1", Found::Boards(Vec::new())));
    assert!(actions.iter().any(|a| matches!(a, Action::Report(News::GaveUp { .. }))), "{actions:?}");
}
