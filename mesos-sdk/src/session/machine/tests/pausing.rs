//! This process is stopped for a while, or its machine is: all that has come meanwhile is there,
//! and unread.

use super::*;

#[test]
fn hb5_a_pause_is_not_the_silence_of_the_master() {
    let mut session = Session::subscribed();
    session.now += seconds(3600);
    // What a user wants comes before anything is read.
    session.step(call_now(1, revive(vec![])));
    assert!(!session.disconnects() && session.sent() == [Type::Revive]);
    session.event(heartbeat());
    assert!(!session.disconnects());
    assert!(!session.step(Input::Tick).disconnects());
    assert_eq!(session.machine.deadline(), Some(session.now + seconds(75)));
}

#[test]
fn hb5_a_master_that_was_paused_too_has_its_time_again_once() {
    let mut session = Session::subscribed();
    session.now += seconds(3600);
    assert!(!session.step(Input::Tick).disconnects(), "nothing has come while this process was paused");
    assert_eq!(session.sleep(), seconds(75));
    assert!(session.disconnects(), "nor while it was not");
}

#[test]
fn a_subscribed_that_lies_there_after_a_pause_counts() {
    let mut session = Session::new(Settings { patience: Some(seconds(60)), ..Settings::default() });
    session.step(Input::Leader(Ok(master())));
    session.now += seconds(3600);
    session.step(call_now(1, revive(vec![])));
    assert!(!session.disconnects() && session.finished().is_none());
    session.step(Input::Stream(
        session.attempt,
        StreamEvent::Response(SubscribeResponse::Accepted(stream_id("one"))),
    ));
    session.now += seconds(3600);
    session.step(call_now(2, revive(vec![])));
    session.event(subscribed());
    assert_eq!(session.step(call_now(3, revive(vec![]))).sent(), [Type::Revive]);
}

#[test]
fn patience_is_not_lost_in_a_pause() {
    let mut session = Session::new(Settings { patience: Some(seconds(10)), ..Settings::default() });
    session.step(Input::Leader(Err(unavailable())));
    session.now += seconds(3600);
    session.step(Input::Tick).step(Input::Tick);
    assert_eq!(session.finished(), None);
    session.subscribe("one");
    assert!(!session.disconnects());
}

#[test]
fn the_answer_to_teardown_that_lies_there_after_a_pause_counts() {
    let mut session = Session::subscribed();
    session.stop(Stop::Teardown);
    session.now += seconds(3600);
    session.step(call_now(1, revive(vec![])));
    assert_eq!(session.finished(), None);
    session.answer(CallResponse::Taken);
    assert_eq!(session.step(Input::Tick).finished(), Some(Ok(())));
}

#[test]
fn subscribed_may_come_as_slowly_as_it_likes_as_long_as_it_comes() {
    let mut session = Session::new(Settings::default());
    session.unread("one");
    for _ in 0..10 {
        session.now += seconds(29);
        session.step(Input::Stream(session.attempt, StreamEvent::Part));
        assert!(!session.step(Input::Tick).disconnects());
    }
    session.now += seconds(29);
    session.event(heartbeat());
    session.now += seconds(1);
    assert!(session.step(Input::Tick).disconnects(), "what comes instead does not count");
}

#[test]
fn the_stream_is_read_again_when_answers_make_room_and_only_then_is_there_silence() {
    let settings = Settings { max_unanswered: 1, ..Settings::default() };
    let mut session = Session::new(settings).and_subscribed("one");
    session.step(call_now(1, revive(vec![])));
    assert!(!session.machine.may_read());
    session.now += seconds(3600);
    session.step(Input::Tick);
    session.step(Input::Answered(1, CallResponse::Taken));
    assert!(session.machine.may_read());
    assert!(!session.step(Input::Tick).disconnects());
    assert_eq!(session.machine.deadline(), Some(session.now + seconds(75)));
}
