//! The operator API of an agent over HTTP. What the machine knows it tells; files are read here.

use std::path::PathBuf;

use async_trait::async_trait;
use http::StatusCode;
use mesos_sdk::proto::v1::agent::call::{self, Type};
use mesos_sdk::proto::v1::agent::response::{self, ListFiles, ReadFile};
use mesos_sdk::proto::v1::agent::{Call, Response};
use mesos_sdk::wire::Encoding;
use tokio::sync::{mpsc, oneshot};

use super::files::{self, NoSuchFile};
use crate::server::{Answer, Api, Request};

const PATH: &str = "/api/v1";

/// A call that waits for what the machine says; `None` for what it does not do.
#[derive(Debug)]
pub(super) struct OperatorCall {
    pub(super) call: Box<Call>,
    pub(super) answer: oneshot::Sender<Option<Response>>,
}

/// The endpoint for operators.
#[derive(Debug)]
pub(super) struct OperatorApi {
    calls: mpsc::Sender<OperatorCall>,
    /// `/api/v1`, and the same below the agent's name.
    paths: [String; 2],
    /// What is shown of files.
    root: PathBuf,
}

impl OperatorApi {
    pub(super) fn new(name: &str, root: PathBuf, calls: mpsc::Sender<OperatorCall>) -> Self {
        Self { calls, paths: [PATH.to_owned(), format!("/{name}{PATH}")], root }
    }

    async fn ask(&self, call: Call) -> Answered {
        let kind = call.r#type();
        let (answer, answered) = oneshot::channel();
        let asked = self.calls.send(OperatorCall { call: Box::new(call), answer }).await;
        match (asked, answered.await) {
            (Ok(()), Ok(Some(response))) => Answered::Response(Box::new(response)),
            (Ok(()), Ok(None)) => {
                let text = format!("The embedded cluster does not do {}", kind.as_str_name());
                Answered::Other(Answer::text(StatusCode::NOT_IMPLEMENTED, text))
            }
            // The agent is about to end, or was killed.
            _ => Answered::Other(Answer::broken()),
        }
    }

    async fn list(&self, list: call::ListFiles) -> Result<Response, NoSuchFile> {
        let file_infos = files::list(self.root.clone(), list.path).await?;
        let kind = Some(response::Type::ListFiles.into());
        Ok(Response { r#type: kind, list_files: Some(ListFiles { file_infos }), ..Response::default() })
    }

    async fn read(&self, read: call::ReadFile) -> Result<Response, NoSuchFile> {
        let (size, data) = files::read(self.root.clone(), read).await?;
        let read_file = Some(ReadFile { size, data });
        Ok(Response { r#type: Some(response::Type::ReadFile.into()), read_file, ..Response::default() })
    }
}

enum Answered {
    Response(Box<Response>),
    Other(Answer),
}

impl Answered {
    fn into_answer(self, encoding: Encoding) -> Answer {
        match self {
            // Calls that change something are answered without a body.
            Self::Response(response) if response.r#type.is_none() => Answer::ok(),
            Self::Response(response) => Answer::message(&*response, encoding),
            Self::Other(answer) => answer,
        }
    }
}

impl From<Result<Response, NoSuchFile>> for Answered {
    fn from(result: Result<Response, NoSuchFile>) -> Self {
        match result {
            Ok(response) => Self::Response(Box::new(response)),
            Err(NoSuchFile(text)) => Self::Other(Answer::text(StatusCode::NOT_FOUND, text)),
        }
    }
}

#[async_trait]
impl Api for OperatorApi {
    type Call = Call;
    const CALL: &'static str = "agent::Call";

    fn serves(&self, path: &str) -> bool {
        let path = path.replace("%28", "(").replace("%29", ")");
        self.paths.contains(&path)
    }

    fn unavailable(&self, _: &str) -> Option<Answer> {
        None
    }

    fn validate(&self, call: &Call) -> Result<(), String> {
        let missing = match call.r#type() {
            _ if call.r#type.is_none() => "type",
            Type::GetMetrics if call.get_metrics.is_none() => "get_metrics",
            Type::SetLoggingLevel if call.set_logging_level.is_none() => "set_logging_level",
            Type::ListFiles if call.list_files.is_none() => "list_files",
            Type::ReadFile if call.read_file.is_none() => "read_file",
            _ => return Ok(()),
        };
        Err(format!("Expecting '{missing}' to be present"))
    }

    fn answers_with_messages(&self, _: &Call) -> bool {
        true
    }

    async fn call(&self, request: Request<Call>) -> Answer {
        let Request { mut call, accept, .. } = request;
        let answered = match (call.r#type(), call.list_files.take(), call.read_file.take()) {
            (Type::ListFiles, Some(list), _) => self.list(list).await.into(),
            (Type::ReadFile, _, Some(read)) => self.read(read).await.into(),
            _ => self.ask(call).await,
        };
        answered.into_answer(accept)
    }
}
