//! The framework's id, kept for the next start of the scheduler.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use mesos_sdk::proto::v1::{FrameworkId, FrameworkInfo, TaskState};
use mesos_sdk::scheduler::RemovedPolicy;
use mesos_sdk::store::{FileStore, MemoryStore};
use mesos_sdk::{Error, ErrorKind, FrameworkStore, async_trait};
use testkit::{LinkFault, Proxy, TestCluster};
use tokio::time::sleep;

use crate::framework::{Framework, driver, info};
use crate::task::{Work, task_id};

testkit::cases![
    later_start_resumes_the_stored_id,
    every_accepted_id_round_trips,
    teardown_clears_the_store,
    leaving_keeps_the_stored_id,
    unstorable_id_ends_the_driver,
    lost_response_leaks_without_a_chosen_id,
    chosen_id_leaks_no_framework,
    removed_id_is_not_replaced_silently,
    removed_id_is_replaced_on_request,
    operator_removal_renews_on_request,
    new_master_accepts_a_removed_id,
    no_failover_timeout_resumes_nothing,
    new_master_learns_the_failover_timeout,
    invalid_failover_timeout_is_refused;
    embedded only:
    an_explicit_id_must_be_the_stored_one,
    unreadable_store_ends_the_driver,
];

/// A store whose file is left half written, so to say.
#[derive(Debug, Default)]
struct Broken {
    reads: bool,
}

#[async_trait]
impl FrameworkStore for Broken {
    async fn load(&self) -> Result<Option<FrameworkId>, Error> {
        if self.reads { Ok(None) } else { Err(Error::new(ErrorKind::Store, "no such cupboard")) }
    }

    async fn save(&self, _: &FrameworkId) -> Result<(), Error> {
        Err(Error::new(ErrorKind::Store, "the cupboard is full"))
    }

    async fn clear(&self) -> Result<(), Error> {
        Ok(())
    }
}

#[statement::proves(disc)]
async fn later_start_resumes_the_stored_id(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let store = FileStore::new(folder.path().join("framework-id"));
    let mut first = Framework::start(driver(cluster.address(), info("disc"))?.store(store.clone()));
    let id = first.subscribed().await?.framework_id;
    ensure!(std::fs::read_to_string(store.path())? == format!("{}\n", id.value));
    first.launch_one("t", Work::Run).await?;
    // Without a word to the master, as SIGKILL does.
    drop(first);
    cluster.disconnected(&id.value).await?;
    let mut later = Framework::start(driver(cluster.address(), info("disc"))?.store(store));
    let subscription = later.subscribed().await?;
    ensure!(subscription.framework_id == id && !subscription.resubscribed, "{subscription:?}");
    later.handle.kill(task_id("t"), None).await?;
    later.state("t", TaskState::Killed).await?;
    later.stop().await
}

/// What a master takes is more than what it gives, and a file must keep it to the letter.
#[statement::proves(chosenid)]
async fn every_accepted_id_round_trips(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let longest = "x".repeat(255);
    let odd = ["my framework", " a ", "\"{'id': 1}\"", "\u{e9}\u{85}\u{2028}", "...", "%20", &longest];
    for (number, id) in odd.into_iter().enumerate() {
        let store = FileStore::new(folder.path().join(number.to_string()));
        let id = FrameworkId::from(id);
        let chosen = FrameworkInfo { id: Some(id.clone()), ..info("odd") };
        let mut first = Framework::start(driver(cluster.address(), chosen)?.store(store.clone()));
        ensure!(first.subscribed().await?.framework_id == id);
        first.leave().await?;
        let mut later = Framework::start(driver(cluster.address(), info("odd"))?.store(store));
        ensure!(later.subscribed().await?.framework_id == id);
        later.stop().await?;
    }
    for id in ["..", "a/b", "a\\b", "a\tb", &"x".repeat(256)] {
        let id = FrameworkId::from(id);
        let mut refused =
            Framework::start(driver(cluster.address(), FrameworkInfo { id: Some(id), ..info("odd") })?);
        ensure!(refused.subscribed().await.is_err());
    }
    Ok(())
}

#[statement::proves(teardown)]
async fn teardown_clears_the_store(cluster: TestCluster) -> Result<()> {
    let store = MemoryStore::default();
    let mut framework = Framework::start(driver(cluster.address(), info("teardown"))?.store(store.clone()));
    let id = framework.subscribed().await?.framework_id;
    ensure!(store.id().as_ref() == Some(&id));
    framework.stop().await?;
    ensure!(store.id().is_none(), "{:?}", store.id());
    cluster.completed(&id.value).await
}

