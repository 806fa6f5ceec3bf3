//! KILL of a task.

use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{KillPolicy, TaskState};

use super::executor::ExecutorState;
use super::{AgentState, Machine, event};

impl Machine {
    pub(super) fn kill_task(&mut self, framework_id: &str, task: &str, policy: Option<KillPolicy>) {
        let ready = matches!(self.state, AgentState::Disconnected | AgentState::Running);
        let framework = self.frameworks.get_mut(framework_id).filter(|known| ready && !known.terminating);
        let Some(framework) = framework else { return };
        let Some(executor) = framework.executor_of(task) else {
            let state = framework.dropped();
            let reason = Reason::ExecutorTerminated;
            return self.own_update(framework_id, None, task, state, reason, "Cannot find executor");
        };
        let executor_id = executor.id().to_owned();
        match executor.state {
            ExecutorState::Registering if executor.is_queued(task) => {
                self.kill_queued(framework_id, &executor_id, task);
            }
            ExecutorState::Running if executor.command.is_some() => {
                self.kill_command(framework_id, &executor_id, policy);
            }
            ExecutorState::Running => self.send(framework_id, &executor_id, event::kill(task, policy)),
            // What ends the executor ends its tasks.
            ExecutorState::Registering | ExecutorState::Terminating | ExecutorState::Terminated => {}
        }
    }

    /// Kills a task that its executor has not seen and will not see. A group is killed as a whole.
    fn kill_queued(&mut self, framework_id: &str, executor_id: &str, task: &str) {
        let Some(executor) = self.executor(framework_id, executor_id) else { return };
        let in_group = executor.is_in_queued_group(task);
        let message = if in_group {
            "A task within the task group was killed before delivery to the executor"
        } else {
            "Killed before delivery to the executor"
        };
        for task in executor.queued_with(task) {
            let reason = Reason::TaskKilledDuringLaunch;
            let state = TaskState::Killed;
            self.own_update(framework_id, Some(executor_id), &task, state, reason, message);
        }
    }
}
