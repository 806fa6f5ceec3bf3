//! What endpoints reach the leader's task with.

use std::sync::Arc;

use mesos_sdk::wire::Encoding;
use tokio::sync::{mpsc, oneshot};

use super::availability::Availability;
use super::leader::{Command, WaitingCall};
use crate::master::Input;
use crate::server::Answer;

/// Sends commands to the leader's task, as far as the master is available.
#[derive(Debug)]
pub(super) struct LeaderClient {
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) availability: Arc<Availability>,
}

impl LeaderClient {
    /// Returns the response to a call. If the leader's task is gone, the cluster is about to end.
    /// may.
    pub(super) async fn ask(&self, input: Input, accept: Encoding) -> Answer {
        let (answer, answered) = oneshot::channel();
        if self.commands.send(Command::Call(WaitingCall { input, accept, answer })).await.is_err() {
            return Answer::broken();
        }
        let answer = answered.await.unwrap_or_else(|_| Answer::broken());
        if self.availability.loses_this_answer() { Answer::broken() } else { answer }
    }
}
