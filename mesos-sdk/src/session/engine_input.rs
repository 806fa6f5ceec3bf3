//! What comes to the engine, and in which order.

use std::collections::HashMap;
use std::future::{Future, pending};

use futures::future::{BoxFuture, Either, FutureExt as _};

use super::Api;
use super::commands::{Command, CommandReceiver};
use super::engine_lanes::Lanes;
use super::input::Input;
use super::role::CallId;
use super::sending::Reply;

/// Who awaits the result of a call.
pub(super) type Replies = HashMap<CallId, Reply>;

pub(super) fn input_of<R: Api>(
    replies: &mut Replies,
    last_call: &mut CallId,
    command: Command<R>,
) -> Input<R> {
    match command {
        Command::Call(call, mode, reply) => {
            *last_call += 1;
            let id = *last_call;
            replies.insert(id, reply);
            Input::Call(id, call, mode)
        }
        Command::DroppedFailure(call, error) => Input::DroppedFailure(call, error),
        Command::Notified => Input::Notified,
        Command::Handled(token, result) => Input::Handled(token, result),
        Command::PassedOver => Input::PassedOver,
        Command::HandleEvent(event) => Input::HandleEvent(event),
        Command::Stop(stop) => Input::Stop(stop),
    }
}

/// What comes first.
pub(super) enum Turn {
    /// What users and handlers want, and the responses to that.
    Asked,
    /// Events.
    Event,
    /// A deadline, once nothing more has come.
    Due,
    /// A deadline, though more has come than could be taken in.
    Timer,
}

/// What users and handlers want, or something that has happened.
pub(super) async fn next_of<R: Api>(
    calls: &mut Lanes,
    commands: &mut CommandReceiver<R>,
    event: impl Future<Output = Input<R>>,
    timer: impl Future<Output = ()>,
    turn: Turn,
) -> Either<Command<R>, Input<R>> {
    let response = async { calls.next().await };
    let response = response.map(|(id, response)| Either::Right(Input::Answered(id, response)));
    let event = event.map(Either::Right);
    let timer = timer.map(|()| Either::Right(Input::Tick));
    match turn {
        Turn::Asked => tokio::select! {
            biased;
            next = response => next,
            command = commands.next() => Either::Left(command),
            next = event => next,
            next = timer => next,
        },
        Turn::Event => tokio::select! {
            biased;
            next = event => next,
            next = response => next,
            command = commands.next() => Either::Left(command),
            next = timer => next,
        },
        Turn::Due | Turn::Timer => tokio::select! {
            biased;
            next = event => next,
            next = response => next,
            next = timer => next,
            command = commands.next() => Either::Left(command),
        },
    }
}

/// What the detector says at last; may be dropped and called again without loss.
pub(super) async fn outcome<T>(under_way: &mut Option<BoxFuture<'static, T>>) -> T {
    let Some(asked) = under_way else { return pending().await };
    let said = asked.await;
    *under_way = None;
    said
}
