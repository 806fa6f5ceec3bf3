//! Which peers are connected to while there are credentials to protect.

use super::*;
use crate::security::{Named, Trust};

fn other() -> Address {
    Address::new("other", 5050)
}

fn session(named: Named) -> Session {
    let trust = Trust { has_credentials: true, named, ..Trust::default() };
    Session::new(Settings { trust, ..Settings::default() })
}

fn redirected(session: &mut Session) -> &mut Session {
    session
        .step(Input::Stream(session.attempt, StreamEvent::Response(SubscribeResponse::Redirected(other()))))
}

#[statement::proves(redir)]
#[test]
fn untrusted_redirect_ends_without_connection() {
    let mut session = session(Named::Addresses(vec![master()]));
    session.step(Input::Leader(Ok(master())));
    assert_eq!(session.connects_to(), Some(&master()));
    redirected(&mut session);
    assert!(session.connects_to().is_none());
    assert_eq!(session.finished(), Some(Err(ErrorKind::Untrusted)));
}

#[statement::proves(redir)]
#[test]
fn trusted_redirect_is_followed() {
    let mut session = session(Named::Addresses(vec![master(), other()]));
    session.step(Input::Leader(Ok(master())));
    assert_eq!(redirected(&mut session).connects_to(), Some(&other()));
}

#[statement::proves(redir)]
#[test]
fn every_listed_master_has_its_turn() {
    let second = Address::new("n", 5050);
    let mut session = session(Named::Addresses(vec![master(), second.clone()]));
    session.step(Input::Leader(Ok(master())));
    assert_eq!(redirected(&mut session).finished(), None);
    session.sleep();
    assert!(
        session
            .actions
            .iter()
            .any(|action| matches!(action, Action::Detect(Some(failed)) if *failed == master()))
    );
    assert_eq!(session.step(Input::Leader(Ok(second))).connects_to(), Some(&Address::new("n", 5050)));
    assert_eq!(redirected(&mut session).finished(), Some(Err(ErrorKind::Untrusted)));
}

#[test]
fn untrusted_host_is_waited_out_once_subscribed() {
    let mut session = session(Named::ByDetector).and_subscribed("one");
    session.step(Input::Stream(session.attempt, StreamEvent::Ended(None)));
    session.sleep();
    session.step(Input::Leader(Ok(master())));
    redirected(&mut session);
    assert!(session.connects_to().is_none() && session.finished().is_none());
    session.sleep();
    assert_eq!(session.step(Input::Leader(Ok(master()))).connects_to(), Some(&master()));
}

#[test]
fn zookeeper_hosts_need_trust_too() {
    let mut session = session(Named::Nobody);
    session.step(Input::Leader(Ok(master())));
    assert_eq!(session.finished(), Some(Err(ErrorKind::Untrusted)));
    let trust = Trust {
        has_credentials: true,
        named: Named::Nobody,
        hosts: vec!["m".parse().unwrap()],
        ..Trust::default()
    };
    let mut session = Session::new(Settings { trust, ..Settings::default() }).and_subscribed("one");
    session.step(Input::LeaderChanged(other()));
    assert!(session.connects_to().is_none() && session.finished().is_none());
    session.step(Input::LeaderChanged(master()));
    session.sleep();
    assert_eq!(session.connects_to(), Some(&master()));
}

#[test]
fn leader_in_a_response_is_not_trusted_more() {
    let mut session = session(Named::Addresses(vec![master()])).and_subscribed("one");
    session.step(call_now(1, revive(vec![])));
    let error = Error::new(ErrorKind::NotSubscribed, "leads no more");
    session.answer(CallResponse::Unsubscribed(Some(other()), error));
    session.sleep();
    assert!(session.connects_to().is_none() && session.finished().is_none());
}

#[test]
fn wrong_credentials_are_tried_once() {
    let mut session = session(Named::ByDetector);
    session.step(Input::Leader(Ok(master())));
    let error = Error::new(ErrorKind::Unauthorized, "401");
    session.step(Input::Stream(session.attempt, StreamEvent::Response(SubscribeResponse::Refused(error))));
    assert_eq!(session.finished(), Some(Err(ErrorKind::Unauthorized)));
}
