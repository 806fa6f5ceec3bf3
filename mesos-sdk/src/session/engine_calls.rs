//! The connection that carries all calls except SUBSCRIBE, pipelined and in order.

mod begun;
mod late;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::HeaderValue;
use tokio::time::Instant;

use self::begun::Begun;
use super::Settings;
use super::role::CallId;
use crate::http::{
    After, CallResponse, Client as _, MalformedResponse, Part, Pipeline, PipelinedClient, StreamId,
};
use crate::security::secret_in;
use crate::transport::Transport;
use crate::{Address, Error, ErrorKind, Sent};

/// Added to the error of the call whose response was due when the connection ended.
const UNANSWERED: &str = " without a response to the call, which may or may not have arrived";

/// The number of reads when the subscription ends: more than all responses take.
const MAX_READS: usize = 1024;

/// Calls that wait to be sent or for their response. The machine bounds their number.
pub(super) struct Calls {
    transport: Transport,
    settings: Settings,
    /// `master` or `agent`.
    peer: &'static str,
    pipeline: Pipeline<Outgoing>,
    link: Link,
    /// Obtains the credentials for the next call.
    signing: Option<BoxFuture<'static, Result<Option<HeaderValue>, Error>>>,
    /// Obtains newer credentials; resolves to whether there are any.
    renewing: Option<BoxFuture<'static, Result<bool, Error>>>,
    /// The response that is being received.
    begun: Option<Begun>,
    /// Responses that have not been taken yet.
    responses: VecDeque<(CallId, CallResponse)>,
    /// When a response last arrived on this connection: a peer that responds is not silent.
    last_response: Option<Instant>,
}

enum Link {
    Closed,
    Opening(BoxFuture<'static, Result<PipelinedClient, Error>>),
    Open(Box<PipelinedClient>),
}

pub(super) struct Outgoing {
    pub(super) id: CallId,
    pub(super) peer: Address,
    pub(super) stream_id: Option<StreamId>,
    pub(super) body: Bytes,
    /// The credentials with which it was sent.
    pub(super) authorization: Option<HeaderValue>,
    /// The error of the first attempt, if this is the second.
    pub(super) refusal: Option<Error>,
    /// Since when it has been waiting for its response.
    pub(super) since: Instant,
    /// Whether it has waited for a full timeout behind a connection that was in use.
    pub(super) has_waited: bool,
}

impl Outgoing {
    pub(super) fn new(id: CallId, peer: Address, stream_id: Option<StreamId>, body: Bytes) -> Self {
        Self {
            id,
            peer,
            stream_id,
            body,
            authorization: None,
            refusal: None,
            since: Instant::now(),
            has_waited: false,
        }
    }
}

impl Calls {
    pub(super) fn new(peer: &'static str, transport: Transport, settings: Settings) -> Self {
        Self {
            transport,
            settings,
            peer,
            pipeline: Pipeline::new(),
            link: Link::Closed,
            signing: None,
            renewing: None,
            begun: None,
            responses: VecDeque::new(),
            last_response: None,
        }
    }

    pub(super) fn push(&mut self, outgoing: Outgoing) {
        self.pipeline.push(outgoing);
    }

    /// Forgets all calls and closes the connection, because the subscription is over.
    pub(super) fn clear(&mut self) {
        self.pipeline.clear();
        self.disconnect();
        self.responses.clear();
    }

    /// Returns whether a call could be sent without waiting for the response to another one.
    pub(super) fn flows(&self) -> bool {
        self.pipeline.is_idle() || self.pipeline.flows() && !self.is_held_up(Instant::now())
    }

    /// Returns whether part of a call was written and its response was not taken.
    pub(super) fn has_written(&self, id: CallId) -> bool {
        let mut written = self.pipeline.written().map(|call| call.id);
        written.any(|call| call == id) || self.responses.iter().any(|(answered, _)| *answered == id)
    }

    /// Waits for the next response. Cancel safe.
    pub(super) async fn next(&mut self) -> (CallId, CallResponse) {
        poll_fn(|context| {
            loop {
                if let Some(response) = self.try_next() {
                    return Poll::Ready(response);
                }
                ready!(self.poll(context));
            }
        })
        .await
    }

    /// Reads the responses that have arrived, without writing, waiting or registering a waker.
    pub(super) fn read(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..MAX_READS {
            if !matches!(self.link, Link::Open(_)) || self.poll_read(&mut context).is_pending() {
                return;
            }
        }
    }

    /// Returns the next response if one has arrived.
    pub(super) fn try_next(&mut self) -> Option<(CallId, CallResponse)> {
        self.responses.pop_front()
    }

