//! What comes to the engine, and in which order.

use std::collections::HashMap;
use std::future::{Future, pending};

use futures::future::{BoxFuture, Either, FutureExt as _};

use super::Role;
use super::engine_lanes::Lanes;
use super::input::{CallId, Input};
use super::line::{Command, Commands, Manner};
use super::sending::Reply;

/// Who awaits the result of a call.
pub(super) type Replies = HashMap<CallId, Reply>;

pub(super) fn input_of<R: Role>(
    replies: &mut Replies,
    last_call: &mut CallId,
    command: Command<R>,
) -> Input<R> {
    match command {
        Command::Call(call, manner, reply) => {
            *last_call += 1;
            let id = *last_call;
            replies.insert(id, reply);
            match manner {
                Manner::Now => Input::Call(id, call),
                Manner::Repeated => Input::RepeatedCall(id, call),
                Manner::Within(time) => Input::PatientCall(id, call, time),
            }
        }
        Command::Unheard(call, error) => Input::Unheard(call, error),
        Command::Handled(receipt, result) => Input::Handled(receipt, result),
        Command::PassedOver => Input::PassedOver,
        Command::Note(note) => Input::Noted(note),
        Command::Stop(stop) => Input::Stop(stop),
    }
}

/// What comes first.
pub(super) enum Turn {
    /// What users and handlers want, and the answers to that.
    Asked,
    /// Events.
    Event,
    /// A deadline, once nothing more has come.
    Due,
    /// A deadline, though more has come than could be taken in.
    Timer,
}

/// What users and handlers want, or something that has happened.
pub(super) async fn next_of<R: Role>(
    calls: &mut Lanes,
    commands: &mut Commands<R>,
    event: impl Future<Output = Input<R>>,
    timer: impl Future<Output = ()>,
    turn: Turn,
) -> Either<Command<R>, Input<R>> {
    let answer = async { calls.next().await };
    let answer = answer.map(|(id, answer)| Either::Right(Input::Answered(id, answer)));
    let event = event.map(Either::Right);
    let timer = timer.map(|()| Either::Right(Input::Tick));
    match turn {
        Turn::Asked => tokio::select! {
            biased;
            next = answer => next,
            Some(command) = commands.next() => Either::Left(command),
            next = event => next,
            next = timer => next,
        },
        Turn::Event => tokio::select! {
            biased;
            next = event => next,
            next = answer => next,
            Some(command) = commands.next() => Either::Left(command),
            next = timer => next,
        },
        Turn::Due | Turn::Timer => tokio::select! {
            biased;
            next = event => next,
            next = answer => next,
            next = timer => next,
            Some(command) = commands.next() => Either::Left(command),
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
