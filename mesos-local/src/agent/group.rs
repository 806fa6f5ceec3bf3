//! The process group of one container.

use std::io;
use std::sync::Arc;

use mesos_executor::group_of;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;

use super::watchdog::Watchdog;

/// A process group. The last clone's end kills what is left of it.
#[derive(Clone, Debug)]
pub(super) struct Group(Arc<Leader>);

#[derive(Debug)]
struct Leader {
    pid: Pid,
    watchdog: Arc<Watchdog>,
}

impl Group {
    /// Returns the group that `child` leads, once it does.
    pub(super) async fn of(child: &Child, watchdog: &Arc<Watchdog>) -> io::Result<Self> {
        let pid = group_of(child).await?;
        watchdog.watch(pid);
        Ok(Self(Arc::new(Leader { pid, watchdog: Arc::clone(watchdog) })))
    }

    /// Returns the process that leads it.
    pub(super) fn pid(&self) -> u32 {
        self.0.pid.as_raw_pid().unsigned_abs()
    }

    pub(super) fn signal(&self, signal: Signal) {
        self.0.signal(signal);
    }
}

impl Leader {
    /// Fails if nothing is left of the group.
    fn signal(&self, signal: Signal) {
        let _ = kill_process_group(self.pid, signal);
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        self.watchdog.forget(self.pid);
    }
}
