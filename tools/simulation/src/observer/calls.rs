//! Calls that the framework makes, and what is said of them.

use mesos_sdk::{Error, ErrorKind};

use super::{Call, Made};
use crate::world::Inner;

impl Inner {
    /// A call with a number of its own is about to be made.
    pub(crate) fn makes(&mut self, life: u32, made: Made) -> u64 {
        let (number, at) = (self.number(), self.now());
        let call = Call { made, at, sent: 0, taken: false, answered: false, done: false };
        self.life(life).calls.insert(number, call);
        number
    }

    /// The framework is told what has become of it.
    pub(crate) fn told(&mut self, life: u32, number: u64, result: &Result<(), Error>) {
        let Some(call) = self.life(life).calls.get_mut(&number) else { return };
        let (twice, taken) = (std::mem::replace(&mut call.done, true), call.taken);
        match result {
            _ if twice => self.violated(format!("S{life} is told of call {number} twice")),
            Ok(()) if !taken => {
                self.violated(format!("S{life} is told Ok of call {number}, which no master has taken"));
            }
            Err(error) if error.kind() == ErrorKind::NotSubscribed && taken => {
                self.violated(format!(
                    "S{life} is told that call {number} was not sent, but it was taken: {error}"
                ));
            }
            Ok(()) | Err(_) => {}
        }
        if let Err(error) = result {
            self.fails(life, error);
        }
    }

    /// A call of the user's fails.
    pub(crate) fn fails(&mut self, life: u32, error: &Error) {
        if matches!(error.kind(), ErrorKind::Disconnected | ErrorKind::Timeout) {
            self.life(life).gave_up = self.now();
        }
    }

    /// What has no answer and should have one by now.
    ///
    /// Of a detached call nobody is told after the driver's end: it is logged.
    pub(crate) fn unanswered_call(&self, life: u32, lives: bool) -> Option<String> {
        let known = self.lives.get(&life)?;
        let (number, call) = known.calls.iter().find(|(_, call)| match call.made {
            Made::Awaited => !call.done,
            // Its success is told to nobody.
            Made::Detached => !call.done && !call.taken && lives,
        })?;
        Some(format!("call {number} of S{life}, made at {:?}, has no answer", call.at))
    }
}
