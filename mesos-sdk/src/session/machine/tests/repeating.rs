//! A KILL that is repeated until its task has ended.

use super::*;
use crate::proto::v1::TaskState;
use crate::scheduler::kill;

fn killing() -> Session {
    let mut session = Session::subscribed();
    let call = kill(TaskId { value: "t".to_owned() }, None, None);
    assert_eq!(session.step(call_repeated(1, call)).sent(), [Type::Kill]);
    session
}

fn in_state(state: TaskState) -> Event {
    let mut event = update("t");
    event.update.as_mut().unwrap().status.state = state.into();
    event
}

fn sends_nothing_for_an_hour(session: &mut Session) {
    for _ in 0..60 {
        session.now += seconds(60);
        assert!(session.event(heartbeat()).sent().is_empty());
        assert!(session.step(Input::Tick).sent().is_empty());
    }
}

#[statement::proves(kill2)]
#[test]
fn kill_completes_at_the_end_of_the_task() {
    let mut session = killing();
    assert_eq!(session.answer(CallResponse::Accepted).result(), None);
    assert_eq!(session.event(in_state(TaskState::Killing)).result(), None);
    assert!(session.sleep() >= seconds(5));
    assert_eq!(session.sent(), [Type::Kill]);
    assert_eq!(session.event(in_state(TaskState::Killed)).result(), Some(Ok(())));
    sends_nothing_for_an_hour(&mut session);
}

#[statement::proves(kill2)]
#[test]
fn kill_is_repeated_after_a_new_subscription() {
    let mut session = killing();
    assert_eq!(session.step(Input::Stream(session.attempt, StreamEvent::Ended(None))).result(), None);
    session.now += seconds(60);
    assert!(session.step(Input::Tick).sent().is_empty());
    session.subscribe("two");
    assert_eq!(session.sent(), [Type::Kill]);
}

#[test]
fn only_temporarily_failed_kill_is_repeated() {
    let mut session = killing();
    assert_eq!(session.answer(CallResponse::Failed(unavailable())).result(), None);
    session.sleep();
    assert_eq!(session.sent(), [Type::Kill]);
    let refused = CallResponse::Refused(Error::new(ErrorKind::Forbidden, "no"));
    assert_eq!(session.answer(refused).result(), Some(Err(ErrorKind::Forbidden)));
    sends_nothing_for_an_hour(&mut session);
}

#[statement::proves(v0stop)]
#[test]
fn repeated_kill_completes_at_the_end() {
    for stop in [Stop::Leave, Stop::Teardown, Stop::Abort] {
        assert_eq!(killing().stop(stop).result(), Some(Err(ErrorKind::Stopped)), "{stop:?}");
    }
}

#[test]
fn only_a_kill_is_repeated() {
    let mut session = Session::subscribed();
    let result = session.step(call_repeated(1, revive(vec![]))).result();
    assert_eq!(result, Some(Err(ErrorKind::Invalid)));
}
