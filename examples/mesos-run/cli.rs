//! The command line.

use std::path::PathBuf;

use clap::Parser;
use mesos_sdk::security::{Basic, Secret, Tls};
use mesos_sdk::{ClientOptions, Error};

const AFTER: &str = "\
Examples:
  mesos-run 'echo $(hostname)'                       one argument is a line for the shell
  mesos-run -- seq 1 5                               more are a program and its arguments
  mesos-run --master zk://zk1:2181/mesos -f jobs.txt
  seq -f 'test %g -lt 4' 5 | mesos-run -f -
  mesos-run --task task.json

Exit status:
  that of the command, or 128 and the number of the signal that ended it;
  0 if all of several tasks have succeeded, or else 1;
  2 if the arguments are wrong, 125 if the tasks could not be run, 130 after Ctrl-C";

/// Runs commands on an Apache Mesos cluster, and prints their output while they run.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER, max_term_width = 100)]
pub(crate) struct Cli {
    /// The command.
    #[arg(required_unless_present_any = ["file", "task"], trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) command: Vec<String>,
    /// Run each line of this file in a task: `-` for the standard input. Empty lines, and lines
    /// that begin with `#`, are passed over.
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["command", "task"])]
    pub(crate) file: Option<PathBuf>,
    /// Run the tasks in this file: a `TaskInfo` in the JSON of Mesos, or a list of them. They need
    /// no `agent_id` and no `task_id`.
    #[arg(short, long, value_name = "FILE", conflicts_with = "command")]
    pub(crate) task: Option<PathBuf>,
    /// Where the master is: `host:port`, a list of these, `zk://…`, or `local` for a cluster within
    /// this program.
    #[arg(short, long, default_value = "local")]
    pub(crate) master: String,
    /// The name of the framework, and of a task unless the file gives it one.
    #[arg(long, default_value = "mesos-run")]
    pub(crate) name: String,
    /// The user on the agents: by default the one in the environment variable `USER`.
    #[arg(long, default_value_t = user(), hide_default_value = true)]
    pub(crate) user: String,
    /// The role whose resources are used.
    #[arg(long, default_value = "*")]
    pub(crate) role: String,
    /// The cores of each command.
    #[arg(long, default_value_t = 1.0)]
    pub(crate) cpus: f64,
    /// The memory of each command in megabytes.
    #[arg(long, default_value_t = 128.0)]
    pub(crate) mem: f64,
    /// The disk of each command in megabytes.
    #[arg(long)]
    pub(crate) disk: Option<f64>,
    /// The GPUs of each command.
    #[arg(long)]
    pub(crate) gpus: Option<u32>,
    /// An environment variable of each command.
    #[arg(short, long, value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) env: Vec<(String, String)>,
    /// A file that each command gets into its sandbox.
    #[arg(long, value_name = "URI")]
    pub(crate) uri: Vec<String>,
    /// The principal of the framework.
    #[arg(long)]
    pub(crate) principal: Option<String>,
    /// The file with the principal's secret.
    #[arg(long, value_name = "FILE", requires = "principal")]
    pub(crate) secret: Option<PathBuf>,
    /// The file with the certificate authorities to trust.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// A host, such as an agent's, that gets the credentials, beside the masters that `--master`
    /// names.
    #[arg(long, value_name = "HOST")]
    pub(crate) trust: Vec<String>,
    /// Log what the framework does.
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

fn user() -> String {
    std::env::var("USER").unwrap_or_else(|_| "root".to_owned())
}

fn variable(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Cli {
    /// Returns how to reach masters and agents, and as whom.
    pub(crate) fn client_options(&self) -> Result<ClientOptions, Error> {
        let mut options = ClientOptions::new().trusted_hosts(self.trust.iter().map(String::as_str))?;
        if let (Some(principal), Some(file)) = (&self.principal, &self.secret) {
            options = options.authenticator(Basic::new(principal, Secret::from_file(file)?)?);
        }
        if let Some(file) = &self.ca {
            options = options.tls(Tls::new().ca_file(file)?);
        }
        Ok(options)
    }
}
