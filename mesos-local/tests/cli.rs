//! The program `mesos-local`, as people and scripts run it.
#![cfg(feature = "cli")]
#![expect(clippy::unwrap_used, reason = "a test fails that way")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(20);

/// A cluster with free ports, whose sockets are in a separate folder.
struct Cluster {
    process: Child,
    ready: Value,
    folder: tempfile::TempDir,
}

fn program(folder: &tempfile::TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mesos-local"));
    command.env("XDG_RUNTIME_DIR", folder.path()).env("TMPDIR", folder.path());
    command
}

impl Cluster {
    fn up(options: &[&str]) -> Self {
        Self::start(&[&["up"], options].concat())
    }

    fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = program(&folder);
        command.args(arguments).args(["--port", "0", "--ui-port", "0", "--json"]);
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { process, ready: serde_json::from_str(&line).unwrap(), folder }
    }

    fn port(&self) -> String {
        let master = self.ready["master"].as_str().unwrap();
        master.rsplit_once(':').unwrap().1.to_owned()
    }

    /// Runs a command about this cluster.
    fn run(&self, arguments: &[&str]) -> Output {
        program(&self.folder).args(arguments).output().unwrap()
    }

    fn fault(&self, arguments: &[&str]) -> Output {
        self.run(&[arguments, &["--port", &self.port()]].concat())
    }

    fn list(&self, what: &str) -> Value {
        let output = self.run(&[what, "--json", "--master", self.ready["master"].as_str().unwrap()]);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
    }

    fn until(&self, wanted: impl Fn(&Value) -> bool) {
        let give_up = Instant::now() + PATIENCE;
        while !wanted(&self.list("agents")) {
            assert!(Instant::now() < give_up, "{}", self.list("agents"));
            sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn options_without_a_command_are_those_of_up() {
    for arguments in [&[][..], &["--agents", "2"]] {
        let agents = Cluster::start(arguments).list("agents");
        assert_eq!(agents.as_array().map(Vec::len), Some(1.max(arguments.len())));
    }
}

#[test]
fn agents_are_listed_and_killed_by_hand() {
    let cluster = Cluster::up(&["--agents", "2"]);
    cluster.until(|agents| agents.as_array().unwrap().len() == 2);
    assert_eq!(cluster.list("agents")[0]["cpus"]["total"], 8.0);
    assert_eq!(cluster.list("tasks"), Value::Array(Vec::new()));
    let address = cluster.ready["agents"][1].as_str().unwrap();
    let is_active = |agents: &Value| {
        let active = |agent: &Value| agent["address"] == address && agent["state"] == "active";
        agents.as_array().unwrap().iter().any(active)
    };
    assert!(cluster.fault(&["kill-agent", address]).status.success());
    cluster.until(|agents| !is_active(agents));
    let again = cluster.fault(&["kill-agent", "1"]);
    assert!(text(&again.stderr).contains("agent 1 is killed"), "{again:?}");
    assert!(cluster.fault(&["restart-agent", "1"]).status.success());
    cluster.until(is_active);
    assert!(cluster.fault(&["freeze-agent", "0"]).status.success());
    assert!(cluster.fault(&["thaw-agent", "0"]).status.success());
}

#[test]
fn faults_of_the_master_happen_by_hand() {
    let cluster = Cluster::up(&[]);
    let lost = cluster.fault(&["lose-leader", "--json"]);
    assert_eq!(serde_json::from_slice::<Value>(&lost.stdout).unwrap()["ok"], true);
    assert!(cluster.fault(&["resume-leading"]).status.success());
    cluster.until(|agents| agents.as_array().unwrap().len() == 1);
    for fault in ["drop-event-streams", "stop-heartbeats", "resume-heartbeats", "fail-over", "drop-response"]
    {
        assert!(cluster.fault(&[fault]).status.success(), "{fault}");
    }
}

#[test]
fn mistakes_are_explained() {
    let cluster = Cluster::up(&[]);
    let unknown = cluster.fault(&["freeze-agent", "9"]);
    assert!(!unknown.status.success());
    assert!(text(&unknown.stderr).contains("there is no agent 9"), "{unknown:?}");
    let elsewhere = cluster.run(&["drop-event-streams", "--port", "1"]);
    assert!(text(&elsewhere.stderr).contains("add --port"), "{elsewhere:?}");
}

#[test]
fn lists_are_requested_with_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "hush\n").unwrap();
    let master = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = master.local_addr().unwrap().to_string();
    let refused = std::thread::spawn(move || {
        let (mut client, _) = master.accept().unwrap();
        let head: Vec<_> =
            BufReader::new(&client).lines().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
        client.write_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n").unwrap();
        head
    });
    let mut list = program(&folder);
    list.args(["agents", "--master", &address, "--principal", "ops", "--secret"]).arg(&secret);
    let output = list.output().unwrap();
    let head = refused.join().unwrap();
    let credentials = |line: &String| line.eq_ignore_ascii_case("authorization: Basic b3BzOmh1c2g=");
    assert!(head.iter().any(credentials), "{head:?}");
    assert!(!output.status.success() && text(&output.stderr).contains("401"), "{output:?}");
    let without_secret = program(&folder).args(["ui", "--principal", "ops"]).output().unwrap();
    assert!(text(&without_secret.stderr).contains("--secret"), "{without_secret:?}");
}

