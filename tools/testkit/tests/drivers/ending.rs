//! How `run` ends when it can't go on.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use mesos_sdk::proto::v1::framework_info::{Capability, capability};
use mesos_sdk::proto::v1::{FrameworkInfo, TaskState};
use mesos_sdk::wire::Encoding;
use mesos_sdk::{ClientOptions, Error, ErrorKind};
use peer::Server;
use testkit::{Proxy, TestCluster};
use tokio::time::sleep;

use crate::framework::{Framework, driver, info};
use crate::task::Work;

// No master takes part in those that need no real one.
testkit::cases![
    invalid_role_is_refused_in_masters_words,
    lost_teardown_is_repeated,
    abort_sends_nothing_and_tasks_live_on;
    embedded only:
    silent_peer,
    a_peer_that_closes_the_connection,
    a_peer_that_speaks_no_http,
    a_peer_that_speaks_first,
    server_without_the_api,
    web_server,
    a_peer_that_is_not_there,
];

const PATIENCE: Duration = Duration::from_secs(3);
/// A busy machine may be late, but not as late as any of the driver's own limits.
const BOUND: Duration = Duration::from_secs(20);

#[statement::proves(valerr, error)]
async fn invalid_role_is_refused_in_masters_words(cluster: TestCluster) -> Result<()> {
    let multi_role = Capability { r#type: Some(capability::Type::MultiRole.into()) };
    let roles = vec!["/bad".to_owned()];
    let info = FrameworkInfo { roles, capabilities: vec![multi_role], ..info("valerr") };
    let mut framework = Framework::start(driver(cluster.address(), info)?);
    let Err(error) = framework.end().await? else { bail!("the role was taken") };
    ensure!(error.kind() == ErrorKind::Rejected && !error.is_retryable(), "{error:?}");
    ensure!(error.to_string().contains("/bad"), "{error}");
    ensure!(error.to_string().contains("Role"), "{error}");
    Ok(())
}

#[statement::proves(teardown)]
async fn lost_teardown_is_repeated(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let json = driver(proxy.address(), info("teardown"))?
        .client_options(ClientOptions::new().encoding(Encoding::Json));
    let mut framework = Framework::start(json);
    let id = framework.subscribed().await?.framework_id;
    proxy.lose(Some("TEARDOWN"));
    framework.handle.stop();
    while proxy.sent("TEARDOWN") == 0 {
        sleep(Duration::from_millis(50)).await;
    }
    proxy.lose(None);
    framework.end().await??;
    cluster.completed(&id.value).await
}

#[statement::proves(v0stop)]
async fn abort_sends_nothing_and_tasks_live_on(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let json =
        driver(proxy.address(), info("abort"))?.client_options(ClientOptions::new().encoding(Encoding::Json));
    let mut framework = Framework::start(json);
    let id = framework.subscribed().await?.framework_id;
    framework.launch_one("t", Work::Run).await?;
    framework.handle.abort();
    framework.end().await??;
    let Err(error) = framework.handle.revive_all().await else { bail!("the call went through") };
    ensure!(error.kind() == ErrorKind::Stopped, "{error:?}");
    ensure!(proxy.sent("TEARDOWN") == 0);
    cluster.disconnected(&id.value).await?;
    let mut later =
        Framework::start(driver(cluster.address(), FrameworkInfo { id: Some(id), ..info("abort") })?);
    later.subscribed().await?;
    later.handle.reconcile_all().await?;
    later.state("t", TaskState::Running).await?;
    later.stop().await
}

/// The error of a driver that finds no master at `address`, which it has to name.
async fn error_at(address: &str) -> Result<Error> {
    let began = Instant::now();
    let driver = driver(address, info("nowhere"))?.subscribe_timeout(PATIENCE);
    let Err(error) = Framework::start(driver).end().await? else { bail!("the driver ended well") };
    ensure!(began.elapsed() < BOUND, "it took {:?}: {error:#}", began.elapsed());
    ensure!(format!("{error:#}").contains(address), "which peer? {error:#}");
    Ok(error)
}

async fn silent_peer(_: TestCluster) -> Result<()> {
    let peer = Server::silent()?;
    let error = error_at(peer.address()).await?;
    ensure!(error.kind() == ErrorKind::Timeout, "{error:?}");
    Ok(())
}

async fn a_peer_that_closes_the_connection(_: TestCluster) -> Result<()> {
    let peer = Server::responding(b"")?;
    let error = error_at(peer.address()).await?;
    ensure!(error.kind() == ErrorKind::Disconnected, "{error:?}");
    Ok(())
}

async fn a_peer_that_speaks_no_http(_: TestCluster) -> Result<()> {
    let peer = Server::responding(b"\x15\x03\x01\x00\x02\x02\x16")?;
    let error = error_at(peer.address()).await?;
    ensure!(error.kind() == ErrorKind::NotMesos, "{error:?}");
    Ok(())
}

async fn a_peer_that_speaks_first(_: TestCluster) -> Result<()> {
    let peer = Server::greeting(b"SSH-2.0-OpenSSH_9.2\r\n")?;
    let error = error_at(peer.address()).await?;
    ensure!(error.kind() == ErrorKind::NotMesos, "{error:?}");
    Ok(())
}

#[statement::proves(nf404)]
async fn server_without_the_api(_: TestCluster) -> Result<()> {
    let peer = Server::responding(b"HTTP/1.1 404 Not Found\r\nContent-Length: 7\r\n\r\nno page")?;
    let error = error_at(peer.address()).await?;
    ensure!(error.kind() == ErrorKind::Unavailable && format!("{error:#}").contains("404"), "{error:?}");
    ensure!(peer.connections() > 1, "a master that has just started answers 404 too: try again");
    Ok(())
}

#[statement::proves(streamnew)]
async fn web_server(_: TestCluster) -> Result<()> {
    let page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>";
    let peer = Server::responding(page)?;
    let error = error_at(peer.address()).await?;
    ensure!(error.kind() == ErrorKind::NotMesos && !error.is_retryable(), "{error:?}");
    ensure!(peer.connections() == 1, "trying again makes no sense");
    Ok(())
}

async fn a_peer_that_is_not_there(_: TestCluster) -> Result<()> {
    let error = error_at(&peer::unused_address()?).await?;
    ensure!(error.kind() == ErrorKind::Unreachable, "{error:?}");
    Ok(())
}
