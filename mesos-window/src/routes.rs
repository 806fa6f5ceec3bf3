//! What is at which path.

use std::sync::Arc;

use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::Value;

use crate::model::{Model, Query};
use crate::open::Open;
use crate::parameters::Parameters;
use crate::response::{self, Body};
use crate::{assets, changes, files, live};

/// Returns the response to a request.
pub(crate) async fn respond(open: Arc<Open>, request: Request<Incoming>) -> Response<Body> {
    if let Err((status, reason)) = open.guard.check(request.headers()) {
        return response::text(status, reason);
    }
    match (request.method(), request.uri().path()) {
        (&Method::POST, "/change") => changes::respond(&open, request).await,
        (&Method::GET | &Method::HEAD, path) => {
            let path = path.to_owned();
            get(open, &path, request.uri().query().unwrap_or_default()).await
        }
        _ => response::text(StatusCode::METHOD_NOT_ALLOWED, "The window has no use for this method."),
    }
}

async fn get(open: Arc<Open>, path: &str, query: &str) -> Response<Body> {
    if let Some((media_type, content)) = assets::find(path) {
        return response::file(media_type, content);
    }
    let parameters = Parameters::parse(query);
    let id = parameters.get("id").to_owned();
    let framework = parameters.get("framework").to_owned();
    match path {
        "/live" => live::respond(open),
        "/rows" => {
            let query = Query::parse(query);
            read(open, move |model| Some(model.rows(&query))).await
        }
        "/task" => read(open, move |model| model.task(&framework, &id)).await,
        "/agent" => read(open, move |model| model.agent(&id)).await,
        "/framework" => read(open, move |model| model.framework_details(&id)).await,
        "/files" => files::list(&open, &parameters).await,
        "/file" => files::follow(&open, &parameters).await,
        _ => response::text(StatusCode::NOT_FOUND, "There is nothing here."),
    }
}

/// Responds with a part of the model. On a large cluster that takes a while, so that it does not
/// happen where connections are served.
async fn read(
    open: Arc<Open>,
    find: impl FnOnce(&Model) -> Option<Value> + Send + 'static,
) -> Response<Body> {
    let found = tokio::task::spawn_blocking(move || find(&open.model())).await;
    match found {
        Ok(Some(found)) => response::json(&found),
        Ok(None) => response::text(StatusCode::NOT_FOUND, "The cluster does not know this, or not any more."),
        Err(_) => {
            response::text(StatusCode::INTERNAL_SERVER_ERROR, "The window failed. Its log has the reason.")
        }
    }
}
