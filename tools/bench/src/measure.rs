//! What a process has used, as the kernel counts it.
//!
//! The kernel reports the sum of all children to a parent, so each client gets a separate parent:
//! this program again, as `measure PROGRAM`, which prints the sum when the client has ended.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike as _};
use serde::{Deserialize, Serialize};

/// How often a process is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// What a process has used from its start to its end.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Time on the processors, in seconds, in its own code and in the kernel.
    pub cpu: f64,
    /// The most memory that it had, in bytes.
    pub memory: u64,
    /// What it exited with, if it exited.
    pub code: Option<i32>,
}

/// What this process uses from now on.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    since: Instant,
    cpu: Cpu,
    memory: u64,
}

/// What a [`Meter`] has seen.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Reading {
    /// Seconds.
    pub wall: f64,
    /// Seconds on the processors in its own code.
    pub own: f64,
    /// Seconds on the processors in the kernel, most of it for memory that is new to the process.
    pub kernel: f64,
    /// Bytes of memory now, beyond those at the start.
    pub held: u64,
    /// Bytes of memory at most, beyond those at the start.
    pub peak: u64,
}

impl Meter {
    /// Starts now.
    ///
    /// # Errors
    ///
    /// The kernel does not report it.
    pub fn start() -> Result<Self> {
        Ok(Self { since: Instant::now(), cpu: Cpu::of(UsageWho::RUSAGE_SELF)?, memory: memory("VmRSS")? })
    }

    /// Returns what was used until now.
    ///
    /// # Errors
    ///
    /// The kernel does not report it.
    pub fn read(&self) -> Result<Reading> {
        let wall = self.since.elapsed().as_secs_f64();
        let cpu = Cpu::of(UsageWho::RUSAGE_SELF)?;
        let (own, kernel) = (cpu.own - self.cpu.own, cpu.kernel - self.cpu.kernel);
        let beyond = |name| Ok::<_, anyhow::Error>(memory(name)?.saturating_sub(self.memory));
        Ok(Reading { wall, own, kernel, held: beyond("VmRSS")?, peak: beyond("VmHWM")? })
    }
}

/// Seconds on the processors.
#[derive(Clone, Copy, Debug)]
struct Cpu {
    own: f64,
    kernel: f64,
}

impl Cpu {
    fn of(who: UsageWho) -> Result<Self> {
        let used = getrusage(who)?;
        let seconds = |time: TimeVal| {
            Ok::<_, anyhow::Error>(
                Duration::from_micros(u64::try_from(time.num_microseconds())?).as_secs_f64(),
            )
        };
        Ok(Self { own: seconds(used.user_time())?, kernel: seconds(used.system_time())? })
    }
}

/// Returns a line of what Linux reports about this process, in bytes.
pub(crate) fn memory(name: &str) -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("this needs Linux")?;
    let value = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let kibibytes = value.and_then(|value| value.trim().strip_suffix(" kB"));
    Ok(kibibytes.with_context(|| format!("no {name}"))?.parse::<u64>()? << 10)
}

/// Runs a program until it ends or our input does; prints its [`Usage`].
///
/// # Errors
///
/// The program can't be started.
pub fn run(command: &[String]) -> Result<()> {
    let (program, arguments) = command.split_first().context("name a program")?;
    let quiet = Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).spawn();
    let mut child = quiet.with_context(|| format!("cannot start {program}"))?;
    let watch = thread::spawn(|| std::io::stdin().read_to_end(&mut Vec::new()).map(drop));
    let status = loop {
        match child.try_wait()? {
            Some(status) => break status,
            None if watch.is_finished() => {
                child.kill()?;
                break child.wait()?;
            }
            None => thread::sleep(LOOK),
        }
    };
    let used = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let Cpu { own, kernel } = Cpu::of(UsageWho::RUSAGE_CHILDREN)?;
    // Linux counts it in KiB.
    let memory = u64::try_from(used.max_rss())? << 10;
    println!("{}", serde_json::to_string(&Usage { cpu: own + kernel, memory, code: status.code() })?);
    Ok(())
}

/// A process that is being measured.
#[derive(Debug)]
pub struct Measured(Child);

impl Measured {
    /// Starts a program with these variables.
    ///
    /// # Errors
    ///
    /// This program can't be started again.
    pub fn start(command: &[String], variables: &[(&str, String)]) -> Result<Self> {
        let mut measure = Command::new(std::env::current_exe()?);
        measure.arg("measure").arg("--").args(command).envs(variables.iter().cloned());
        let piped = measure.stdin(Stdio::piped()).stdout(Stdio::piped());
        Ok(Self(piped.spawn().context("cannot start this program again")?))
    }

    /// Returns whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().is_ok_and(|status| status.is_some())
    }

    /// Gives it so much time to end, then ends it; what it has used.
    ///
    /// # Errors
    ///
    /// It could not be started at all.
    pub fn end(mut self, patience: Duration) -> Result<Usage> {
        let mut left = patience;
        while !self.has_ended() && !left.is_zero() {
            thread::sleep(LOOK);
            left = left.saturating_sub(LOOK);
        }
        // Closes its input too, upon which it ends the program.
        let output = self.0.wait_with_output()?;
        serde_json::from_slice(&output.stdout).context("a client could not be started or measured")
    }
}
