//! The executor API over HTTP: calls go to the agent's task, which responds.

use async_trait::async_trait;
use mesos_sdk::proto::v1::executor::{Call, call};
use mesos_sdk::wire::Encoding;
use tokio::sync::{mpsc, oneshot};

use super::machine::{Claims, validate};
use super::operator::OperatorApi;
use super::pages::Pages;
use super::recovery::Recovery;
use super::tokens::Tokens;
use crate::server::{Api, Arrived, HttpResponse, Request, Service, is_at};

/// How many calls may wait for the agent; the connections of further ones wait.
pub(super) const WAITING_CALLS: usize = 1024;

const PATH: &str = "/api/v1/executor";

/// A call that waits for its response.
#[derive(Debug)]
pub(super) struct WaitingCall {
    pub(super) call: Box<Call>,
    pub(super) claims: Option<Claims>,
    /// The encoding of events, if the response is a stream.
    pub(super) accept: Encoding,
    pub(super) response: oneshot::Sender<HttpResponse>,
}

/// The endpoint of one agent.
#[derive(Debug)]
pub(super) struct ExecutorApi {
    calls: mpsc::Sender<WaitingCall>,
    /// Where executors have tokens.
    tokens: Option<Tokens>,
    path: String,
    operator: OperatorApi,
    pages: Pages,
    recovery: Recovery,
}

impl ExecutorApi {
    /// Operators and pages have their own paths beside it.
    pub(super) fn new(
        name: &str,
        tokens: Option<Tokens>,
        calls: mpsc::Sender<WaitingCall>,
        (operator, pages): (OperatorApi, Pages),
        recovery: Recovery,
    ) -> Self {
        Self { calls, tokens, path: format!("/{name}{PATH}"), operator, pages, recovery }
    }
}

#[async_trait]
impl Api for ExecutorApi {
    type Call = Call;
    const CALL: &'static str = "Executor::Call";

    fn serves(&self, path: &str) -> bool {
        is_at(&self.path, path)
    }

    fn validate(&self, call: &Call) -> Result<(), String> {
        validate(call)
    }

    fn responds_with_messages(&self, call: &Call) -> bool {
        call.r#type() == call::Type::Subscribe
    }

    async fn call(&self, request: Request<Call>) -> HttpResponse {
        // Whoever has a wrong token has been refused by now.
        let claims = self.tokens.as_ref().and_then(|tokens| tokens.admit(&request.headers).ok());
        let (response, responded) = oneshot::channel();
        let call = WaitingCall { call: Box::new(request.call), claims, accept: request.accept, response };
        if self.calls.send(call).await.is_err() {
            return HttpResponse::broken();
        }
        responded.await.unwrap_or_else(|_| HttpResponse::broken())
    }
}

#[async_trait]
impl Service for ExecutorApi {
    fn process(&self) -> &str {
        self.pages.process()
    }

    async fn respond(&self, request: Arrived) -> HttpResponse {
        // Executors' endpoint is below that of operators.
        if self.serves(request.path()) {
            // Before anything else about the request.
            match self.tokens.as_ref().map(|tokens| tokens.admit(request.headers())) {
                Some(Err(refusal)) => refusal,
                Some(Ok(_)) | None => request.hand_to(self).await,
            }
        } else if self.operator.serves(request.path()) {
            match (self.recovery.refusal(), request.is_stream()) {
                (Some(refusal), _) => refusal,
                (None, true) => self.operator.stream(request).await,
                (None, false) => request.hand_to(&self.operator).await,
            }
        } else {
            self.pages.respond(&request).await
        }
    }
}
