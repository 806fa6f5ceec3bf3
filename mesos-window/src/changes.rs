//! Requests that change the cluster.

use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use mesos_sdk::proto::v1::{AgentId, FrameworkId};
use serde::Deserialize;
use serde_json::json;

use crate::model::container_of;
use crate::response::{self, Body};
use crate::state::ServerState;

/// How long a request for a change may be.
const MAX_BODY: usize = 16 << 10;

/// What to change.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
enum Change {
    KillTask { framework: String, id: String },
    Teardown { id: String },
    DeactivateAgent { id: String },
    ReactivateAgent { id: String },
    Fault { name: String, agent: Option<usize> },
}

/// Makes a change, if that is allowed and a page of this window asks for it.
pub(crate) async fn respond(state: &ServerState, request: Request<Incoming>) -> Response<Body> {
    if !state.allow_changes {
        let text = "This window is read-only. Start it with --allow-changes to change the cluster.";
        return response::text(StatusCode::FORBIDDEN, text);
    }
    if let Err((status, reason)) = state.guard.check_change(request.headers()) {
        return response::text(status, reason);
    }
    let Ok(body) = Limited::new(request.into_body(), MAX_BODY).collect().await else {
        return response::text(StatusCode::PAYLOAD_TOO_LARGE, "The request is too large.");
    };
    match serde_json::from_slice::<Change>(&body.to_bytes()) {
        Err(error) => response::text(StatusCode::BAD_REQUEST, error.to_string()),
        Ok(change) => match make(state, change).await {
            Ok(()) => response::json(&json!({"ok": true})),
            Err(reason) => response::text(StatusCode::CONFLICT, reason),
        },
    }
}

async fn make(state: &ServerState, change: Change) -> Result<(), String> {
    let operator = &state.operator;
    let done = match change {
        Change::KillTask { framework, id } => return kill(state, &framework, &id).await,
        Change::Fault { name, agent } => {
            let faults = state.faults.as_ref().ok_or("This cluster injects no faults.")?;
            return faults.inject(&name, agent).await;
        }
        Change::Teardown { id } => operator.teardown(FrameworkId::from(id)).await,
        Change::DeactivateAgent { id } => operator.deactivate_agent(AgentId::from(id)).await,
        Change::ReactivateAgent { id } => operator.reactivate_agent(AgentId::from(id)).await,
    };
    done.map_err(|error| format!("{error:#}"))
}

/// Kills the container of a task: the operator API has no call for the task itself.
async fn kill(state: &ServerState, framework: &str, id: &str) -> Result<(), String> {
    let (agent, container) = {
        let model = state.model();
        let found = model.place(framework, id);
        let found = found.and_then(|(agent, task)| Some((agent, container_of(task)?.clone())));
        let (agent, container) = found.ok_or("The task has no container that is known.")?;
        (state.operator.agent_of(agent), container)
    };
    let agent = agent.map_err(|error| format!("{error:#}"))?;
    agent.kill_container(container, None).await.map_err(|error| format!("{error:#}"))
}
