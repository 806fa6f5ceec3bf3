//! Credentials: who gets them, and what becomes of wrong ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use mesos_sdk::proto::v1::{FrameworkInfo, TaskState};
use mesos_sdk::security::{Authenticator, Basic, Secret};
use mesos_sdk::{Address, ClientOptions, Error, ErrorKind, SchedulerDriver, async_trait};
use peer::Server;
use testkit::{Proxy, TestCluster};
use tokio::sync::Barrier;

use crate::framework::{Framework, driver, info};
use crate::task::Work;

testkit::cases![
    default_principal_is_the_authenticated_one,
    another_principal_is_refused,
    wrong_credentials_are_one_error,
    missing_credentials_are_one_error,
    newer_credentials_are_tried_once,
    shared_authentication_renews_for_all,
    compression_is_never_requested
    // A server that redirects here is not Mesos.
    ; embedded only:
    untrusted_redirect_sends_no_credentials,
    executor_shows_the_token_of_the_agent
    ; several masters:
    trusted_redirect_keeps_the_credentials,
    zookeeper_hosts_need_trust,
    executor_shows_the_token_of_the_agent,
];

pub(crate) const PRINCIPAL: &str = "bob";
pub(crate) const SECRET: &str = "opensesame";

pub(crate) async fn authenticating(cluster: TestCluster) -> Result<TestCluster> {
    let kind = cluster.backend();
    drop(cluster);
    TestCluster::authenticating_schedulers(kind, PRINCIPAL, SECRET).await
}

pub(crate) fn with_credentials(masters: &str, info: FrameworkInfo, secret: &str) -> Result<SchedulerDriver> {
    let basic = Basic::new(PRINCIPAL, secret)?;
    Ok(driver(masters, info)?.client_options(ClientOptions::new().authenticator(basic)))
}

/// Subscribes, runs a task to its end, and is torn down.
pub(crate) async fn whole_life(driver: SchedulerDriver) -> Result<()> {
    let mut framework = Framework::start(driver);
    framework.subscribed().await?;
    framework.launch(&[("t", Work::FinishAfter(0))]).await?;
    framework.state("t", TaskState::Finished).await?;
    framework.stop().await
}

/// Runs until the driver gives up.
pub(crate) async fn failure(driver: SchedulerDriver) -> Result<Error> {
    let error = Framework::start(driver).end().await?.err().context("it ended well")?;
    ensure!(!format!("{error:?}").contains(SECRET), "a secret is printed: {error:?}");
    Ok(error)
}

#[statement::proves(principal)]
async fn default_principal_is_the_authenticated_one(cluster: TestCluster) -> Result<()> {
    let cluster = authenticating(cluster).await?;
    let mut framework = Framework::start(with_credentials(cluster.address(), info("principal"), SECRET)?);
    let id = framework.subscribed().await?.framework_id;
    ensure!(cluster.framework(&id.value).await?["principal"] == PRINCIPAL);
    framework.launch(&[("t", Work::FinishAfter(0))]).await?;
    framework.state("t", TaskState::Finished).await?;
    framework.stop().await?;
    cluster.completed(&id.value).await
}

#[statement::proves(principal)]
async fn another_principal_is_refused(cluster: TestCluster) -> Result<()> {
    let cluster = authenticating(cluster).await?;
    let info = FrameworkInfo { principal: Some("alice".to_owned()), ..info("principal") };
    let error = failure(with_credentials(cluster.address(), info, SECRET)?).await?;
    ensure!(error.kind() == ErrorKind::Rejected, "{error:?}");
    let text = "Failed to validate scheduler::Call: Authenticated principal 'bob' does not match principal 'alice' set in \
                `FrameworkInfo`";
    ensure!(error.to_string().contains(text), "{error}");
    Ok(())
}

async fn wrong_credentials_are_one_error(cluster: TestCluster) -> Result<()> {
    let cluster = authenticating(cluster).await?;
    let proxy = Proxy::to(cluster.address()).await?;
    let error = failure(with_credentials(proxy.address(), info("wrong"), "a guess")?).await?;
    ensure!(error.kind() == ErrorKind::Unauthorized, "{error:?}");
    let text = "does not accept the credentials (401): check them; it asks for Basic realm=\"mesos-master-scheduler\"";
    ensure!(error.to_string().contains(text), "{error}");
    ensure!(proxy.sent("POST ") == 1, "{} requests", proxy.sent("POST "));
    Ok(())
}

async fn missing_credentials_are_one_error(cluster: TestCluster) -> Result<()> {
    let cluster = authenticating(cluster).await?;
    let proxy = Proxy::to(cluster.address()).await?;
    let error = failure(driver(proxy.address(), info("missing"))?).await?;
    ensure!(error.kind() == ErrorKind::Unauthorized, "{error:?}");
    ensure!(error.to_string().contains("wants credentials (401)"), "{error}");
    ensure!(proxy.sent("POST ") == 1, "{} requests", proxy.sent("POST "));
    Ok(())
}

/// Returns a wrong secret until it was refused so often, and always reports that it has a newer
/// one.
#[derive(Debug)]
struct Renewing {
    refusals: AtomicUsize,
    right_after: usize,
}

#[async_trait]
impl Authenticator for Renewing {
    async fn authorization(&self, peer: &Address) -> Result<Option<Secret>, Error> {
        let is_right = self.refusals.load(Ordering::SeqCst) >= self.right_after;
        Basic::new(PRINCIPAL, if is_right { SECRET } else { "stale" })?.authorization(peer).await
    }

    async fn refused(&self, _: &Address, _: Option<&Secret>) -> Result<bool, Error> {
        self.refusals.fetch_add(1, Ordering::SeqCst);
        Ok(true)
    }
}

