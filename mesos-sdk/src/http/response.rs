//! The meaning of a master's or an agent's responses, which is decided only here.

use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, LOCATION, WWW_AUTHENTICATE};

use super::{STREAM_ID, StreamId, location};
use crate::address::Scheme;
use crate::{Address, Error, ErrorKind, Sent};

/// The head of a response, with what errors need to know about its request.
pub(crate) struct Head<'a> {
    /// `master 10.0.0.1:5050` or `agent 10.0.0.3:5051`.
    pub(crate) peer: &'a str,
    /// Whether the request went through TLS.
    pub(crate) scheme: Scheme,
    /// Whether the request had credentials.
    pub(crate) authorized: bool,
    pub(crate) status: StatusCode,
    pub(crate) headers: &'a HeaderMap,
}

/// The meaning of a response to SUBSCRIBE for the session.
#[derive(Debug)]
pub(crate) enum SubscribeResponse {
    /// Events follow. A master assigns the subscription an id, an agent does not.
    Accepted(Option<StreamId>),
    /// The leader is at this address.
    Redirected(Address),
    /// Try again later.
    Failed(Error),
    /// A retry would fail again.
    Refused(Error),
}

/// The meaning of a response to any other call.
#[derive(Debug)]
pub(crate) enum CallResponse {
    /// 200 or 202: the peer has accepted the call.
    Accepted,
    /// The call did not count, and the subscription has ended. Subscribe again, at the leader if it
    /// is known.
    Unsubscribed(Option<Address>, Error),
    /// The call did not count, but the subscription continues.
    Failed(Error),
    /// The peer refused the call, but the subscription continues.
    Refused(Error),
}

/// The meaning of a response to a call of the operator API.
#[derive(Debug)]
pub(crate) enum OperatorResponse {
    /// 200 or 202: the call is done, or has begun.
    Accepted,
    /// Nothing was done, because another master leads, or none does, or because the peer has only
    /// just started. Contains the leader if it is known.
    NotLeading(Option<Address>, Error),
    /// The peer, or something on the way to it, can't respond at the moment.
    NotReady(Error),
    /// The page of a web server.
    NotMesos(Error),
    /// The peer refused the call, or failed at it.
    Refused(Error),
}

/// The responses of a master that does not take part in the cluster, before it has looked at the
/// call.
const NOT_LEADING: [&str; 2] = ["No leader elected", "Master has not finished recovery"];

/// The response of a master or agent whose process listens already, but whose API is not there yet.
/// A call that names something unknown gets a 404 with another text, or without one.
const NO_API: &str = "404 Not Found.";

/// The responses of a master to a scheduler that is not, or no longer, the subscribed one. Their
/// status alone does not distinguish them from the response to an invalid call.
const UNSUBSCRIBED: [&str; 5] = [
    "Framework cannot be found",
    "Framework is not subscribed",
    "Executor is not subscribed",
    "stream ID",
    STREAM_ID,
];