#[test]
fn password_is_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    for (command, master) in [
        ("tasks", "me:secret@h:1"),
        ("agents", "http://me:secret@h:1"),
        ("ui", "zk://secret@h:1/x"),
        ("tasks", "ZK://me:secret@h:1"),
        ("tasks", "h:1,i:secret@2"),
    ] {
        let output = program(&folder).args([command, "--master", master]).output().unwrap();
        let errors = text(&output.stderr);
        assert!(!output.status.success() && errors.contains("***@"), "{errors}");
        assert!(!errors.contains("secret"), "{errors}");
    }
    let invalid = program(&folder).args(["tasks", "--master", "[localhost.:6060]"]).output().unwrap();
    assert!(text(&invalid.stderr).contains("not an IPv6 address"), "{invalid:?}");
}

#[test]
fn a_cluster_runs_in_the_background() {
    let folder = tempfile::tempdir().unwrap();
    let up = ["up", "--detach", "--json", "--port", "0", "--ui-port", "0"];
    let started = program(&folder).args(up).output().unwrap();
    let ready: Value = serde_json::from_slice(&started.stdout).unwrap_or_else(|_| panic!("{started:?}"));
    let port = ready["master"].as_str().unwrap().rsplit_once(':').unwrap().1;
    let down = || program(&folder).args(["down", "--port", port]).output().unwrap();
    assert!(down().status.success());
    // It has ended when the command has.
    assert!(TcpStream::connect(ready["master"].as_str().unwrap()).is_err());
    assert!(!down().status.success());
}

#[test]
fn a_failed_start_in_the_background_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let up = ["up", "--detach", "--port", "0", "--ui-port", "0", "--resources", "cpus:none"];
    let failed = program(&folder).args(up).output().unwrap();
    assert!(!failed.status.success() && text(&failed.stderr).contains("cpus:none"), "{failed:?}");
}

#[test]
fn nothing_is_left_of_the_socket() {
    let mut cluster = Cluster::up(&[]);
    let folder = cluster.folder.path().join("mesos-local");
    let sockets = || std::fs::read_dir(&folder).unwrap().count();
    assert_eq!(sockets(), 1);
    assert!(cluster.fault(&["down"]).status.success());
    cluster.process.wait().unwrap();
    assert_eq!(sockets(), 0);
}

#[test]
fn completions_name_the_faults() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let output = program(&folder).args(["completions", shell]).output().unwrap();
        assert!(text(&output.stdout).contains("freeze-agent"), "{shell}");
    }
}
