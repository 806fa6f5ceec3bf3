//! The streams of a container: its output, and its input.

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
use crate::proto::v1::agent::call::{AttachContainerOutput, LaunchNestedContainerSession, Type};
use crate::proto::v1::agent::{Call, ProcessIo};
use crate::proto::v1::{ContainerId, TtyInfo};
use crate::transport::read;
use crate::{Error, ErrorKind};

/// How many records of input wait for a slow agent before [`ContainerInput::write`] does.
const MAX_WAITING_RECORDS: usize = 16;

impl AgentOperator {
    /// The output of a container from now on (`ATTACH_CONTAINER_OUTPUT`). The container must be within that of an
    /// executor, and have been started with a terminal or as a session.
    pub async fn attach_container_output(&self, container_id: ContainerId) -> Result<ProcessOutput, Error> {
        let attach = AttachContainerOutput { container_id };
        let call = Call { attach_container_output: Some(attach), ..call(Type::AttachContainerOutput) };
        self.stream(Type::AttachContainerOutput, &call).await
    }

    /// Starts a container within another to look around in it, and gives its output
    /// (`LAUNCH_NESTED_CONTAINER_SESSION`). It is killed when the output is dropped.
    pub async fn launch_nested_container_session(
        &self,
        launch: LaunchNestedContainerSession,
    ) -> Result<ProcessOutput, Error> {
        let kind = Type::LaunchNestedContainerSession;
        let call = Call { launch_nested_container_session: Some(launch), ..call(kind) };
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
        Ok(ProcessOutput(outputs.boxed()))
    }

    /// Sends input to a container (`ATTACH_CONTAINER_INPUT`). Nothing is known of the agent's answer before the first
    /// [`write`](ContainerInput::write), or [`close`](ContainerInput::close). Heartbeats are sent by themselves, every
    /// 30 s.
    pub async fn attach_container_input(&self, container_id: ContainerId) -> Result<ContainerInput, Error> {
        let line = self.line.ready()?;
        let (sender, receiver) = mpsc::channel(MAX_WAITING_RECORDS);
        let records = InputRecords(line.endpoint.encoding);
        let channel = line.open().await?;
        let body = input_records::body(records, container_id, receiver);
        let answer =
            async move { line.post_records(channel, body, Type::AttachContainerInput.as_str_name()).await };
        Ok(ContainerInput { records, sender, answer: JoinSet::from_iter([answer]) })
    }
}

fn call(kind: Type) -> Call {
    Call { r#type: Some(kind.into()), ..Call::default() }
}

/// What a container's process writes, and control records of the agent, as they come. It ends with the process.
///
/// An error ends it too, but for that of a record which can't be decoded (`Undecodable`): that is passed over.
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

/// The input of a container. Dropping it breaks the connection; [`close`](Self::close) ends the input in good order.
pub struct ContainerInput {
    records: InputRecords,
    sender: mpsc::Sender<Bytes>,
    /// The one task that waits for the agent's answer, and ends with this.
    answer: JoinSet<Result<(), Error>>,
}

impl ContainerInput {
    /// Sends bytes to the process' standard input. Empty bytes are its end.
    ///
    /// # Errors
    ///
    /// The agent's refusal, if it has come meanwhile; `Disconnected` if the agent takes no more.
    pub async fn write(&mut self, data: impl Into<Bytes>) -> Result<(), Error> {
        self.send(self.records.data(data.into())).await
    }

    /// Tells the process that its terminal has another size. Wait for its first output before: on Mesos 1.11 a size that
    /// comes before the command runs ends the container.
    ///
    /// # Errors
    ///
    /// As those of [`write`](Self::write).
    pub async fn resize(&mut self, tty_info: TtyInfo) -> Result<(), Error> {
        self.send(self.records.terminal(tty_info)).await
    }

    /// Ends the input, and waits for the agent's answer to all of it.
    ///
    /// # Errors
    ///
    /// The agent's refusal, or `Disconnected`.
    pub async fn close(mut self) -> Result<(), Error> {
        self.write(Bytes::new()).await?;
        let Self { sender, mut answer, .. } = self;
        drop(sender);
        answer.join_next().await.map_or_else(|| Err(over()), |answer| answer.unwrap_or_else(|_| Err(over())))
    }

    async fn send(&mut self, record: Bytes) -> Result<(), Error> {
        tokio::select! {
            biased;
            Some(answer) = self.answer.join_next() => Err(answer.ok().and_then(Result::err).unwrap_or_else(over)),
            sent = self.sender.send(record) => sent.map_err(|_| over()),
        }
    }
}

fn over() -> Error {
    Error::new(ErrorKind::Disconnected, "the agent takes no more input for the container")
}

impl fmt::Debug for ContainerInput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ContainerInput")
    }
}
