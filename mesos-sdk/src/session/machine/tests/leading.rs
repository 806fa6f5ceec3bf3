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
    assert_eq!(session.reply(), Some(Err(ErrorKind::Disconnected)));
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
fn what_the_old_leader_still_sends_is_ignored() {
    let mut session = Session::subscribed();
    let old = session.attempt;
    session.step(Input::LeaderChanged(other()));
    assert!(
        session.step(Input::Stream(old, StreamEvent::Event(Box::new(update("t")), 0))).actions.is_empty()
    );
    assert!(session.step(Input::Stream(old, StreamEvent::Ended(None))).actions.is_empty());
}

#[test]
fn a_new_leader_ends_a_wait_and_the_waits_begin_anew() {
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
fn a_leader_that_is_subscribed_to_already_changes_nothing() {
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
fn a_new_leader_does_not_disturb_a_teardown_or_a_question_to_the_detector() {
    let mut session = Session::subscribed();
    session.stop(Stop::Teardown);
    assert!(session.step(Input::LeaderChanged(other())).actions.is_empty());
    let mut session = Session::new(Settings::default());
    assert!(session.step(Input::LeaderChanged(other())).actions.is_empty());
}

#[test]
fn a_new_leader_that_does_not_know_it_yet_is_asked_again() {
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
fn a_detector_that_denies_the_leader_again_and_again_does_not_make_a_storm() {
    let attempts = attempts_in(seconds(600), |_| other());
    assert!(attempts <= 10 * 40, "{attempts} attempts in ten minutes");
    assert!(attempts >= 10, "{attempts} attempts in ten minutes");
}

#[test]
fn nor_does_one_that_names_another_each_time() {
    let attempts = attempts_in(seconds(600), |number| Address::new("one-of-two", 1 + number % 2));
    assert!(attempts <= 10 * 40, "{attempts} attempts in ten minutes");
}

#[test]
fn a_leader_named_during_a_wait_is_gone_to_when_that_ends() {
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
fn long_after_the_last_change_a_new_leader_is_gone_to_at_once_again() {
    let mut session = Session::subscribed();
    session.step(Input::LeaderChanged(other()));
    session.now += Settings::default().longest_wait;
    assert_eq!(session.step(Input::LeaderChanged(master())).connects_to(), Some(&master()));
}
