//! The thin shell around the machine: sockets, timer and queues.

use std::collections::HashMap;
use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::{BoxFuture, Either};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, Sleep, sleep_until};

use super::engine_calls::{Calls, Outgoing};
use super::engine_stream::Stream;
use super::input::{Action, CallId, Input, Outcome};
use super::sending::{Command, Commands, Manner};
use super::{Machine, Outside, Role, Settings};
use crate::{Address, Error};

/// How a session ended, and the last thing to tell the handler.
pub(crate) type End<R> = (Result<Outcome, Error>, Option<<R as Role>::Delivery>);

/// One running session.
pub(crate) struct Engine<R: Role> {
    machine: Machine<R>,
    settings: Settings,
    outside: Outside,
    commands: Commands<R>,
    deliveries: mpsc::UnboundedSender<R::Delivery>,
    /// Whether what has not reached the handler is passed over.
    passes_over: Arc<AtomicBool>,
    detecting: Option<BoxFuture<'static, Result<Address, Error>>>,
    watching: Option<BoxFuture<'static, Address>>,
    stream: Stream,
    calls: Calls,
    replies: HashMap<CallId, oneshot::Sender<Result<(), Error>>>,
    last_call: CallId,
    start: Instant,
    timer: Pin<Box<Sleep>>,
    /// Whether commands come before events this time.
    commands_first: bool,
}

impl<R: Role> Engine<R> {
    /// The deliveries' number is bounded by the machine, which stops the reading when too many are under way.
    pub(crate) fn new(
        role: R,
        settings: Settings,
        outside: Outside,
        commands: Commands<R>,
        deliveries: mpsc::UnboundedSender<R::Delivery>,
        passes_over: Arc<AtomicBool>,
    ) -> Self {
        let start = Instant::now();
        Self {
            machine: Machine::new(role, settings.clone(), Duration::ZERO, fastrand::u64(..)),
            calls: Calls::new(outside.clone(), settings.clone()),
            settings,
            outside,
            commands,
            deliveries,
            passes_over,
            detecting: None,
            watching: None,
            stream: Stream::Closed,
            replies: HashMap::new(),
            last_call: 0,
            start,
            timer: Box::pin(sleep_until(start)),
            commands_first: false,
        }
    }

    /// Runs the session to its end.
    pub(crate) async fn run(mut self) -> End<R> {
        let mut actions = self.machine.take_actions();
        loop {
            for action in actions {
                if let Some(end) = self.carry_out(action) {
                    return end;
                }
            }
            let input = self.next_input().await;
            actions = self.machine.step(self.start.elapsed(), input);
        }
    }

    async fn next_input(&mut self) -> Input<R> {
        self.set_timer();
        let may_read = self.machine.may_read();
        self.commands_first = !self.commands_first;
        let first = self.commands_first;
        // In an order that does not depend on chance. Commands and events, of which there may be many, take turns; every
        // input has the machine look at the time, so the timer can come last.
        tokio::select! {
            biased;
            (id, answer) = self.calls.next::<R>() => Input::Answered(id, answer),
            found = outcome(&mut self.detecting) => Input::Leader(found),
            leader = outcome(&mut self.watching) => Input::LeaderChanged(leader),
            next = command_or_event(&mut self.commands, self.stream.next(&self.settings, may_read), first) => match next {
                Either::Left(command) => self.input_of(command),
                Either::Right(input) => input,
            },
            () = &mut self.timer => Input::Tick,
        }
    }

    /// Sets the timer only when it would fire too late; one that fires too early does no harm.
    fn set_timer(&mut self) {
        let far = Duration::from_secs(3600);
        let deadline = self.machine.deadline().and_then(|deadline| self.start.checked_add(deadline));
        let deadline = deadline.unwrap_or_else(|| Instant::now() + far);
        if self.timer.is_elapsed() || deadline < self.timer.deadline() {
            self.timer.as_mut().reset(deadline);
        }
    }

    fn input_of(&mut self, command: Command<R>) -> Input<R> {
        match command {
            Command::Call(call, manner, reply) => {
                self.last_call += 1;
                let id = self.last_call;
                self.replies.insert(id, reply);
                match manner {
                    Manner::Now => Input::Call(id, call),
                    Manner::Repeated => Input::RepeatedCall(id, call),
                    Manner::Within(time) => Input::PatientCall(id, call, time),
                }
            }
            Command::Handled(receipt, result) => Input::Handled(receipt, result),
            Command::PassedOver => Input::PassedOver,
            Command::Note(note) => Input::Noted(note),
            Command::Stop(stop) => Input::Stop(stop),
        }
    }

    fn carry_out(&mut self, action: Action<R>) -> Option<End<R>> {
        match action {
            Action::Detect(failed) => {
                let detector = Arc::clone(self.outside.master.detector());
                self.detecting = Some(Box::pin(async move { detector.detect(failed.as_ref()).await }));
            }
            Action::Watch(known) => {
                let detector = Arc::clone(self.outside.master.detector());
                self.watching = Some(Box::pin(async move { detector.changed(known.as_ref()).await }));
            }
            Action::Connect { attempt, peer, body } => {
                self.stream = Stream::open::<R>(attempt, self.outside.clone(), &self.settings, peer, body);
            }
            Action::Disconnect => {
                self.stream = Stream::Closed;
                self.calls.clear();
            }
            Action::Send { id, peer, stream_id, body } => {
                self.calls.push(Outgoing { id, peer, stream_id, body })
            }
            Action::Deliver(delivery) => {
                self.announce(Some(&delivery));
                // Nobody takes it when the handler loop is gone, and then the engine is about to be dropped.
                drop(self.deliveries.send(delivery));
            }
            Action::PassOver => self.passes_over.store(true, Ordering::Relaxed),
            Action::Reply { id, call, result } => return self.reply(id, call, result),
            Action::Finish { result, farewell } => {
                self.announce(farewell.as_ref());
                return Some((result, farewell));
            }
        }
        None
    }

    fn announce(&self, delivery: Option<&R::Delivery>) {
        if let (Some(ending), true) = (&self.outside.ending, delivery.is_some_and(R::is_end)) {
            ending.begins();
        }
    }

    /// Gives the result to whoever awaits it; a failure that nobody awaits goes to the handler.
    fn reply(&mut self, id: CallId, call: R::Call, result: Result<(), Error>) -> Option<End<R>> {
        let unheard = self.replies.remove(&id).and_then(|reply| reply.send(result).err());
        if let Some(Err(error)) = unheard {
            let actions = self.machine.step(self.start.elapsed(), Input::Unheard(call, error));
            return actions.into_iter().find_map(|action| self.carry_out(action));
        }
        None
    }
}

async fn command_or_event<R: Role>(
    commands: &mut Commands<R>,
    event: impl Future<Output = Input<R>>,
    command_first: bool,
) -> Either<Command<R>, Input<R>> {
    if command_first {
        tokio::select! { biased; Some(command) = commands.next() => Either::Left(command), event = event => Either::Right(event) }
    } else {
        tokio::select! { biased; event = event => Either::Right(event), Some(command) = commands.next() => Either::Left(command) }
    }
}

/// What the detector says at last; may be dropped and called again without loss.
async fn outcome<T>(under_way: &mut Option<BoxFuture<'static, T>>) -> T {
    let Some(asked) = under_way else { return pending().await };
    let said = asked.await;
    *under_way = None;
    said
}
