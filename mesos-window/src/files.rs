//! The files in the sandbox of a task.

use std::time::Duration;

use bytes::Bytes;
use futures::stream::{StreamExt as _, once};
use http::header::{CONTENT_DISPOSITION, HeaderValue};
use http::{Response, StatusCode};
use mesos_sdk::operator::Sandbox;
use mesos_sdk::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::parameters::Parameters;
use crate::response::{self, Body};
use crate::state::ServerState;

/// How much of the end of a file a page gets first.
const TAIL: u64 = 64 << 10;
/// How often to look for more of a file.
const POLL: Duration = Duration::from_millis(500);

type Found<T> = Result<T, Box<Response<Body>>>;

/// Responds with the files of a folder in a sandbox.
pub(crate) async fn list(state: &ServerState, parameters: &Parameters) -> Response<Body> {
    let (sandbox, path) = match place(state, parameters) {
        Ok(place) => place,
        Err(refusal) => return *refusal,
    };
    match sandbox.agent().list_files(format!("{}{path}", sandbox.path())).await {
        Ok(files) => {
            let files = files.file_infos.iter().map(|file| {
                // The agent returns where the file is on its disk.
                let name = file.path.rsplit('/').next().unwrap_or_default();
                json!({"name": name, "size": file.size, "is_folder": is_folder(file.mode)})
            });
            response::json(&files.collect::<Value>())
        }
        Err(error) => failed(&error),
    }
}

/// Responds with the end of a file. With `follow=1`, whatever is added to it follows; with
/// `whole=1`, the file comes from its beginning, to be saved.
pub(crate) async fn follow(state: &ServerState, parameters: &Parameters) -> Response<Body> {
    let (sandbox, path) = match place(state, parameters) {
        Ok((sandbox, path)) => (sandbox, path.trim_start_matches('/')),
        Err(refusal) => return *refusal,
    };
    let size = match sandbox.agent().read_file(format!("{}/{path}", sandbox.path()), 0, Some(0)).await {
        Ok(read) => read.size,
        Err(error) => return failed(&error),
    };
    if parameters.get("whole") == "1" {
        let response = response::pieces("application/octet-stream", sandbox.file(path));
        return response::with(response, CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    }
    let mut chunks = sandbox.file(path).starting_at(size.saturating_sub(TAIL));
    if parameters.get("follow") == "1" {
        chunks = chunks.follow(POLL);
    }
    // A response that begins at once, even if the file is empty.
    let begin = once(async { Ok(Bytes::new()) });
    response::pieces("text/plain; charset=utf-8", begin.chain(chunks))
}

/// Returns the sandbox of a task, and the path of a file in it.
fn place<'a>(state: &ServerState, parameters: &'a Parameters) -> Found<(Sandbox, &'a str)> {
    let model = state.model();
    let (agent, task) = model.place(parameters.get("framework"), parameters.get("id")).ok_or_else(|| {
        Box::new(response::text(StatusCode::NOT_FOUND, "The task or its agent is not known any more."))
    })?;
    let path = parameters.get("path");
    if !is_inside(path) {
        let text = "The path leads out of the sandbox.";
        return Err(Box::new(response::text(StatusCode::BAD_REQUEST, text)));
    }
    let agent = state.operator.agent_of(agent).map_err(|error| Box::new(failed(&error)))?;
    Ok((Sandbox::new(agent, task), path))
}

/// Returns whether a path is empty, or begins with a slash and stays below it.
fn is_inside(path: &str) -> bool {
    (path.is_empty() || path.starts_with('/')) && path.split('/').all(|part| part != ".." && part != ".")
}

/// Returns whether these are the bits of a folder.
fn is_folder(mode: Option<u32>) -> bool {
    mode.is_some_and(|mode| mode & 0o170_000 == 0o040_000)
}

fn failed(error: &Error) -> Response<Body> {
    let status = match error.kind() {
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        _ => StatusCode::BAD_GATEWAY,
    };
    response::text(status, format!("{error:#}"))
}

#[cfg(test)]
mod tests {
    use super::is_inside;

    #[test]
    fn paths_stay_in_the_sandbox() {
        assert!(is_inside("") && is_inside("/stdout") && is_inside("/a/b..c"));
        assert!(!is_inside("/../x") && !is_inside("/a/.."));
        assert!(!is_inside("stdout") && !is_inside("/./x"));
    }
}
