//! The inputs of the engine, and their order.

use std::collections::HashMap;
use std::future::{Future, pending};

use futures::future::{BoxFuture, Either, FutureExt as _};

use super::Api;
use super::commands::{Command, CommandReceiver};
use super::engine_lanes::Lanes;
use super::input::Input;
use super::role::CallId;
use super::sending::Reply;

/// The callers that await results.
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

/// What the engine polls first.
pub(super) enum Turn {
    /// Commands, and responses to calls.
    Commands,
    /// Events.
    Event,
    /// A deadline, once nothing more has arrived.
    Due,
    /// A deadline, although not everything that has arrived is processed.
    Timer,
}

/// Waits for a command, or for something to happen.
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
        Turn::Commands => tokio::select! {
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

/// Waits for the result of the future, if there is one. Cancel safe.
pub(super) async fn outcome<T>(under_way: &mut Option<BoxFuture<'static, T>>) -> T {
    let Some(asked) = under_way else { return pending().await };
    let result = asked.await;
    *under_way = None;
    result
}
