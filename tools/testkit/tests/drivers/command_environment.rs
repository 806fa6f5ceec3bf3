//! The variables of commands.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Result, ensure};
use mesos_sdk::proto::v1::environment::Variable;
use mesos_sdk::proto::v1::framework_info::{Capability, capability};
use mesos_sdk::proto::v1::{CommandInfo, Environment, FrameworkInfo, TaskInfo, TaskState};
use testkit::TestCluster;

use crate::commands::{ensure_is, last, launch, shell};
use crate::framework::{Framework, driver, info};

testkit::cases![command_has_its_executors_variables];

/// What a command finds; agents with certain flags pass some more to executors.
const FOUND: [&str; 16] = [
    "LIBPROCESS_IP",
    "LIBPROCESS_PORT",
    "MESOS_AGENT_ENDPOINT",
    "MESOS_ALLOCATION_ROLE",
    "MESOS_CHECKPOINT",
    "MESOS_DIRECTORY",
    "MESOS_EXECUTOR_ID",
    "MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD",
    "MESOS_FRAMEWORK_ID",
    "MESOS_HTTP_COMMAND_EXECUTOR",
    "MESOS_SANDBOX",
    "MESOS_SLAVE_ID",
    "MESOS_SLAVE_PID",
    "OWN",
    "PATH",
    "PWD",
];

async fn command_has_its_executors_variables(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let output = folder.path().join("environment");
    let variable = |name: &str, value: &str| Variable {
        name: name.to_owned(),
        value: Some(value.to_owned()),
        ..Variable::default()
    };
    // It can't have another role than that of its resources.
    let variables = vec![variable("OWN", "yes"), variable("MESOS_ALLOCATION_ROLE", "mine")];
    let environment = Some(Environment { variables });
    let command = CommandInfo { environment, ..shell(&format!("env > {}", output.display())) };
    let info = FrameworkInfo {
        roles: vec!["dev".to_owned()],
        capabilities: vec![Capability { r#type: Some(capability::Type::MultiRole.into()) }],
        ..info("commands")
    };
    let mut framework = Framework::start(driver(cluster.address(), info)?);
    launch(&mut framework, command, TaskInfo::default()).await?;
    ensure_is(&last(&mut framework).await?, TaskState::Finished, "Command exited with status 0")?;
    framework.stop().await?;
    let found = fs::read_to_string(output)?;
    ensure!(found.lines().any(|line| line == "MESOS_ALLOCATION_ROLE=dev"), "{found}");
    let names: BTreeSet<&str> = found.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    ensure!(names == FOUND.into(), "{names:?}");
    Ok(())
}
