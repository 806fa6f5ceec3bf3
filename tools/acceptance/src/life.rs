//! The scheduler's process.

use std::path::Path;
use std::process::{ExitStatus, Stdio};

use anyhow::{Context, Result, bail};
use clap::ValueEnum as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use crate::history::Event;
use crate::orders::{Crash, FENCED, Orders};

/// One life of it.
#[derive(Debug)]
pub(crate) struct Life(Child);

impl Life {
    pub(crate) fn begin(program: &Path, orders: &Orders, crash: Option<Crash>) -> Result<Self> {
        let log = std::fs::File::options().append(true).create(true).open(orders.log())?;
        let Orders { framework, master, folder, tasks, began, time, .. } = orders;
        let mut command = Command::new(program);
        command.arg("scheduler").args(["--framework", &framework.to_string()]);
        command.args(["--master", master]).arg("--folder").arg(folder);
        command.args(["--tasks", &tasks.to_string(), "--began", &began.to_string()]);
        command.args(["--time", &time.to_string(), "--number", &orders.number.to_string()]);
        command.args(orders.store.iter().flat_map(|store| ["--store", store]));
        command.args(orders.intrudes.then_some("--intrudes"));
        let crash = crash.and_then(|crash| crash.to_possible_value());
        command.args(crash.iter().flat_map(|crash| ["--crash", crash.get_name()]));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        Ok(Self(command.spawn().context("the scheduler does not start")?))
    }

    /// Sends SIGKILL.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        Ok(self.0.kill().await?)
    }

    pub(crate) fn freeze(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    pub(crate) fn thaw(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let id = self.0.id().context("the scheduler has ended")?;
        let pid = Pid::from_raw(id.cast_signed()).context("no process has the id 0")?;
        Ok(kill_process(pid, signal)?)
    }

    /// Lets the process end in good order.
    pub(crate) fn stop(&mut self) {
        drop(self.0.stdin.take());
    }

    pub(crate) async fn wait(&mut self) -> Result<ExitStatus> {
        // Its standard input would be closed by `wait`, which is an order to end.
        let input = self.0.stdin.take();
        let status = self.0.wait().await?;
        drop(input);
        Ok(status)
    }

    /// Returns the process id, if it runs.
    pub(crate) fn id(&self) -> Option<u32> {
        self.0.id()
    }

    /// Returns whether it runs, or has left the framework to another scheduler. Fails if it has
    /// ended otherwise.
    pub(crate) fn runs(&mut self) -> Result<bool> {
        match self.0.try_wait()? {
            None => Ok(true),
            Some(status) if status.code() == Some(FENCED.into()) => Ok(false),
            Some(status) => bail!("the scheduler has ended by itself, {status}"),
        }
    }

    /// Returns what it uses now.
    pub(crate) fn measure(&self) -> Result<Event> {
        let life = self.0.id().context("the scheduler has ended")?;
        let folder = Path::new("/proc").join(life.to_string());
        let status = std::fs::read_to_string(folder.join("status"))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = resident.and_then(|rest| rest.trim().strip_suffix(" kB"));
        let kibibytes = number.context("its memory is not reported")?.trim().parse()?;
        let files = std::fs::read_dir(folder.join("fd"))?.count() as u64;
        Ok(Event::Measured { life, kibibytes, files })
    }
}
