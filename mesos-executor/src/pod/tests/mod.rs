//! The life of task groups, in virtual time.

mod group_checks;
mod group_ends;
mod group_launches;

use std::time::Duration;

use mesos_sdk::proto::v1::{CommandInfo, DurationInfo, KillPolicy, TaskState};

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

fn task(id: &str) -> TaskInfo {
    let command = CommandInfo { value: Some("sleep 1000".to_owned()), ..CommandInfo::default() };
    TaskInfo { task_id: TaskId::from(id), command: Some(Box::new(command)), ..TaskInfo::default() }
}

/// The container of the task with this id.
fn container(id: &str) -> ContainerId {
    ContainerId { value: format!("c-{id}"), parent: Some(Box::new(ContainerId::from("executor"))) }
}

fn exited(status: i32) -> WaitContainer {
    WaitContainer { exit_status: Some(status), ..WaitContainer::default() }
}

impl Bench {
    fn new() -> Self {
        let machine = Machine::new("10.0.0.1".to_owned());
        let mut bench = Self { machine, now: seconds(100), actions: Vec::new() };
        bench.subscribe();
        bench
    }

    fn subscribe(&mut self) -> &mut Self {
        self.step(Input::Subscribed { container: ContainerId::from("executor"), knows_killing: true })
    }

    fn launched(tasks: &[TaskInfo]) -> Self {
        let mut bench = Self::new();
        bench.launch(tasks);
        bench
    }

    fn running(tasks: &[TaskInfo]) -> Self {
        let mut bench = Self::launched(tasks);
        for task in tasks {
            bench.starts(task.task_id.as_str());
        }
        bench
    }

    fn launch(&mut self, tasks: &[TaskInfo]) -> &mut Self {
        let named = tasks.iter().map(|task| (format!("c-{}", task.task_id), task.clone()));
        self.step(Input::LaunchGroup(named.collect()))
    }

    fn starts(&mut self, id: &str) -> &mut Self {
        self.step(Input::Launched(container(id), Ok(())))
    }

    fn ends(&mut self, id: &str, status: i32) -> &mut Self {
        self.step(Input::Ended(container(id), Some(Box::new(exited(status)))))
    }

    fn kill(&mut self, id: &str, policy: Option<KillPolicy>) -> &mut Self {
        self.step(Input::Kill(TaskId::from(id), policy))
    }

    fn step(&mut self, input: Input) -> &mut Self {
        self.actions = self.machine.step(self.now, input);
        let due = self.machine.deadline().is_some_and(|deadline| deadline <= self.now);
        assert!(!due, "what is due is done, or the shell would never wait");
        self
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

    fn states(&self) -> Vec<(&str, TaskState)> {
        self.reported().into_iter().map(|status| (status.task_id.as_str(), status.state())).collect()
    }

    fn has(&self, action: &Action) -> bool {
        self.actions.contains(action)
    }
}