async fn newer_credentials_are_tried_once(cluster: TestCluster) -> Result<()> {
    let cluster = authenticating(cluster).await?;
    let proxy = Proxy::to(cluster.address()).await?;
    let renewing = |right_after| Arc::new(Renewing { refusals: AtomicUsize::new(0), right_after });
    let driver = |right_after| {
        Ok::<_, anyhow::Error>(
            driver(proxy.address(), info("renewed"))?
                .client_options(ClientOptions::new().authenticator(renewing(right_after))),
        )
    };
    whole_life(driver(1)?).await?;
    let before = proxy.sent("POST ");
    let error = failure(driver(2)?).await?;
    ensure!(error.kind() == ErrorKind::Unauthorized, "{error:?}");
    ensure!(proxy.sent("POST ") == before + 2, "{} requests", proxy.sent("POST ") - before);
    Ok(())
}

/// Gives the stale secret to so many, who are refused together; then it discards each that was
/// refused, once.
#[derive(Debug)]
struct Shared {
    stale: Barrier,
    discarded: AtomicUsize,
}

#[async_trait]
impl Authenticator for Shared {
    async fn authorization(&self, _: &Address) -> Result<Option<Secret>, Error> {
        let is_stale = self.discarded.load(Ordering::SeqCst) == 0;
        if is_stale {
            self.stale.wait().await;
        }
        Ok(Some(Basic::new(PRINCIPAL, if is_stale { "stale" } else { SECRET })?.header()))
    }

    async fn refused(&self, _: &Address, refused: Option<&Secret>) -> Result<bool, Error> {
        let stale = Basic::new(PRINCIPAL, "stale")?.header();
        let count = if refused == Some(&stale) { 1 } else { 1000 };
        self.discarded.fetch_add(count, Ordering::SeqCst);
        Ok(true)
    }
}

async fn shared_authentication_renews_for_all(cluster: TestCluster) -> Result<()> {
    let cluster = authenticating(cluster).await?;
    let shared = Arc::new(Shared { stale: Barrier::new(6), discarded: AtomicUsize::new(0) });
    let lives = (0..6).map(|_| {
        let authentication = Arc::<Shared>::clone(&shared);
        Ok(driver(cluster.address(), info("shared"))?
            .client_options(ClientOptions::new().authenticator(authentication)))
    });
    let drivers = lives.collect::<Result<Vec<_>>>()?;
    let subscribed = drivers.into_iter().map(|driver| async {
        let mut framework = Framework::start(driver);
        framework.subscribed().await?;
        framework.stop().await
    });
    futures::future::try_join_all(subscribed).await?;
    // Each was refused once, and stated its purpose.
    ensure!(shared.discarded.load(Ordering::SeqCst) == 6);
    Ok(())
}

/// Not even where the response is one body.
#[statement::proves(gzip)]
async fn compression_is_never_requested(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    whole_life(driver(proxy.address(), info("gzip"))?).await?;
    ensure!(proxy.sent("user-agent: mesos-sdk") > 1 && proxy.sent("accept-encoding") == 0);
    Ok(())
}

#[statement::proves(redir)]
async fn untrusted_redirect_sends_no_credentials(cluster: TestCluster) -> Result<()> {
    let cluster = authenticating(cluster).await?;
    let proxy = Proxy::to(cluster.address()).await?;
    let elsewhere = proxy.address().replace("127.0.0.1", "localhost");
    let standby = Server::standby(&elsewhere)?;
    let error = failure(with_credentials(standby.address(), info("redir"), SECRET)?).await?;
    ensure!(error.kind() == ErrorKind::Untrusted, "{error:?}");
    ensure!(error.to_string().contains("trusted_hosts") && error.to_string().contains(&elsewhere), "{error}");
    ensure!(proxy.sent("POST ") == 0 && standby.connections() == 1);
    let trusting = with_credentials(standby.address(), info("redir"), SECRET)?;
    whole_life(trusting.client_options(ClientOptions::new().trusted_hosts(["localhost"])?)).await?;
    // Without credentials there is nothing to protect.
    let error = failure(driver(standby.address(), info("redir"))?).await?;
    ensure!(error.kind() == ErrorKind::Unauthorized, "{error:?}");
    Ok(())
}

#[statement::proves(redir)]
async fn trusted_redirect_keeps_the_credentials(cluster: TestCluster) -> Result<()> {
    let cluster = authenticating(cluster).await?;
    let leader = cluster.address();
    let standby = cluster.masters().iter().find(|master| *master != leader).context("no standby")?;
    whole_life(with_credentials(&format!("{standby},{leader}"), info("redir"), SECRET)?).await
}

#[statement::proves(zk1)]
async fn zookeeper_hosts_need_trust(cluster: TestCluster) -> Result<()> {
    let cluster = authenticating(cluster).await?;
    let zookeeper = cluster.zookeeper().context("no ZooKeeper")?;
    let error = failure(with_credentials(zookeeper, info("zk1"), SECRET)?).await?;
    ensure!(error.kind() == ErrorKind::Untrusted, "{error:?}");
    let trusting = with_credentials(zookeeper, info("zk1"), SECRET)?
        .client_options(ClientOptions::new().trusted_hosts(["127.0.0.0/8"])?);
    whole_life(trusting).await
}

/// Every executor of these tests is a driver of the library's.
#[statement::proves(token)]
async fn executor_shows_the_token_of_the_agent(cluster: TestCluster) -> Result<()> {
    let kind = cluster.backend();
    drop(cluster);
    let cluster = TestCluster::authenticating_executors(kind).await?;
    whole_life(driver(cluster.address(), info("token"))?).await
}
