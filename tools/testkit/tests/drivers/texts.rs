//! Text that is not UTF-8, which Mesos hands on as it is, and events that nobody can decode, which
//! a relay inserts into the stream of the peer.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::proto::v1::TaskState;
use mesos_sdk::wire::{Encoding, encode_record};
use mesos_sdk::{ClientOptions, ErrorKind};
use testkit::{Proxy, TestCluster};
use tokio::time::sleep;

use crate::executor::MESSAGE;
use crate::framework::{Framework, NO_FILTER, driver, info};
use crate::reporter::Received;
use crate::task::{AGENT, JSON, Work, task, task_id, with_variables};

testkit::cases![
    invalid_utf_8_is_delivered,
    invalid_utf_8_is_delivered_in_json,
    undecodable_event_is_skipped,
    undecodable_event_is_skipped_in_json,
    event_without_a_required_field_is_skipped,
    event_without_a_required_field_is_skipped_in_json,
    event_above_the_memory_limit_is_skipped,
    event_above_the_memory_limit_is_skipped_in_json,
    deeply_nested_event_is_skipped,
    deeply_nested_event_is_skipped_in_json,
    undecodable_event_does_not_end_an_executor,
];

/// What an executor of C++ or Python may write instead, in Latin-1.
const LATIN_1: &[u8] = b"Erreur: r\xe9pertoire introuvable";
const READ: &str = "Erreur: r\u{fffd}pertoire introuvable";
/// After this an agent sends an update again that is not acknowledged.
const AGAIN: Duration = Duration::from_secs(12);

fn ensure_subscribed_once(proxy: &Proxy) -> Result<()> {
    let subscriptions = proxy.subscriptions();
    ensure!(subscriptions == 1, "{subscriptions} subscriptions");
    Ok(())
}

/// A relay changes what the executor sends.
async fn latin_1(cluster: &TestCluster, encoding: Encoding, executor: &[(&str, &str)]) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let mut framework = Framework::start(
        driver(proxy.address(), info("latin-1"))?.client_options(ClientOptions::new().encoding(encoding)),
    );
    let offer = framework.offer().await?;
    let agent = offer.url.as_ref().map(|url| &url.address).context("no address of the agent")?;
    let relay = Proxy::to(&format!("{}:{}", agent.ip(), agent.port)).await?;
    relay.replace(MESSAGE.as_bytes(), LATIN_1);
    let variables = [executor, &[(AGENT, relay.address())]].concat();
    let task = with_variables(task("t", &offer, Work::FinishAfter(0))?, &variables);
    framework.handle.launch_with_filters([offer.id], [task], NO_FILTER).await?;
    let finished = framework.state("t", TaskState::Finished).await?;
    ensure!(finished.message() == READ, "{finished:?}");
    sleep(AGAIN).await;
    framework.ensure_once(["t"], &[TaskState::Running, TaskState::Finished])?;
    ensure_subscribed_once(&proxy)?;
    framework.stop().await
}

async fn invalid_utf_8_is_delivered(cluster: TestCluster) -> Result<()> {
    latin_1(&cluster, Encoding::Protobuf, &[]).await
}

async fn invalid_utf_8_is_delivered_in_json(cluster: TestCluster) -> Result<()> {
    latin_1(&cluster, Encoding::Json, &[(JSON, "1")]).await
}

async fn undecodable(cluster: &TestCluster, encoding: Encoding, event: &[u8], why: &str) -> Result<()> {
    let proxy = Proxy::to(cluster.address()).await?;
    let mut framework = Framework::start(
        driver(proxy.address(), info("undecodable"))?.client_options(ClientOptions::new().encoding(encoding)),
    );
    framework.launch_one("t", Work::Run).await?;
    proxy.insert(&encode_record(event));
    let received = framework.wait("the event", |received| match received {
        Received::Undecodable(event) => Some(event),
        _ => None,
    });
    let received = received.await?;
    ensure!(
        received.error.kind() == ErrorKind::Undecodable && format!("{:#}", received.error).contains(why),
        "{received:?}"
    );
    ensure!(
        (received.length, received.count) == (event.len(), 1) && event.starts_with(&received.beginning),
        "{received:?}"
    );
    framework.handle.kill(task_id("t"), None).await?;
    framework.state("t", TaskState::Killed).await?;
    ensure_subscribed_once(&proxy)?;
    framework.stop().await
}

