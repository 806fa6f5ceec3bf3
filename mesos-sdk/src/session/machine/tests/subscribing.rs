//! How a subscription is gained, kept, lost and regained.

use super::*;
use crate::session::Periodic as _;

#[statement::proves(redir)]
#[test]
fn redirects_are_followed_but_limited() {
    let mut session = Session::new(Settings::default());
    session.step(Input::Leader(Ok(master())));
    for number in 1..=8 {
        let leader = Address::new("leader", number);
        session.step(Input::Stream(
            session.attempt,
            StreamEvent::Response(SubscribeResponse::Redirected(leader.clone())),
        ));
        assert_eq!(session.connects_to(), Some(&leader));
    }
    session
        .step(Input::Stream(session.attempt, StreamEvent::Response(SubscribeResponse::Redirected(master()))));
    assert_eq!(session.connects_to(), None);
    assert!(session.sleep() > Duration::ZERO);
}

#[test]
fn older_attempt_is_ignored() {
    let mut session = Session::subscribed();
    let old = session.attempt;
    session.step(Input::Stream(old, StreamEvent::Ended(None)));
    assert!(
        session.step(Input::Stream(old, StreamEvent::Event(Box::new(update("t")), 0))).actions.is_empty()
    );
    assert!(session.step(Input::Stream(old, StreamEvent::Ended(None))).actions.is_empty());
}

#[statement::proves(hb5)]
#[test]
fn five_silent_intervals_end_the_subscription() {
    let mut session = Session::subscribed();
    session.now += seconds(74);
    session.event(heartbeat());
    session.now += seconds(74);
    assert!(session.step(Input::Tick).actions.is_empty());
    session.now += seconds(1);
    assert!(session.step(Input::Tick).disconnects());
    assert!(session.sleep() <= Settings::default().first_wait);
}

#[test]
fn slow_handler_only_stops_reading() {
    let mut session =
        Session::new(Settings { max_undelivered: 2, ..Settings::default() }).and_subscribed("one");
    session.take_deliveries();
    session.event(update("t")).take_deliveries();
    assert!(!session.machine.may_read());
    assert_eq!(session.machine.deadline(), None);
    session.now += seconds(3600);
    session.step(Input::Tick);
    assert!(!session.disconnects());
    session.handled(Ok(()));
    assert!(session.machine.may_read());
    assert!(!session.step(Input::Tick).disconnects());
    assert_eq!(session.machine.deadline(), Some(session.now + seconds(75)));
}

#[statement::proves(hb5)]
#[test]
fn busy_handler_does_not_prolong_silence() {
    let settings = Settings { max_undelivered: 1, ..Settings::default() };
    let mut session = Session::new(settings).and_subscribed("one");
    session.take_deliveries();
    session.handled(Ok(()));
    for _ in 0..74 {
        session.now += seconds(1);
        session.step(Input::Notified);
        assert!(!session.machine.may_read());
        session.step(Input::PassedOver);
        assert!(session.machine.may_read() && !session.step(Input::Tick).disconnects());
    }
    session.now += seconds(1);
    assert!(session.step(Input::Tick).disconnects(), "for a moment at a time nothing was read");
}

#[test]
fn slow_handler_can_call_on_a_new_subscription() {
    let mut session =
        Session::new(Settings { max_undelivered: 1, ..Settings::default() }).and_subscribed("one");
    session.take_deliveries();
    session.resubscribe();
    assert!(session.machine.may_read());
    session.event(subscribed()).take_deliveries();
    assert!(!session.machine.may_read());
    assert_eq!(session.step(call_now(1, revive(vec![]))).sent(), [Type::Revive]);
}

#[test]
fn slow_handler_does_not_delay_resubscribing() {
    let mut session = Session::behind();
    // SUBSCRIBED may be there, but the handler is at work on what came before, and nothing is read.
    assert_eq!(session.machine.deadline(), None);
    session.now += seconds(3600);
    assert!(!session.step(Input::Tick).disconnects());
    session.handled(Ok(()));
    session.handled(Ok(()));
    assert!(!session.step(Input::Tick).disconnects());
    assert_eq!(session.machine.deadline(), Some(session.now + Settings::default().subscribe_timeout));
    session.event(subscribed());
    assert!(!session.disconnects());
}

#[test]
fn redirect_of_a_call_names_the_next_leader() {
    let mut session = Session::subscribed();
    let leader = Address::new("leader", 1);
    session.step(call_now(1, revive(vec![])));
    session.answer(CallResponse::Unsubscribed(Some(leader.clone()), unavailable()));
    session.sleep();
    assert_eq!(session.connects_to(), Some(&leader));
}

