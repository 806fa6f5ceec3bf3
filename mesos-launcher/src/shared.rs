//! What handles and the engine share.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mesos_placement::Refusals;
use mesos_sdk::scheduler::{HeldUpdate, KnownTask};
use tokio::sync::{mpsc, oneshot, watch};

use crate::core::{Input, Token};
use crate::end::End;
use crate::error::{Error, ErrorKind};
use crate::instance::{Instance, InstanceState, ServiceStatus};
use crate::progress::{Progress, Standing};
use crate::rollout::Rollout;
use crate::store::Change;
use crate::volume::Volume;

/// How many inputs wait for the engine at most. Beyond it, events stay with the master, and
/// commands wait.
const MAX_INPUTS: usize = 4096;

/// What the engine gets.
#[derive(Debug)]
pub(crate) enum Message {
    Input(Input),
    /// The driver asks for the tasks to reconcile.
    KnownTasks(oneshot::Sender<Vec<KnownTask>>),
    /// The driver changes a record; it learns when that is durable.
    Record(Change, oneshot::Sender<()>),
}

/// What handles see, and the way to the engine.
#[derive(Debug)]
pub(crate) struct Shared {
    messages: mpsc::Sender<Message>,
    tokens: AtomicU64,
    state: Mutex<State>,
    turns: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    workloads: HashMap<String, View>,
    held: HashMap<Token, HeldUpdate>,
    commands: HashMap<Token, oneshot::Sender<Result<(), Error>>>,
    /// Why the launcher has ended.
    ended: Option<Error>,
}

/// A batch or service, as its handles see it.
#[derive(Debug, Default)]
struct View {
    ends: Vec<End>,
    instances: BTreeMap<usize, Instance>,
    volumes: BTreeMap<String, Volume>,
    standing: Standing,
}

/// What is known of an end.
#[derive(Debug)]
pub(crate) enum NextEnd {
    Known(Box<End>),
    Later,
    Never,
}

impl Shared {
    pub(crate) fn new() -> (Arc<Self>, mpsc::Receiver<Message>) {
        let (messages, receiver) = mpsc::channel(MAX_INPUTS);
        let (tokens, state, turns) = (AtomicU64::new(1), Mutex::default(), watch::Sender::new(0));
        (Arc::new(Self { messages, tokens, state, turns }), receiver)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn turns(&self) -> watch::Receiver<u64> {
        self.turns.subscribe()
    }

    /// Gives the engine a message. If it has ended, nobody needs the message any more.
    pub(crate) async fn send(&self, message: Message) {
        let _ = self.messages.send(message).await;
    }

    fn next_token(&self) -> Token {
        self.tokens.fetch_add(1, Ordering::Relaxed)
    }

    /// Keeps an update until it is acknowledged.
    pub(crate) fn hold(&self, update: HeldUpdate) -> Token {
        let token = self.next_token();
        self.state().held.insert(token, update);
        token
    }

    pub(crate) fn acknowledge(&self, token: Token) {
        let held = self.state().held.remove(&token);
        if let Some(held) = held {
            held.acknowledge();
        }
    }

    /// Has the engine carry out a command, and returns its result.
    pub(crate) async fn command(&self, input: impl FnOnce(Token) -> Input) -> Result<(), Error> {
        let permit = self.messages.reserve().await.map_err(|_| self.reason())?;
        let (token, (sender, result)) = (self.next_token(), oneshot::channel());
        self.enter(token, sender)?;
        permit.send(Message::Input(input(token)));
        result.await.map_err(|_| self.reason())?
    }

    /// Keeps who waits for a command's result, unless the launcher has ended.
    fn enter(&self, token: Token, sender: oneshot::Sender<Result<(), Error>>) -> Result<(), Error> {
        let mut state = self.state();
        if let Some(why) = &state.ended {
            return Err(why.clone());
        }
        state.commands.insert(token, sender);
        Ok(())
    }

    pub(crate) fn reply(&self, token: Token, result: Result<(), Error>) {
        let command = self.state().commands.remove(&token);
        // Whoever gave the command may not wait for it any more.
        let _ = command.map(|command| command.send(result));
    }

    pub(crate) fn add_end(&self, end: End) {
        self.state().workloads.entry(end.workload.clone()).or_default().ends.push(end);
    }

    /// Shows an instance of a service, or that it is gone.
    pub(crate) fn set_instance(&self, name: &str, index: usize, instance: Option<Instance>) {
        let mut state = self.state();
        let instances = &mut state.workloads.entry(name.to_owned()).or_default().instances;
        set(instances, index, instance);
    }

    /// Shows a volume of a service, or that it is gone.
    pub(crate) fn set_volume(&self, name: &str, id: String, volume: Option<Volume>) {
        let mut state = self.state();
        let volumes = &mut state.workloads.entry(name.to_owned()).or_default().volumes;
        set(volumes, id, volume);
    }

    /// Shows what is durable.
    pub(crate) fn show<'p>(&self, workloads: impl Iterator<Item = (&'p str, Standing)>) {
        let mut state = self.state();
        let mut before = std::mem::take(&mut state.workloads);
        for (name, standing) in workloads {
            let view = before.remove(name).unwrap_or_default();
            state.workloads.insert(name.to_owned(), View { standing, ..view });
        }
        drop(state);
        self.turns.send_modify(|turn| *turn += 1);
    }

    /// Returns the end of a batch with this number, in the order in which they became known.
    pub(crate) fn end(&self, name: &str, number: usize) -> NextEnd {
        let state = self.state();
        let Some(view) = state.workloads.get(name) else { return NextEnd::Never };
        match view.ends.get(number) {
            Some(end) => NextEnd::Known(Box::new(end.clone())),
            None if view.standing.has_ended || state.ended.is_some() => NextEnd::Never,
            None => NextEnd::Later,
        }
    }

    pub(crate) fn progress(&self, name: &str) -> Option<Progress> {
        self.state().workloads.get(name).map(|view| view.standing.progress)
    }

    pub(crate) fn refusals(&self, name: &str) -> Option<Arc<Refusals>> {
        self.state().workloads.get(name)?.standing.refusals.clone()
    }

    /// Counts the instances of a service, unless it was forgotten.
    pub(crate) fn service(&self, name: &str) -> Option<ServiceStatus> {
        let state = self.state();
        let view = state.workloads.get(name)?;
        let rollout = view.standing.rollout.as_ref()?;
        let desired = view.standing.desired?;
        let mut status = ServiceStatus { desired, rollout: rollout.state, ..ServiceStatus::default() };
        for instance in view.instances.values() {
            status.count(instance.state);
            let is_updated = instance.state == InstanceState::Running && instance.version == rollout.version;
            status.updated += usize::from(is_updated);
        }
        Some(status)
    }

    /// Returns the rollout of a service, unless it was forgotten.
    pub(crate) fn rollout(&self, name: &str) -> Option<Rollout> {
        self.state().workloads.get(name)?.standing.rollout.clone()
    }

    /// Returns the instances of a service.
    pub(crate) fn instances(&self, name: &str) -> Vec<Instance> {
        let state = self.state();
        state.workloads.get(name).map(|view| view.instances.values().cloned().collect()).unwrap_or_default()
    }

    /// Returns the volumes of a service, unless it was forgotten.
    pub(crate) fn volumes(&self, name: &str) -> Option<Vec<Volume>> {
        let state = self.state();
        Some(state.workloads.get(name)?.volumes.values().cloned().collect())
    }

    /// Returns whether something may still happen to a workload, unless it was forgotten.
    pub(crate) fn is_unfinished(&self, name: &str) -> Option<bool> {
        self.state().workloads.get(name).map(|view| !view.standing.has_ended)
    }

    /// Returns the names of the workloads that have not ended.
    pub(crate) fn unfinished(&self) -> Vec<String> {
        let state = self.state();
        let unfinished = state.workloads.iter().filter(|(_, view)| !view.standing.has_ended);
        unfinished.map(|(name, _)| name.clone()).collect()
    }

    /// Ends everything that waits.
    pub(crate) fn close(&self, why: Error) {
        let (held, commands) = {
            let mut state = self.state();
            state.ended.get_or_insert(why);
            (std::mem::take(&mut state.held), std::mem::take(&mut state.commands))
        };
        held.into_values().for_each(HeldUpdate::reject);
        drop(commands);
        self.turns.send_modify(|turn| *turn += 1);
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.state().ended.is_some()
    }

    /// Returns the reason why the launcher has ended, if it has, as an error.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.state().ended.clone().map_or(Ok(()), Err)
    }

    pub(crate) fn reason(&self) -> Error {
        let stopped = || Error::new(ErrorKind::Stopped, "the launcher has been stopped");
        self.state().ended.clone().unwrap_or_else(stopped)
    }
}

