//! Tasks that contain instructions for their executor.

use anyhow::{Context, Result};
use bytes::Bytes;
use mesos_sdk::proto::v1::environment::Variable;
use mesos_sdk::proto::v1::executor_info::Type;
use mesos_sdk::proto::v1::{
    CommandInfo, Environment, ExecutorId, ExecutorInfo, Offer, Resource, TaskId, TaskInfo,
};
use mesos_sdk::resources::Resources;

/// In the environment of an executor that is to speak JSON.
pub(crate) const JSON: &str = "DRIVERS_TEST_JSON";
/// The agent's own variable: a command's variables go before those of its agent.
pub(crate) const AGENT: &str = "MESOS_AGENT_ENDPOINT";
/// All tasks of a test run under one executor.
pub(crate) const EXECUTOR: &str = "worker";

/// What the executor does with a task once it has reported that it is running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Nothing until it is killed.
    Run,
    /// Reports that it has finished, after this many milliseconds.
    FinishAfter(u64),
    /// Reports that it has finished, and ends the executor.
    FinishAndStop,
    /// Reports that it has finished when the connection to the agent is lost.
    FinishWhenAlone,
    /// Reports that it has finished as soon as it is subscribed again.
    FinishWhenBack,
    /// Reports that it has finished when the executor has to shut down.
    FinishAtShutdown,
    /// Finishes in the handler of a notification, with the status of the driver as data.
    FinishWhenNotified,
    /// The executor's handler never returns.
    Hang,
}

impl Work {
    fn to_text(self) -> String {
        match self {
            Self::Run => "run".to_owned(),
            Self::FinishAfter(milliseconds) => milliseconds.to_string(),
            Self::FinishAndStop => "finish and stop".to_owned(),
            Self::FinishWhenAlone => "finish when alone".to_owned(),
            Self::FinishWhenBack => "finish when back".to_owned(),
            Self::FinishAtShutdown => "finish at shutdown".to_owned(),
            Self::FinishWhenNotified => "finish when notified".to_owned(),
            Self::Hang => "hang".to_owned(),
        }
    }

    /// What `task` asks for.
    pub(crate) fn of(task: &TaskInfo) -> Result<Self> {
        let text = std::str::from_utf8(task.data())?;
        Ok(match text {
            "run" => Self::Run,
            "finish and stop" => Self::FinishAndStop,
            "finish when alone" => Self::FinishWhenAlone,
            "finish when back" => Self::FinishWhenBack,
            "finish at shutdown" => Self::FinishAtShutdown,
            "finish when notified" => Self::FinishWhenNotified,
            "hang" => Self::Hang,
            milliseconds => {
                Self::FinishAfter(milliseconds.parse().with_context(|| format!("unknown work {text:?}"))?)
            }
        })
    }
}

/// A task on the agent that `offer` is of.
pub(crate) fn task(id: &str, offer: &Offer, work: Work) -> Result<TaskInfo> {
    Ok(TaskInfo {
        name: id.to_owned(),
        task_id: task_id(id),
        agent_id: offer.agent_id.clone(),
        resources: resources()?,
        executor: Some(Box::new(executor()?)),
        data: Some(Bytes::from(work.to_text())),
        ..TaskInfo::default()
    })
}

/// The same with an executor that speaks JSON.
pub(crate) fn in_json(task: TaskInfo) -> TaskInfo {
    with_variables(task, &[(JSON, "1")])
}

/// The same with these variables for its executor.
pub(crate) fn with_variables(mut task: TaskInfo, variables: &[(&str, &str)]) -> TaskInfo {
    let variable = |(name, value): &(&str, &str)| Variable {
        name: (*name).to_owned(),
        value: Some((*value).to_owned()),
        ..Variable::default()
    };
    if let Some(command) = task.executor.as_mut().and_then(|executor| executor.command.as_mut()) {
        command.environment = Some(Environment { variables: variables.iter().map(variable).collect() });
    }
    task
}

pub(crate) fn task_id(id: &str) -> TaskId {
    TaskId::from(id)
}

pub(crate) fn executor_id() -> ExecutorId {
    ExecutorId::from(EXECUTOR)
}

pub(crate) fn executor() -> Result<ExecutorInfo> {
    let program = std::env::current_exe()?.into_os_string().into_string().ok().context("an odd path")?;
    let command = CommandInfo {
        shell: Some(false),
        arguments: vec![program.clone()],
        value: Some(program),
        ..CommandInfo::default()
    };
    Ok(ExecutorInfo {
        r#type: Some(Type::Custom.into()),
        executor_id: executor_id(),
        command: Some(Box::new(command)),
        resources: resources()?,
        ..ExecutorInfo::default()
    })
}

fn resources() -> Result<Vec<Resource>> {
    Ok("cpus:0.1;mem:32".parse::<Resources>()?.into())
}
