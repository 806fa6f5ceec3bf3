//! This process is stopped for a while, or its machine is: all that has come meanwhile is there,
//! and unread.

use super::*;

#[statement::proves(hb5)]
#[test]
fn own_pause_is_not_the_masters_silence() {
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

#[statement::proves(hb5)]
#[test]
fn paused_master_gets_one_more_interval() {
    let mut session = Session::subscribed();
    session.now += seconds(3600);
    assert!(!session.step(Input::Tick).disconnects(), "nothing has come while this process was paused");
    assert_eq!(session.sleep(), seconds(75));
    assert!(session.disconnects(), "nor while it was not");
}

#[test]
fn subscribed_read_after_a_pause_counts() {
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
fn teardown_response_after_a_pause_counts() {
    let mut session = Session::subscribed();
    session.stop(Stop::Teardown);
    session.now += seconds(3600);
    session.step(call_now(1, revive(vec![])));
    assert_eq!(session.finished(), None);
    session.answer(CallResponse::Accepted);
    assert_eq!(session.step(Input::Tick).finished(), Some(Ok(())));
}

#[test]
fn subscribed_may_arrive_slowly() {
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
fn silence_counts_only_while_reading() {
    let settings = Settings { max_unanswered: 1, ..Settings::default() };
    let mut session = Session::new(settings).and_subscribed("one");
    session.step(call_now(1, revive(vec![])));
    assert!(!session.machine.may_read());
    session.now += seconds(3600);
    session.step(Input::Tick);
    session.step(Input::Answered(1, CallResponse::Accepted));
    assert!(session.machine.may_read());
    assert!(!session.step(Input::Tick).disconnects());
    assert_eq!(session.machine.deadline(), Some(session.now + seconds(75)));
}

#[statement::proves(hb5)]
#[test]
fn what_arrived_while_the_handler_was_busy_is_read_first() {
    let mut session =
        Session::new(Settings { max_undelivered: 1, ..Settings::default() }).and_subscribed("one");
    session.take_deliveries();
    session.now += Duration::from_millis(75_200);
    session.step(Input::Tick);
    assert!(!session.handled(Ok(())).disconnects(), "the clock was read, but not the stream");
    session.event(heartbeat());
    assert!(!session.step(Input::Tick).disconnects());
}
