//! The inputs of the engine, and their order.

use std::future::{Future, pending};

use futures::future::{BoxFuture, FutureExt as _};

use super::engine_lanes::Lanes;
use super::input::Input;
use super::{Api, CommandReceiver};

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
) -> Input<R> {
    let response = async { calls.next().await };
    let response = response.map(|(id, response)| Input::Answered(id, response));
    let timer = timer.map(|()| Input::Tick);
    match turn {
        Turn::Commands => tokio::select! {
            biased;
            next = response => next,
            next = commands.next() => next,
            next = event => next,
            next = timer => next,
        },
        Turn::Event => tokio::select! {
            biased;
            next = event => next,
            next = response => next,
            next = commands.next() => next,
            next = timer => next,
        },
        Turn::Due | Turn::Timer => tokio::select! {
            biased;
            next = event => next,
            next = response => next,
            next = timer => next,
            next = commands.next() => next,
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
