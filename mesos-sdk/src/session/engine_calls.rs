//! The connection that carries all other calls, one after the other.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use tokio::time::timeout;

use super::input::CallId;
use super::{Role, Settings};
use crate::http::{CallAnswer, Channel, Connector, Head, NotSent, StreamId, text_of};
use crate::{Address, Error, ErrorKind};

/// Calls that wait for their turn, and the one that waits for its answer. The machine bounds their number.
pub(super) struct Calls {
    connector: Arc<dyn Connector>,
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
    pub(super) fn new(connector: Arc<dyn Connector>, settings: Settings) -> Self {
        Self { connector, settings, waiting: VecDeque::new(), channel: None, current: None }
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
            let connector = Arc::clone(&self.connector);
            self.current = Some(Box::pin(exchange::<R>(
                connector,
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
    connector: Arc<dyn Connector>,
    settings: Settings,
    channel: Option<Channel>,
    outgoing: Outgoing,
) -> (CallId, CallAnswer, Option<Channel>) {
    let id = outgoing.id;
    let peer = format!("{} {}", R::PEER, outgoing.peer);
    let within = timeout(
        settings.call_timeout,
        post::<R>(connector.as_ref(), &settings, channel, outgoing, peer.clone()),
    );
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

async fn post<R: Role>(
    connector: &dyn Connector,
    settings: &Settings,
    channel: Option<Channel>,
    outgoing: Outgoing,
    peer: String,
) -> Result<(CallAnswer, Channel), Error> {
    let stream_id = outgoing.stream_id.as_ref();
    let (mut channel, is_new) = match channel.filter(Channel::is_open) {
        Some(channel) => (channel, false),
        None => (Channel::open(connector, &outgoing.peer, peer.clone()).await?, true),
    };
    let mut response = channel.post(settings, stream_id, outgoing.body.clone()).await;
    if response.as_ref().is_err_and(NotSent::is_certain) && !is_new {
        // The peer had closed the idle connection.
        channel = Channel::open(connector, &outgoing.peer, peer).await?;
        response = channel.post(settings, stream_id, outgoing.body).await;
    }
    let (parts, body) = response.map_err(Error::from)?.into_parts();
    let text = text_of(body).await;
    let head = Head { peer: channel.peer(), status: parts.status, headers: &parts.headers };
    let answer = head.to_call(&text);
    Ok((answer, channel))
}
