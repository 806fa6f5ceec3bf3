//! Kills that are repeated until their task has ended, because a KILL may get lost on any part of
//! its way.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use crate::backoff::Backoff;
use crate::proto::v1::scheduler::Call;
use crate::proto::v1::{TaskState, TaskStatus};
use crate::session::CallId;
use crate::{Error, ErrorKind};

/// The number of kills that may be repeated at the same time.
const MAX_KILLS: usize = 10_000;
/// A KILL is repeated after a random time of at most this and at least half of it …
const FIRST_WAIT: Duration = Duration::from_secs(10);
/// … which doubles each time up to this.
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// The shortest time between two repetitions, however often the subscription changes.
const SHORTEST_WAIT: Duration = Duration::from_secs(5);
/// The number of kills that are sent at a time.
const BATCH: usize = 100;

/// The kills whose tasks have not ended.
#[derive(Default)]
pub(super) struct Kills {
    repeated: BTreeMap<CallId, Kill>,
    of_task: HashMap<String, Vec<CallId>>,
    /// When each is sent next, soonest first.
    next: BTreeSet<(Duration, CallId)>,
    /// Kills whose tasks have ended.
    ended: Vec<(CallId, Box<Call>)>,
}

struct Kill {
    call: Box<Call>,
    next: Duration,
    sent: Option<Duration>,
    backoff: Backoff,
}

impl Kills {
    /// Repeats the KILL in `call` from now on; `seed` determines the random waits.
    pub(super) fn add(&mut self, id: CallId, call: &Call, seed: u64) -> Result<(), Error> {
        let Some(kill) = &call.kill else {
            return Err(Error::new(ErrorKind::Invalid, "only a KILL is repeated"));
        };
        if self.repeated.len() >= MAX_KILLS {
            let text =
                format!("{MAX_KILLS} kills are being repeated: await the end of some of their tasks first");
            return Err(Error::new(ErrorKind::Overloaded, text));
        }
        self.of_task.entry(kill.task_id.value.clone()).or_default().push(id);
        let backoff = Backoff::between(FIRST_WAIT, LONGEST_WAIT, seed);
        self.repeated
            .insert(id, Kill { call: Box::new(call.clone()), next: Duration::ZERO, sent: None, backoff });
        self.next.insert((Duration::ZERO, id));
        Ok(())
    }

    /// Registers an update. `TASK_UNKNOWN` counts as an end, because nobody is left who could end
    /// the task.
    pub(super) fn on_update(&mut self, status: &TaskStatus) {
        let is_end =
            status.known_state().is_some_and(|state| state.is_terminal() || state == TaskState::Unknown);
        if !is_end {
            return;
        }
        for id in self.of_task.remove(&status.task_id.value).unwrap_or_default() {
            let ended = self.remove(id).map(|call| (id, call));
            self.ended.extend(ended);
        }
    }

    /// Registers a new subscription: what was sent in the last one may be lost.
    pub(super) fn subscribed(&mut self) {
        self.next.clear();
        for (id, kill) in &mut self.repeated {
            kill.next = kill.sent.map_or(Duration::ZERO, |sent| sent.saturating_add(SHORTEST_WAIT));
            self.next.insert((kill.next, *id));
        }
    }

    /// Returns some of the calls to send now.
    pub(super) fn due(&mut self, now: Duration) -> Vec<(CallId, Box<Call>)> {
        if self.deadline().is_none_or(|next| next > now) {
            return Vec::new();
        }
        let due: Vec<_> =
            self.next.iter().take_while(|(next, _)| *next <= now).take(BATCH).copied().collect();
        due.into_iter().filter_map(|due| self.send(due, now)).collect()
    }

    fn send(&mut self, due: (Duration, CallId), now: Duration) -> Option<(CallId, Box<Call>)> {
        self.next.remove(&due);
        let kill = self.repeated.get_mut(&due.1)?;
        kill.sent = Some(now);
        kill.next = now.saturating_add(kill.backoff.next_wait_of_half_at_least());
        self.next.insert((kill.next, due.1));
        Some((due.1, kill.call.clone()))
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.next.first().map(|(next, _)| *next)
    }

    /// Takes the kills whose tasks have ended.
    pub(super) fn take_ended(&mut self) -> Vec<(CallId, Box<Call>)> {
        std::mem::take(&mut self.ended)
    }

