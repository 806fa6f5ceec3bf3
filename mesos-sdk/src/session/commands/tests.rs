//! What queues between handles and the engine.

use futures::FutureExt as _;

use super::*;
use crate::Sent;
use crate::executor::{ExecutorRole, message, update};
use crate::proto::v1::TaskStatus;
use crate::scheduler::{SchedulerRole, revive};

fn running() -> (CommandSender<SchedulerRole>, CommandReceiver<SchedulerRole>) {
    let (sender, commands) = command_channel();
    commands.begin(Instant::now());
    (sender, commands)
}

#[test]
fn only_waiting_calls_count_against_the_limit() {
    let (sender, mut commands) = running();
    for _ in 0..=MAX_QUEUED_CALLS {
        sender.call(revive(vec![]), CallMode::Now).detach();
        assert!(matches!(commands.try_next(), Some(Input::Call(..))));
    }
    let all: Vec<_> = (0..MAX_QUEUED_CALLS).map(|_| sender.call(revive(vec![]), CallMode::Now)).collect();
    let refused = sender.call(revive(vec![]), CallMode::Now).now_or_never().unwrap();
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Overloaded);
    assert!(commands.try_next().is_some());
    sender.call(revive(vec![]), CallMode::Now).detach();
    drop(all);
}

#[test]
fn outcomes_are_ordered_after_earlier_calls() {
    let (sender, mut commands) = running();
    sender.call(revive(vec![]), CallMode::Now).detach();
    sender.call(revive(vec![]), CallMode::Now).detach();
    sender.report(Input::PassedOver);
    assert!(matches!(commands.try_next(), Some(Input::Call(..))));
    sender.report(Input::Stop(Stop::Leave));
    assert!(matches!(commands.try_next(), Some(Input::Call(..))));
    assert!(matches!(commands.try_next(), Some(Input::PassedOver)));
    assert!(matches!(commands.try_next(), Some(Input::Stop(Stop::Leave))));
    assert!(commands.try_next().is_none());
}

#[test]
fn queue_is_stopped_at_the_end() {
    let (sender, commands) = running();
    let queued = sender.call(revive(vec![]), CallMode::Now);
    drop(commands);
    for call in [queued, sender.call(revive(vec![]), CallMode::Now)] {
        let error = call.now_or_never().unwrap().unwrap_err();
        assert_eq!((error.kind(), error.was_sent()), (ErrorKind::Stopped, Sent::No), "{error}");
    }
}

/// Makes a call that fails, and lets `dispose` decide what becomes of its result.
fn fails(is_early: bool, dispose: impl FnOnce(CallFuture)) -> Option<ErrorKind> {
    let (sender, mut commands) = running();
    let sending = sender.call(revive(vec![]), CallMode::Now);
    let Some(Input::Call(id, call, _)) = commands.try_next() else { panic!("no call") };
    let refuse = |commands: &mut CommandReceiver<_>| {
        commands.complete(id, call, Err(Error::new(ErrorKind::Rejected, "no")));
    };
    if is_early {
        refuse(&mut commands);
        dispose(sending);
    } else {
        dispose(sending);
        refuse(&mut commands);
    }
    match commands.try_next() {
        Some(Input::DroppedFailure(_, error)) => Some(error.kind()),
        _ => None,
    }
}

#[test]
fn unreceived_failure_comes_back() {
    assert_eq!(fails(true, drop), Some(ErrorKind::Rejected));
    assert_eq!(fails(true, CallFuture::detach), Some(ErrorKind::Rejected));
    assert_eq!(fails(false, drop), Some(ErrorKind::Rejected));
    let received = |sending: CallFuture| drop(sending.now_or_never());
    assert_eq!(fails(true, received), None, "one that was received does not");
}

#[test]
fn call_before_run_fails_or_is_queued() {
    let (sender, mut commands) = command_channel::<SchedulerRole>();
    let early = sender.call(revive(vec![]), CallMode::Now).now_or_never().unwrap();
    assert_eq!(early.unwrap_err().kind(), ErrorKind::NotSubscribed);
    assert!(commands.try_next().is_none());
    sender.call(revive(vec![]), CallMode::Now).detach();
    assert!(
        matches!(commands.try_next(), Some(Input::DroppedFailure(..))),
        "the driver completes it when it runs"
    );
    let repeated = sender.call(revive(vec![]), CallMode::Repeated);
    assert!(matches!(commands.try_next(), Some(Input::Call(_, _, CallMode::Repeated))));
    drop(repeated);
    let waits = sender.call(revive(vec![]), CallMode::Within(Duration::from_secs(1)));
    assert!(matches!(commands.try_next(), Some(Input::Call(_, _, CallMode::Within(_)))));
    drop(waits);
}

#[test]
fn executor_keeps_only_updates_before_run() {
    let (sender, mut commands) = command_channel::<ExecutorRole>();
    let refused = sender.call(message("data".into()), CallMode::Now).now_or_never().unwrap();
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::NotSubscribed);
    assert!(commands.try_next().is_none());
    sender.call(update(TaskStatus::default()), CallMode::Now).detach();
    assert!(matches!(commands.try_next(), Some(Input::Call(_, call, _)) if call.update.is_some()));
}

#[tokio::test(start_paused = true)]
async fn waiting_call_expires_without_a_driver() {
    let (sender, mut commands) = command_channel::<SchedulerRole>();
    let [given_up, waits] =
        [1, 10].map(|time| sender.call(revive(vec![]), CallMode::Within(Duration::from_secs(time))));
    assert_eq!(given_up.await.unwrap_err().kind(), ErrorKind::NotSubscribed);
    let repeated = sender.call(revive(vec![]), CallMode::Repeated);
    assert_eq!(repeated.await.unwrap_err().kind(), ErrorKind::NotSubscribed);
    commands.begin(Instant::now());
    let Some(Input::Call(_, _, CallMode::Within(left))) = commands.try_next() else {
        panic!("the one that waits comes, and the others do not")
    };
    assert!(left <= Duration::from_secs(4) && left > Duration::from_secs(3), "{left:?}");
    assert!(commands.try_next().is_none());
    drop(commands);
    assert_eq!(waits.await.unwrap_err().kind(), ErrorKind::Stopped, "its completer was dropped");
}
