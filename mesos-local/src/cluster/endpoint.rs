//! The master's HTTP endpoints.

use async_trait::async_trait;
use mesos_sdk::proto::v1::scheduler::Call;

use super::leader_client::LeaderClient;
use super::operator::OperatorApi;
use crate::master::{self, Input};
use crate::server::{Api, Arrived, Credentials, HttpResponse, Request, Service, is_at};

const SCHEDULER_REALM: &str = "mesos-master-scheduler";
const SCHEDULER_API: &str = "/master/api/v1/scheduler";
/// The name of the master's process.
pub(super) const NAME: &str = "master";

/// Turns requests into commands for the leader's task.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) leader: LeaderClient,
    /// `host:port` of this master.
    pub(super) address: String,
    /// Whom schedulers have to be; anybody if there are none.
    pub(super) credentials: Credentials,
}

#[async_trait]
impl Service for Endpoint {
    fn process(&self) -> &'static str {
        NAME
    }

    async fn respond(&self, request: Arrived) -> HttpResponse {
        let operator = OperatorApi(&self.leader);
        if self.serves(request.path()) {
            match self.credentials.admit(request.headers(), SCHEDULER_REALM) {
                Ok(principal) => request.by(principal).hand_to(self).await,
                Err(refusal) => refusal,
            }
        } else if operator.serves(request.path()) {
            request.hand_to(&operator).await
        } else {
            self.page(request).await
        }
    }
}

#[async_trait]
impl Api for Endpoint {
    type Call = Call;
    const CALL: &'static str = "scheduler::Call";

    fn serves(&self, path: &str) -> bool {
        is_at(SCHEDULER_API, path)
    }

    fn unavailable(&self, path: &str) -> Option<HttpResponse> {
        self.leader.availability.refusal(path)
    }

    fn validate(&self, call: &Call) -> Result<(), String> {
        master::validate(call)
    }

    fn responds_with_messages(&self, call: &Call) -> bool {
        master::responds_with_messages(call)
    }

    async fn call(&self, request: Request<Call>) -> HttpResponse {
        let stream_id = request.header("Mesos-Stream-Id").map(str::to_owned);
        let (call, principal) = (Box::new(request.call), request.principal);
        self.leader.ask(Input::Call { call, stream_id, principal }, request.accept).await
    }
}