    /// Takes all kills that are left.
    pub(super) fn take_all(&mut self) -> Vec<(CallId, Box<Call>)> {
        let all = std::mem::take(self);
        all.repeated.into_iter().map(|(id, kill)| (id, kill.call)).collect()
    }

    /// Stops repeating a kill.
    pub(super) fn forget(&mut self, id: CallId) {
        let task = self.remove(id).and_then(|call| call.kill).map(|kill| kill.task_id.value);
        if let Some(task) = task
            && let Some(ids) = self.of_task.get_mut(&task)
        {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.of_task.remove(&task);
            }
        }
    }

    fn remove(&mut self, id: CallId) -> Option<Box<Call>> {
        let kill = self.repeated.remove(&id)?;
        self.next.remove(&(kill.next, id));
        Some(kill.call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::v1::TaskId;
    use crate::scheduler::call;

    fn task_id(id: &str) -> TaskId {
        TaskId::from(id)
    }

    fn kills(ids: &[&str]) -> Kills {
        let mut kills = Kills::default();
        for (number, id) in (1..).zip(ids) {
            kills.add(number, &call::kill(task_id(id), None, None), number).unwrap();
        }
        kills
    }

    fn update(id: &str, state: TaskState) -> TaskStatus {
        TaskStatus { task_id: task_id(id), state: state.into(), ..TaskStatus::default() }
    }

    fn ids(calls: Vec<(CallId, Box<Call>)>) -> Vec<CallId> {
        calls.into_iter().map(|(id, _)| id).collect()
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[statement::proves(kill2)]
    #[test]
    fn kill_is_repeated_until_a_terminal_update() {
        let mut kills = kills(&["t"]);
        let mut now = seconds(1);
        let mut waits = Vec::new();
        for _ in 0..8 {
            assert_eq!(ids(kills.due(now)), [1]);
            assert!(kills.due(now).is_empty());
            let next = kills.deadline().unwrap();
            waits.push(next.saturating_sub(now));
            now = next;
        }
        assert!(waits[0] >= seconds(5) && waits[0] <= seconds(10), "{waits:?}");
        assert!(waits[5..].iter().all(|wait| *wait >= seconds(60) && *wait <= seconds(120)), "{waits:?}");
        for state in [TaskState::Killing, TaskState::Running, TaskState::Unreachable] {
            kills.on_update(&update("t", state));
            assert!(kills.take_ended().is_empty(), "{state:?}");
        }
        kills.on_update(&update("t", TaskState::Killed));
        assert_eq!(ids(kills.take_ended()), [1]);
        assert_eq!(kills.deadline(), None);
    }

    #[statement::proves(kill1)]
    #[test]
    fn unknown_task_ends_the_repetition() {
        let mut kills = kills(&["t", "other", "t"]);
        kills.on_update(&update("t", TaskState::Unknown));
        assert_eq!(ids(kills.take_ended()), [1, 3]);
        assert_eq!(ids(kills.take_all()), [2]);
    }

    #[test]
    fn unknown_state_is_not_terminal() {
        let mut kills = kills(&["t"]);
        kills.on_update(&TaskStatus { state: 99, ..update("t", TaskState::Running) });
        assert!(kills.take_ended().is_empty());
    }

    #[statement::proves(kill2)]
    #[test]
    fn subscription_repeats_kills_but_not_too_soon() {
        let mut kills = kills(&["t"]);
        kills.due(seconds(10));
        kills.subscribed();
        kills.subscribed();
        assert!(kills.due(seconds(14)).is_empty());
        assert_eq!(ids(kills.due(seconds(15))), [1]);
    }

    #[test]
    fn refused_kill_is_forgotten_alone() {
        let mut kills = kills(&["t", "t"]);
        kills.forget(1);
        assert_eq!(ids(kills.due(seconds(1))), [2]);
        kills.on_update(&update("t", TaskState::Finished));
        assert_eq!(ids(kills.take_ended()), [2]);
    }

    #[test]
    fn kills_are_ordered_and_limited() {
        let names: Vec<_> = (0..MAX_KILLS).map(|number| number.to_string()).collect();
        let mut kills = kills(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let error = kills.add(0, &call::kill(task_id("t"), None, None), 0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Overloaded);
        assert_eq!(ids(kills.due(seconds(1))), (1..=100).collect::<Vec<_>>());
        assert_eq!(kills.deadline(), Some(Duration::ZERO));
        assert_eq!(ids(kills.due(seconds(1)))[0], 101);
    }
}
