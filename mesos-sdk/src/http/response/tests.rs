//! What each status means.

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
        assert!(matches!(head.to_call(""), CallResponse::Unsubscribed(to, _) if to.is_some() == followed));
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
        (400, "The stream ID 'a' included in this request didn't match the stream ID currently associated"),
        (400, "Framework cannot be found"),
        (403, "Framework is not subscribed"),
    ] {
        assert!(matches!(head(status, &none).to_call(text), CallResponse::Unsubscribed(None, _)), "{text}");
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