#[statement::proves(v0supp)]
#[test]
fn suppressed_roles_are_repeated_in_subscribe() {
    let mut session = Session::subscribed();
    session.step(call_now(1, suppress(vec![])));
    session.answer(CallResponse::Accepted);
    session.step(Input::Stream(session.attempt, StreamEvent::Ended(None)));
    session.sleep();
    session.step(Input::Leader(Ok(master())));
    let subscribe = session.subscribe_call().unwrap().subscribe.unwrap();
    assert_eq!(subscribe.suppressed_roles, ["*"]);
    assert_eq!(subscribe.framework_info.id, Some(FrameworkId::from("f")));
}

#[statement::proves(idboth)]
#[test]
fn id_is_in_both_places_when_resubscribing() {
    let mut session = Session::subscribed();
    session.step(Input::Stream(session.attempt, StreamEvent::Ended(None)));
    session.sleep();
    session.step(Input::Leader(Ok(master())));
    let call = session.subscribe_call().unwrap();
    assert!(call.framework_id.is_some());
    assert_eq!(call.framework_id, call.subscribe.unwrap().framework_info.id);
}

#[test]
fn delays_reset_only_after_a_healthy_time() {
    let mut session = Session::subscribed();
    let mut waits = Vec::new();
    for _ in 0..12 {
        session.step(Input::Stream(session.attempt, StreamEvent::Ended(None)));
        waits.push(session.sleep());
        session.subscribe("again");
    }
    assert!(waits.iter().any(|wait| *wait > seconds(2)), "{waits:?}");
    session.now += seconds(16);
    session.step(Input::Stream(session.attempt, StreamEvent::Ended(None)));
    assert!(session.sleep() <= Settings::default().first_wait);
}

#[statement::proves(v0supp)]
#[test]
fn unsent_suppression_is_not_remembered() {
    let mut session = Session::new(Settings::default());
    assert_eq!(session.step(call_now(1, suppress(vec![]))).result(), Some(Err(ErrorKind::NotSubscribed)));
    session.step(Input::Leader(Ok(master())));
    assert!(session.subscribe_call().unwrap().subscribe.unwrap().suppressed_roles.is_empty());
}

#[test]
fn non_mesos_entry_does_not_block_the_list() {
    let stranger = || SubscribeResponse::Refused(Error::new(ErrorKind::NotMesos, "a page"));
    let down = || SubscribeResponse::Failed(Error::new(ErrorKind::Disconnected, "down"));
    let second = Address::new("n", 5050);
    let named = crate::security::Named::Addresses(vec![master(), second.clone()]);
    let trust = crate::security::Trust { named, ..crate::security::Trust::default() };
    let mut session = Session::new(Settings { trust, ..Settings::default() });
    let turns = [
        (master(), stranger(), None),
        // This one may come up yet.
        (second.clone(), down(), None),
        (master(), stranger(), None),
        (second, stranger(), Some(Err(ErrorKind::NotMesos))),
    ];
    for (address, response, end) in turns {
        session.step(Input::Leader(Ok(address.clone())));
        assert_eq!(session.connects_to(), Some(&address));
        session.step(Input::Stream(session.attempt, StreamEvent::Response(response)));
        assert_eq!(session.finished(), end);
        session.sleep();
    }
}

#[test]
fn non_mesos_peer_is_final_only_at_first() {
    let stranger = || SubscribeResponse::Refused(Error::new(ErrorKind::NotMesos, "a page"));
    let mut session = Session::new(Settings::default());
    session.step(Input::Leader(Ok(master())));
    session.step(Input::Stream(session.attempt, StreamEvent::Response(stranger())));
    assert_eq!(session.finished(), Some(Err(ErrorKind::NotMesos)));

    let mut session = Session::subscribed();
    session.step(Input::Stream(session.attempt, StreamEvent::Ended(None)));
    session.sleep();
    session.step(Input::Leader(Ok(master())));
    session.step(Input::Stream(session.attempt, StreamEvent::Response(stranger())));
    assert_eq!(session.finished(), None);
    assert!(session.sleep() > Duration::ZERO);
}

#[statement::proves(rec2, hb5)]
#[test]
fn partial_record_is_a_sign_of_life() {
    let mut session = Session::subscribed();
    for _ in 0..10 {
        session.now += seconds(74);
        session.step(Input::Stream(session.attempt, StreamEvent::Part));
        assert!(!session.disconnects());
    }
    let old = session.attempt - 1;
    session.now += seconds(75);
    assert!(session.step(Input::Stream(old, StreamEvent::Part)).disconnects());
}

