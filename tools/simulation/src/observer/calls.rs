//! Checks the results of the framework's calls.

use mesos_sdk::{Error, ErrorKind};

use super::{Call, CallMode};
use crate::world::Inner;

impl Inner {
    /// Registers a call that is about to be made, and returns its number.
    pub(crate) fn begins_call(&mut self, life: u32, made: CallMode) -> u64 {
        let (number, at) = (self.number(), self.now());
        let call = Call { made, at, sent: 0, accepted: false, responded: false, done: false };
        self.life(life).calls.insert(number, call);
        number
    }

    /// Checks the result that the framework gets for a call.
    pub(crate) fn call_result(&mut self, life: u32, number: u64, result: &Result<(), Error>) {
        let Some(call) = self.life(life).calls.get_mut(&number) else { return };
        let (twice, accepted) = (std::mem::replace(&mut call.done, true), call.accepted);
        match result {
            _ if twice => self.violation(format!("S{life} gets two results of call {number}")),
            Ok(()) if !accepted => {
                self.violation(format!("S{life} gets Ok for call {number}, which no master has accepted"));
            }
            Err(error) if error.kind() == ErrorKind::NotSubscribed && accepted => {
                self.violation(format!(
                    "S{life} gets NotSubscribed for call {number}, which a master has accepted: {error}"
                ));
            }
            Ok(()) | Err(_) => {}
        }
        if let Err(error) = result {
            self.fails(life, error);
        }
    }

    /// Records the failure of a call of the framework.
    pub(crate) fn fails(&mut self, life: u32, error: &Error) {
        if matches!(error.kind(), ErrorKind::Disconnected | ErrorKind::Timeout) {
            self.life(life).gave_up = self.now();
        }
    }

    /// Returns a call that should have a result by now but has none.
    ///
    /// The failure of a detached call after the driver's end is only logged.
    pub(crate) fn unfinished_call(&self, life: u32, lives: bool) -> Option<String> {
        let known = self.lives.get(&life)?;
        let (number, call) = known.calls.iter().find(|(_, call)| match call.made {
            CallMode::Awaited => !call.done,
            // The success of a detached call is not reported.
            CallMode::Detached => !call.done && !call.accepted && lives,
        })?;
        Some(format!("call {number} of S{life}, made at {:?}, has no result", call.at))
    }
}
