//! One conversation with a server, step by step.

use bytes::{BufMut as _, BytesMut};
use proptest::prelude::*;

use super::super::PURPOSE;
use super::*;
use crate::ErrorKind;

const CREATE: i32 = 1;
const DELETE: i32 = 2;
const DATA: i32 = 4;
const SET: i32 = 5;
const SYNC: i32 = 9;
const AUTHENTICATE: i32 = 100;
const CLOSE: i32 = -11;

fn ensemble(text: &str) -> Ensemble {
    Ensemble::parse(text, &PURPOSE).unwrap()
}

fn save() -> Operation {
    Operation::Save(Bytes::from_static(b"f-0"))
}

fn greeted() -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_i32(0);
    frame.put_i32(10_000);
    frame.put_i64(77);
    frame.put_i32(16);
    frame.put_slice(&[0; 16]);
    frame.freeze()
}

fn reply(xid: i32, error: i32, body: &[u8]) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_i32(xid);
    frame.put_i64(1);
    frame.put_i32(error);
    frame.put_slice(body);
    frame.freeze()
}

/// Returns what was requested: the operation, and the path if it has one.
fn requested(session: &mut OneShotSession<'_>) -> Vec<(i32, String)> {
    let read = |frame: Bytes| {
        let operation = i32::from_be_bytes(frame[8..12].try_into().unwrap());
        let path = frame.get(16..).unwrap_or_default();
        let length = frame.get(12..16).map_or(0, |length| i32::from_be_bytes(length.try_into().unwrap()));
        let path = path.get(..usize::try_from(length).unwrap_or(0)).unwrap_or_default();
        (operation, String::from_utf8_lossy(path).into_owned())
    };
    session.take_frames().into_iter().map(read).collect()
}

/// Responds with these, and returns everything that was requested.
fn exchange(session: &mut OneShotSession<'_>, replies: &[(i32, &[u8])]) -> Vec<(i32, String)> {
    session.take_frames();
    session.take(greeted()).unwrap();
    let mut all = requested(session);
    for (error, body) in replies {
        session.take(reply(session.last_xid, *error, body)).unwrap();
        all.extend(requested(session));
    }
    all
}

fn is(requested: &[(i32, String)], expected: &[(i32, &str)]) {
    let requested: Vec<_> = requested.iter().map(|(operation, path)| (*operation, path.as_str())).collect();
    assert_eq!(requested, expected);
}

#[test]
fn reads_need_a_server_that_has_caught_up() {
    let ensemble = ensemble("zk://h/a/id");
    let (server, operation) = (&ensemble.servers[0], Operation::Load);
    let mut session = OneShotSession::new(&ensemble, server, &operation);
    let requested = exchange(&mut session, &[(OK, b""), (OK, b"\0\0\0\x03f-0and what ZooKeeper adds")]);
    is(&requested, &[(SYNC, "/a/id"), (DATA, "/a/id"), (CLOSE, "")]);
    assert_eq!(session.data().unwrap(), "f-0");
    let mut session = OneShotSession::new(&ensemble, server, &operation);
    exchange(&mut session, &[(OK, b""), (NO_NODE, b"")]);
    assert!(session.is_done() && session.data().is_none());
}

#[test]
fn missing_parents_are_created() {
    let ensemble = ensemble("zk://h/a/b/id");
    let (server, operation) = (&ensemble.servers[0], save());
    let mut session = OneShotSession::new(&ensemble, server, &operation);
    is(&exchange(&mut session, &[(OK, b"")]), &[(SET, "/a/b/id"), (CLOSE, "")]);
    let mut session = OneShotSession::new(&ensemble, server, &operation);
    let missing = [NO_NODE, NO_NODE, NO_NODE, OK, NODE_EXISTS, OK].map(|error| (error, &b""[..]));
    let created = [(CREATE, "/a/b/id"), (CREATE, "/a/b"), (CREATE, "/a"), (CREATE, "/a/b")];
    let rest = [(CREATE, "/a/b/id"), (CLOSE, "")];
    is(&exchange(&mut session, &missing), &[&[(SET, "/a/b/id")], &created[..], &rest].concat());
    assert!(session.is_done() && session.data().is_none());
}

/// A server may show a client only a part of its tree, which has to be there.
#[test]
fn missing_root_is_an_error() {
    let ensemble = ensemble("zk://h/id");
    let operation = save();
    let mut session = OneShotSession::new(&ensemble, &ensemble.servers[0], &operation);
    is(&exchange(&mut session, &[(NO_NODE, b"")]), &[(SET, "/id"), (CREATE, "/id")]);
    let error = session.take(reply(session.last_xid, NO_NODE, b"")).unwrap_err();
    assert!(error.is_retryable() && !session.is_done(), "{error:?}");
    assert!(requested(&mut session).is_empty(), "nothing is above it");
}

#[test]
fn concurrently_created_node_is_replaced() {
    let ensemble = ensemble("zk://h/id");
    let operation = save();
    let mut session = OneShotSession::new(&ensemble, &ensemble.servers[0], &operation);
    let requested = exchange(&mut session, &[(NO_NODE, b""), (NODE_EXISTS, b""), (OK, b"")]);
    is(&requested, &[(SET, "/id"), (CREATE, "/id"), (SET, "/id"), (CLOSE, "")]);
}

#[test]
fn removing_a_missing_node_succeeds() {
    let ensemble = ensemble("zk://h/id");
    for error in [OK, NO_NODE] {
        let mut session = OneShotSession::new(&ensemble, &ensemble.servers[0], &Operation::Clear);
        is(&exchange(&mut session, &[(error, b"")]), &[(DELETE, "/id"), (CLOSE, "")]);
        assert!(session.is_done() && session.data().is_none());
    }
}

#[test]
fn credentials_come_first_and_are_in_no_error() {
    let ensemble = ensemble("zk://user:secret@h/id");
    let operation = save();
    let mut session = OneShotSession::new(&ensemble, &ensemble.servers[0], &operation);
    assert_eq!(exchange(&mut session, &[])[0].0, AUTHENTICATE);
    session.take(reply(wire::AUTHENTICATION, OK, b"")).unwrap();
    is(&requested(&mut session), &[(SET, "/id")]);
    let error = session.take(reply(1, NOT_ALLOWED, b"")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(!format!("{error:#}").contains("secret") && format!("{error:#}").contains("h:2181"), "{error}");
}

#[test]
fn stale_server_is_not_believed() {
    let ensemble = ensemble("zk://h/id");
    let mut session = OneShotSession::new(&ensemble, &ensemble.servers[0], &Operation::Load);
    exchange(&mut session, &[]);
    let error = session.take(reply(session.last_xid, -4, b"")).unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
}

proptest! {
    #[test]
    fn no_response_causes_a_panic(sent in prop::collection::vec(any::<u8>(), 0..60)) {
        let ensemble = ensemble("zk://u:p@h/a/b/id");
        let operation = save();
        let mut session = OneShotSession::new(&ensemble, &ensemble.servers[0], &operation);
        session.take(greeted()).unwrap();
        for what in sent {
            let error = [OK, NO_NODE, NODE_EXISTS, NOT_ALLOWED, -4][usize::from(what % 5)];
            let xid = if what < 200 { session.last_xid } else { wire::AUTHENTICATION };
            if session.take(reply(xid, error, b"")).is_err() {
                break;
            }
        }
    }
}
