//! `/metrics/snapshot` and `/flags`, and the same for the operator API: what of a real agent means
//! something here.

use mesos_sdk::duration::format;
use mesos_sdk::proto::v1::agent::response::{GetFlags, GetMetrics};
use mesos_sdk::proto::v1::{Metric, TaskState};
use mesos_sdk::resources::Resources;

use super::super::counters::Counters;
use super::super::executor::ExecutorState;
use super::super::{AgentState, Machine};
use crate::pages::{count, flags_of, message, resource_metrics};

impl Machine {
    pub(in super::super) fn get_flags(&self) -> GetFlags {
        let flags = &self.flags;
        let always = [
            ("authenticate_http_executors", flags.authenticate_executors.to_string()),
            ("executor_registration_timeout", format(flags.executor_registration_timeout)),
            ("executor_reregistration_timeout", format(flags.executor_reregistration_timeout)),
            ("executor_shutdown_grace_period", format(flags.executor_shutdown_grace_period)),
            ("hostname", self.info.hostname.clone()),
            ("http_executor_domain_sockets", flags.domain_socket.is_some().to_string()),
            ("ip", flags.ip.to_string()),
            ("port", self.info.port().to_string()),
            ("resources", flags.resources.clone()),
            ("switch_user", "false".to_owned()),
            ("work_dir", flags.work_dir.display().to_string()),
        ];
        let set = [
            ("attributes", Some(flags.attributes.clone()).filter(|text| !text.is_empty())),
            ("domain", self.info.domain.as_ref().map(|domain| message(domain).to_string())),
            ("domain_socket_location", flags.domain_socket.as_ref().map(|path| path.display().to_string())),
        ];
        GetFlags { flags: flags_of(always, set) }
    }

    pub(in super::super) fn get_metrics(&self) -> GetMetrics {
        let uptime = self.now.saturating_sub(self.started).as_secs_f64();
        let used: Resources = self.all_executors().map(|(_, executor)| executor.resources()).sum();
        let mut metrics: Vec<_> =
            self.counted().into_iter().map(|(name, value)| count(format!("slave/{name}"), value)).collect();
        metrics.extend(resource_metrics("slave", &self.total, &used));
        metrics.push(Metric { name: "slave/uptime_secs".to_owned(), value: Some(uptime) });
        GetMetrics { metrics }
    }

    fn counted(&self) -> [(&'static str, u64); 22] {
        let executors =
            |state| self.all_executors().filter(|(_, executor)| executor.state == state).count() as u64;
        let tasks = |state| {
            let tasks = self.all_executors().flat_map(|(_, executor)| executor.launched.values());
            tasks.filter(|task| task.latest.state() == state).count() as u64
        };
        let ended = |state| self.counters.ended_tasks.of(&state);
        let Counters { updates, messages, .. } = &self.counters;
        let queued = self.all_executors().map(|(_, executor)| executor.queued_tasks().count() as u64);
        [
            ("container_launch_errors", self.counters.launch_errors),
            ("executors_preempted", 0),
            ("executors_registering", executors(ExecutorState::Registering)),
            ("executors_running", executors(ExecutorState::Running)),
            ("executors_terminated", self.counters.terminated_executors),
            ("executors_terminating", executors(ExecutorState::Terminating)),
            ("frameworks_active", self.frameworks.len() as u64),
            ("invalid_framework_messages", messages.invalid),
            ("invalid_status_updates", updates.invalid),
            ("recovery_errors", 0),
            ("registered", u64::from(self.state == AgentState::Running)),
            ("tasks_staging", tasks(TaskState::Staging) + queued.sum::<u64>()),
            ("tasks_starting", tasks(TaskState::Starting)),
            ("tasks_running", tasks(TaskState::Running)),
            ("tasks_killing", tasks(TaskState::Killing)),
            ("tasks_finished", ended(TaskState::Finished)),
            ("tasks_failed", ended(TaskState::Failed)),
            ("tasks_killed", ended(TaskState::Killed)),
            ("tasks_lost", ended(TaskState::Lost)),
            ("tasks_gone", ended(TaskState::Gone)),
            ("valid_framework_messages", messages.valid),
            ("valid_status_updates", updates.valid),
        ]
    }
}
