//! The items of a state as a stream, each decoded as soon as it has arrived.

use std::fmt;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::Stream;
use futures::stream::{BoxStream, StreamExt as _, once, try_unfold};

use super::line::{Line, Ready};
use super::state_item::Decode;
use crate::proto::v1::master::{Call, call};
use crate::wire::split::{Field, SplitError, Splitter};
use crate::{Error, ErrorKind, Undecodable};

/// The items of a state, in the order in which the master sends them; see
/// [`MasterOperator::tasks`](super::MasterOperator::tasks).
///
/// The call is sent when you wait for the first item. While you do not wait for the next one, the
/// rest of the response waits with the master. Dropping the stream closes the connection.
pub struct StateItems<T: 'static> {
    line: Line,
    /// The name of the call.
    name: &'static str,
    /// The response, until it ends.
    body: Option<BoxStream<'static, Result<Bytes, Error>>>,
    splitter: Splitter<Decode<T>>,
    /// How many items could not be decoded.
    undecodable: u64,
}

impl<T> StateItems<T> {
    pub(super) fn new(line: &Line, kind: call::Type, fields: &'static [Field<Decode<T>>]) -> Self {
        let (line, name) = (line.clone(), kind.as_str_name());
        let body = match line.ready() {
            Ok(ready) => {
                let call = Call { r#type: Some(kind.into()), ..Call::default() };
                body(ready, name, line.encoding().encode(&call))
            }
            Err(error) => once(ready(Err(error))).boxed(),
        };
        let splitter = Splitter::new(line.encoding(), fields, line.max_message_size());
        Self { line, name, body: Some(body), splitter, undecodable: 0 }
    }

    /// Returns the next item that has arrived.
    fn next_item(&mut self) -> Result<Option<T>, Error> {
        let next = self.splitter.next().map_err(|error| {
            self.body = None;
            malformed(&self.line, self.name, error)
        })?;
        let Some((decode, bytes)) = next else { return Ok(None) };
        decode(self.line.encoding(), bytes).map(Some).map_err(|reason| {
            let what = format!("an item of the response to {}", self.name);
            let item = Undecodable::new(&format!("{:?}", self.line), &what, bytes, reason);
            item.after(&mut self.undecodable).error
        })
    }

    /// Takes what the response continues with. Returns the error that ends it, if it does not end
    /// as it should.
    fn take(&mut self, part: Option<Result<Bytes, Error>>) -> Result<(), Error> {
        if let Some(Ok(bytes)) = part {
            self.splitter.push(&bytes);
            return Ok(());
        }
        self.body = None;
        part.transpose()?;
        self.splitter.end().map_err(|error| malformed(&self.line, self.name, error))
    }
}

impl<T> Stream for StateItems<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let items = self.get_mut();
        while items.body.is_some() {
            if let Some(item) = items.next_item().transpose() {
                return Poll::Ready(Some(item));
            }
            let Some(body) = &mut items.body else { break };
            let part = std::task::ready!(body.poll_next_unpin(context));
            if let Err(error) = items.take(part) {
                return Poll::Ready(Some(Err(error)));
            }
        }
        Poll::Ready(None)
    }
}

impl<T> fmt::Debug for StateItems<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("StateItems")
    }
}

/// Sends the call, and returns the body of its response in the parts in which it arrives.
fn body(line: Arc<Ready>, name: &'static str, call: Bytes) -> BoxStream<'static, Result<Bytes, Error>> {
    let parts = try_unfold(None, move |opened| {
        let (line, call) = (Arc::clone(&line), call.clone());
        async move {
            let mut response = match opened {
                Some(response) => response,
                None => line.open_response(name, &call).await?,
            };
            let part = line.next_part(name, &mut response).await?;
            Ok(part.map(|bytes| (bytes, Some(response))))
        }
    });
    parts.boxed()
}

fn malformed(line: &Line, name: &str, error: SplitError) -> Error {
    let (kind, what) = match error {
        SplitError::Malformed => (ErrorKind::Undecodable, "can't be decoded"),
        SplitError::TooLarge(_) => (ErrorKind::Invalid, "has a larger item than max_message_size permits"),
        SplitError::CutOff => (ErrorKind::Disconnected, "was broken off"),
        SplitError::Missing => (ErrorKind::NotMesos, "lacks the requested part: is the server Mesos?"),
    };
    Error::new(kind, format!("the response of {line:?} to {name} {what}")).with_source(error)
}

#[cfg(test)]
#[cfg(feature = "json")]
mod tests;
