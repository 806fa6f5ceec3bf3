//! Ends a process that should have ended by itself.

use std::sync::Once;
use std::time::Duration;

use crate::session::Ending;

/// Kills this process, and what it has started, when the grace period has passed.
#[derive(Debug)]
pub(crate) struct Grace {
    period: Duration,
    begun: Once,
}

impl Grace {
    pub(crate) fn new(period: Duration) -> Self {
        Self { period, begun: Once::new() }
    }
}

impl Ending for Grace {
    /// Starts a thread, because a handler may block all threads of the runtime.
    fn begins(&self) {
        let period = self.period;
        self.begun.call_once(|| {
            let waiting = std::thread::Builder::new().name("grace period".to_owned()).spawn(move || {
                std::thread::sleep(period);
                kill();
            });
            if let Err(error) = waiting {
                tracing::warn!(%error, "only the agent will end this process after its grace period");
            }
        });
    }
}

/// Kills this process. If an agent has started the executor, its processes are a separate session,
/// or at least a separate process group, which is killed as a whole. Otherwise the group may
/// contain other processes, and only this one ends.
fn kill() -> ! {
    #[cfg(unix)]
    {
        use rustix::process::{Signal, getpgrp, getpid, getsid, kill_current_process_group};

        let group = getpgrp();
        if group == getpid() || getsid(None).is_ok_and(|session| session == group) {
            // This fails only where the system forbids signals; then the exit follows.
            let _ = kill_current_process_group(Signal::KILL);
        }
    }
    std::process::exit(1)
}
