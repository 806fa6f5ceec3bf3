//! `mesos-fetcher` as an agent starts it.

#![expect(clippy::unwrap_used, reason = "what helps a test fails as a test does")]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::process::{Command, Output};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use mesos_executor::User;
use peer::{Response, Server};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::time::sleep;

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
        self.fetch_as(None, uris)
    }

    /// Returns a fetcher of one file, of which nothing may come for so many nanoseconds.
    fn fetcher(&self, uri: &str, stall: i64) -> Command {
        let items = json!([{"action": "BYPASS_CACHE", "uri": {"value": uri}}]);
        let stall = json!({"nanoseconds": stall});
        let info = json!({"sandbox_directory": self.sandbox.path(), "items": items, "stall_timeout": stall});
        let mut fetcher = Command::new(env!("CARGO_BIN_EXE_mesos-fetcher"));
        fetcher.env("MESOS_FETCHER_INFO", info.to_string());
        fetcher
    }

    fn fetch_as(&self, user: Option<&str>, uris: &[Value]) -> Output {
        let items: Vec<Value> =
            uris.iter().map(|uri| json!({"action": "BYPASS_CACHE", "uri": uri})).collect();
        let mut info = json!({"sandbox_directory": self.sandbox.path(), "items": items});
        if let Some(user) = user {
            info["user"] = json!(user);
        }
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

/// Serves `responses` by path, each connection once. Returns the heads of the requests, too.
fn serve(responses: &'static [(&str, &str)]) -> (Server, Receiver<String>) {
    let (sender, requests) = channel();
    let server = Server::scripted(move |received| {
        // The test may be over.
        let _ = sender.send(received.request.head.replace("\r\n", "\n"));
        let found = responses.iter().find(|(path, _)| *path == received.request.path());
        Response::closing(
            found.map_or("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", |(_, response)| response),
        )
    });
    (server.unwrap(), requests)
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
    let (site, _) = serve(&[
        ("/file?v=1", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"),
        ("/old/file", "HTTP/1.1 302 Found\r\nLocation: /file?v=1\r\nContent-Length: 0\r\n\r\n"),
    ]);
    let address = site.address();
    let place = Place::new();
    place.fetched(&[json!({"value": format!("http://{address}/old/file")})]);
    assert_eq!(place.read("file"), "hello");
}

/// Serves a file of so many bytes, one each 0.2 s.
fn serve_slowly(bytes: usize) -> Server {
    let server = Server::scripted(move |_| {
        Response::hand_over(move |mut connection| async move {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n");
            connection.write_all(head.as_bytes()).await?;
            for _ in 0..bytes {
                sleep(Duration::from_millis(200)).await;
                connection.write_all(b"x").await?;
            }
            Ok(())
        })
    });
    server.unwrap()
}

const SECOND: i64 = 1_000_000_000;

#[test]
fn download_may_stall_only_so_long() {
    let site = serve_slowly(3);
    let uri = format!("http://{}/file", site.address());
    // As with Mesos, what is not positive sets no limit.
    for (stall, fetched) in
        [(SECOND, true), (SECOND / 20, false), (0, true), (-SECOND, true), (i64::MAX, true)]
    {
        let place = Place::new();
        let output = place.fetcher(&uri, stall).output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.success(), fetched, "{stall}: {errors}");
        assert!(fetched || errors.contains("nothing has come for 0.05 s"), "{errors}");
    }
}

#[test]
fn download_survives_a_pause_of_the_fetcher() {
    let site = serve_slowly(10);
    let place = Place::new();
    let uri = format!("http://{}/file", site.address());
    let mut fetcher = place.fetcher(&uri, 2 * SECOND).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(700));
    let pid = Pid::from_child(&fetcher);
    kill_process(pid, Signal::STOP).unwrap();
    // The file is complete before it continues, and nothing has come for longer than it waits.
    std::thread::sleep(Duration::from_secs(5));
    kill_process(pid, Signal::CONT).unwrap();
    assert!(fetcher.wait().unwrap().success());
    assert_eq!(place.read("file"), "x".repeat(10));
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
fn failure_is_one_line_and_status_1() {
    let (site, _) = serve(&[]);
    let address = site.address();
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
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{value}");
        assert!(errors.contains(&format!("mesos-fetcher: Failed to fetch '{value}'")), "{errors}");
        assert!(errors.contains(why), "{errors}");
    }
}

