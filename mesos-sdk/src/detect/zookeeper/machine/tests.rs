//! One conversation with a server, step by step, in virtual time.

use bytes::{BufMut as _, BytesMut};
use proptest::prelude::*;

use super::super::ensemble::MASTERS;
use super::*;

const SYNC: i32 = 9;
const CHILDREN: i32 = 8;
const EXISTS: i32 = 3;
const DATA: i32 = 4;
const AUTHENTICATE: i32 = 100;
const PING: i32 = 11;

const LEADER: &[u8] = br#"{"address":{"ip":"10.0.0.1","port":5050}}"#;

fn ensemble(text: &str) -> Ensemble {
    Ensemble::parse(text, &MASTERS).unwrap()
}

struct Conversation<'a> {
    session: Session<'a>,
    now: Duration,
    /// The operations that were requested since the last look.
    requested: Vec<i32>,
    known: Option<Leadership>,
}

impl<'a> Conversation<'a> {
    fn new(ensemble: &'a Ensemble) -> Self {
        let session = Session::new(ensemble, &ensemble.servers[0], Duration::ZERO);
        let mut conversation = Self { session, now: Duration::ZERO, requested: Vec::new(), known: None };
        assert_eq!(conversation.session.take_outputs().len(), 1);
        conversation.server_sends(&greeted(10_000)).unwrap();
        conversation
    }

    /// Up to the request for the children.
    fn caught_up(ensemble: &'a Ensemble) -> Self {
        let mut conversation = Self::new(ensemble);
        conversation.reply(OK, b"");
        assert_eq!(conversation.requested(), [SYNC, CHILDREN]);
        conversation
    }

    /// Up to the leader being known.
    fn watching(ensemble: &'a Ensemble) -> Self {
        let mut conversation = Self::caught_up(ensemble);
        conversation.reply(OK, &names(&["json.info_0000000000"]));
        conversation.reply(OK, &buffer(LEADER));
        assert_eq!(conversation.requested(), [DATA]);
        assert_eq!(conversation.known.take(), Some(Leadership::Leader(Address::new("10.0.0.1", 5050))));
        conversation
    }

    fn server_sends(&mut self, frame: &[u8]) -> Result<(), ErrorKind> {
        let result = self.session.take(self.now, Bytes::copy_from_slice(frame));
        self.collect();
        result.map_err(|error| error.kind())
    }

    fn reply(&mut self, error: i32, body: &[u8]) {
        let xid = self.session.last_xid;
        self.server_sends(&response(xid, error, body)).unwrap();
    }

    fn event(&mut self) {
        self.server_sends(&response(wire::EVENT, OK, b"whatever it was")).unwrap();
    }

    fn tick(&mut self) -> Result<(), Error> {
        self.now = self.session.deadline();
        let result = self.session.tick(self.now);
        self.collect();
        result
    }

    fn collect(&mut self) {
        for output in self.session.take_outputs() {
            match output {
                Output::Send(frame) => {
                    self.requested.push(i32::from_be_bytes(frame[8..12].try_into().unwrap()))
                }
                Output::Publish(known) => self.known = Some(known),
            }
        }
    }

    fn requested(&mut self) -> Vec<i32> {
        std::mem::take(&mut self.requested)
    }
}

fn greeted(timeout: i32) -> Vec<u8> {
    let mut frame = BytesMut::new();
    frame.put_i32(0);
    frame.put_i32(timeout);
    frame.put_i64(77);
    frame.put_slice(&buffer(&[0; 16]));
    frame.to_vec()
}

fn response(xid: i32, error: i32, body: &[u8]) -> Vec<u8> {
    let mut frame = BytesMut::new();
    frame.put_i32(xid);
    frame.put_i64(1);
    frame.put_i32(error);
    frame.put_slice(body);
    frame.to_vec()
}

fn buffer(bytes: &[u8]) -> Vec<u8> {
    let mut out = BytesMut::new();
    out.put_i32(i32::try_from(bytes.len()).unwrap());
    out.put_slice(bytes);
    out.to_vec()
}

