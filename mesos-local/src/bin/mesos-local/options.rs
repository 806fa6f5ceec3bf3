//! The command line.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use super::access::Access;

const EXAMPLES: &str = "\
Begin with a cluster and its window:
  mesos-local up --agents 3 -v        then open http://127.0.0.1:5040
  mesos-local up --detach             the same in the background; `mesos-local down` ends it

Look at it from a script:
  mesos-local tasks --json | jq -r '.[].state' | sort | uniq -c

See how your framework copes:
  mesos-local kill-agent 0            its executors live on, its tasks become unreachable
  mesos-local restart-agent 0
  mesos-local lose-leader; sleep 5; mesos-local resume-leading

Watch a real cluster:
  mesos-local ui --master zk://zk1:2181,zk2:2181/mesos --principal ops --secret ops.secret";

/// Runs an Apache Mesos cluster in one process, shows clusters in the browser, and makes things go
/// wrong in those that it runs.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a cluster: a master, and agents that run commands and executors as child processes
    ///
    /// Any client of the v1 HTTP API can use it. The window, a page that shows the cluster live,
    /// has its own port. `mesos-local --agents 3` does the same. The cluster ends with Ctrl-C,
    /// SIGTERM or `mesos-local down`, and everything that runs on it ends with it.
    Up(Box<Up>),
    /// End a cluster that runs, with everything on it
    Down(Running),
    /// Open a window on any cluster, such as a real one
    ///
    /// The window shows agents and how full they are, frameworks, tasks with their history, offers,
    /// reservations, events and sandboxes. It changes nothing, unless you allow that.
    Ui(Ui),
    /// List the agents of any cluster, and how full they are
    Agents(List),
    /// List the tasks of any cluster
    Tasks(Tasks),
    #[command(flatten)]
    Fault(Fault),
    /// Print completions for a shell
    ///
    /// For bash, put this into ~/.bashrc: source <(mesos-local completions bash)
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// What goes wrong in a cluster that `mesos-local up` runs.
#[derive(Debug, Subcommand)]
pub(crate) enum Fault {
    /// Kill an agent, as SIGKILL does: its executors live on
    KillAgent(OfAgent),
    /// Start a killed agent again
    RestartAgent(OfAgent),
    /// Freeze an agent, as SIGSTOP does: nothing moves, nothing breaks
    FreezeAgent(OfAgent),
    /// Let a frozen agent go on
    ThawAgent(OfAgent),
    /// Leave the cluster without a leader: each request gets 503
    LoseLeader(Running),
    /// Make the master recover: each call gets 503
    StartRecovery(Running),
    /// Make the master lead again, after `lose-leader` or `start-recovery`
    ResumeLeading(Running),
    /// Replace the master by a new one, which only knows what the agents report
    FailOver(Running),
    /// Break all event streams, as a lost network connection does
    DropEventStreams(Running),
    /// Carry out the next call, and drop its response
    DropResponse(Running),
    /// Stop the heartbeats to schedulers
    StopHeartbeats(Running),
    /// Send heartbeats again
    ResumeHeartbeats(Running),
}

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option that is given or not")]
pub(crate) struct Up {
    /// How many agents there are.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) agents: usize,
    /// The master's port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 5050)]
    pub(crate) port: u16,
    /// The first agent's port; each further agent has the next. Without it they take free ones.
    #[arg(long, default_value_t = 0, hide_default_value = true, value_name = "PORT")]
    pub(crate) agent_port: u16,
    #[arg(
        long,
        default_value = "cpus:8;mem:8192;disk:10240;ports:[31000-32000]",
        value_name = "TEXT",
        help = "What each agent has: text, JSON, or file:///path of a file with one of them"
    )]
    pub(crate) resources: String,
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_name = "TEXT",
        help = "The attributes of each agent, as in rack:a;generation:3, or file:///path of a file with them"
    )]
    pub(crate) attributes: String,
    /// The fault domain of the master, a region and a zone as in eu/eu-1.
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub(crate) master_domain: String,
    /// The fault domains that agents take in turn, as in eu/eu-1,us/us-1.
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_name = "TEXT",
        requires = "master_domain"
    )]
    pub(crate) agent_domains: String,
    /// Keep sandboxes here; otherwise they are in a temporary folder that is removed at the end.
    #[arg(long, value_name = "DIR")]
    pub(crate) work_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) page: Page,
    /// Start without a window.
    #[arg(long, conflicts_with_all = ["listen", "ui_port", "host", "allow_changes"])]
    pub(crate) no_ui: bool,
    /// Print a line for each framework, each launch, and each state of a task.
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// Start in the background, and return when the cluster is ready.
    #[arg(short, long)]
    pub(crate) detach: bool,
    /// Print the addresses as one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Begin a session, so that no terminal ends the cluster.
    #[arg(long, hide = true)]
    pub(crate) session: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Ui {
    #[command(flatten)]
    pub(crate) access: Access,
    #[command(flatten)]
    pub(crate) page: Page,
}

