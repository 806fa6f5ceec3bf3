//! The master's HTTP endpoints.

use std::sync::Arc;

use async_trait::async_trait;
use http::Method;
use mesos_sdk::proto::v1::scheduler::Call;
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use super::availability::Availability;
use super::leader::{Command, WaitingCall};
use crate::master;
use crate::server::{Answer, Request, Service};

const SCHEDULER_API: [&str; 2] = ["/api/v1/scheduler", "/master/api/v1/scheduler"];

/// Turns requests into commands for the leader's task.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) availability: Arc<Availability>,
    /// `host:port` of this master.
    pub(super) address: String,
}

#[async_trait]
impl Service for Endpoint {
    type Call = Call;
    const CALL: &'static str = "scheduler::Call";

    /// Like Mesos, paths below the endpoint's count, too.
    fn serves(&self, path: &str) -> bool {
        let below = |rest: &str| rest.is_empty() || rest.starts_with('/');
        SCHEDULER_API.iter().any(|api| path.strip_prefix(api).is_some_and(below))
    }

    fn unavailable(&self, path: &str) -> Option<Answer> {
        self.availability.refusal(path)
    }

    fn validate(&self, call: &Call) -> Result<(), String> {
        master::validate(call)
    }

    fn answers_with_messages(&self, call: &Call) -> bool {
        master::answers_with_messages(call)
    }

    async fn call(&self, request: Request<Call>) -> Answer {
        let stream_id = request.header("Mesos-Stream-Id").map(str::to_owned);
        let (answer, answered) = oneshot::channel();
        let waiting = WaitingCall { call: Box::new(request.call), stream_id, accept: request.accept, answer };
        let answer = self.ask(Command::Call(waiting), answered).await;
        if self.availability.loses_this_answer() { Answer::broken() } else { answer }
    }

    async fn page(&self, _: &Method, path: &str) -> Answer {
        match path.strip_prefix("/master").unwrap_or(path) {
            "/health" => Answer::ok(),
            "/version" => Answer::json(&json!({"version": "1.11.0"})),
            "/redirect" => self.availability.redirect(&self.address),
            "/state" => match self.availability.refusal(path) {
                Some(refusal) => refusal,
                None => self.state().await,
            },
            _ => Answer::not_found(),
        }
    }
}

impl Endpoint {
    async fn state(&self) -> Answer {
        let (state, told) = oneshot::channel();
        match self.commands.send(Command::State(state)).await.is_ok() {
            true => told.await.map_or_else(|_| Answer::broken(), |state| Answer::json(&state)),
            false => Answer::broken(),
        }
    }

    /// Without a leader's task the cluster is about to end, as any process may.
    async fn ask(&self, command: Command, answered: oneshot::Receiver<Answer>) -> Answer {
        if self.commands.send(command).await.is_err() {
            return Answer::broken();
        }
        answered.await.unwrap_or_else(|_| Answer::broken())
    }
}
