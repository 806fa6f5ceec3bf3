//! Crawls in trouble.

use std::time::Duration;

use crate::{
    program::{executors, kill, start},
    test_site::TestSite,
};

const SLOW: Duration = Duration::from_millis(300);

#[test]
fn executors_that_are_killed_cost_no_user() {
    let site = TestSite::default_executor(SLOW);
    let running = start(&["local", "12", &site.url("/marisol/"), "--rate", "20"], &[]);
    running.until("the fourth result", |running| running.stdout().matches("userboard :").count() >= 4);
    let victims = running.executors();
    assert!(!victims.is_empty());
    for &victim in victims.keys() {
        kill("KILL", victim);
    }
    let run = running.wait();
    assert_eq!(run.status, 0, "{}", run.stderr);
    run.assert_users(12);
}

#[test]
fn ctrl_c_kills_the_tasks_and_ends_it() {
    let site = TestSite::default_executor(SLOW);
    let running = start(&["local", "24", &site.url("/marisol/"), "--rate", "2"], &[]);
    let mark = running.mark();
    running.until("an executor", |running| !running.executors().is_empty());
    running.until("a task", |running| running.stderr().contains("task 0"));
    running.signal("INT");
    let run = running.wait();
    assert_eq!(run.status, 130, "{}", run.stderr);
    assert!(run.stderr.contains("interrupted"), "{}", run.stderr);
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(executors(&mark).len(), 0);
}

#[test]
fn ctrl_c_ends_the_search_for_a_master() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let running = start(&[&silent.local_addr().unwrap().to_string()], &[]);
    running.until("the first line", |running| running.stderr().contains("visiting"));
    running.signal("INT");
    let run = running.wait();
    assert_eq!(run.status, 130, "{}", run.stderr);
    assert!(run.time < Duration::from_secs(10), "{:?}", run.time);
}

#[test]
fn no_executor_outlives_the_crawl() {
    let running = start(&[], &[]);
    let mark = running.mark();
    assert_eq!(running.wait().status, 0);
    assert_eq!(executors(&mark).len(), 0);
}