    /// Makes progress; ready when something has happened.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.pipeline.wants_renewal() {
            return self.poll_renewal(context);
        }
        match &mut self.link {
            Link::Closed => match self.pipeline.next() {
                Some(first) => {
                    let (transport, address) = (self.transport.clone(), first.peer.clone());
                    let peer = format!("{} {address}", self.peer);
                    let opening = async move { transport.connect(&address, &peer).await };
                    self.link = Link::Opening(Box::pin(opening));
                    Poll::Ready(())
                }
                None => Poll::Pending,
            },
            Link::Opening(opening) => {
                match ready!(opening.as_mut().poll(context)) {
                    Ok(connection) => self.link = Link::Open(Box::new(connection)),
                    Err(error) => {
                        self.link = Link::Closed;
                        self.next_failed(error);
                    }
                }
                Poll::Ready(())
            }
            Link::Open(_) => self.poll_connection(context),
        }
    }

    fn poll_connection(&mut self, context: &mut Context<'_>) -> Poll<()> {
        // This notices that the peer has closed an idle connection before a call is written to it.
        if !self.pipeline.awaits() && self.poll_read(context).is_ready() {
            return Poll::Ready(());
        }
        loop {
            self.give_calls(context);
            let Link::Open(connection) = &mut self.link else { return Poll::Ready(()) };
            let before = connection.unwritten();
            let written = connection.poll_write(context);
            let taken = before - connection.unwritten();
            self.pipeline.taken(taken);
            if self.poll_read(context).is_ready() {
                return Poll::Ready(());
            }
            match written {
                Poll::Ready(Err(error)) => {
                    self.broken(error);
                    return Poll::Ready(());
                }
                _ if !self.responses.is_empty() => return Poll::Ready(()),
                _ if taken == 0 => return self.poll_rest(context),
                _ => {}
            }
        }
    }

    /// Gives the connection all calls that may be written now.
    fn give_calls(&mut self, context: &mut Context<'_>) {
        let Link::Open(connection) = &mut self.link else { return };
        while let Some(outgoing) = self.pipeline.next() {
            if self.transport.authenticator.is_some() {
                let signing = self.signing.get_or_insert_with(|| {
                    let (transport, address) = (self.transport.clone(), outgoing.peer.clone());
                    Box::pin(async move { transport.authorization(&address).await })
                });
                let Poll::Ready(signed) = signing.as_mut().poll(context) else { return };
                self.signing = None;
                match signed {
                    Ok(authorization) => connection.authorize(authorization),
                    Err(error) => return self.next_failed(error),
                }
            }
            let given = connection.post(&self.settings.endpoint, outgoing.stream_id.as_ref(), &outgoing.body);
            let authorization = connection.authorization().cloned();
            if let Some(outgoing) = self.pipeline.given(given) {
                outgoing.authorization = authorization;
            }
        }
    }

    /// Reads; ready when something was read or reading failed.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Link::Open(connection) = &mut self.link else { return Poll::Ready(()) };
        match ready!(connection.poll_fill(context)) {
            Ok(0) => self.ended(),
            Ok(_) => self.take_responses(),
            Err(error) => self.broken(error),
        }
        Poll::Ready(())
    }

    fn take_responses(&mut self) {
        let now = Instant::now();
        while let Link::Open(connection) = &mut self.link {
            match connection.part() {
                Ok(Some(Part::Head(_))) if !self.pipeline.has_asked() => {
                    let error = connection.malformed(MalformedResponse::Unasked);
                    self.lost(error);
                }
                Ok(Some(Part::Head(head))) => {
                    // The body of a success is not needed, and may never end.
                    let is_all = head.status.is_success() && connection.response_has_no_end();
                    self.begun = Some(Begun::new(head));
                    if is_all {
                        self.answered(now, After::Nothing);
                    }
                }
                Ok(Some(Part::Data(data))) => self.begun.iter_mut().for_each(|begun| begun.push(&data)),
                Ok(Some(Part::End(after))) => self.answered(now, after),
                Ok(None) => return,
                Err(error) => self.lost(error),
            }
        }
    }

    /// Completes a response, so that the next call's response is due.
    fn answered(&mut self, now: Instant, after: After) {
        let (Link::Open(connection), Some(begun)) = (&self.link, self.begun.take()) else { return };
        let Begun { head, text, .. } = begun;
        let response = connection.head(head.status, &head.headers).to_call(&text.into_string());
        let Some(mut outgoing) = self.pipeline.answered(after == After::Another) else { return };
        self.last_response = Some(now);
        match response {
            // The call is sent once more if there are newer credentials.
            CallResponse::Refused(error) if self.may_renew(&outgoing, &error) => {
                outgoing.refusal = Some(error);
                self.pipeline.refused(outgoing);
            }
            response => self.responses.push_back((outgoing.id, response)),
        }
        if after == After::Nothing {
            let error = connection.closed();
            self.lost(error);
        }
    }

    fn may_renew(&self, outgoing: &Outgoing, error: &Error) -> bool {
        let may = self.transport.authenticator.is_some() && outgoing.refusal.is_none();
        may && error.kind() == ErrorKind::Unauthorized
    }

    /// Obtains newer credentials, once for all calls that were refused together.
    fn poll_renewal(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let renewing = match (&mut self.renewing, &self.transport.authenticator, self.pipeline.last_refused())
        {
            (Some(renewing), ..) => renewing,
            (renewing, Some(authenticator), Some(last)) => {
                let (authenticator, address) = (Arc::clone(authenticator), last.peer.clone());
                // The last one that was refused had the newest credentials.
                let refused = last.authorization.as_ref().and_then(secret_in);
                // This future may yield the credentials that were refused.
                self.signing = None;
                renewing
                    .insert(Box::pin(async move { authenticator.refused(&address, refused.as_ref()).await }))
            }
            _ => return Poll::Pending,
        };
        let renewed = ready!(renewing.as_mut().poll(context));
        self.renewing = None;
        let refused = self.pipeline.take_refused();
        match renewed {
            Ok(true) => self.pipeline.put_first(refused),
            Ok(false) => refused.into_iter().for_each(|outgoing| {
                self.responses
                    .extend(outgoing.refusal.map(|error| (outgoing.id, CallResponse::Refused(error))));
            }),
            Err(error) => self.all_failed(refused, &error.sent(Sent::Yes)),
        }
        self.last_response = Some(Instant::now());
        Poll::Ready(())
    }

    /// Handles the end of the connection.
    fn ended(&mut self) {
        let Link::Open(connection) = &mut self.link else { return };
        let is_whole = connection.ends_here().is_ok();
        let error = connection.closed();
        self.over(is_whole, error);
    }

    fn broken(&mut self, error: io::Error) {
        let Link::Open(connection) = &mut self.link else { return };
        let error = connection.broken(error);
        self.over(false, error);
    }

    /// Ends the current response. A success counts without its body; a refusal that is cut off does
    /// not.
    fn over(&mut self, is_whole: bool, error: Error) {
        match &self.begun {
            Some(begun) if is_whole || begun.is_success() => self.answered(Instant::now(), After::Nothing),
            _ => self.lost(error),
        }
    }

    /// Drops the connection and fails the calls that it carried.
    fn lost(&mut self, error: Error) {
        (self.link, self.begun, self.last_response) = (Link::Closed, None, None);
        let error = if self.pipeline.has_asked() { in_doubt(error) } else { error.sent(Sent::No) };
        let mut lost = VecDeque::from(self.pipeline.closed());
        let first = lost.pop_front();
        self.all_failed(first, &error);
        self.all_failed(lost, &self.behind());
    }

    /// Returns the error of the calls that were written after the one that ended the connection.
    fn behind(&self) -> Error {
        let text = format!(
            "the connection to the {} ended during an earlier call; this one may or may not have arrived",
            self.peer
        );
        Error::new(ErrorKind::Disconnected, text)
    }

    /// Fails the call that would be sent next.
    fn next_failed(&mut self, error: Error) {
        if let Some(outgoing) = self.pipeline.give_up_next() {
            self.responses.push_back((outgoing.id, CallResponse::Failed(error.sent(Sent::No))));
        }
    }

    fn all_failed(&mut self, calls: impl IntoIterator<Item = Outgoing>, error: &Error) {
        for outgoing in calls {
            self.responses.push_back((outgoing.id, CallResponse::Failed(error.clone())));
        }
    }

    fn disconnect(&mut self) {
        (self.link, self.begun, self.last_response) = (Link::Closed, None, None);
        (self.signing, self.renewing) = (None, None);
    }
}

/// Marks the error of a connection as one after which the peer may have the call.
fn in_doubt(error: Error) -> Error {
    if error.kind() == ErrorKind::Disconnected {
        return error.and(UNANSWERED).sent(Sent::Maybe);
    }
    let text = format!("the connection ended{UNANSWERED}");
    Error::new(ErrorKind::Disconnected, text).with_source(error)
}