/// Sets the value of a key, or removes it.
fn set<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => drop(map.insert(key, value)),
        None => drop(map.remove(&key)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;
    use crate::end::Outcome;

    fn stop(token: Token) -> Input {
        Input::Stop("b".to_owned(), token)
    }

    #[tokio::test]
    async fn command_that_is_dropped_early_leaves_nothing() {
        let (shared, _messages) = Shared::new();
        for _ in 0..MAX_INPUTS {
            shared.send(Message::Input(Input::Subscribed)).await;
        }
        let late = timeout(Duration::ZERO, shared.command(stop)).await;
        assert!(late.is_err(), "{late:?}");
        assert!(shared.state().commands.is_empty());
    }

    #[tokio::test]
    async fn command_after_the_end_gets_its_reason() {
        let (shared, messages) = Shared::new();
        shared.close(Error::new(ErrorKind::Fenced, "another one"));
        assert_eq!(shared.command(stop).await.unwrap_err().kind(), ErrorKind::Fenced);
        drop(messages);
        assert_eq!(shared.command(stop).await.unwrap_err().kind(), ErrorKind::Fenced);
    }

    #[test]
    fn last_end_comes_before_the_end_of_the_batch() {
        let (shared, _messages) = Shared::new();
        let show = |finished| {
            let progress = Progress { tasks: 1, finished, ..Progress::default() };
            let standing = Standing { progress, has_ended: finished == 1, ..Standing::default() };
            shared.show(std::iter::once(("b", standing)));
        };
        show(0);
        assert!(matches!(shared.end("b", 0), NextEnd::Later));
        shared.add_end(End {
            workload: "b".to_owned(),
            index: 0,
            task_id: String::new(),
            host: String::new(),
            outcome: Outcome::Finished,
            message: String::new(),
            attempts: 1,
            ran_for: None,
            result: None,
        });
        show(1);
        shared.close(Error::new(ErrorKind::Stopped, ""));
        assert!(matches!(shared.end("b", 0), NextEnd::Known(_)));
        assert!(matches!(shared.end("b", 1), NextEnd::Never));
    }
}
