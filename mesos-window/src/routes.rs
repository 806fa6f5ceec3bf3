//! What is at which path.

use std::sync::Arc;

use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::Value;

use crate::model::{Model, Query};
use crate::parameters::Parameters;
use crate::response::{self, Body};
use crate::state::ServerState;
use crate::{assets, changes, files, live};

/// Returns the response to a request.
pub(crate) async fn respond(state: Arc<ServerState>, request: Request<Incoming>) -> Response<Body> {
    if let Err((status, reason)) = state.guard.check(request.headers()) {
        return response::text(status, reason);
    }
    match (request.method(), request.uri().path()) {
        (&Method::POST, "/change") => changes::respond(&state, request).await,
        (&Method::GET | &Method::HEAD, path) => {
            let path = path.to_owned();
            get(state, &path, request.uri().query().unwrap_or_default()).await
        }
        _ => response::text(StatusCode::METHOD_NOT_ALLOWED, "The window has no use for this method."),
    }
}

async fn get(state: Arc<ServerState>, path: &str, query: &str) -> Response<Body> {
    if let Some((media_type, content)) = assets::find(path) {
        return response::file(media_type, content);
    }
    let parameters = Parameters::parse(query);
    let id = parameters.get("id").to_owned();
    let framework = parameters.get("framework").to_owned();
    match path {
        "/live" => live::respond(state),
        "/rows" => {
            let query = Query::parse(query);
            read(state, move |model| Some(model.rows(&query))).await
        }
        "/task" => read(state, move |model| model.task(&framework, &id)).await,
        "/agent" => read(state, move |model| model.agent(&id)).await,
        "/framework" => read(state, move |model| model.framework_details(&id)).await,
        "/files" => files::list(&state, &parameters).await,
        "/file" => files::follow(&state, &parameters).await,
        _ => response::text(StatusCode::NOT_FOUND, "There is nothing here."),
    }
}

/// Responds with a part of the model. On a large cluster that takes a while, so that it does not
/// happen where connections are served.
async fn read(
    state: Arc<ServerState>,
    find: impl FnOnce(&Model) -> Option<Value> + Send + 'static,
) -> Response<Body> {
    let found = tokio::task::spawn_blocking(move || find(&state.model())).await;
    match found {
        Ok(Some(found)) => response::json(&found),
        Ok(None) => response::text(StatusCode::NOT_FOUND, "The cluster does not know this, or not any more."),
        Err(_) => {
            response::text(StatusCode::INTERNAL_SERVER_ERROR, "The window failed. Its log has the reason.")
        }
    }
}
