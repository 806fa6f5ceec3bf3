//! Crawls that go well.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    program::run,
    test_site::{Response, TestSite, page_of},
};

#[test]
fn default_run_shows_five_users_once() {
    let folder = tempfile::tempdir().unwrap();
    let (json, report) = (folder.path().join("users.json"), folder.path().join("users.html"));
    let run = run(&["--json", json.to_str().unwrap(), "--report", report.to_str().unwrap()]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    run.assert_users(5);

    let users: Vec<serde_json::Value> =
        serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
    let names: BTreeSet<&str> = users.iter().map(|user| user["profile"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, run.names().iter().map(String::as_str).collect());
    assert_eq!(users.len(), 5);
    assert!(users.iter().all(|user| !user["boards"].as_array().unwrap().is_empty()));

    let page = std::fs::read_to_string(report).unwrap();
    assert!(names.iter().all(|name| page.contains(name)));
    assert!(page.contains("data:image/svg+xml,") && !page.contains("src=\"http"));
}

#[test]
fn twenty_users_and_no_page_fetched_twice() {
    let site = TestSite::default_executor(Duration::ZERO);
    let run = run(&["local", "20", &site.url("/marisol/"), "--rate", "1000"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    run.assert_users(20);
    let mut requests = site.requests();
    // Each agent's executor asks for itself what it may fetch.
    assert!(requests.remove("/robots.txt").unwrap() <= 3);
    assert_eq!((requests.len(), requests.values().max()), (20, Some(&1)), "{requests:?}");
}

#[test]
fn crawl_visits_users_in_breadth_first_order() {
    let site = TestSite::default_executor(Duration::ZERO);
    for _ in 0..2 {
        let run = run(&["local", "7", &site.url("/marisol/"), "--rate", "1000"]);
        let names: BTreeSet<String> = run.names().into_iter().collect();
        let first = ["Marisol Vance", "Otto Lindqvist", "Priya Nandakumar", "Tomasz Bielik", "Juniper Hale"];
        let next = ["Kwame Asante-Boadi", "Søren Aabye"];
        assert_eq!(names, first.iter().chain(&next).map(|&name| name.to_owned()).collect());
    }
}

#[test]
fn too_few_users_is_no_failure() {
    let site = TestSite::start(|path| match path {
        "/ann/" => page_of("Ann", &["bob"]),
        "/bob/" => page_of("Bob", &["ann"]),
        _ => Response::Status(404),
    });
    let run = run(&["local", "5", &site.url("/ann/"), "--rate", "1000"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    run.assert_users(2);
    assert!(run.stderr.contains("no more can be reached"), "{}", run.stderr);
}

#[test]
fn a_broken_link_costs_no_user() {
    let site = TestSite::start(|path| match path {
        "/ann/" => page_of("Ann", &["gone", "bob"]),
        "/bob/" => page_of("Bob", &[]),
        _ => Response::Status(404),
    });
    let two = run(&["local", "2", &site.url("/ann/"), "--rate", "1000"]);
    assert_eq!(two.status, 0, "{}", two.stderr);
    two.assert_users(2);
    assert!(two.stderr.contains("/gone/ can't be visited") && two.stderr.contains("404"), "{}", two.stderr);
    let three = run(&["local", "3", &site.url("/ann/"), "--rate", "1000"]);
    assert_eq!(three.status, 1, "{}", three.stderr);
    three.assert_users(2);
}

#[test]
fn what_robots_txt_forbids_is_left_alone() {
    let site = TestSite::start(|path| match path {
        "/robots.txt" => Response::Page("User-agent: pinspider\nDisallow: /bob\n".to_owned()),
        "/ann/" => page_of("Ann", &["bob", "cal"]),
        _ => page_of(path, &[]),
    });
    let run = run(&["local", "2", &site.url("/ann/"), "--rate", "1000"]);
    assert_eq!((run.status, run.names()), (0, vec!["Ann".to_owned(), "/cal/".to_owned()]), "{}", run.stderr);
    assert!(run.stderr.contains("robots.txt") && !site.requests().contains_key("/bob/"));
}
