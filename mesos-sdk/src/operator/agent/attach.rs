//! Attaching to the output and input of a container.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::Stream;
use futures::stream::{BoxStream, StreamExt as _, unfold};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::AgentOperator;
use crate::operator::input_records::{self, Records as InputRecords};
use crate::operator::line::Mode;
use crate::proto::v1::agent::call::{AttachContainerOutput, LaunchNestedContainerSession, Type};
use crate::proto::v1::agent::{Call, ProcessIo};
use crate::proto::v1::{ContainerId, TtyInfo};
use crate::timer::within;
use crate::transport::read;
use crate::{Error, ErrorKind};

/// How many input records wait for a slow agent before [`ContainerInput::write`] waits, too.
const MAX_WAITING_RECORDS: usize = 16;

impl AgentOperator {
    /// Attaches to the output of a container, from now on (`ATTACH_CONTAINER_OUTPUT`). The
    /// container must be nested in that of an executor, and must have been started with a terminal
    /// or as a session.
    pub async fn attach_container_output(&self, container_id: ContainerId) -> Result<ProcessOutput, Error> {
        let attach = AttachContainerOutput { container_id };
        let call =
            Call { attach_container_output: Some(Box::new(attach)), ..call(Type::AttachContainerOutput) };
        self.stream(Type::AttachContainerOutput, &call).await
    }

    /// Starts a session in a container, to look around in it, and returns its output
    /// (`LAUNCH_NESTED_CONTAINER_SESSION`). Dropping the output kills the session.
    pub async fn launch_nested_container_session(
        &self,
        launch: LaunchNestedContainerSession,
    ) -> Result<ProcessOutput, Error> {
        let kind = Type::LaunchNestedContainerSession;
        let call = Call { launch_nested_container_session: Some(Box::new(launch)), ..call(kind) };
        self.stream(kind, &call).await
    }

    async fn stream(&self, kind: Type, call: &Call) -> Result<ProcessOutput, Error> {
        let line = self.line.ready()?;
        let records = line.open_records(kind.as_str_name(), line.endpoint.encoding.encode(call)).await?;
        let outputs = unfold(Some(records), move |records| {
            let line = std::sync::Arc::clone(&line);
            async move {
                let mut records = records?;
                match read(&mut records, line.endpoint.encoding).await {
                    Ok(Ok(output)) => Some((Ok(output), Some(records))),
                    Ok(Err(record)) => {
                        record.log();
                        Some((Err(record.error), Some(records)))
                    }
                    Err(end) => end.map(|error| (Err(error), None)),
                }
            }
        });
        Ok(ProcessOutput(outputs.fuse().boxed()))
    }

    /// Attaches to the input of a container (`ATTACH_CONTAINER_INPUT`). The agent's response is
    /// only known after the first [`write`](ContainerInput::write) or
    /// [`close`](ContainerInput::close). The client sends heartbeats by itself, every 30 s.
    pub async fn attach_container_input(&self, container_id: ContainerId) -> Result<ContainerInput, Error> {
        let line = self.line.ready()?;
        let (sender, receiver) = mpsc::channel(MAX_WAITING_RECORDS);
        let records = InputRecords(line.endpoint.encoding);
        let limit = line.call_timeout;
        let late = || line.late(Type::AttachContainerInput.as_str_name(), limit, Mode::Ask);
        let channel = within(limit, line.open()).await.ok_or_else(late)??;
        let body = input_records::body(records, container_id, receiver);
        let response =
            async move { line.post_records(channel, body, Type::AttachContainerInput.as_str_name()).await };
        Ok(ContainerInput { records, sender, response: JoinSet::from_iter([response]) })
    }
}

fn call(kind: Type) -> Call {
    Call { r#type: Some(kind.into()), ..Call::default() }
}

/// The output of a container's process, with the agent's control records, as they arrive. It ends
/// with the process.
///
/// An error ends it, too. The exception is a record that can't be decoded (`Undecodable`), which is
/// skipped.
///
/// Dropping it closes the connection.
pub struct ProcessOutput(BoxStream<'static, Result<ProcessIo, Error>>);

impl Stream for ProcessOutput {
    type Item = Result<ProcessIo, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for ProcessOutput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ProcessOutput")
    }
}

/// The input of a container. [`close`](Self::close) ends the input cleanly; dropping it breaks the
/// connection.
pub struct ContainerInput {
    records: InputRecords,
    sender: mpsc::Sender<Bytes>,
    /// The one task that waits for the agent's response. It ends with this value.
    response: JoinSet<Result<(), Error>>,
}

impl ContainerInput {
    /// Sends bytes to the process' standard input. Empty bytes close it.
    ///
    /// # Errors
    ///
    /// Returns the agent's refusal if it has arrived, or `Disconnected` if the agent accepts no
    /// more input.
    pub async fn write(&mut self, data: impl Into<Bytes>) -> Result<(), Error> {
        self.send(self.records.data(data.into())).await
    }

    /// Sends the process a new size of its terminal. Wait for its first output before you do so: on
    /// Mesos 1.11 a size that arrives before the command runs ends the container.
    ///
    /// # Errors
    ///
    /// Fails as [`write`](Self::write) does.
    pub async fn resize(&mut self, tty_info: TtyInfo) -> Result<(), Error> {
        self.send(self.records.terminal(tty_info)).await
    }

    /// Ends the input, and waits for the agent's response to all of it.
    ///
    /// # Errors
    ///
    /// Returns the agent's refusal, or `Disconnected`.
    pub async fn close(mut self) -> Result<(), Error> {
        self.write(Bytes::new()).await?;
        let Self { sender, mut response, .. } = self;
        drop(sender);
        response
            .join_next()
            .await
            .map_or_else(|| Err(over()), |response| response.unwrap_or_else(|_| Err(over())))
    }

    async fn send(&mut self, record: Bytes) -> Result<(), Error> {
        tokio::select! {
            biased;
            Some(response) = self.response.join_next() => Err(response.ok().and_then(Result::err).unwrap_or_else(over)),
            sent = self.sender.send(record) => sent.map_err(|_| over()),
        }
    }
}

fn over() -> Error {
    Error::new(ErrorKind::Disconnected, "the agent accepts no more input for the container")
}

impl fmt::Debug for ContainerInput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ContainerInput")
    }
}