async fn undecodable_event_is_skipped(cluster: TestCluster) -> Result<()> {
    // Wire type 7 is none.
    undecodable(&cluster, Encoding::Protobuf, &[0x0f; 300], "malformed protobuf message").await
}

async fn undecodable_event_is_skipped_in_json(cluster: TestCluster) -> Result<()> {
    undecodable(&cluster, Encoding::Json, br#"{"type":"UPDATE","update":[}"#, "malformed JSON message").await
}

/// An update without anything, of which neither the handler nor the master could make sense.
async fn event_without_a_required_field_is_skipped(cluster: TestCluster) -> Result<()> {
    undecodable(
        &cluster,
        Encoding::Protobuf,
        &[0x08, 0x04, 0x2a, 0],
        "lacks the required field update.status.task_id",
    )
    .await
}

async fn event_without_a_required_field_is_skipped_in_json(cluster: TestCluster) -> Result<()> {
    undecodable(&cluster, Encoding::Json, br#"{"type":"OFFERS"}"#, "lacks the required field offers").await
}

/// Empty offers: two bytes each, and some hundred in memory.
async fn event_above_the_memory_limit_is_skipped(cluster: TestCluster) -> Result<()> {
    const OFFERS: usize = 1 << 20;
    let mut event = vec![0x08, 0x03, 0x1a, 0x80, 0x80, 0x80, 0x01];
    event.extend([0x0a, 0].repeat(OFFERS));
    undecodable(&cluster, Encoding::Protobuf, &event, "bytes of memory").await
}

async fn event_above_the_memory_limit_is_skipped_in_json(cluster: TestCluster) -> Result<()> {
    let offers = vec!["{}"; 1 << 20].join(",");
    let event = format!(r#"{{"type":"OFFERS","offers":{{"offers":[{offers}]}}}}"#);
    undecodable(&cluster, Encoding::Json, event.as_bytes(), "bytes of memory").await
}

/// A container in a container, and so on, in the status of an update.
async fn deeply_nested_event_is_skipped(cluster: TestCluster) -> Result<()> {
    let mut event = Vec::new();
    for number in std::iter::repeat_n(2_u8, 120).chain([4, 13, 1, 5]) {
        let length = event.len();
        let [low, high] =
            [(length & 0x7f) | 0x80, length >> 7].map(|part| u8::try_from(part).unwrap_or(0x7f));
        event.splice(0..0, [number << 3 | 2, low, high]);
    }
    undecodable(&cluster, Encoding::Protobuf, &[&[8, 4][..], &event].concat(), "malformed protobuf").await
}

async fn deeply_nested_event_is_skipped_in_json(cluster: TestCluster) -> Result<()> {
    let event = format!(r#"{{"type":"UPDATE","unknown":{}"#, "[".repeat(1 << 20));
    undecodable(&cluster, Encoding::Json, event.as_bytes(), "malformed JSON message").await
}

async fn undecodable_event_does_not_end_an_executor(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("undecodable"))?);
    let offer = framework.offer().await?;
    let agent = offer.url.as_ref().map(|url| &url.address).context("no address of the agent")?;
    let relay = Proxy::to(&format!("{}:{}", agent.ip(), agent.port)).await?;
    let task = with_variables(task("t", &offer, Work::Run)?, &[(AGENT, relay.address())]);
    framework.handle.launch_with_filters([offer.id], [task], NO_FILTER).await?;
    framework.state("t", TaskState::Running).await?;
    relay.insert(&encode_record(&[0x0f; 300]));
    // A launch whose task has a million empty resources.
    let length = [0x80, 0x80, 0x80, 0x01];
    let resources =
        [&[0x08, 0x02, 0x22, 0x85, 0x80, 0x80, 0x01, 0x0a][..], &length, &[0x2a, 0].repeat(1 << 20)];
    relay.insert(&encode_record(&resources.concat()));
    framework.handle.kill(task_id("t"), None).await?;
    framework.state("t", TaskState::Killed).await?;
    framework.ensure_once(["t"], &[TaskState::Running, TaskState::Killed])?;
    // One connection is that of the stream, the other that of all calls.
    ensure!(relay.connections() == 2, "{} connections", relay.connections());
    framework.stop().await
}
