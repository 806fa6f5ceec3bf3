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
    Taken,
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
    Taken,
    /// Nothing was done, because another master leads, or none does. Contains the leader if it is
    /// known.
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
            200 | 202 => CallResponse::Taken,
            307 => self.unsubscribed("leads no more", text),
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
            200 | 202 if !self.is_page() => OperatorResponse::Taken,
            307 => match self.leader() {
                Ok(leader) => OperatorResponse::NotLeading(leader, unavailable("does not lead")),
                Err(downgrade) => OperatorResponse::Refused(downgrade),
            },
            503 if NOT_LEADING.iter().any(|known| text.contains(known)) => {
                OperatorResponse::NotLeading(None, unavailable("is not ready"))
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
            format!("{peer} answers {what} with {status}: the server there is not Mesos; check the address"),
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
mod tests {
    use super::*;

    fn head(status: u16, headers: &HeaderMap) -> Head<'_> {
        let status = StatusCode::from_u16(status).unwrap();
        Head { peer: "master m:5050", scheme: Scheme::Http, authorized: false, status, headers }
    }

    fn to_leader() -> HeaderMap {
        HeaderMap::from_iter([(LOCATION, "//leader:5051/api/v1/scheduler".parse().unwrap())])
    }

    #[test]
    fn redir_leads_to_the_leader() {
        let headers = to_leader();
        let leader = Address::new("leader", 5051);
        assert!(
            matches!(head(307, &headers).to_subscribe(true, ""), SubscribeResponse::Redirected(to) if to == leader)
        );
        assert!(
            matches!(head(307, &headers).to_call(""), CallResponse::Unsubscribed(Some(to), _) if to == leader)
        );
    }

    #[test]
    fn redir_never_leads_out_of_tls() {
        for (location, followed) in
            [("//leader:5051/x", true), ("https://leader:5051", true), ("http://leader:5051", false)]
        {
            let headers = HeaderMap::from_iter([(LOCATION, location.parse().unwrap())]);
            let head = Head { scheme: Scheme::Https, ..head(307, &headers) };
            match head.to_subscribe(true, "") {
                SubscribeResponse::Redirected(to) => {
                    assert!(followed && to.scheme() == Scheme::Https, "{to}")
                }
                SubscribeResponse::Refused(error) => {
                    assert!(!followed && error.kind() == ErrorKind::Untrusted, "{error}")
                }
                other => panic!("{other:?}"),
            }
            assert!(
                matches!(head.to_call(""), CallResponse::Unsubscribed(to, _) if to.is_some() == followed)
            );
        }
    }

    #[test]
    fn a_401_says_whether_credentials_are_missing_or_wrong() {
        let headers = HeaderMap::from_iter([(WWW_AUTHENTICATE, "Basic realm=\"r\"".parse().unwrap())]);
        for (authorized, advice) in [(false, "authenticator"), (true, "does not accept")] {
            let head = Head { authorized, ..head(401, &headers) };
            let SubscribeResponse::Refused(error) = head.to_subscribe(true, "401 Unauthorized.") else {
                panic!()
            };
            assert!(error.kind() == ErrorKind::Unauthorized && !error.is_retryable());
            assert!(
                error.to_string().contains(advice) && error.to_string().contains("asks for Basic"),
                "{error}"
            );
            assert!(
                matches!(head.to_call(""), CallResponse::Refused(error) if error.kind() == ErrorKind::Unauthorized)
            );
        }
    }

    #[test]
    fn sid400_n400_n403_mean_another_subscription_is_needed() {
        let none = HeaderMap::new();
        for (status, text) in [
            (400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header"),
            (
                400,
                "The stream ID 'a' included in this request didn't match the stream ID currently associated",
            ),
            (400, "Framework cannot be found"),
            (403, "Framework is not subscribed"),
        ] {
            assert!(
                matches!(head(status, &none).to_call(text), CallResponse::Unsubscribed(None, _)),
                "{text}"
            );
        }
    }

    #[test]
    fn a_wrong_call_leaves_the_subscription_alone() {
        let none = HeaderMap::new();
        let CallResponse::Refused(error) = head(400, &none).to_call("Expecting 'kill' to be present") else {
            panic!()
        };
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert!(error.to_string().contains("Expecting 'kill'") && error.to_string().contains("m:5050"));
    }

    #[test]
    fn nf404_nolead_recov_are_temporary() {
        let none = HeaderMap::new();
        for status in [404, 429, 503] {
            assert!(
                matches!(head(status, &none).to_subscribe(true, ""), SubscribeResponse::Failed(error) if error.is_retryable())
            );
            assert!(
                matches!(head(status, &none).to_call(""), CallResponse::Failed(error) if error.is_retryable())
            );
        }
    }

    #[test]
    fn redir_nolead_recov_an_operator_is_sent_to_the_leader() {
        let (none, headers) = (HeaderMap::new(), to_leader());
        let leader = Address::new("leader", 5051);
        let redirected = head(307, &headers).to_operator("");
        assert!(matches!(redirected, OperatorResponse::NotLeading(Some(to), _) if to == leader));
        for text in ["No leader elected", "Master has not finished recovery"] {
            let response = head(503, &none).to_operator(text);
            assert!(matches!(response, OperatorResponse::NotLeading(None, _)), "{text}");
        }
        let busy = head(503, &none).to_operator("Agent 'a' is already being transitioned to gone");
        assert!(matches!(busy, OperatorResponse::NotReady(_)));
    }

    #[test]
    fn a_refusal_of_the_subscription_is_final_and_says_why() {
        let none = HeaderMap::new();
        for (status, kind) in [(400, ErrorKind::Rejected), (403, ErrorKind::Forbidden)] {
            let SubscribeResponse::Refused(error) = head(status, &none).to_subscribe(true, "why") else {
                panic!()
            };
            assert_eq!(error.kind(), kind);
            assert!(error.to_string().ends_with("why"), "{error}");
        }
    }

    #[test]
    fn a_page_is_no_answer_to_an_operator() {
        let page: HeaderMap =
            [(CONTENT_TYPE, "text/html; charset=utf-8".parse().unwrap())].into_iter().collect();
        for status in [200, 202, 404, 405, 500] {
            let OperatorResponse::NotMesos(error) = head(status, &page).to_operator("<html>") else {
                panic!("{status}")
            };
            assert_eq!(error.kind(), ErrorKind::NotMesos);
        }
        assert!(
            matches!(head(502, &page).to_operator("<html>"), OperatorResponse::NotReady(_)),
            "of a proxy"
        );
    }

    #[test]
    fn an_operators_call_is_taken_with_200_or_202() {
        for status in [200, 202] {
            assert!(matches!(head(status, &HeaderMap::new()).to_operator(""), OperatorResponse::Taken));
        }
    }

    #[test]
    fn refusals_of_operators_calls_say_what_to_do() {
        let none = HeaderMap::new();
        for (status, kind) in [
            (400, ErrorKind::Rejected),
            (401, ErrorKind::Unauthorized),
            (403, ErrorKind::Forbidden),
            (404, ErrorKind::NotFound),
            (409, ErrorKind::Conflict),
            (500, ErrorKind::Unavailable),
            (501, ErrorKind::Rejected),
        ] {
            let response = head(status, &none).to_operator("why");
            assert!(
                matches!(&response, OperatorResponse::Refused(error) if error.kind() == kind),
                "{status}: {response:?}"
            );
        }
    }

    #[test]
    fn streamnew_a_subscription_without_an_id_is_no_master() {
        let none = HeaderMap::new();
        assert!(
            matches!(head(200, &none).to_subscribe(true, ""), SubscribeResponse::Refused(error) if error.kind() == ErrorKind::NotMesos)
        );
        assert!(matches!(head(200, &none).to_subscribe(false, ""), SubscribeResponse::Accepted(None)));
    }
}
