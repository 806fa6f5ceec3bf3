//! A command to run, and what it needs.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::health::Health;

/// A command to run, and what it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Task {
    pub(crate) command: Command,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) uris: Vec<String>,
    /// Amounts by the resource's name.
    pub(crate) needs: BTreeMap<String, f64>,
    /// The names of ports that are chosen when it is launched.
    #[serde(default)]
    pub(crate) ports: Vec<String>,
    pub(crate) kill_grace: Option<Duration>,
    pub(crate) max_completion_time: Option<Duration>,
    pub(crate) health: Option<Health>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Command {
    Shell(String),
    Argv(Vec<String>),
}

impl Task {
    /// Creates a task that runs a line in a shell.
    pub fn shell(line: impl Into<String>) -> Self {
        Self::new(Command::Shell(line.into()))
    }

    /// Creates a task that runs a program with arguments, of which the first is the program.
    pub fn argv(arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::new(Command::Argv(arguments.into_iter().map(Into::into).collect()))
    }

    fn new(command: Command) -> Self {
        let (env, uris) = (BTreeMap::new(), Vec::new());
        let needs = BTreeMap::from([("cpus".to_owned(), 0.1), ("mem".to_owned(), 32.0)]);
        let (ports, kill_grace, max_completion_time, health) = (Vec::new(), None, None, None);
        Self { command, env, uris, needs, ports, kill_grace, max_completion_time, health }
    }

    /// Sets how many cores it gets. The default is 0.1.
    pub fn cpus(self, cores: f64) -> Self {
        self.needs("cpus", cores)
    }

    /// Sets how much memory it gets. The default is 32 MB.
    pub fn mem(self, megabytes: f64) -> Self {
        self.needs("mem", megabytes)
    }

    /// Sets how much of the agent's root disk it gets. The default is none.
    pub fn disk(self, megabytes: f64) -> Self {
        self.needs("disk", megabytes)
    }

    /// Sets how many GPUs it gets. The default is none.
    pub fn gpus(self, count: u32) -> Self {
        self.needs("gpus", f64::from(count))
    }

    fn needs(mut self, name: &str, amount: f64) -> Self {
        self.needs.insert(name.to_owned(), amount);
        self
    }

    /// Adds a port of the agent, whose number the launcher chooses for each run. The task finds it
    /// in the environment variable `PORT_NAME`, in capital letters and with `_` for `-`; clients
    /// find it in [`Instance::ports`](crate::Instance::ports) and, as a port with this name, in the
    /// `DiscoveryInfo` of the Mesos task.
    ///
    /// A task has at most 100 ports. A name has 1 to 63 of the characters `a` to `z`, `0` to `9`
    /// and `-`.
    ///
    /// ```
    /// use mesos_launcher::{Health, Service, Task};
    ///
    /// let server = Task::shell("exec python3 -m http.server $PORT_HTTP").port("http");
    /// let web = Service::new("web", server.health(Health::http("http", "/"))).instances(3);
    /// ```
    pub fn port(mut self, name: impl Into<String>) -> Self {
        self.ports.push(name.into());
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Adds a file that the agent fetches into the sandbox; archives are extracted.
    pub fn uri(mut self, uri: impl Into<String>) -> Self {
        self.uris.push(uri.into());
        self
    }

    /// Sets how long it may take to end when it is killed. The default is the agent's.
    pub fn kill_grace(self, grace: Duration) -> Self {
        Self { kill_grace: Some(grace), ..self }
    }

    /// Sets after which time it is killed, as a failure. By default it may run for any time.
    pub fn max_completion_time(self, time: Duration) -> Self {
        Self { max_completion_time: Some(time), ..self }
    }

    /// Sets how its health is checked. It counts as running when the check has succeeded, and is
    /// killed as a failure when it fails repeatedly. By default nothing is checked.
    pub fn health(self, health: Health) -> Self {
        Self { health: Some(health), ..self }
    }
}
