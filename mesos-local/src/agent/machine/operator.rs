//! What operators ask an agent.

use std::time::Duration;

use mesos_sdk::proto::v1::agent::call::Type;
use mesos_sdk::proto::v1::agent::response::{
    self, GetAgent, GetContainers, GetExecutors, GetFlags, GetFrameworks, GetHealth, GetLoggingLevel,
    GetMetrics, GetOperations, GetResourceProviders, GetState, GetTasks, GetVersion, get_containers,
    get_executors, get_frameworks,
};
use mesos_sdk::proto::v1::agent::{Call, Response};
use mesos_sdk::proto::v1::{ContainerStatus, ExecutorId, Flag, Metric, Task, TaskState, VersionInfo};

use super::Machine;
use super::executor::{Executor, Task as Known, staging};
use super::{AgentState, framework_id};
use crate::describe;

impl Machine {
    /// Does a call of the operator API; `None` if it is one of those that this agent does not do.
    pub(crate) fn operate(&mut self, now: Duration, call: &Call) -> Option<Response> {
        if let Some(set) = call.set_logging_level.as_ref().filter(|_| call.r#type() == Type::SetLoggingLevel)
        {
            let nanoseconds = u64::try_from(set.duration.nanoseconds).unwrap_or_default();
            self.logging = Some((set.level, now + Duration::from_nanos(nanoseconds)));
            return Some(Response::default());
        }
        let kind = match call.r#type() {
            Type::GetHealth => response::Type::GetHealth,
            Type::GetFlags => response::Type::GetFlags,
            Type::GetVersion => response::Type::GetVersion,
            Type::GetMetrics => response::Type::GetMetrics,
            Type::GetLoggingLevel => response::Type::GetLoggingLevel,
            Type::GetState => response::Type::GetState,
            Type::GetContainers => response::Type::GetContainers,
            Type::GetFrameworks => response::Type::GetFrameworks,
            Type::GetExecutors => response::Type::GetExecutors,
            Type::GetOperations => response::Type::GetOperations,
            Type::GetTasks => response::Type::GetTasks,
            Type::GetAgent => response::Type::GetAgent,
            Type::GetResourceProviders => response::Type::GetResourceProviders,
            _ => return None,
        };
        let mut response = Response { r#type: Some(kind.into()), ..Response::default() };
        self.fill(&mut response, kind, now);
        Some(response)
    }

    fn fill(&self, response: &mut Response, kind: response::Type, now: Duration) {
        match kind {
            response::Type::GetHealth => response.get_health = Some(GetHealth { healthy: true }),
            response::Type::GetFlags => response.get_flags = Some(self.get_flags()),
            response::Type::GetVersion => {
                let version = "1.11.0".to_owned();
                let version_info = VersionInfo { version, ..VersionInfo::default() };
                response.get_version = Some(GetVersion { version_info });
            }
            response::Type::GetMetrics => response.get_metrics = Some(self.get_metrics()),
            response::Type::GetLoggingLevel => {
                let level = self.logging.filter(|(_, until)| now < *until).map_or(0, |(level, _)| level);
                response.get_logging_level = Some(GetLoggingLevel { level });
            }
            response::Type::GetState => {
                response.get_state = Some(GetState {
                    get_tasks: Some(self.get_tasks()),
                    get_executors: Some(self.get_executors()),
                    get_frameworks: Some(self.get_frameworks()),
                });
            }
            response::Type::GetContainers => response.get_containers = Some(self.get_containers()),
            response::Type::GetFrameworks => response.get_frameworks = Some(self.get_frameworks()),
            response::Type::GetExecutors => response.get_executors = Some(self.get_executors()),
            response::Type::GetOperations => response.get_operations = Some(GetOperations::default()),
            response::Type::GetTasks => response.get_tasks = Some(self.get_tasks()),
            response::Type::GetAgent => {
                response.get_agent = Some(GetAgent {
                    agent_info: Some(self.info.clone()),
                    drain_config: self.draining,
                    estimated_drain_start_time: None,
                });
            }
            response::Type::GetResourceProviders => {
                response.get_resource_providers = Some(GetResourceProviders::default());
            }
            _ => {}
        }
    }

    fn get_flags(&self) -> GetFlags {
        let flags = &self.flags;
        let flags = [
            ("executor_registration_timeout", flags.executor_registration_timeout),
            ("executor_reregistration_timeout", flags.executor_reregistration_timeout),
            ("executor_shutdown_grace_period", flags.executor_shutdown_grace_period),
        ];
        let flag = |(name, value): (&str, Duration)| Flag {
            name: name.to_owned(),
            value: Some(mesos_sdk::duration::format(value)),
        };
        GetFlags { flags: flags.into_iter().map(flag).collect() }
    }

    fn get_metrics(&self) -> GetMetrics {
        let running = self.live_executors().count();
        let registered = usize::from(self.state == AgentState::Running);
        #[expect(clippy::cast_precision_loss, reason = "nothing here is counted that far")]
        let metric =
            |(name, value): (&str, usize)| Metric { name: name.to_owned(), value: Some(value as f64) };
        let metrics = [("slave/executors_running", running), ("slave/registered", registered)];
        GetMetrics { metrics: metrics.into_iter().map(metric).collect() }
    }

    fn live_executors(&self) -> impl Iterator<Item = (&str, &Executor)> {
        let all = self.frameworks.iter().flat_map(|(id, framework)| {
            framework.executors.values().map(move |executor| (id.as_str(), executor))
        });
        all.filter(|(_, executor)| executor.is_live())
    }

    fn get_containers(&self) -> GetContainers {
        let containers = self.live_executors().map(|(framework, executor)| get_containers::Container {
            framework_id: Some(framework_id(framework)),
            executor_id: Some(executor.info.executor_id.clone()),
            executor_name: Some(executor.info.name().to_owned()),
            container_id: executor.container_id(),
            container_status: Some(ContainerStatus {
                container_id: Some(executor.container_id()),
                executor_pid: executor.pid,
                ..ContainerStatus::default()
            }),
            resource_statistics: None,
        });
        GetContainers { containers: containers.collect() }
    }

    fn get_frameworks(&self) -> GetFrameworks {
        let infos = self.frameworks.values().map(|framework| framework.info.clone());
        let frameworks = infos.map(|framework_info| get_frameworks::Framework { framework_info });
        GetFrameworks { frameworks: frameworks.collect(), completed_frameworks: Vec::new() }
    }

    fn get_executors(&self) -> GetExecutors {
        let infos = self.live_executors().map(|(framework, executor)| {
            let mut info = executor.info.clone();
            info.framework_id.get_or_insert_default().value.clone_from(&framework.to_owned());
            info
        });
        let executors = infos.map(|executor_info| get_executors::Executor { executor_info });
        GetExecutors { executors: executors.collect(), completed_executors: Vec::new() }
    }

    fn get_tasks(&self) -> GetTasks {
        let mut tasks = GetTasks::default();
        for (framework, executor) in self.frameworks.iter().flat_map(|(id, framework)| {
            framework.executors.values().map(move |executor| (framework_id(id), executor))
        }) {
            let named = executor.command.is_none().then_some(&executor.info.executor_id);
            let queued = executor.queued.iter().flat_map(super::executor::Queued::tasks);
            let queued = queued.map(|task| Known { info: task.clone(), latest: staging(task) });
            tasks.queued_tasks.extend(queued.map(|task| described(&framework, named, &task)));
            let launched = executor.launched.values().map(|task| described(&framework, named, task));
            tasks.launched_tasks.extend(launched);
            let terminated = executor.terminated.values().map(|task| described(&framework, named, task));
            tasks.terminated_tasks.extend(terminated);
        }
        tasks
    }
}

fn described(
    framework: &mesos_sdk::proto::v1::FrameworkId,
    executor: Option<&ExecutorId>,
    task: &Known,
) -> Task {
    let state = task.latest.state();
    let statuses = if state == TaskState::TaskStaging { Vec::new() } else { vec![task.latest.clone()] };
    describe::task(framework, executor, &task.info, (state, statuses))
}