#[statement::proves(v0stop)]
async fn leaving_keeps_the_stored_id(cluster: TestCluster) -> Result<()> {
    let store = MemoryStore::default();
    let mut framework = Framework::start(driver(cluster.address(), info("leave"))?.store(store.clone()));
    let id = framework.subscribed().await?.framework_id;
    framework.leave().await?;
    ensure!(store.id().as_ref() == Some(&id), "{:?}", store.id());
    cluster.disconnected(&id.value).await
}

async fn unstorable_id_ends_the_driver(cluster: TestCluster) -> Result<()> {
    let driver = driver(cluster.address(), info("unstored"))?.store(Broken { reads: true });
    let mut framework = Framework::start(driver);
    let Err(end) = framework.subscribed().await else {
        bail!("`subscribed` was called before the id was stored")
    };
    let (end, frameworks) = (format!("{end:?}"), cluster.state().await?["frameworks"].clone());
    let id = frameworks[0]["id"].as_str().context("the framework was torn down")?;
    ensure!(["kind: Store", id, "cupboard is full"].iter().all(|part| end.contains(part)), "{end}");
    Ok(())
}

/// How many frameworks the master has had.
async fn frameworks(cluster: &TestCluster) -> Result<usize> {
    let state = cluster.state().await?;
    let count = |list: &str| state[list].as_array().map_or(0, Vec::len);
    Ok(count("frameworks") + count("completed_frameworks"))
}

/// A scheduler that is killed when its first SUBSCRIBE has arrived and the response was lost, and
/// is started again.
async fn lose_the_first_answer(cluster: &TestCluster, chooses: bool) -> Result<Framework> {
    let proxy = Proxy::to(cluster.address()).await?;
    let store = MemoryStore::default();
    let start = |address: &str| {
        let driver = driver(address, info("newid"))?.store(store.clone());
        anyhow::Ok(Framework::start(if chooses { driver.client_generated_id() } else { driver }))
    };
    proxy.set(LinkFault::DropResponses);
    let killed = start(proxy.address())?;
    while frameworks(cluster).await? == 0 {
        sleep(Duration::from_millis(10)).await;
    }
    drop(killed);
    let mut restarted = start(cluster.address())?;
    let id = restarted.subscribed().await?.framework_id;
    ensure!(store.id() == Some(id));
    Ok(restarted)
}

/// What the next case is held against: the fault does what it should.
#[statement::proves(newid)]
async fn lost_response_leaks_without_a_chosen_id(cluster: TestCluster) -> Result<()> {
    let framework = lose_the_first_answer(&cluster, false).await?;
    ensure!(frameworks(&cluster).await? >= 2);
    framework.stop().await
}

#[statement::proves(chosenid, newid)]
async fn chosen_id_leaks_no_framework(cluster: TestCluster) -> Result<()> {
    let mut framework = lose_the_first_answer(&cluster, true).await?;
    ensure!(frameworks(&cluster).await? == 1);
    framework.launch_one("t", Work::Run).await?;
    framework.stop().await?;
    ensure!(frameworks(&cluster).await? == 1);
    Ok(())
}

/// A store with the id of a framework that was torn down.
async fn of_a_removed_framework(cluster: &TestCluster) -> Result<MemoryStore> {
    let mut framework = Framework::start(driver(cluster.address(), info("removed"))?);
    let id = framework.subscribed().await?.framework_id;
    framework.stop().await?;
    cluster.completed(&id.value).await?;
    let store = MemoryStore::default();
    store.save(&id).await?;
    Ok(store)
}

#[statement::proves(removed)]
async fn removed_id_is_not_replaced_silently(cluster: TestCluster) -> Result<()> {
    let store = of_a_removed_framework(&cluster).await?;
    let before = store.id();
    for _ in 0..2 {
        let driver = driver(cluster.address(), info("removed"))?.store(store.clone());
        let Err(error) = Framework::start(driver).end().await? else { bail!("subscribed") };
        ensure!(error.kind() == ErrorKind::FrameworkRemoved, "{error:?}");
        ensure!(store.id() == before && frameworks(&cluster).await? == 1);
    }
    Ok(())
}

#[statement::proves(removed)]
async fn removed_id_is_replaced_on_request(cluster: TestCluster) -> Result<()> {
    let store = of_a_removed_framework(&cluster).await?;
    let before = store.id();
    let driver = driver(cluster.address(), info("removed"))?.store(store.clone());
    let mut framework = Framework::start(driver.removed_policy(RemovedPolicy::RegisterNew));
    let subscription = framework.subscribed().await?;
    ensure!(subscription.replaced == before && !subscription.resubscribed, "{subscription:?}");
    ensure!(store.id().as_ref() == Some(&subscription.framework_id) && store.id() != before);
    framework.launch_one("t", Work::Run).await?;
    framework.stop().await
}

