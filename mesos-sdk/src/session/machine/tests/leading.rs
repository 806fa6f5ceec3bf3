//! What happens when the detector names another leader by itself.

use super::*;

fn other() -> Address {
    Address::new("other", 5050)
}

#[test]
fn a_new_leader_is_gone_to_without_a_wait() {
    let mut session = Session::subscribed();
    session.take_deliveries();
    session.step(call_now(1, revive(vec![])));
    session.step(Input::LeaderChanged(other()));
    assert!(session.disconnects());
    assert_eq!(session.connects_to(), Some(&other()));
    assert_eq!(session.watches(), Some(&Some(other())));
    assert_eq!(session.result(), Some(Err(ErrorKind::Disconnected)));
    assert_eq!(session.take_deliveries(), 1);
    assert!(matches!(session.undelivered.last(), Some(Delivery::Disconnected)));
    session.step(Input::Stream(
        session.attempt,
        StreamEvent::Response(SubscribeResponse::Accepted(stream_id("two"))),
    ));
    session.event(subscribed());
    assert_eq!(session.step(call_now(2, revive(vec![]))).sent(), [Type::Revive]);
}

#[test]
fn old_leader_is_ignored() {
    let mut session = Session::subscribed();
    let old = session.attempt;
    session.step(Input::LeaderChanged(other()));
    assert!(
        session.step(Input::Stream(old, StreamEvent::Event(Box::new(update("t")), 0))).actions.is_empty()
    );
    assert!(session.step(Input::Stream(old, StreamEvent::Ended(None))).actions.is_empty());
}

#[test]
fn new_leader_ends_and_resets_the_delay() {
    let mut session = Session::new(Settings::default());
    session.step(Input::Leader(Ok(master())));
    for _ in 0..10 {
        session.step(Input::Stream(
            session.attempt,
            StreamEvent::Response(SubscribeResponse::Failed(unavailable())),
        ));
        session.sleep();
        session.step(Input::Leader(Ok(master())));
    }
    session.step(Input::Stream(
        session.attempt,
        StreamEvent::Response(SubscribeResponse::Failed(unavailable())),
    ));
    assert_eq!(session.step(Input::LeaderChanged(other())).connects_to(), Some(&other()));
    session.step(Input::Stream(
        session.attempt,
        StreamEvent::Response(SubscribeResponse::Failed(unavailable())),
    ));
    assert!(session.sleep() <= Settings::default().first_wait);
}

#[test]
fn an_attempt_at_the_old_leader_is_given_up() {
    let mut session = Session::new(Settings::default());
    session.step(Input::Leader(Ok(master())));
    assert_eq!(session.step(Input::LeaderChanged(other())).connects_to(), Some(&other()));
}

#[test]
fn same_leader_changes_nothing() {
    let mut session = Session::subscribed();
    assert!(session.step(Input::LeaderChanged(master())).actions.is_empty());

    let mut session = Session::new(Settings::default());
    session.step(Input::Leader(Ok(master())));
    session
        .step(Input::Stream(session.attempt, StreamEvent::Response(SubscribeResponse::Redirected(other()))));
    assert_eq!(session.watches(), Some(&Some(master())));
    session.step(Input::Stream(
        session.attempt,
        StreamEvent::Response(SubscribeResponse::Accepted(stream_id("one"))),
    ));
    session.event(subscribed());
    session.step(Input::LeaderChanged(other()));
    assert!(!session.disconnects() && session.connects_to().is_none());
    assert_eq!(session.watches(), Some(&Some(other())));
}

#[test]
fn a_detector_that_wavers_is_waited_for() {
    let mut session = Session::subscribed();
    session.step(Input::LeaderChanged(other()));
    let mut connects = 0;
    for number in 1..=100 {
        session.step(Input::LeaderChanged(Address::new("wavering", number)));
        connects += u32::from(session.connects_to().is_some());
    }
    assert_eq!(connects, 0);
    session.sleep();
    assert_eq!(session.connects_to(), Some(&Address::new("wavering", 100)));
}

#[test]
fn the_first_leader_of_all_is_noticed_too() {
    let mut session = Session::new(Settings::default());
    session.step(Input::Leader(Err(unavailable())));
    assert_eq!(session.watches(), Some(&None));
    assert_eq!(session.step(Input::LeaderChanged(other())).connects_to(), Some(&other()));
}

#[test]
fn new_leader_does_not_disturb_teardown() {
    let mut session = Session::subscribed();
    session.stop(Stop::Teardown);
    assert!(session.step(Input::LeaderChanged(other())).actions.is_empty());
    let mut session = Session::new(Settings::default());
    assert!(session.step(Input::LeaderChanged(other())).actions.is_empty());
}

#[test]
fn unready_new_leader_is_retried() {
    let mut session = Session::subscribed();
    session.step(Input::LeaderChanged(other()));
    let back = || SubscribeResponse::Redirected(master());
    session.step(Input::Stream(session.attempt, StreamEvent::Response(back())));
    assert_eq!(session.connects_to(), None);
    assert!(session.sleep() <= Settings::default().first_wait);
    assert_eq!(session.connects_to(), Some(&other()));
    // But a detector may be wrong for long.
    session.now += seconds(30);
    session.step(Input::Stream(session.attempt, StreamEvent::Response(back())));
    assert_eq!(session.connects_to(), Some(&master()));
}

/// Fails each attempt at the same leader, which the detector denies when it is asked and then names
/// again, and counts them.
fn attempts_in(time: Duration, named: impl Fn(u16) -> Address) -> usize {
    let mut session = Session::new(Settings::default());
    let (mut attempts, mut number) = (0, 0);
    while session.now < time {
        session.step(Input::Leader(Err(unavailable())));
        number += 1;
        session.step(Input::LeaderChanged(named(number)));
        if session.connects_to().is_none() {
            session.sleep();
        }
        if session.connects_to().is_some() {
            attempts += 1;
            session.step(Input::Stream(
                session.attempt,
                StreamEvent::Response(SubscribeResponse::Failed(unavailable())),
            ));
        }
        session.sleep();
    }
    attempts
}

#[test]
fn repeated_denials_cause_no_storm() {
    let attempts = attempts_in(seconds(600), |_| other());
    assert!(attempts <= 10 * 40, "{attempts} attempts in ten minutes");
    assert!(attempts >= 10, "{attempts} attempts in ten minutes");
}

#[test]
fn alternating_leaders_cause_no_storm() {
    let attempts = attempts_in(seconds(600), |number| Address::new("one-of-two", 1 + number % 2));
    assert!(attempts <= 10 * 40, "{attempts} attempts in ten minutes");
}

#[test]
fn leader_named_during_a_delay_is_next() {
    let mut session = Session::subscribed();
    session.step(Input::LeaderChanged(other()));
    session.step(Input::Stream(
        session.attempt,
        StreamEvent::Response(SubscribeResponse::Failed(unavailable())),
    ));
    let third = Address::new("third", 5050);
    session.now += Duration::from_millis(1);
    let until = session.machine.deadline();
    session.step(Input::LeaderChanged(third.clone()));
    assert_eq!(session.machine.deadline(), until);
    session.sleep();
    assert_eq!(session.connects_to(), Some(&third));
}

#[test]
fn late_change_of_leader_takes_effect_at_once() {
    let mut session = Session::subscribed();
    session.step(Input::LeaderChanged(other()));
    session.now += Settings::default().longest_wait;
    assert_eq!(session.step(Input::LeaderChanged(master())).connects_to(), Some(&master()));
}
