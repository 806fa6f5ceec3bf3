//! Runs the program.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// How long a run may take before it counts as hung.
const LONGEST_RUN: Duration = Duration::from_secs(90);

/// A run that has ended.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) time: Duration,
}

/// A run that goes on. It is killed when dropped.
pub(crate) struct Running {
    child: Child,
    folder: tempfile::TempDir,
    mark: String,
    began: Instant,
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str]) -> Run {
    start(arguments, &[]).wait()
}

/// Starts the program with arguments and environment variables.
pub(crate) fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let mark = format!("{}/sandboxes/", folder.path().display());
    let file = |name: &str| Stdio::from(fs::File::create(folder.path().join(name)).unwrap());
    let child = Command::new(path())
        .args(arguments)
        .env_remove("MESOS_CHECKPOINT")
        .env_remove("MESOS_AUTHENTICATE")
        .env("MESOS_LOCAL_WORK_DIR", &mark)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(file("stdout"))
        .stderr(file("stderr"))
        .spawn()
        .unwrap();
    Running { child, folder, mark, began: Instant::now() }
}

/// The example that `cargo test` has built beside this test.
fn path() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().and_then(Path::parent).unwrap().join("examples/pinspider");
    assert!(path.exists(), "{} is missing: run `cargo build --example pinspider`", path.display());
    path
}

impl Running {
    /// Waits for the end.
    pub(crate) fn wait(mut self) -> Run {
        while self.began.elapsed() < LONGEST_RUN {
            if let Some(status) = self.child.try_wait().unwrap() {
                let time = self.began.elapsed();
                return Run {
                    status: status.code().unwrap_or(-1),
                    stdout: self.stdout(),
                    stderr: self.stderr(),
                    time,
                };
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("still running after {LONGEST_RUN:?}:\n{}", self.stderr());
    }

    /// Waits until something is so.
    pub(crate) fn until(&self, what: &str, so: impl Fn(&Self) -> bool) {
        while !so(self) {
            assert!(self.began.elapsed() < LONGEST_RUN, "waiting for {what}:\n{}", self.stderr());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends a signal, as `INT`, to the program.
    pub(crate) fn signal(&self, signal: &str) {
        kill(signal, self.child.id());
    }

    /// The ids of its executors that are running, with their arguments.
    pub(crate) fn executors(&self) -> BTreeMap<u32, String> {
        executors(&self.mark)
    }

    /// What distinguishes its executors from those of other runs: the paths of their sandboxes.
    pub(crate) fn mark(&self) -> String {
        self.mark.clone()
    }

    pub(crate) fn stdout(&self) -> String {
        fs::read_to_string(self.folder.path().join("stdout")).unwrap()
    }

    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(self.folder.path().join("stderr")).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The executors of the run with this mark, by id.
pub(crate) fn executors(mark: &str) -> BTreeMap<u32, String> {
    let marked = format!("MESOS_DIRECTORY={mark}");
    let processes =
        fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let executor = |id: u32| {
        let environment = fs::read_to_string(format!("/proc/{id}/environ")).ok()?;
        let line = fs::read_to_string(format!("/proc/{id}/cmdline")).ok()?.replace('\0', " ");
        (environment.contains(&marked) && line.contains(" executor ")).then_some((id, line))
    };
    processes.filter_map(executor).collect()
}

/// Sends a signal to a process.
pub(crate) fn kill(signal: &str, process: u32) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {process}")]).status().unwrap();
    assert!(sent.success(), "can't send SIG{signal} to {process}");
}

impl Run {
    /// The names of the users whose profiles were printed, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let objects = self.stdout.split("userprofile :").skip(1);
        let profile = |text: &str| -> serde_json::Value {
            serde_json::Deserializer::from_str(text).into_iter().next().unwrap().unwrap()
        };
        objects.map(|text| profile(text)["name"].as_str().unwrap().to_owned()).collect()
    }

    /// How many lists of boards were printed.
    pub(crate) fn board_lists(&self) -> usize {
        self.stdout.matches("userboard :[").count()
    }

    /// That it printed each of so many users exactly once, profile and boards.
    pub(crate) fn assert_users(&self, wanted: usize) {
        let names = self.names();
        let distinct: std::collections::BTreeSet<&String> = names.iter().collect();
        assert_eq!((names.len(), distinct.len()), (wanted, wanted), "{names:?}\n{}", self.stderr);
        assert_eq!(self.board_lists(), wanted);
    }
}