/// TEARDOWN of another client stands for the operator's.
#[statement::proves(removed)]
async fn operator_removal_renews_on_request(cluster: TestCluster) -> Result<()> {
    let store = MemoryStore::default();
    let driver = driver(cluster.address(), info("operator"))?.store(store.clone()).client_generated_id();
    let mut framework = Framework::start(driver.removed_policy(RemovedPolicy::RegisterNew));
    let first = framework.subscribed().await?.framework_id;
    framework.launch_one("t", Work::Run).await?;
    cluster.tear_down(&first.value).await?;
    let subscription = framework.subscribed().await?;
    ensure!(subscription.replaced.as_ref() == Some(&first) && !subscription.resubscribed, "{subscription:?}");
    ensure!(subscription.framework_id != first && store.id() == Some(subscription.framework_id));
    framework.launch_one("u", Work::Run).await?;
    framework.stop().await?;
    ensure!(frameworks(&cluster).await? == 2);
    Ok(())
}

/// The memory of removed frameworks ends with the master.
#[statement::proves(removed2)]
async fn new_master_accepts_a_removed_id(cluster: TestCluster) -> Result<()> {
    let store = of_a_removed_framework(&cluster).await?;
    cluster.restart_master().await?;
    let id = store.id();
    let mut revenant = Framework::start(driver(cluster.address(), info("removed"))?.store(store));
    ensure!(Some(revenant.subscribed().await?.framework_id) == id);
    revenant.stop().await
}

#[statement::proves(ft0)]
async fn no_failover_timeout_resumes_nothing(cluster: TestCluster) -> Result<()> {
    let store = MemoryStore::default();
    let info = FrameworkInfo { failover_timeout: None, ..info("ft0") };
    let mut first = Framework::start(driver(cluster.address(), info.clone())?.store(store.clone()));
    let id = first.subscribed().await?.framework_id;
    first.launch_one("t", Work::Run).await?;
    first.leave().await?;
    cluster.completed(&id.value).await?;
    let mut later = Framework::start(driver(cluster.address(), info)?.store(store.clone()));
    let Err(error) = later.end().await? else { bail!("a framework without a timeout was resumed") };
    ensure!(error.kind() == ErrorKind::FrameworkRemoved && store.id() == Some(id), "{error:?}");
    Ok(())
}

/// A master learns it from nobody else.
#[statement::proves(ft1)]
async fn new_master_learns_the_failover_timeout(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("ft1"))?);
    let id = framework.subscribed().await?.framework_id;
    cluster.restart_master().await?;
    ensure!(framework.subscribed().await?.resubscribed);
    ensure!(cluster.framework(&id.value).await?["failover_timeout"] == 3600.0);
    framework.leave().await?;
    cluster.disconnected(&id.value).await
}

#[statement::proves(ft2)]
async fn invalid_failover_timeout_is_refused(cluster: TestCluster) -> Result<()> {
    let info = FrameworkInfo { failover_timeout: Some(1e300), ..info("ft2") };
    let Err(error) = Framework::start(driver(cluster.address(), info)?).end().await? else { bail!("taken") };
    ensure!(error.kind() == ErrorKind::Rejected && error.to_string().contains("failover"), "{error:?}");
    Ok(())
}

// No master takes part in these.

async fn an_explicit_id_must_be_the_stored_one(cluster: TestCluster) -> Result<()> {
    let id = |text: &str| FrameworkId::from(text);
    let store = MemoryStore::default();
    store.save(&id("stored")).await?;
    let start = |given: &str| {
        let info = FrameworkInfo { id: Some(id(given)), ..info("explicit") };
        anyhow::Ok(Framework::start(driver(cluster.address(), info)?.store(store.clone())))
    };
    let Err(error) = start("given")?.end().await? else { bail!("taken") };
    ensure!(error.kind() == ErrorKind::Invalid, "{error:?}");
    ensure!(format!("{error:#}").contains("given") && format!("{error:#}").contains("stored"), "{error:?}");
    ensure!(start("stored")?.subscribed().await?.framework_id == id("stored"));
    Ok(())
}

async fn unreadable_store_ends_the_driver(cluster: TestCluster) -> Result<()> {
    let driver = driver(cluster.address(), info("unread"))?.store(Broken::default());
    let Err(error) = Framework::start(driver).end().await? else { bail!("taken") };
    ensure!(
        error.kind() == ErrorKind::Store && format!("{error:#}").contains("no such cupboard"),
        "{error:?}"
    );
    ensure!(frameworks(&cluster).await? == 0);
    Ok(())
}
