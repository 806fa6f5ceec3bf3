//! The connection that carries all other calls, one after the other.

use std::collections::VecDeque;
use std::future::pending;

use bytes::Bytes;
use futures::future::BoxFuture;
use tokio::time::timeout;

use super::input::CallId;
use super::{Outside, Role, Settings};
use crate::http::{CallAnswer, Channel, StreamId, text_of};
use crate::{Address, Error, ErrorKind};

/// Calls that wait for their turn, and the one that waits for its answer. The machine bounds their number.
pub(super) struct Calls {
    outside: Outside,
    settings: Settings,
    waiting: VecDeque<Outgoing>,
    channel: Option<Channel>,
    current: Option<BoxFuture<'static, (CallId, CallAnswer, Option<Channel>)>>,
}

pub(super) struct Outgoing {
    pub(super) id: CallId,
    pub(super) peer: Address,
    pub(super) stream_id: Option<StreamId>,
    pub(super) body: Bytes,
}

impl Calls {
    pub(super) fn new(outside: Outside, settings: Settings) -> Self {
        Self { outside, settings, waiting: VecDeque::new(), channel: None, current: None }
    }

    pub(super) fn push(&mut self, outgoing: Outgoing) {
        self.waiting.push_back(outgoing);
    }

    /// Forgets every call and closes the connection: its subscription is over.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.current = None;
        self.channel = None;
    }

    /// The next answer; may be dropped and called again without loss.
    pub(super) async fn next<R: Role>(&mut self) -> (CallId, CallAnswer) {
        if self.current.is_none() {
            let Some(outgoing) = self.waiting.pop_front() else { return pending().await };
            self.current = Some(Box::pin(exchange::<R>(
                self.outside.clone(),
                self.settings.clone(),
                self.channel.take(),
                outgoing,
            )));
        }
        let Some(current) = &mut self.current else { return pending().await };
        let (id, answer, channel) = current.await;
        self.current = None;
        self.channel = channel;
        (id, answer)
    }
}

async fn exchange<R: Role>(
    outside: Outside,
    settings: Settings,
    channel: Option<Channel>,
    outgoing: Outgoing,
) -> (CallId, CallAnswer, Option<Channel>) {
    let id = outgoing.id;
    let peer = format!("{} {}", R::PEER, outgoing.peer);
    let time = if defect!(CallsNeverTimeOut) { std::time::Duration::MAX } else { settings.call_timeout };
    let within = timeout(time, post_authorized(&outside, &settings, channel, &outgoing, &peer));
    match within.await {
        Ok(Ok((answer, channel))) => (id, answer, Some(channel)),
        Ok(Err(error)) => (id, CallAnswer::Failed(error), None),
        Err(_) => {
            let seconds = settings.call_timeout.as_secs();
            let text =
                format!("{peer} does not answer the call within {seconds} s: it may or may not have arrived");
            (id, CallAnswer::Failed(Error::new(ErrorKind::Timeout, text)), None)
        }
    }
}

/// A call that is answered 401 did not count: it is sent once more if there are newer credentials.
async fn post_authorized(
    outside: &Outside,
    settings: &Settings,
    channel: Option<Channel>,
    outgoing: &Outgoing,
    peer: &str,
) -> Result<(CallAnswer, Channel), Error> {
    let (answer, channel) = post(outside, settings, channel, outgoing, peer).await?;
    match &answer {
        CallAnswer::Refused(refusal) if outside.renews(&outgoing.peer, refusal).await? => {
            post(outside, settings, Some(channel), outgoing, peer).await
        }
        _ => Ok((answer, channel)),
    }
}

async fn post(
    outside: &Outside,
    settings: &Settings,
    channel: Option<Channel>,
    outgoing: &Outgoing,
    peer: &str,
) -> Result<(CallAnswer, Channel), Error> {
    let call = (settings, outgoing.stream_id.as_ref());
    let (response, channel) =
        outside.post(channel, (&outgoing.peer, peer), call, outgoing.body.clone()).await?;
    let (parts, body) = response.into_parts();
    let text = text_of(body).await;
    let answer = channel.head(&parts).to_call(&text);
    Ok((answer, channel))
}