/// Where the page is, and what it may do.
#[derive(Args, Debug)]
pub(crate) struct Page {
    /// The address on which the window listens. It does not authenticate its users: everyone who
    /// can reach it sees the cluster.
    #[arg(long, default_value = "127.0.0.1", value_name = "IP")]
    pub(crate) listen: IpAddr,
    /// The window's port; 0 takes a free one. Without it: 5040, or a free one if that is taken.
    #[arg(long, value_name = "PORT")]
    pub(crate) ui_port: Option<u16>,
    /// A name of this machine by which browsers may reach the window, beside IP addresses and
    /// localhost. Repeat it for several names.
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Vec<String>,
    /// Let the page kill tasks, tear frameworks down, deactivate agents, and inject faults into a
    /// cluster that this program runs. Everyone who can reach the window's port can do so then.
    #[arg(long)]
    pub(crate) allow_changes: bool,
}

#[derive(Args, Debug)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) access: Access,
    /// Print JSON: a list with an object for each.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Tasks {
    #[command(flatten)]
    pub(crate) list: List,
    /// Include tasks that have ended.
    #[arg(long)]
    pub(crate) all: bool,
}

/// A cluster that `mesos-local up` runs on this machine.
#[derive(Args, Debug)]
pub(crate) struct Running {
    /// The port of its master.
    #[arg(long, default_value_t = 5050)]
    pub(crate) port: u16,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct OfAgent {
    /// The agent: its index, from 0, or its address, as `mesos-local agents` prints it.
    pub(crate) agent: String,
    #[command(flatten)]
    pub(crate) running: Running,
}

impl Fault {
    /// Returns its name, the agent to which it happens, and the cluster.
    pub(crate) fn parts(&self) -> (&'static str, Option<&str>, &Running) {
        fn of<'a>(name: &'static str, of: &'a OfAgent) -> (&'static str, Option<&'a str>, &'a Running) {
            (name, Some(&of.agent), &of.running)
        }
        match self {
            Self::KillAgent(agent) => of("kill-agent", agent),
            Self::RestartAgent(agent) => of("restart-agent", agent),
            Self::FreezeAgent(agent) => of("freeze-agent", agent),
            Self::ThawAgent(agent) => of("thaw-agent", agent),
            Self::LoseLeader(running) => ("lose-leader", None, running),
            Self::StartRecovery(running) => ("start-recovery", None, running),
            Self::ResumeLeading(running) => ("resume-leading", None, running),
            Self::FailOver(running) => ("fail-over", None, running),
            Self::DropEventStreams(running) => ("drop-event-streams", None, running),
            Self::DropResponse(running) => ("drop-response", None, running),
            Self::StopHeartbeats(running) => ("stop-heartbeats", None, running),
            Self::ResumeHeartbeats(running) => ("resume-heartbeats", None, running),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_fault_has_a_command() {
        for fault in crate::faults::LIST {
            let agent = fault.of_agent.then_some("0");
            let line = ["mesos-local", fault.name].into_iter().chain(agent);
            let Command::Fault(parsed) = Cli::try_parse_from(line).unwrap().command else { panic!() };
            assert_eq!(parsed.parts().0, fault.name);
        }
    }
}
