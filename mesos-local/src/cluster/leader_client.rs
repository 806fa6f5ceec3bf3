//! What endpoints reach the leader's task with.

use std::sync::Arc;

use mesos_sdk::wire::Encoding;
use tokio::sync::{mpsc, oneshot};

use super::availability::Availability;
use super::leader::{Command, WaitingCall};
use crate::master::Input;
use crate::server::HttpResponse;

/// Sends commands to the leader's task, as far as the master is available.
#[derive(Debug)]
pub(super) struct LeaderClient {
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) availability: Arc<Availability>,
}

impl LeaderClient {
    /// Returns the response to a call. If the leader's task is gone, the cluster is about to end.
    /// may.
    pub(super) async fn ask(&self, input: Input, accept: Encoding) -> HttpResponse {
        let (response, responded) = oneshot::channel();
        if self.commands.send(Command::Call(WaitingCall { input, accept, response })).await.is_err() {
            return HttpResponse::broken();
        }
        let response = responded.await.unwrap_or_else(|_| HttpResponse::broken());
        if self.availability.loses_this_response() { HttpResponse::broken() } else { response }
    }
}
