//! Executors, where their sandboxes are, and `/containers`.

use std::path::PathBuf;

use mesos_sdk::proto::v1::{ExecutorInfo, FrameworkId, ResourceStatistics, TaskInfo};
use serde_json::{Map, Value, json};

use super::super::Machine;
use super::super::executor::{Executor, Task};
use super::super::operator::described;
use crate::pages::{command, message, messages, role, sums, task, without_nulls};

const MEBIBYTE: u64 = 1 << 20;

impl Machine {
    pub(super) fn executor_state(&self, framework: &FrameworkId, executor: &Executor) -> Value {
        let info = &executor.info;
        let tasks = |tasks: &mut dyn Iterator<Item = &Task>| {
            tasks.map(|one| task(&described(framework, executor.public_id(), one))).collect::<Vec<_>>()
        };
        without_nulls(json!({
            "id": executor.id(),
            "name": info.name(),
            "source": source(info),
            "container": executor.container,
            "directory": self.runs(&framework.value, executor).join(&executor.container),
            "resources": sums(&executor.resources()),
            "role": role(&info.resources),
            "labels": info.labels.as_ref().map(|labels| messages(&labels.labels)),
            "type": info.r#type.map(|_| info.r#type().as_str_name()),
            "tasks": tasks(&mut executor.launched.values()),
            "queued_tasks": executor.queued_tasks().map(queued_task).collect::<Vec<_>>(),
            "completed_tasks": tasks(&mut executor.completed.iter().chain(executor.terminated.values())),
        }))
    }

    pub(super) fn containers_page(&self) -> Value {
        let containers = self.live_executors().map(|(framework, executor)| {
            json!({
                "container_id": executor.container,
                "executor_id": executor.id(),
                "executor_name": executor.info.name(),
                "framework_id": framework,
                "source": source(&executor.info),
                "statistics": message(&self.limits(executor)),
                "status": without_nulls(json!({
                    "container_id": message(&executor.container_id()),
                    "executor_pid": executor.pid,
                })),
            })
        });
        containers.collect()
    }

    /// Returns what the container may use. What it does use is not measured here.
    pub(in super::super) fn limits(&self, executor: &Executor) -> ResourceStatistics {
        let resources = executor.resources();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is counted in whole bytes"
        )]
        let memory = (resources.mem().as_f64() as u64).saturating_mul(MEBIBYTE);
        ResourceStatistics {
            timestamp: self.now.as_secs_f64(),
            cpus_soft_limit: Some(resources.cpus().as_f64()),
            mem_limit_bytes: Some(memory),
            mem_soft_limit_bytes: Some(memory),
            ..ResourceStatistics::default()
        }
    }

    pub(super) fn files_page(&self) -> Value {
        let mut paths = Map::new();
        for (framework, executor) in self.completed_executors().chain(self.all_executors()) {
            let runs = self.runs(framework, executor);
            let sandbox = json!(runs.join(&executor.container));
            let latest = format!("/frameworks/{framework}/executors/{}/runs/latest", executor.id());
            for path in [&runs.join(&executor.container), &runs.join("latest"), &PathBuf::from(latest)] {
                paths.insert(path.display().to_string(), sandbox.clone());
            }
        }
        Value::Object(paths)
    }

    /// Returns the folder of all sandboxes of an executor.
    pub(in super::super) fn runs(&self, framework: &str, executor: &Executor) -> PathBuf {
        let agent = self.info.id.as_ref().map_or("", |id| &id.value);
        let folder = format!("slaves/{agent}/frameworks/{framework}/executors/{}/runs", executor.id());
        self.flags.work_dir.join(folder)
    }
}

fn source(info: &ExecutorInfo) -> &str {
    info.source()
}

fn queued_task(info: &TaskInfo) -> Value {
    without_nulls(json!({
        "id": info.task_id.value,
        "name": info.name,
        "slave_id": info.agent_id.value,
        "resources": sums(&info.resources[..].into()),
        "role": role(&info.resources),
        "command": info.command.as_deref().map(command),
        "executor_id": info.executor.as_ref().map(|executor| &executor.executor_id.value),
        "discovery": info.discovery.as_deref().map(message),
    }))
}