fn names(names: &[&str]) -> Vec<u8> {
    let count = i32::try_from(names.len()).unwrap().to_be_bytes().to_vec();
    names.iter().fold(count, |all, name| [all, buffer(name.as_bytes())].concat())
}

fn nobody(known: Option<Leadership>) -> String {
    match known {
        Some(Leadership::Nobody(ErrorKind::Unavailable, text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_event_leads_to_another_look() {
    let ensemble = ensemble("zk://h/mesos");
    let mut conversation = Conversation::watching(&ensemble);
    conversation.event();
    assert_eq!(conversation.requested(), [CHILDREN]);
    conversation.reply(OK, &names(&["json.info_0000000002", "json.info_0000000001"]));
    conversation.reply(OK, &buffer(br#"{"address":{"ip":"10.0.0.2","port":5050}}"#));
    assert_eq!(conversation.known, Some(Leadership::Leader(Address::new("10.0.0.2", 5050))));
}

#[test]
fn event_before_response_causes_another_read() {
    let ensemble = ensemble("zk://h/mesos");
    let mut conversation = Conversation::caught_up(&ensemble);
    conversation.reply(OK, &names(&["json.info_0000000000"]));
    conversation.event();
    assert_eq!(conversation.requested(), [DATA]);
    conversation.reply(OK, &buffer(LEADER));
    assert_eq!(conversation.requested(), [CHILDREN]);
}

#[test]
fn leader_gone_before_it_is_read_is_read_again() {
    let ensemble = ensemble("zk://h/mesos");
    let mut conversation = Conversation::caught_up(&ensemble);
    conversation.reply(OK, &names(&["json.info_0000000000"]));
    conversation.reply(NO_NODE, b"");
    assert_eq!(conversation.requested(), [DATA, CHILDREN]);
}

#[test]
fn a_path_without_masters_is_asked_about() {
    let ensemble = ensemble("zk://h/wrong");
    let mut conversation = Conversation::caught_up(&ensemble);
    conversation.reply(OK, &names(&["log_replicas"]));
    let text = nobody(conversation.known);
    assert!(
        text.contains("/wrong") && text.contains("h:2181") && text.contains("is the path right"),
        "{text}"
    );
}

#[test]
fn a_path_that_is_missing_is_waited_for() {
    let ensemble = ensemble("zk://h/wrong");
    let mut conversation = Conversation::caught_up(&ensemble);
    conversation.reply(NO_NODE, b"");
    assert_eq!(conversation.requested(), [EXISTS]);
    conversation.reply(NO_NODE, b"");
    let text = nobody(conversation.known.take());
    assert!(text.contains("no node /wrong") && text.contains("h:2181"), "{text}");
    conversation.event();
    assert_eq!(conversation.requested(), [CHILDREN]);
}

#[test]
fn a_path_that_appears_meanwhile_is_read() {
    let ensemble = ensemble("zk://h/mesos");
    let mut conversation = Conversation::caught_up(&ensemble);
    conversation.reply(NO_NODE, b"");
    conversation.reply(OK, b"");
    assert_eq!(conversation.requested(), [EXISTS, CHILDREN]);
}

#[test]
fn credentials_come_first_and_are_in_no_error() {
    let ensemble = ensemble("zk://user:secret@h/mesos");
    let mut conversation = Conversation::new(&ensemble);
    assert_eq!(conversation.requested(), [AUTHENTICATE]);
    conversation.server_sends(&response(wire::AUTHENTICATION, OK, b"")).unwrap();
    assert_eq!(conversation.requested(), [SYNC]);

    let mut conversation = Conversation::new(&ensemble);
    let refused = response(wire::AUTHENTICATION, -115, b"").into();
    let error = conversation.session.take(Duration::ZERO, refused).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(!error.to_string().contains("secret") && error.to_string().contains("h:2181"), "{error}");
}

#[test]
fn unreadable_node_is_an_error_with_advice() {
    for (text, advice) in
        [("zk://h/mesos", "zk://user:password@"), ("zk://u:secret@h/mesos", "check the user")]
    {
        let ensemble = ensemble(text);
        let mut conversation = Conversation::new(&ensemble);
        if ensemble.credentials.is_some() {
            conversation.server_sends(&response(wire::AUTHENTICATION, OK, b"")).unwrap();
        }
        conversation.reply(OK, b"");
        let error =
            conversation.session.take(Duration::ZERO, response(2, NOT_ALLOWED, b"").into()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Forbidden);
        assert!(error.to_string().contains(advice) && !error.to_string().contains("secret"), "{error}");
    }
}

#[statement::proves(zk2)]
#[test]
fn pings_keep_a_session_and_notice_silence() {
    let ensemble = ensemble("zk://h/mesos");
    let mut conversation = Conversation::watching(&ensemble);
    for _ in 0..10 {
        conversation.tick().unwrap();
        assert_eq!(conversation.requested(), [PING]);
        conversation.server_sends(&response(wire::PING, OK, b"")).unwrap();
    }
    let received = conversation.now;
    conversation.tick().unwrap();
    let error = conversation.tick().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(conversation.now < received + SESSION_TIMEOUT);
}

/// Nothing was asked during the pause, so that the silence means nothing.
#[test]
fn server_is_asked_after_a_pause() {
    let ensemble = ensemble("zk://h/mesos");
    let mut conversation = Conversation::watching(&ensemble);
    for pause in [3_400, 6_700, 7_600, 60_000].map(Duration::from_millis) {
        conversation.now += pause;
        conversation.session.tick(conversation.now).unwrap();
        conversation.collect();
        assert_eq!(conversation.requested(), [PING], "{pause:?}");
        conversation.server_sends(&response(wire::PING, OK, b"")).unwrap();
    }
    conversation.tick().unwrap();
    conversation.tick().unwrap_err();
}

#[test]
fn unexpected_response_is_not_from_zookeeper() {
    let ensemble = ensemble("zk://h/mesos");
    let mut conversation = Conversation::caught_up(&ensemble);
    let another = conversation.session.last_xid + 1;
    let response = response(another, OK, &names(&["json.info_0000000000"]));
    assert_eq!(conversation.server_sends(&response), Err(ErrorKind::NotMesos));
}

#[test]
fn other_server_than_zookeeper_is_an_error() {
    let ensemble = ensemble("zk://h/mesos");
    for frame in [&b""[..], b"HTTP/1.1 400 Bad Request", &response(99, OK, b"")] {
        assert_eq!(Conversation::watching(&ensemble).server_sends(frame), Err(ErrorKind::NotMesos));
    }
    for timeout in [0, -1] {
        let mut session = Session::new(&ensemble, &ensemble.servers[0], Duration::ZERO);
        assert!(session.take(Duration::ZERO, greeted(timeout).into()).is_err());
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut received = BytesMut::from(&bytes[..]);
        while let Ok(Some(_)) = next_frame(&mut received) {}
        let frame = Bytes::from(bytes);
        let _ = (wire::names(frame.clone()), wire::contents(frame.clone()), election::address(&frame));
        let ensemble = ensemble("zk://h/mesos");
        let mut session = Session::new(&ensemble, &ensemble.servers[0], Duration::ZERO);
        let _ = session.take(Duration::ZERO, frame);
    }

    /// Each byte is something that a server may send; whatever it sends, a tick never leaves its
    /// time where it was.
    #[test]
    fn no_conversation_makes_it_panic_or_spin(sent in prop::collection::vec(any::<u8>(), 0..100), body in prop::collection::vec(any::<u8>(), 0..40)) {
        let ensemble = ensemble("zk://u:p@h/mesos");
        let mut conversation = Conversation::new(&ensemble);
        for what in sent {
            let xid = [conversation.session.last_xid, wire::EVENT, wire::PING, wire::AUTHENTICATION][usize::from(what % 4)];
            let error = [OK, OK, NO_NODE, NOT_ALLOWED, -4][usize::from(what / 4 % 5)];
            let body = [&body[..], &names(&["json.info_1"]), &buffer(LEADER)][usize::from(what / 20 % 3)].to_vec();
            let result = match what {
                250.. => conversation.tick().map_err(|error| error.kind()),
                _ => conversation.server_sends(&response(xid, error, &body)),
            };
            if result.is_err() {
                break;
            }
            prop_assert!(conversation.session.deadline() > conversation.now);
        }
    }
}