#[test]
fn only_so_many_bytes_wait_for_the_handler() {
    let bytes = update("t").encoded_len();
    let settings = Settings { max_undelivered_bytes: 2 * bytes, ..Settings::default() };
    let mut session = Session::new(settings).and_subscribed("one");
    session.take_deliveries();
    session.event(update("a")).take_deliveries();
    assert!(session.machine.may_read());
    session.event(update("b")).take_deliveries();
    assert!(!session.machine.may_read());
    // That of SUBSCRIBED, which takes none.
    session.handled(Ok(()));
    assert!(!session.machine.may_read());
    session.handled(Ok(()));
    assert!(session.machine.may_read());
}

#[statement::proves(recon3)]
#[test]
fn new_subscription_is_reconciled_again() {
    use crate::session::{Due, Role as _};
    let questions = |role: &mut SchedulerRole| {
        let due = role.due(seconds(1), true).into_iter();
        due.filter(|due| matches!(due, Due::Deliver(Delivery::KnownTasks(_) | Delivery::KnownOperations(_))))
            .count()
    };
    let mut role =
        SchedulerRole::new(Identity::new(FrameworkInfo::default(), None), RemovedPolicy::Fail, false);
    role.receive(Box::new(subscribed()));
    assert_eq!(questions(&mut role), 2);
    role.disconnected();
    role.receive(Box::new(subscribed()));
    assert_eq!(questions(&mut role), 2);
}

#[statement::proves(redir)]
#[test]
fn bad_redirect_gives_the_next_its_turn() {
    let mut session = Session::new(Settings::default());
    session.step(Input::Leader(Ok(master())));
    session.step(Input::Stream(
        session.attempt,
        StreamEvent::Response(SubscribeResponse::Redirected(Address::new("unreachable", 1))),
    ));
    session.step(Input::Stream(
        session.attempt,
        StreamEvent::Response(SubscribeResponse::Failed(unavailable())),
    ));
    session.sleep();
    let asked = |action: &Action<SchedulerRole>| matches!(action, Action::Detect(failed) if *failed == Some(master()));
    assert!(session.actions.iter().any(asked), "not what the detector gave, but where it led");
}

#[statement::proves(hb5)]
#[test]
fn senseless_interval_is_tolerated() {
    for interval in [0.0, 1e-12, -1.0, f64::NAN, 3.7e18, 1e19, f64::INFINITY] {
        let mut session = Session::new(Settings::default());
        session.unread("one");
        let mut event = subscribed();
        event.subscribed.as_mut().unwrap().heartbeat_interval_seconds = Some(interval);
        session.event(event);
        session.now += seconds(4);
        assert!(!session.step(Input::Tick).disconnects(), "{interval}");
        assert!(session.machine.deadline().is_none_or(|deadline| deadline > session.now), "{interval}");
    }
}

#[test]
fn the_longest_times_there_are_do_no_harm() {
    let longest = Duration::MAX;
    let mut session = Session::new(Settings {
        subscribe_timeout: longest,
        call_timeout: longest,
        first_wait: longest,
        longest_wait: longest,
        healthy_after: longest,
        patience: Some(longest),
        patience_again: Some(longest),
        stop_timeout: longest,
        max_undelivered: usize::MAX,
        ..Settings::default()
    });
    session.now = seconds(1);
    session.step(Input::Leader(Ok(master())));
    session.step(Input::Stream(
        session.attempt,
        StreamEvent::Response(SubscribeResponse::Failed(unavailable())),
    ));
    session.step(Input::LeaderChanged(Address::new("other", 5050)));
    session.step(Input::Stream(
        session.attempt,
        StreamEvent::Response(SubscribeResponse::Accepted(stream_id("one"))),
    ));
    session.event(subscribed());
    session.step(Input::Stream(session.attempt, StreamEvent::Ended(None)));
    session.step(call_now(1, revive(vec![])));
    assert!(session.stop(Stop::Teardown).finished().is_none());
}

#[test]
fn patience_ends_without_subscribed() {
    let settings = Settings { patience: Some(seconds(10)), ..Settings::default() };
    let mut session = Session::new(settings);
    session.unread("one");
    assert_eq!(session.sleep(), seconds(10));
    assert_eq!(session.finished(), Some(Err(ErrorKind::Timeout)));
}
