//! What operators ask an agent.

use std::time::Duration;

use mesos_sdk::proto::v1::agent::call::Type;
use mesos_sdk::proto::v1::agent::response::{
    self, GetAgent, GetContainers, GetExecutors, GetFrameworks, GetHealth, GetLoggingLevel, GetOperations,
    GetResourceProviders, GetState, GetTasks, GetVersion, get_containers, get_executors, get_frameworks,
};
use mesos_sdk::proto::v1::agent::{Call, Response};
use mesos_sdk::proto::v1::{ContainerStatus, ExecutorId, FrameworkInfo, Task};

use super::Machine;
use super::executor::{Executor, Task as Known};
use super::framework_id;
use crate::describe;
use crate::pages::version_info;

impl Machine {
    /// Does a call of the operator API; `None` if it is one of those that this agent does not do.
    pub(crate) fn operate(&mut self, now: Duration, call: &Call) -> Option<Response> {
        self.now = now;
        if let Some(set) = call.set_logging_level.as_ref().filter(|_| call.r#type() == Type::SetLoggingLevel)
        {
            self.logging = Some((set.level, now.saturating_add(set.duration.into())));
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
                let version_info = version_info();
                response.get_version = Some(Box::new(GetVersion { version_info }));
            }
            response::Type::GetMetrics => response.get_metrics = Some(self.get_metrics()),
            response::Type::GetLoggingLevel => {
                let level = self.logging.filter(|(_, until)| now < *until).map_or(0, |(level, _)| level);
                response.get_logging_level = Some(GetLoggingLevel { level });
            }
            response::Type::GetState => {
                response.get_state = Some(GetState {
                    get_tasks: Some(Box::new(self.get_tasks())),
                    get_executors: Some(Box::new(self.get_executors())),
                    get_frameworks: Some(Box::new(self.get_frameworks())),
                });
            }
            response::Type::GetContainers => response.get_containers = Some(self.get_containers()),
            response::Type::GetFrameworks => response.get_frameworks = Some(Box::new(self.get_frameworks())),
            response::Type::GetExecutors => response.get_executors = Some(Box::new(self.get_executors())),
            response::Type::GetOperations => {
                response.get_operations = Some(GetOperations { operations: self.reported() });
            }
            response::Type::GetTasks => response.get_tasks = Some(Box::new(self.get_tasks())),
            response::Type::GetAgent => {
                response.get_agent = Some(Box::new(GetAgent {
                    agent_info: Some(Box::new(self.info.clone())),
                    drain_config: self.draining,
                    estimated_drain_start_time: None,
                }));
            }
            response::Type::GetResourceProviders => {
                response.get_resource_providers = Some(GetResourceProviders::default());
            }
            _ => {}
        }
    }

    pub(super) fn live_executors(&self) -> impl Iterator<Item = (&str, &Executor)> {
        self.all_executors().filter(|(_, executor)| executor.is_live())
    }

    /// Returns the executors that have not ended, with the ids of their frameworks.
    pub(super) fn all_executors(&self) -> impl Iterator<Item = (&str, &Executor)> {
        self.frameworks.iter().flat_map(|(id, framework)| {
            framework.executors.values().map(move |executor| (id.as_str(), executor))
        })
    }

    pub(super) fn completed_executors(&self) -> impl Iterator<Item = (&str, &Executor)> {
        self.frameworks.values().chain(&self.completed).flat_map(|framework| {
            let id = framework.info.id.as_ref().map_or("", |id| id.value.as_str());
            framework.completed.iter().map(move |executor| (id, executor))
        })
    }

    fn get_containers(&self) -> GetContainers {
        let containers = self.live_executors().map(|(framework, executor)| get_containers::Container {
            framework_id: Some(framework_id(framework)),
            executor_id: Some(executor.info.executor_id.clone()),
            executor_name: Some(executor.info.name().to_owned()),
            container_id: executor.container_id(),
            container_status: Some(Box::new(ContainerStatus {
                container_id: Some(Box::new(executor.container_id())),
                executor_pid: executor.pid,
                ..ContainerStatus::default()
            })),
            resource_statistics: Some(Box::new(self.limits(executor))),
        });
        GetContainers { containers: containers.collect() }
    }

    fn get_frameworks(&self) -> GetFrameworks {
        let mut infos = self.frameworks.values().map(|framework| framework.info.clone());
        let frameworks = |infos: &mut dyn Iterator<Item = FrameworkInfo>| {
            infos.map(|framework_info| get_frameworks::Framework { framework_info }).collect()
        };
        let mut completed = self.completed.iter().map(|framework| framework.info.clone());
        GetFrameworks { frameworks: frameworks(&mut infos), completed_frameworks: frameworks(&mut completed) }
    }

    fn get_executors(&self) -> GetExecutors {
        let described = |(framework, executor): (&str, &Executor)| {
            let mut executor_info = executor.info.clone();
            executor_info.framework_id.get_or_insert_default().value.clone_from(&framework.to_owned());
            get_executors::Executor { executor_info }
        };
        GetExecutors {
            executors: self.all_executors().map(described).collect(),
            completed_executors: self.completed_executors().map(described).collect(),
        }
    }

    fn get_tasks(&self) -> GetTasks {
        let mut tasks = GetTasks::default();
        for (framework, executor) in self.all_executors().chain(self.completed_executors()) {
            let framework = framework_id(framework);
            let described = |task: &Known| described(&framework, executor.public_id(), task);
            let queued = executor.queued_tasks().map(|task| Known::new(task.clone()));
            tasks.queued_tasks.extend(queued.map(|task| described(&task)));
            tasks.launched_tasks.extend(executor.launched.values().map(described));
            tasks.terminated_tasks.extend(executor.terminated.values().map(described));
            tasks.completed_tasks.extend(executor.completed.iter().map(described));
        }
        tasks
    }
}

pub(super) fn described(
    framework: &mesos_sdk::proto::v1::FrameworkId,
    executor: Option<&ExecutorId>,
    task: &Known,
) -> Task {
    describe::task(
        framework,
        executor,
        &task.info,
        (task.latest.state(), task.statuses.clone(), task.sent.as_ref()),
    )
}
