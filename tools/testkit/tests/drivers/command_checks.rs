//! Health checks and checks of commands: who makes them is the agent or `mesos-executor`.

use anyhow::{Context, Result, ensure};
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{CheckInfo, HealthCheck, TaskInfo, TaskState, check_info, health_check};
use peer::Server;
use testkit::TestCluster;

use crate::commands::{last, launch, shell, start};
use crate::framework::Framework;

testkit::cases![
    unhealthy_command_is_killed,
    health_and_checks_are_reported,
    checks_over_http_and_tcp,
    nobody_listens_on_an_impossible_port,
];

/// Launches a command with this check, and waits until it is killed because the check fails.
async fn killed_by(cluster: &TestCluster, check: HealthCheck) -> Result<Framework> {
    let mut framework = start(cluster)?;
    let task = TaskInfo { health_check: Some(Box::new(check)), ..TaskInfo::default() };
    launch(&mut framework, shell("exec sleep 1000"), task).await?;
    let killed = last(&mut framework).await?;
    ensure!(killed.state() == TaskState::Killed && killed.healthy == Some(false), "{killed:?}");
    Ok(framework)
}

#[statement::proves(hc)]
async fn unhealthy_command_is_killed(cluster: TestCluster) -> Result<()> {
    let check = HealthCheck {
        r#type: Some(health_check::Type::Command.into()),
        command: Some(Box::new(shell("exit 1"))),
        delay_seconds: Some(0.0),
        interval_seconds: Some(0.2),
        grace_period_seconds: Some(0.0),
        consecutive_failures: Some(2),
        ..HealthCheck::default()
    };
    let framework = killed_by(&cluster, check).await?;
    let received = framework.updates.iter().filter(|status| {
        status.reason == Some(Reason::TaskHealthCheckStatusUpdated.into()) && status.healthy == Some(false)
    });
    ensure!(received.count() == 2, "{:?}", framework.updates);
    framework.stop().await
}

/// Launches a command that runs until it is killed, and that is checked in these two ways at once.
async fn start_checked(cluster: &TestCluster, health: HealthCheck, check: CheckInfo) -> Result<Framework> {
    let task = TaskInfo {
        health_check: Some(Box::new(HealthCheck { delay_seconds: Some(0.0), ..health })),
        check: Some(Box::new(CheckInfo { delay_seconds: Some(0.0), ..check })),
        ..TaskInfo::default()
    };
    let mut framework = start(cluster)?;
    launch(&mut framework, shell("exec sleep 1000"), task).await?;
    Ok(framework)
}

#[statement::proves(hc)]
async fn health_and_checks_are_reported(cluster: TestCluster) -> Result<()> {
    let health = HealthCheck {
        r#type: Some(health_check::Type::Command.into()),
        command: Some(Box::new(shell("true"))),
        ..HealthCheck::default()
    };
    let check = CheckInfo {
        r#type: Some(check_info::Type::Command.into()),
        command: Some(Box::new(check_info::Command { command: shell("exit 9") })),
        ..CheckInfo::default()
    };
    let mut framework = start_checked(&cluster, health, check).await?;
    let starting = framework.update().await?;
    let empty = starting.check_status.as_ref().and_then(|status| status.command.as_ref());
    ensure!(empty.is_some_and(|command| command.exit_code.is_none()), "{starting:?}");
    let mut reasons = Vec::new();
    while reasons.len() < 2 {
        let status = framework.update().await?;
        if status.reason.is_some() {
            reasons.extend(status.reason());
        }
    }
    let status = framework.updates.last().context("no update")?;
    let code = status.check_status.as_ref().and_then(|status| status.command.as_ref()?.exit_code);
    ensure!(status.healthy == Some(true) && code == Some(9), "{status:?}");
    ensure!(reasons.contains(&Reason::TaskHealthCheckStatusUpdated), "{reasons:?}");
    ensure!(reasons.contains(&Reason::TaskCheckStatusUpdated), "{reasons:?}");
    framework.stop().await
}

/// The task need not be the one that listens: it has the machine's network.
#[statement::proves(hc)]
async fn checks_over_http_and_tcp(cluster: TestCluster) -> Result<()> {
    let server = Server::responding("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")?;
    let port = u32::from(server.port());
    let health = HealthCheck {
        r#type: Some(health_check::Type::Http.into()),
        http: Some(Box::new(health_check::HttpCheckInfo {
            port,
            path: Some("/health".to_owned()),
            ..health_check::HttpCheckInfo::default()
        })),
        ..HealthCheck::default()
    };
    let check = CheckInfo {
        r#type: Some(check_info::Type::Tcp.into()),
        tcp: Some(check_info::Tcp { port }),
        ..CheckInfo::default()
    };
    let mut framework = start_checked(&cluster, health, check).await?;
    loop {
        let status = framework.update().await?;
        let connected = status.check_status.as_ref().and_then(|status| status.tcp.as_ref()?.succeeded);
        ensure!(status.healthy != Some(false) && connected != Some(false), "{status:?}");
        if status.healthy == Some(true) && connected == Some(true) {
            break;
        }
    }
    framework.stop().await
}

/// Masters accept any number as a port.
#[statement::proves(hc)]
async fn nobody_listens_on_an_impossible_port(cluster: TestCluster) -> Result<()> {
    let check = HealthCheck {
        r#type: Some(health_check::Type::Tcp.into()),
        tcp: Some(health_check::TcpCheckInfo { port: 65_536, ..health_check::TcpCheckInfo::default() }),
        delay_seconds: Some(0.0),
        grace_period_seconds: Some(0.0),
        consecutive_failures: Some(1),
        ..HealthCheck::default()
    };
    killed_by(&cluster, check).await?.stop().await
}
