//! The HTTP endpoint of an agent's operator API. The state machine responds to most calls; files
//! are read here.

use std::path::PathBuf;

use async_trait::async_trait;
use http::{HeaderMap, StatusCode};
use mesos_sdk::proto::v1::ContainerId;
use mesos_sdk::proto::v1::agent::call::{self, Type, attach_container_input};
use mesos_sdk::proto::v1::agent::response::{self, GetContainers, ListFiles, ReadFile};
use mesos_sdk::proto::v1::agent::{Call, Response};
use mesos_sdk::wire::Encoding;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::files::{self, NoSuchFile};
use super::machine::Page;
use super::media_types::{self, MESSAGE_ACCEPT};
use super::nested::{self, Encodings, Nested};
use super::{providers, usage};
use crate::server::{Api, Arrived, Calls, HttpResponse, Request, is_at};

const PATH: &str = "/api/v1";

/// A request that waits for the response of the state machine.
#[derive(Debug)]
pub(super) enum ApiRequest {
    /// A call. The response is `None` if the state machine does not support the call.
    Call(Box<Call>, oneshot::Sender<Option<Response>>),
    Page(Page, oneshot::Sender<Value>),
}

/// The HTTP endpoint for operators.
#[derive(Debug)]
pub(super) struct OperatorApi {
    calls: mpsc::Sender<ApiRequest>,
    path: String,
    /// The directory whose files operators may read.
    root: PathBuf,
    /// The containers that operators have started.
    nested: Nested,
}

impl OperatorApi {
    pub(super) fn new(
        name: &str,
        (root, nested): (PathBuf, Nested),
        calls: mpsc::Sender<ApiRequest>,
    ) -> Self {
        Self { calls, path: format!("/{name}{PATH}"), root, nested }
    }

    /// Responds to a call that arrives as a stream: the input of a container.
    pub(super) async fn stream(&self, request: Arrived) -> HttpResponse {
        match self.first(request).await {
            Ok((container, calls)) => self.nested.input(&container, calls).await,
            Err(refusal) => refusal,
        }
    }

