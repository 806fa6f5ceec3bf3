//! A command to run, and what it needs.

use std::collections::BTreeMap;
use std::time::Duration;

use mesos_placement::{Constraint, Preference, parse_marathon};
use serde::{Deserialize, Serialize};

use crate::constraints::{fitted, fitted_preference};
use crate::data::Data;
use crate::error::{Error, ErrorKind};
use crate::health::Health;
use crate::volume::VolumeSpec;

/// A command to run, and what it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Task {
    pub(crate) command: Command,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) uris: Vec<String>,
    /// Amounts by the resource's name.
    pub(crate) needs: BTreeMap<String, f64>,
    /// The volume that it finds in its sandbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) volume: Option<VolumeSpec>,
    /// The names of ports that are chosen when it is launched.
    #[serde(default)]
    pub(crate) ports: Vec<String>,
    pub(crate) kill_grace: Option<Duration>,
    pub(crate) max_completion_time: Option<Duration>,
    pub(crate) health: Option<Health>,
    /// What must hold where it runs, and what should.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) constraints: Vec<Constraint>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) preferences: Vec<Preference>,
    /// What an executor works on that the command starts. Without it, Mesos' own executor runs the
    /// command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<Data>,
    /// The Docker image that the executor runs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) image: Option<String>,
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

    pub(crate) fn new(command: Command) -> Self {
        let (env, uris) = (BTreeMap::new(), Vec::new());
        let needs = BTreeMap::from([("cpus".to_owned(), 0.1), ("mem".to_owned(), 32.0)]);
        let (ports, kill_grace, max_completion_time, health) = (Vec::new(), None, None, None);
        let (constraints, preferences) = (Vec::new(), Vec::new());
        let (volume, input, image) = (None, None, None);
        Self {
            command,
            env,
            uris,
            needs,
            volume,
            ports,
            kill_grace,
            max_completion_time,
            health,
            constraints,
            preferences,
            input,
            image,
        }
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

    /// Sets a persistent volume: disk whose files outlive the task. The task finds it as a folder
    /// at `path`, relative to its sandbox. A task of a [`Service`](crate::Service) has at most one.
    ///
    /// Each instance has its own volume, on one agent, and runs only there: when it is started
    /// again, when the scheduler is, and when the service was scaled down and is scaled up again.
    /// While the agent is away, it waits. Nothing destroys the volume but
    /// [`ServiceHandle::destroy`](crate::ServiceHandle::destroy), and
    /// [`ServiceHandle::replace`](crate::ServiceHandle::replace) gives the instance another one.
    ///
    /// The launcher needs a [role](crate::LauncherBuilder::role), which the disk is reserved for,
    /// and a [store](crate::LauncherBuilder::store). The size of a volume can't be changed.
    ///
    /// ```
    /// use mesos_launcher::{Service, Task};
    ///
    /// let server = Task::shell("exec ./database --data data").volume("data", 1024.0);
    /// let database = Service::new("database", server).instances(3);
    /// ```
    pub fn volume(self, path: impl Into<String>, megabytes: f64) -> Self {
        Self { volume: Some(VolumeSpec { path: path.into(), megabytes }), ..self }
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

    /// Sets after which time, more than 0, it is killed, as a failure. By default it may run for
    /// any time.
    pub fn max_completion_time(self, time: Duration) -> Self {
        Self { max_completion_time: Some(time), ..self }
    }

    /// Sets how its health is checked. It counts as running when the check has succeeded, and is
    /// killed as a failure when it fails repeatedly. By default nothing is checked.
    pub fn health(self, health: Health) -> Self {
        Self { health: Some(health), ..self }
    }

    /// Adds a condition that must hold where it runs. All that the launcher runs counts: also on
    /// agents that offer nothing now, what is unreachable, and what is being killed.
    ///
    /// The tasks of its batch or service are its group, and `Select::group` names another one.
    /// `even` is about as many instances as the batch or service has, whatever number it states,
    /// and `spread` is over the agents that the launcher knows: those that run something of it, or
    /// have made an offer within 10 minutes.
    ///
    /// ```
    /// use mesos_launcher::{Constraint, Key, Select, Service, Task};
    ///
    /// let server = Task::shell("exec ./server")
    ///     .constraint(Constraint::limit(Key::Hostname, 1)) // one on each host
    ///     .constraint(Constraint::spread(Key::Zone, 1)) // as many in each zone, or one more
    ///     .constraint(Constraint::near("rack", Select::group("database")));
    /// let web = Service::new("web", server).instances(6);
    /// ```
    pub fn constraint(mut self, constraint: Constraint) -> Self {
        self.constraints.push(fitted(constraint, 1));
        self
    }

    /// Adds a condition that should hold where it runs, with a weight. Of the agents that suit, the
    /// one with the largest sum of weights is chosen.
    ///
    /// ```
    /// use mesos_launcher::{Constraint, Preference, Task};
    ///
    /// let ssd = Preference::met(Constraint::equals("disk", "ssd"), 10.0);
    /// let task = Task::shell("./sort").preference(ssd);
    /// ```
    pub fn preference(mut self, preference: Preference) -> Self {
        self.preferences.push(fitted_preference(preference, 1));
        self
    }

    /// Adds constraints in the form of Marathon, as [`parse_marathon`] reads them.
    ///
    /// ```
    /// # fn example() -> Result<(), mesos_launcher::Error> {
    /// use mesos_launcher::Task;
    ///
    /// let server = Task::shell("exec ./server").marathon("hostname:UNIQUE,rack:GROUP_BY:3")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Invalid`](ErrorKind::Invalid) if the text can't be read.
    pub fn marathon(self, text: &str) -> Result<Self, Error> {
        let constraints = parse_marathon(text, 1);
        let constraints = constraints.map_err(|error| Error::new(ErrorKind::Invalid, error.to_string()))?;
        Ok(constraints.into_iter().fold(self, Self::constraint))
    }
}