#[test]
fn redirect_locations_are_resolved() {
    let (site, _) = serve(&[
        ("/a/b/start", "HTTP/1.1 302 x\r\nLocation: ?q=1\r\nContent-Length: 0\r\n\r\n"),
        ("/a/b/start?q=1", "HTTP/1.1 301 x\r\nLocation: ../up?to=http://h/\r\nContent-Length: 0\r\n\r\n"),
        ("/a/up?to=http://h/", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nright"),
    ]);
    let address = site.address();
    let place = Place::new();
    place.fetched(&[json!({"value": format!("HTTP://{address}/a/./b/start")})]);
    assert_eq!(place.read("start"), "right");
}

#[test]
fn credentials_go_into_their_header_only() {
    let (site, requests) = serve(&[
        ("/file", "HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"),
        ("/other", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"),
    ]);
    let address = site.address();
    let place = Place::new();
    let url = format!("http://me:hush@{address}");
    for (path, status) in [("file", 0), ("missing", 1)] {
        let output = place.fetch(&[json!({"value": format!("{url}/{path}")})]);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{errors}");
        assert!(
            errors.contains(&format!("'http://{address}/{path}'")) && !errors.contains("hush"),
            "{errors}"
        );
    }
    assert_eq!(place.read("file"), "ok");
    let requests: Vec<String> = requests.try_iter().collect();
    assert_eq!(requests.len(), 3);
    for request in requests {
        let request = request.to_ascii_lowercase();
        assert!(request.contains(&format!("\nhost: {address}\n")), "{request}");
        assert!(request.contains("\nauthorization: basic bwu6ahvzaa=="), "{request}");
    }
}

#[test]
fn archive_links_stay_inside() {
    let place = Place::new();
    let outside = TempDir::new().unwrap();
    let link = outside.path().display();
    place.file("file", "evil");
    let links =
        place.made_by(&format!("ln -s {link} out; ln -s {link}/made name; tar -cf l.tar out name"), "l.tar");
    let below = place.made_by("rm out; mkdir out; cp file out/file; tar -cf b.tar out/file", "b.tar");
    let plain = place.made_by("gzip -c file > name.gz", "name.gz");
    let file = place.source.path().join("file").display().to_string();
    let through = place.fetch(&[json!({"value": links}), json!({"value": file, "output_file": "out/file"})]);
    assert_eq!(through.status.code(), Some(1), "{through:?}");
    for (second, read) in [
        (json!({"value": file, "output_file": "name"}), "name"),
        (json!({"value": plain}), "name"),
        (json!({"value": below}), "out/file"),
    ] {
        place.fetched(&[json!({"value": links}), second]);
        assert_eq!(place.read(read), "evil");
        let _ = fs::remove_dir_all(place.sandbox.path().join("out"));
    }
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn archive_adds_to_existing_folders() {
    let place = Place::new();
    place.file("one", "1");
    let first = place.made_by("mkdir -p d/e; cp one d/e/; chmod 555 d/e; tar -czf f.tgz d", "f.tgz");
    let second = place.made_by("chmod 755 d/e; mv d/e/one d/two; tar -cJf s.txz d/two d/e", "s.txz");
    place.fetched(&[json!({"value": first}), json!({"value": second})]);
    assert_eq!((place.read("d/e/one"), place.read("d/two")), ("1".to_owned(), "1".to_owned()));
    assert_eq!(fs::read_dir(place.sandbox.path()).unwrap().count(), 3);
}

#[test]
fn irregular_files_do_not_block() {
    let place = Place::new();
    let fifo = place.made_by("mkfifo fifo; echo x > x; tar -cf f.tar fifo", "fifo");
    let archive = place.source.path().join("f.tar").display().to_string();
    for value in [fifo.as_str(), "/dev/zero", "/tmp"] {
        let output = place.fetch(&[json!({"value": value})]);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.contains("not a regular file"), "{errors}");
    }
    let x = place.source.path().join("x").display().to_string();
    place.fetched(&[json!({"value": archive}), json!({"value": x, "output_file": "fifo"})]);
    assert_eq!(place.read("fifo"), "x\n");
}

#[test]
fn file_permissions_of_the_user_apply() {
    let nobody = User::find("nobody").unwrap();
    let Some(nobody) = nobody.filter(|_| User::find("root").unwrap().unwrap().is_own()) else {
        eprintln!("SKIPPED: only root can act as another user");
        return;
    };
    let place = Place::new();
    let (secret, public) = (place.file("secret", "hush"), place.file("public", "p"));
    fs::set_permissions(place.source.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    nobody.own(place.sandbox.path()).unwrap();
    let output = place.fetch_as(Some("nobody"), &[json!({"value": public}), json!({"value": secret})]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("Permission denied") && output.status.code() == Some(1), "{errors}");
    let fetched = fs::metadata(place.sandbox.path().join("public")).unwrap();
    assert_eq!(fetched.uid(), fs::metadata(place.sandbox.path()).unwrap().uid());
    assert!(!place.sandbox.path().join("secret").exists());
    let unknown = place.fetch_as(Some("no-such-user"), &[]);
    assert!(String::from_utf8(unknown.stderr).unwrap().contains("no user no-such-user"));
}

#[test]
fn agent_cache_is_filled_and_used() {
    let place = Place::new();
    let cache = TempDir::new().unwrap();
    let run = |action: &str, uri: Value, name: &str| {
        let item = json!({"action": action, "cache_filename": name, "uri": uri});
        let folder = cache.path().join("nobody");
        let info =
            json!({"sandbox_directory": place.sandbox.path(), "cache_directory": folder, "items": [item]});
        let mut fetcher = Command::new(env!("CARGO_BIN_EXE_mesos-fetcher"));
        assert!(fetcher.env("MESOS_FETCHER_INFO", info.to_string()).status().unwrap().success());
    };
    let tool = place.file("tool", "#!/bin/sh");
    place.file("inner", "unpacked");
    let archive = place.made_by("tar -czf a.tgz inner", "a.tgz");
    for action in ["DOWNLOAD_AND_CACHE", "RETRIEVE_FROM_CACHE"] {
        run(action, json!({"value": tool, "executable": true, "output_file": action}), "c1-tool");
        assert_eq!(place.read(action), "#!/bin/sh");
        run(action, json!({"value": archive}), "c2-a.tgz");
        assert_eq!(place.read("inner"), "unpacked");
        fs::remove_file(place.sandbox.path().join("inner")).unwrap();
        // From now on there is only what is in the cache.
        let _ = (fs::remove_file(&tool), fs::remove_file(&archive));
    }
    assert!(!place.sandbox.path().join("a.tgz").exists());
}

#[test]
fn missing_variable_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_mesos-fetcher")).env_remove("MESOS_FETCHER_INFO").output();
    let output = output.unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("a Mesos agent starts this program"));
    assert_eq!(output.status.code(), Some(1));
}