    async fn first(&self, request: Arrived) -> Result<(ContainerId, Calls<Call>), HttpResponse> {
        media_types::check(request.headers())?;
        let mut calls = request.into_calls::<Call>()?;
        let nothing = || HttpResponse::bad_request("Received EOF while reading request body");
        let first = calls.next().await?.ok_or_else(nothing)?;
        let invalid =
            |reason| HttpResponse::bad_request(format!("Failed to validate {}: {reason}", Self::CALL));
        self.validate(&first).map_err(invalid)?;
        if first.r#type() != Type::AttachContainerInput {
            let name = first.r#type().as_str_name();
            let text =
                format!("Streaming 'Content-Type' application/recordio is not supported for {name} call");
            return Err(HttpResponse::text(StatusCode::UNSUPPORTED_MEDIA_TYPE, text));
        }
        let input = first.attach_container_input.unwrap_or_default();
        match (input.r#type(), input.container_id) {
            (attach_container_input::Type::ContainerId, Some(container)) => Ok((*container, calls)),
            _ => Err(HttpResponse::bad_request("Expecting 'attach_container_input.type' to be CONTAINER_ID")),
        }
    }

    async fn ask(&self, call: Call) -> Answered {
        let kind = call.r#type();
        let (response, responded) = oneshot::channel();
        let asked = self.calls.send(ApiRequest::Call(Box::new(call), response)).await;
        match (asked, responded.await) {
            (Ok(()), Ok(Some(response))) => Answered::Response(Box::new(response)),
            (Ok(()), Ok(None)) => {
                let text = format!("The embedded cluster does not support {}", kind.as_str_name());
                Answered::Other(HttpResponse::text(StatusCode::NOT_IMPLEMENTED, text))
            }
            // The agent is about to end, or was killed.
            _ => Answered::Other(HttpResponse::broken()),
        }
    }

    async fn list(&self, list: call::ListFiles) -> Result<Response, NoSuchFile> {
        let file_infos = files::list(self.root.clone(), list.path).await?;
        let kind = Some(response::Type::ListFiles.into());
        Ok(Response { r#type: kind, list_files: Some(ListFiles { file_infos }), ..Response::default() })
    }

    async fn read(&self, read: call::ReadFile) -> Result<Response, NoSuchFile> {
        let (size, data) = files::read(self.root.clone(), read).await?;
        let read_file = Some(ReadFile { size, data }.into());
        Ok(Response { r#type: Some(response::Type::ReadFile.into()), read_file, ..Response::default() })
    }
}

enum Answered {
    Response(Box<Response>),
    Other(HttpResponse),
}

impl Answered {
    fn into_response(self, encoding: Encoding) -> HttpResponse {
        match self {
            // The response to a call that changes something has no body.
            Self::Response(response) if response.r#type.is_none() => HttpResponse::ok(),
            Self::Response(response) => HttpResponse::message(&*response, encoding),
            Self::Other(response) => response,
        }
    }
}

impl From<Result<Response, NoSuchFile>> for Answered {
    fn from(result: Result<Response, NoSuchFile>) -> Self {
        match result {
            Ok(response) => Self::Response(Box::new(response)),
            Err(NoSuchFile(text)) => Self::Other(HttpResponse::text(StatusCode::NOT_FOUND, text)),
        }
    }
}

#[async_trait]
impl Api for OperatorApi {
    type Call = Call;
    const CALL: &'static str = "agent::Call";

    fn serves(&self, path: &str) -> bool {
        is_at(&self.path, path)
    }

    fn check_headers(&self, headers: &HeaderMap) -> Result<(), HttpResponse> {
        media_types::check(headers)
    }

    fn validate(&self, call: &Call) -> Result<(), String> {
        nested::validate(call)?;
        providers::validate(call)?;
        let missing = match call.r#type() {
            // A type that this version does not know counts as missing.
            _ if call.r#type.is_none_or(|kind| Type::try_from(kind).is_err()) => "type",
            Type::GetMetrics if call.get_metrics.is_none() => "get_metrics",
            Type::SetLoggingLevel if call.set_logging_level.is_none() => "set_logging_level",
            Type::ListFiles if call.list_files.is_none() => "list_files",
            Type::ReadFile if call.read_file.is_none() => "read_file",
            Type::AttachContainerInput if call.attach_container_input.is_none() => "attach_container_input",
            _ => return Ok(()),
        };
        Err(format!("Expecting '{missing}' to be present"))
    }

    /// Returns whether the response is a single message. Records are requested by another header.
    fn responds_with_messages(&self, call: &Call) -> bool {
        !matches!(call.r#type(), Type::LaunchNestedContainerSession | Type::AttachContainerOutput)
    }

    async fn call(&self, request: Request<Call>) -> HttpResponse {
        let wanted = request.header(MESSAGE_ACCEPT).and_then(Encoding::from_media_type);
        let Request { mut call, accept, .. } = request;
        let encodings = Encodings { message: accept, records: wanted.unwrap_or(Encoding::Json) };
        if call.r#type() == Type::AttachContainerInput {
            let text = "Expecting 'Content-Type' to be application/recordio for ATTACH_CONTAINER_INPUT call";
            return HttpResponse::text(StatusCode::UNSUPPORTED_MEDIA_TYPE, text);
        }
        if let Some(response) = providers::response(&call) {
            return response;
        }
        if let Some(response) = self.nested.operate(&call, encodings).await {
            return response;
        }
        let answered = match (call.r#type(), call.list_files.take(), call.read_file.take()) {
            (Type::ListFiles, Some(list), _) => self.list(list).await.into(),
            (Type::ReadFile, _, Some(read)) => self.read(*read).await.into(),
            _ => {
                let wanted = call.get_containers.unwrap_or_default();
                let mut answered = self.ask(call).await;
                if let Answered::Response(response) = &mut answered
                    && let Some(mut found) = response.get_containers.take()
                {
                    self.nested.list(wanted, &mut found);
                    let found = measured(found).await;
                    // Real agents omit the field when no container runs.
                    response.get_containers = Some(found).filter(|found| !found.containers.is_empty());
                }
                answered
            }
        };
        answered.into_response(accept)
    }
}

/// Adds to the containers what they use.
async fn measured(mut found: GetContainers) -> GetContainers {
    let looked_at = tokio::task::spawn_blocking(move || {
        usage::add_to_messages(&mut found.containers);
        found
    });
    looked_at.await.unwrap_or_default()
}
