//! The end of a process that was told to end and does not.

use std::sync::Once;
use std::time::Duration;

use crate::session::Ending;

/// Kills this process, and with it what it has started, when the grace period has passed.
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
    /// In a thread, since a handler may block all that the runtime has.
    fn begins(&self) {
        let period = self.period;
        self.begun.call_once(|| {
            let waiting = std::thread::Builder::new().name("grace period".to_owned()).spawn(move || {
                std::thread::sleep(period);
                kill();
            });
            if let Err(error) = waiting {
                tracing::warn!(%error, "nothing but the agent will end this process after its grace period");
            }
        });
    }
}

/// As an agent starts it, an executor's processes are a session, or at least a process group, of their own. Where they
/// are not, the group may hold others, and only this process is ended.
fn kill() -> ! {
    #[cfg(unix)]
    {
        use rustix::process::{Signal, getpgrp, getpid, getsid, kill_current_process_group};

        let group = getpgrp();
        if group == getpid() || getsid(None).is_ok_and(|session| session == group) {
            // Fails only where the system forbids signals, and then there is the exit.
            let _ = kill_current_process_group(Signal::KILL);
        }
    }
    std::process::exit(1)
}
