//! What queues between handles and the engine.

use futures::FutureExt as _;

use super::*;
use crate::scheduler::{SchedulerRole, revive};

fn running() -> (Line<SchedulerRole>, Commands<SchedulerRole>) {
    let (line, commands) = line();
    commands.begin();
    (line, commands)
}

#[test]
fn only_calls_that_wait_count_against_the_limit() {
    let (line, mut commands) = running();
    for _ in 0..=MAX_QUEUED_CALLS {
        line.call(revive(vec![]), Manner::Now).detach();
        assert!(matches!(commands.come(), Some(Command::Call(..))));
    }
    let all: Vec<_> = (0..MAX_QUEUED_CALLS).map(|_| line.call(revive(vec![]), Manner::Now)).collect();
    let refused = line.call(revive(vec![]), Manner::Now).now_or_never().unwrap();
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Overloaded);
    assert!(commands.come().is_some());
    line.call(revive(vec![]), Manner::Now).detach();
    drop(all);
}

#[test]
fn what_becomes_of_deliveries_is_told_in_order_and_after_the_calls_made_before() {
    let (line, mut commands) = running();
    line.call(revive(vec![]), Manner::Now).detach();
    line.call(revive(vec![]), Manner::Now).detach();
    line.tell(Command::PassedOver);
    assert!(matches!(commands.come(), Some(Command::Call(..))));
    line.tell(Command::Stop(Stop::Leave));
    assert!(matches!(commands.come(), Some(Command::Call(..))));
    assert!(matches!(commands.come(), Some(Command::PassedOver)));
    assert!(matches!(commands.come(), Some(Command::Stop(Stop::Leave))));
    assert!(commands.come().is_none());
}

#[test]
fn what_is_still_queued_at_the_end_was_stopped() {
    let (line, commands) = running();
    let queued = line.call(revive(vec![]), Manner::Now);
    drop(commands);
    for call in [queued, line.call(revive(vec![]), Manner::Now)] {
        assert_eq!(call.now_or_never().unwrap().unwrap_err().kind(), ErrorKind::Stopped);
    }
}

/// Makes a call that fails, and lets `dispose` decide what becomes of its result.
fn fails(is_early: bool, dispose: impl FnOnce(CallFuture)) -> Option<ErrorKind> {
    let (line, mut commands) = running();
    let sending = line.call(revive(vec![]), Manner::Now);
    let Some(Command::Call(call, _, reply)) = commands.come() else { panic!("no call") };
    let answer = |commands: &Commands<_>| {
        commands.answer(call, reply, Err(Error::new(ErrorKind::Rejected, "no")));
    };
    if is_early {
        answer(&commands);
        dispose(sending);
    } else {
        dispose(sending);
        answer(&commands);
    }
    match commands.come() {
        Some(Command::Unheard(_, error)) => Some(error.kind()),
        _ => None,
    }
}

#[test]
fn a_failure_that_was_handed_over_and_not_received_comes_back() {
    assert_eq!(fails(true, drop), Some(ErrorKind::Rejected));
    assert_eq!(fails(true, CallFuture::detach), Some(ErrorKind::Rejected));
    assert_eq!(fails(false, drop), Some(ErrorKind::Rejected));
    let received = |sending: CallFuture| drop(sending.now_or_never());
    assert_eq!(fails(true, received), None, "one that was received does not");
}

#[test]
fn before_the_driver_runs_a_call_is_not_sent_and_one_that_waits_is_queued() {
    let (line, mut commands) = line::<SchedulerRole>();
    let early = line.call(revive(vec![]), Manner::Now).now_or_never().unwrap();
    assert_eq!(early.unwrap_err().kind(), ErrorKind::NotSubscribed);
    assert!(commands.come().is_none());
    line.call(revive(vec![]), Manner::Now).detach();
    assert!(matches!(commands.come(), Some(Command::Unheard(..))), "the driver tells it when it runs");
    let repeated = line.call(revive(vec![]), Manner::Repeated);
    assert!(matches!(commands.come(), Some(Command::Call(_, Manner::Repeated, _))));
    drop(repeated);
    let waits = line.call(revive(vec![]), Manner::Within(Duration::from_secs(1)));
    assert!(matches!(commands.come(), Some(Command::Call(_, Manner::Within(_), _))));
    drop(waits);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_is_given_up_in_its_time_though_the_driver_does_not_run() {
    let (line, mut commands) = line::<SchedulerRole>();
    let [given_up, waits] =
        [1, 10].map(|time| line.call(revive(vec![]), Manner::Within(Duration::from_secs(time))));
    assert_eq!(given_up.await.unwrap_err().kind(), ErrorKind::NotSubscribed);
    let repeated = line.call(revive(vec![]), Manner::Repeated);
    assert_eq!(repeated.await.unwrap_err().kind(), ErrorKind::NotSubscribed);
    commands.begin();
    let Some(Command::Call(_, Manner::Within(left), _)) = commands.come() else {
        panic!("the one that waits comes, and the others do not")
    };
    assert!(left <= Duration::from_secs(4) && left > Duration::from_secs(3), "{left:?}");
    assert!(commands.come().is_none());
    assert_eq!(waits.await.unwrap_err().kind(), ErrorKind::Stopped, "its reply was dropped");
}
