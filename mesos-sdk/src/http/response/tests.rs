//! What each status means.

use super::*;

fn head(status: u16, headers: &HeaderMap) -> Head<'_> {
    let status = StatusCode::from_u16(status).unwrap();
    Head { peer: "master m:5050", scheme: Scheme::Http, authorized: false, status, headers }
}

fn to_leader() -> HeaderMap {
    HeaderMap::from_iter([(LOCATION, "//leader:5051/api/v1/scheduler".parse().unwrap())])
}

#[statement::proves(redir)]
#[test]
fn redirect_leads_to_the_leader() {
    let headers = to_leader();
    let leader = Address::new("leader", 5051);
    assert!(
        matches!(head(307, &headers).to_subscribe(true, ""), SubscribeResponse::Redirected(to) if to == leader)
    );
    assert!(
        matches!(head(307, &headers).to_call(""), CallResponse::Unsubscribed(Some(to), _) if to == leader)
    );
}

#[statement::proves(redir)]
#[test]
fn redirect_does_not_leave_tls() {
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
        assert!(matches!(head.to_call(""), CallResponse::Unsubscribed(to, _) if to.is_some() == followed));
    }
}

#[test]
fn unauthorized_names_missing_or_wrong() {
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

#[statement::proves(sid400, n400, n403)]
#[test]
fn lost_subscription_is_recognized() {
    let none = HeaderMap::new();
    for (status, text) in [
        (400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header"),
        (400, "The stream ID 'a' included in this request didn't match the stream ID currently associated"),
        (400, "Framework cannot be found"),
        (403, "Framework is not subscribed"),
    ] {
        assert!(matches!(head(status, &none).to_call(text), CallResponse::Unsubscribed(None, _)), "{text}");
    }
}

#[test]
fn bad_call_leaves_the_subscription_alone() {
    let none = HeaderMap::new();
    let CallResponse::Refused(error) = head(400, &none).to_call("Expecting 'kill' to be present") else {
        panic!()
    };
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(error.to_string().contains("Expecting 'kill'") && error.to_string().contains("m:5050"));
}

#[test]
fn refused_call_is_final_with_a_reason() {
    let none = HeaderMap::new();
    for (status, kind) in
        [(400, ErrorKind::Rejected), (403, ErrorKind::Forbidden), (415, ErrorKind::Rejected)]
    {
        let CallResponse::Refused(error) = head(status, &none).to_call("why") else { panic!("{status}") };
        assert_eq!((error.kind(), error.is_retryable()), (kind, false));
        assert!(error.to_string().ends_with("why"), "{error}");
    }
}

#[statement::proves(nf404, nolead, recov)]
#[test]
fn starting_master_is_temporary() {
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

#[statement::proves(redir, nolead, recov)]
#[test]
fn operator_is_sent_to_the_leader() {
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

#[statement::proves(nf404)]
#[test]
fn api_that_is_not_there_yet_knows_nothing() {
    let none = HeaderMap::new();
    for text in ["404 Not Found.", "404 Not Found.\n"] {
        let OperatorResponse::NotLeading(None, error) = head(404, &none).to_operator(text) else {
            panic!("{text:?}")
        };
        assert!(error.is_retryable(), "{error}");
    }
    for text in ["", "Container c cannot be found"] {
        let OperatorResponse::Refused(error) = head(404, &none).to_operator(text) else { panic!("{text:?}") };
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}

#[test]
fn refused_subscription_is_final_with_a_reason() {
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
fn page_is_no_response_to_an_operator() {
    let page: HeaderMap = [(CONTENT_TYPE, "text/html; charset=utf-8".parse().unwrap())].into_iter().collect();
    for status in [200, 202, 404, 405, 500] {
        let OperatorResponse::NotMesos(error) = head(status, &page).to_operator("<html>") else {
            panic!("{status}")
        };
        assert_eq!(error.kind(), ErrorKind::NotMesos);
    }
    assert!(matches!(head(502, &page).to_operator("<html>"), OperatorResponse::NotReady(_)), "of a proxy");
}

#[test]
fn operator_call_is_accepted_with_200_or_202() {
    for status in [200, 202] {
        assert!(matches!(head(status, &HeaderMap::new()).to_operator(""), OperatorResponse::Accepted));
    }
}

#[test]
fn refused_operator_calls_have_advice() {
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

#[statement::proves(streamnew)]
#[test]
fn subscription_without_stream_id_is_no_master() {
    let none = HeaderMap::new();
    assert!(
        matches!(head(200, &none).to_subscribe(true, ""), SubscribeResponse::Refused(error) if error.kind() == ErrorKind::NotMesos)
    );
    assert!(matches!(head(200, &none).to_subscribe(false, ""), SubscribeResponse::Accepted(None)));
}
