//! `mesos-fetcher` as an agent starts it.

#![expect(clippy::unwrap_used, reason = "what helps a test fails as a test does")]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder to fetch from, and a sandbox.
struct Place {
    source: TempDir,
    sandbox: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { source: TempDir::new().unwrap(), sandbox: TempDir::new().unwrap() }
    }

    /// A file to fetch, by its path.
    fn file(&self, name: &str, content: &str) -> String {
        let path = self.source.path().join(name);
        fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// What a program of the system makes in the folder to fetch from, by its path.
    fn made_by(&self, command: &str, name: &str) -> String {
        let status = Command::new("sh").args(["-c", command]).current_dir(self.source.path()).status();
        assert!(status.unwrap().success(), "{command}");
        self.source.path().join(name).display().to_string()
    }

    fn fetch(&self, uris: &[Value]) -> Output {
        let items: Vec<Value> =
            uris.iter().map(|uri| json!({"action": "BYPASS_CACHE", "uri": uri})).collect();
        let info = json!({"sandbox_directory": self.sandbox.path(), "items": items});
        let mut fetcher = Command::new(env!("CARGO_BIN_EXE_mesos-fetcher"));
        fetcher.env("MESOS_FETCHER_INFO", info.to_string()).output().unwrap()
    }

    fn fetched(&self, uris: &[Value]) {
        let output = self.fetch(uris);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.sandbox.path().join(name)).unwrap()
    }
}

/// Serves `answers` by path, each connection once, until the test ends.
fn serve(answers: &'static [(&str, &str)]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            let path = line.split(' ').nth(1).unwrap();
            let found = answers.iter().find(|(known, _)| *known == path);
            let answer =
                found.map_or("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", |(_, answer)| answer);
            // The fetcher may have gone already.
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

#[test]
fn files_by_path_and_by_url() {
    let place = Place::new();
    let (tool, data) = (place.file("tool", "#!/bin/sh"), place.file("data", "d"));
    place.fetched(&[
        json!({"value": tool, "executable": true}),
        json!({"value": format!("file://{data}"), "output_file": "deep/er/data"}),
    ]);
    let mode = fs::metadata(place.sandbox.path().join("tool")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
    assert_eq!(place.read("deep/er/data"), "d");
}

#[test]
fn over_http_and_after_redirects() {
    let address = serve(&[
        ("/file?v=1", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"),
        ("/old/file", "HTTP/1.1 302 Found\r\nLocation: /file?v=1\r\nContent-Length: 0\r\n\r\n"),
    ]);
    let place = Place::new();
    place.fetched(&[json!({"value": format!("http://{address}/old/file")})]);
    assert_eq!(place.read("file"), "hello");
}

#[test]
fn archives_are_unpacked_next_to_themselves() {
    let place = Place::new();
    place.file("inner", "unpacked");
    let tar = place.made_by("tar -czf a.tgz inner", "a.tgz");
    let kept = place.made_by("tar -cf kept.tar inner", "kept.tar");
    let gz = place.made_by("echo plain | gzip -c > b.txt.gz", "b.txt.gz");
    place.fetched(&[
        json!({"value": tar}),
        json!({"value": gz, "extract": true}),
        json!({"value": kept, "extract": false}),
    ]);
    assert_eq!(place.read("inner"), "unpacked");
    assert_eq!(place.read("b.txt"), "plain\n");
    assert!(place.sandbox.path().join("a.tgz").is_file() && place.sandbox.path().join("kept.tar").is_file());
}

#[test]
fn what_fails_is_said_in_one_line_and_the_status_is_1() {
    let address = serve(&[]);
    let place = Place::new();
    let broken = place.file("broken.tgz", "no archive");
    for (value, why) in [
        ("/no/such/file".to_owned(), "No such file"),
        (format!("http://{address}/missing"), "404 Not Found"),
        ("http://127.0.0.1:9/x".to_owned(), "refused"),
        (broken, "tar: "),
        ("s3://bucket/x".to_owned(), "s3:// is not supported"),
    ] {
        let output = place.fetch(&[json!({"value": value})]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{value}");
        assert!(said.contains(&format!("mesos-fetcher: Failed to fetch '{value}'")), "{said}");
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn a_cached_item_is_fetched_anew() {
    let place = Place::new();
    let data = place.file("data", "d");
    let item = json!({"action": "RETRIEVE_FROM_CACHE", "cache_filename": "c1", "uri": {"value": data}});
    let info =
        json!({"sandbox_directory": place.sandbox.path(), "cache_directory": "/nowhere", "items": [item]});
    let mut fetcher = Command::new(env!("CARGO_BIN_EXE_mesos-fetcher"));
    assert!(fetcher.env("MESOS_FETCHER_INFO", info.to_string()).status().unwrap().success());
    assert_eq!(place.read("data"), "d");
    assert!(Path::new(&data).exists());
}

#[test]
fn started_by_nobody_it_says_so() {
    let output = Command::new(env!("CARGO_BIN_EXE_mesos-fetcher")).env_remove("MESOS_FETCHER_INFO").output();
    let output = output.unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("a Mesos agent starts this program"));
    assert_eq!(output.status.code(), Some(1));
}
