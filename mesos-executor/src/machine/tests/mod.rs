//! The life of a command, in virtual time.

mod checks;
mod ends;

use std::time::Duration;

use mesos_sdk::proto::v1::{
    CommandInfo, DurationInfo, HealthCheck, KillPolicy, TaskId, TaskInfo, TaskState, TaskStatus, health_check,
};

use super::*;

/// A machine, the time, and what it wanted last.
struct Bench {
    machine: Machine,
    now: Duration,
    actions: Vec<Action>,
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn policy(seconds: i64) -> KillPolicy {
    KillPolicy { grace_period: Some(DurationInfo { nanoseconds: seconds * 1_000_000_000 }) }
}

fn id() -> TaskId {
    TaskId::from("t")
}

fn command() -> CommandInfo {
    CommandInfo { value: Some("sleep 1000".to_owned()), ..CommandInfo::default() }
}

fn task() -> TaskInfo {
    TaskInfo { task_id: id(), command: Some(Box::new(command())), ..TaskInfo::default() }
}

impl Bench {
    fn new() -> Self {
        let mut bench = Self { machine: Machine::new(seconds(5)), now: seconds(100), actions: Vec::new() };
        bench.step(Input::Subscribed { knows_killing: true });
        bench
    }

    fn running(task: TaskInfo) -> Self {
        let mut bench = Self::new();
        bench.step(Input::Launch(Box::new(task)));
        bench
    }

    fn step(&mut self, input: Input) -> &mut Self {
        self.actions = self.machine.step(self.now, input);
        let due = self.machine.deadline().is_some_and(|deadline| deadline <= self.now);
        assert!(!due, "what is due is done, or the shell would never wait");
        self
    }

    fn kill(&mut self, policy: impl Into<Option<KillPolicy>>) -> &mut Self {
        self.step(Input::Kill(id(), policy.into()))
    }

    fn pass(&mut self, time: Duration) -> &mut Self {
        self.now += time;
        self.step(Input::Tick)
    }

    /// Lets the time pass to the machine's own deadline; gives how long that was.
    fn sleep(&mut self) -> Duration {
        let deadline = self.machine.deadline().expect("a deadline");
        let time = deadline.saturating_sub(self.now);
        self.pass(time);
        time
    }

    fn reported(&self) -> Vec<&TaskStatus> {
        let reported = self.actions.iter().filter_map(|action| match action {
            Action::Report(status) => Some(status.as_ref()),
            _ => None,
        });
        reported.collect()
    }

    fn states(&self) -> Vec<TaskState> {
        self.reported().into_iter().map(TaskStatus::state).collect()
    }

    fn has(&self, action: &Action) -> bool {
        self.actions.contains(action)
    }
}
