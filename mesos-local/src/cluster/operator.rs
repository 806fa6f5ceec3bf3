//! The master's operator API over HTTP.

use async_trait::async_trait;
use mesos_sdk::proto::v1::master::Call;

use super::leader_client::LeaderClient;
use crate::master::{self, Input};
use crate::server::{Api, HttpResponse, Request, is_at};

const PATH: &str = "/master/api/v1";

/// The endpoint for operators of the same master.
#[derive(Debug)]
pub(super) struct OperatorApi<'a>(pub(super) &'a LeaderClient);

#[async_trait]
impl Api for OperatorApi<'_> {
    type Call = Call;
    const CALL: &'static str = "master::Call";

    fn serves(&self, path: &str) -> bool {
        is_at(PATH, path)
    }

    fn unavailable(&self, path: &str) -> Option<HttpResponse> {
        self.0.availability.refusal(path)
    }

    fn validate(&self, call: &Call) -> Result<(), String> {
        master::validate_operator(call)
    }

    fn responds_with_messages(&self, _: &Call) -> bool {
        true
    }

    async fn call(&self, request: Request<Call>) -> HttpResponse {
        self.0.ask(Input::Operate(Box::new(request.call)), request.accept).await
    }
}