impl Head<'_> {
    /// Interprets a response to SUBSCRIBE. `text` is the body of a response other than 200.
    pub(crate) fn to_subscribe(&self, wants_stream_id: bool, text: &str) -> SubscribeResponse {
        match self.status.as_u16() {
            200 => self.accepted(wants_stream_id),
            307 => match self.leader() {
                Ok(Some(leader)) => SubscribeResponse::Redirected(leader),
                Ok(None) => SubscribeResponse::Failed(self.error(
                    ErrorKind::Unavailable,
                    "redirects to nowhere",
                    text,
                )),
                Err(downgrade) => SubscribeResponse::Refused(downgrade),
            },
            400 => {
                SubscribeResponse::Refused(self.error(ErrorKind::Rejected, "refused the subscription", text))
            }
            401 => SubscribeResponse::Refused(self.unauthorized()),
            403 => {
                SubscribeResponse::Refused(self.error(ErrorKind::Forbidden, "forbids the subscription", text))
            }
            // A master that has just started responds with 404 until its routes are in place.
            404 | 429 | 500 | 502..=504 => {
                SubscribeResponse::Failed(self.error(ErrorKind::Unavailable, "is not ready", text))
            }
            _ => SubscribeResponse::Refused(self.not_mesos("SUBSCRIBE")),
        }
    }

    /// Interprets a response to any other call.
    pub(crate) fn to_call(&self, text: &str) -> CallResponse {
        match self.status.as_u16() {
            200 | 202 => CallResponse::Accepted,
            307 => self.unsubscribed("no longer leads", text),
            400 | 403 if UNSUBSCRIBED.iter().any(|known| text.contains(known)) => {
                self.unsubscribed("takes no calls from this subscription", text)
            }
            401 => CallResponse::Refused(self.unauthorized()),
            403 => CallResponse::Refused(self.error(ErrorKind::Forbidden, "forbids the call", text)),
            404 | 409 | 429 | 500 | 502..=504 => {
                CallResponse::Failed(self.error(ErrorKind::Unavailable, "is not ready", text))
            }
            _ => CallResponse::Refused(self.error(ErrorKind::Rejected, "refused the call", text)),
        }
    }

    /// Interprets a response to a call of the operator API.
    pub(crate) fn to_operator(&self, text: &str) -> OperatorResponse {
        let refused = |kind, what| OperatorResponse::Refused(self.error(kind, what, text));
        let unavailable = |what| self.error(ErrorKind::Unavailable, what, text);
        match self.status.as_u16() {
            200 | 202 if !self.is_page() => OperatorResponse::Accepted,
            307 => match self.leader() {
                Ok(leader) => OperatorResponse::NotLeading(leader, unavailable("does not lead")),
                Err(downgrade) => OperatorResponse::Refused(downgrade),
            },
            503 if NOT_LEADING.iter().any(|known| text.contains(known)) => {
                OperatorResponse::NotLeading(None, unavailable("is not ready"))
            }
            404 if text.trim() == NO_API => {
                OperatorResponse::NotLeading(None, unavailable("has just started, or has no such API"))
            }
            429 | 502..=504 => OperatorResponse::NotReady(unavailable("is not ready")),
            401 => OperatorResponse::Refused(self.unauthorized()),
            403 => refused(ErrorKind::Forbidden, "forbids the call"),
            _ if self.is_page() => OperatorResponse::NotMesos(self.not_mesos("the call")),
            404 => refused(ErrorKind::NotFound, "does not know what the call names"),
            409 => refused(ErrorKind::Conflict, "can't perform the call in its present state"),
            500 => refused(ErrorKind::Unavailable, "failed at the call"),
            _ => refused(ErrorKind::Rejected, "refused the call"),
        }
    }

    fn accepted(&self, wants_stream_id: bool) -> SubscribeResponse {
        let stream_id = self.headers.get(STREAM_ID).cloned().map(StreamId);
        match stream_id.is_some() || !wants_stream_id {
            true => SubscribeResponse::Accepted(stream_id),
            false => SubscribeResponse::Refused(self.not_mesos("SUBSCRIBE")),
        }
    }

    fn unsubscribed(&self, what: &str, text: &str) -> CallResponse {
        let error = self.error(ErrorKind::NotSubscribed, what, text).sent(Sent::Yes);
        // SUBSCRIBE will ask again where to go instead.
        CallResponse::Unsubscribed(self.leader().ok().flatten(), error)
    }

    /// Returns the address that the response leads to. It never leads from TLS to plain HTTP,
    /// because whoever can intercept the connection could have asked for that.
    fn leader(&self) -> Result<Option<Address>, Error> {
        let location = self.headers.get(LOCATION).and_then(|location| location.to_str().ok());
        let leader = location.and_then(|location| location::address_in(location, self.scheme));
        match leader {
            Some(leader) if self.scheme == Scheme::Https && leader.scheme() == Scheme::Http => {
                let text = format!(
                    "{} redirects from https to http://{leader}, which is not followed: what is behind it must redirect to \
                     https, or protocol-relative as Mesos does",
                    self.peer
                );
                Err(Error::new(ErrorKind::Untrusted, text))
            }
            leader => Ok(leader),
        }
    }

    /// Returns the error for a 401. Its text adds nothing to its status, but the header names the
    /// way to authenticate.
    fn unauthorized(&self) -> Error {
        let wanted = self.headers.get(WWW_AUTHENTICATE).and_then(|wanted| wanted.to_str().ok());
        let wanted = wanted.map(|wanted| format!("; it asks for {wanted}")).unwrap_or_default();
        let text = match self.authorized {
            true => format!("{} does not accept the credentials (401): check them{wanted}", self.peer),
            false => format!(
                "{} wants credentials (401): give the driver some with authenticator{wanted}",
                self.peer
            ),
        };
        Error::new(ErrorKind::Unauthorized, text)
    }

    /// Returns whether the response is a page for people, which the APIs of Mesos never send.
    fn is_page(&self) -> bool {
        let kind = self.headers.get(CONTENT_TYPE);
        kind.and_then(|kind| kind.as_bytes().get(..9))
            .is_some_and(|kind| kind.eq_ignore_ascii_case(b"text/html"))
    }

    fn not_mesos(&self, what: &str) -> Error {
        let Self { peer, status, .. } = self;
        Error::new(
            ErrorKind::NotMesos,
            format!(
                "{peer} responds to {what} with {status}: the server there is not Mesos; check the address"
            ),
        )
    }

    fn error(&self, kind: ErrorKind, what: &str, text: &str) -> Error {
        let Self { peer, status, .. } = self;
        match text.trim() {
            "" => Error::new(kind, format!("{peer} {what} ({status})")),
            text => Error::new(kind, format!("{peer} {what} ({}): {text}", status.as_u16())),
        }
    }
}

#[cfg(test)]
mod tests;
