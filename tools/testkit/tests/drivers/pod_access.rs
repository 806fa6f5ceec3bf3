//! Pods whose executor reaches its agent in other ways, and the checks of their tasks.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::build::{Check, Command, HealthCheck};
use mesos_sdk::proto::v1::TaskState;
use mesos_sdk::proto::v1::task_status::Reason;
use peer::Server;
use testkit::TestCluster;

use crate::commands::{ensure_is, start};
use crate::pods::{RUNS, command, ends, launch};
use crate::task::task_id;

testkit::cases![
    pod_runs_with_the_executors_token,
    pod_runs_over_a_domain_socket,
    unhealthy_task_ends_its_pod,
    checks_of_a_pod_are_reported,
];

/// Runs a pod of one task whose command must not see the token.
async fn ensure_runs(cluster: &TestCluster) -> Result<()> {
    let mut framework = start(cluster)?;
    let line = r#"test -z "$MESOS_EXECUTOR_AUTHENTICATION_TOKEN""#;
    launch(&mut framework, [command("a", line)]).await?;
    let [finished] = ends(&mut framework, ["a"]).await?;
    ensure_is(&finished, TaskState::Finished, "Command exited with status 0")?;
    framework.stop().await
}

#[statement::proves(token)]
async fn pod_runs_with_the_executors_token(cluster: TestCluster) -> Result<()> {
    ensure_runs(&TestCluster::authenticating_executors(cluster.backend()).await?).await
}

#[statement::proves(sock)]
async fn pod_runs_over_a_domain_socket(cluster: TestCluster) -> Result<()> {
    ensure_runs(&TestCluster::with_domain_socket(cluster.backend()).await?).await
}

#[statement::proves(hc)]
async fn unhealthy_task_ends_its_pod(cluster: TestCluster) -> Result<()> {
    let check = HealthCheck::command("exit 1")
        .delay(Duration::ZERO)
        .interval(Duration::from_millis(200))
        .grace_period(Duration::ZERO)
        .failures(2);
    let mut framework = start(&cluster)?;
    let tasks = [command("ill", RUNS).health_check(check), command("well", RUNS)];
    launch(&mut framework, tasks).await?;
    let [ill, well] = ends(&mut framework, ["ill", "well"]).await?;
    ensure!(ill.state() == TaskState::Killed && ill.healthy == Some(false), "{ill:?}");
    ensure!(well.state() == TaskState::Killed, "{well:?}");
    let reported = framework.updates.iter().filter(|status| {
        status.reason() == Some(Reason::TaskHealthCheckStatusUpdated) && status.healthy == Some(false)
    });
    ensure!(reported.count() == 2, "{:?}", framework.updates);
    framework.stop().await
}

/// A command runs within the container of its task, in its folder and with its variables.
#[statement::proves(hc)]
async fn checks_of_a_pod_are_reported(cluster: TestCluster) -> Result<()> {
    let server = Server::responding("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")?;
    let line = r#"[ -e here ] && [ "$OWN" = yes ] && exit 9"#;
    let own = Command::shell("touch here; ".to_owned() + RUNS).env("OWN", "yes");
    let health = HealthCheck::http(server.port()).delay(Duration::ZERO);
    let check = Check::command(line).delay(Duration::ZERO).interval(Duration::from_millis(200));
    let mut framework = start(&cluster)?;
    launch(&mut framework, [command("a", own).health_check(health).check(check)]).await?;
    let starting = framework.update().await?;
    let empty = starting.check_status.as_ref().and_then(|status| status.command.as_ref());
    ensure!(empty.context("no status")?.exit_code.is_none(), "{starting:?}");
    loop {
        let status = framework.update().await?;
        let code = status.check_status.as_ref().and_then(|status| status.command.as_ref()?.exit_code);
        if status.healthy == Some(true) && code == Some(9) {
            break;
        }
    }
    framework.handle.kill(task_id("a"), None).await?;
    let [killed] = ends(&mut framework, ["a"]).await?;
    ensure_is(&killed, TaskState::Killed, "Command terminated with signal Terminated")?;
    framework.stop().await
}
