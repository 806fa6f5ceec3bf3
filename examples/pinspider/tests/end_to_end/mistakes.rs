//! What users get wrong: each gives one clear line and exit status 1, in bounded time.

use std::{net::TcpListener, time::Duration};

use crate::{
    program::{Run, run, start},
    test_site::{Response, TestSite},
};

/// That it failed with a line that contains `words`, and printed no result.
fn assert_refused(run: &Run, words: &str) {
    assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    let lines: Vec<&str> = run.stderr.lines().filter(|line| line.contains(words)).collect();
    assert_eq!(lines.len(), 1, "no single line with {words:?}:\n{}", run.stderr);
    assert!(lines[0].starts_with("pinspider: "), "{}", lines[0]);
}

#[test]
fn senseless_arguments_are_refused_in_a_line() {
    for (arguments, words) in [
        (&["local", "0"][..], "'[TASKS]': it is not a whole number from 1 to 10000"),
        (&["local", "abc"], "'[TASKS]': it is not a whole number from 1 to 10000"),
        (&["local", "5", "pinterest"], "`pinterest` is not the URL of a page"),
        (&["local", "5", "http://"], "it has no host"),
        (&["local", "5", "http://a b:x/"], "malformed"),
        (&["local", "5", "http://h/x", "more"], "unexpected argument 'more'"),
        (&["a b:5050"], "\"a b:5050\" is not a valid address"),
        (&["host:port"], "\"host:port\" is not a valid address"),
        (&["--json", "/no/such/folder/file"], "can't write /no/such/folder/file"),
    ] {
        let run = run(arguments);
        assert_refused(&run, words);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    }
}

#[test]
fn credentials_that_are_incomplete() {
    let run = start(&[], &[("MESOS_AUTHENTICATE", "1")]).wait();
    assert_refused(&run, "DEFAULT_PRINCIPAL");
    let run = start(&["--credentials", "/no/such/file"], &[]).wait();
    assert_refused(&run, "can't read /no/such/file");
    let run = start(&["http://me:hush@127.0.0.1:5050"], &[]).wait();
    assert_refused(&run, "has a user and password in it");
    assert!(!run.stderr.contains("hush"));
}

#[test]
fn authorities_for_a_master_without_tls() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let ca = file.path().to_str().unwrap();
    let run = run(&["127.0.0.1:1", "--ca", ca]);
    assert_refused(&run, &format!("{ca} has no certificate"));
    let run = start(&["https://127.0.0.1:1", "--ca", "/no/such/file"], &[]).wait();
    assert_refused(&run, "/no/such/file can't be read");
}

#[test]
fn a_master_that_refuses_connections() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = run(&[&free.to_string()]);
    assert_refused(&run, "Connection refused");
    assert!(run.time < Duration::from_secs(25), "{:?}", run.time);
}

#[test]
fn silent_master() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let run = run(&[&silent.local_addr().unwrap().to_string()]);
    assert_refused(&run, "no subscription within 15 s");
    assert!(run.time < Duration::from_secs(25), "{:?}", run.time);
}

#[test]
fn other_server_than_mesos() {
    let site = TestSite::start(|_| Response::Status(405));
    let address = site.url("").replace("http://", "");
    assert_refused(&run(&[&address]), "is not Mesos");
}

#[test]
fn page_of_another_site() {
    let site = TestSite::start(|path| match path {
        "/robots.txt" => Response::Status(404),
        _ => Response::Page("<h1>It works!</h1>".to_owned()),
    });
    let run = run(&["local", "3", &site.url("/user/")]);
    assert_refused(&run, "can't be visited: this is not the page of a Pinterest user");
    assert_eq!(site.requests()["/user/"], 1, "another try would not help");
}

#[test]
fn site_with_status_500() {
    let site = TestSite::start(|path| Response::Status(if path == "/robots.txt" { 404 } else { 500 }));
    assert_refused(&run(&["local", "3", &site.url("/user/")]), "can't be visited: 127.0.0.1:");
    assert_eq!(site.requests()["/user/"], 3);
}

#[test]
fn silent_site() {
    let site = TestSite::start(|_| Response::Never);
    let run = run(&["local", "3", &site.url("/user/")]);
    assert_refused(&run, "can't be visited: 127.0.0.1:");
    assert!(run.stderr.contains("did not respond within 10s"), "{}", run.stderr);
    assert!(run.time < Duration::from_secs(60), "{:?}", run.time);
}
