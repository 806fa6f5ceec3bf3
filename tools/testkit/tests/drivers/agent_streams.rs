//! A relay between an executor and its agent shows what the executor sends, and what the agent
//! sends is added to.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::proto::v1::executor::{Event, event};
use mesos_sdk::proto::v1::{ExecutorId, FrameworkInfo, TaskState};
use mesos_sdk::wire::{Encoding, encode_record};
use serde_json::{Deserializer, Value, json};
use testkit::{Proxy, StreamFault, TestCluster};
use tokio::time::sleep;

use crate::framework::{Framework, NO_FILTER, driver, info};
use crate::processes::{ensure_ended, is_alive};
use crate::task::{AGENT, JSON, Work, task, task_id, with_variables};
use crate::updates::gated;

testkit::cases![
    unacknowledged_updates_are_resent_in_order,
    lost_acknowledgement_of_a_completed_task_is_not_repeated,
    a_heartbeat_of_the_agent_changes_nothing,
    an_error_of_the_agent_ends_the_executor,
    malformed_length_loses_nothing,
    executor_ends_when_its_agent_stays_away,
    least_and_most_of_an_executors_times_do_no_harm,
];

const POLL: Duration = Duration::from_millis(50);

/// Executors of a framework that checkpoints go on without their agent for a while.
fn checkpointing(name: &str) -> FrameworkInfo {
    FrameworkInfo { checkpoint: Some(true), ..info(name) }
}

/// Launches these tasks, whose executor speaks with its agent over the relay that is given.
async fn launch(
    framework: &mut Framework,
    works: &[(&str, Work)],
    variables: &[(&str, &str)],
) -> Result<Proxy> {
    let offer = framework.offer().await?;
    let agent = offer.url.as_ref().map(|url| &url.address).context("no address of the agent")?;
    let relay = Proxy::to(&format!("{}:{}", agent.ip(), agent.port)).await?;
    let variables = [variables, &[(AGENT, relay.address())]].concat();
    let tasks = works.iter().map(|(id, work)| Ok(with_variables(task(id, &offer, *work)?, &variables)));
    let tasks = tasks.collect::<Result<Vec<_>>>()?;
    framework.handle.launch_with_filters([offer.id], tasks, NO_FILTER).await?;
    Ok(relay)
}

/// The contents of every SUBSCRIBE up to now, those that were lost included.
fn subscriptions(relay: &Proxy) -> Vec<Value> {
    let sent = relay.all_sent();
    let calls = sent.split("POST ").filter(|call| call.contains("\"SUBSCRIBE\""));
    let bodies = calls.filter_map(|call| call.find('{').map(|begin| &call[begin..]));
    // Part of a call is not a call yet.
    let calls = bodies.filter_map(|body| Deserializer::from_str(body).into_iter::<Value>().next()?.ok());
    calls.map(|call| call["subscribe"].clone()).collect()
}

/// Task and state of each update that SUBSCRIBE contains.
fn updates_sent_again(subscribe: &Value) -> Vec<(&str, &str)> {
    let statuses =
        subscribe["unacknowledged_updates"].as_array().into_iter().flatten().map(|it| &it["status"]);
    let received =
        statuses.map(|status| Some((status["task_id"]["value"].as_str()?, status["state"].as_str()?)));
    received.flatten().collect()
}

/// The executor ends its tasks when it has lost its agent, and the relay lets it wait for that.
#[statement::proves(v0exec, eunack)]
async fn unacknowledged_updates_are_resent_in_order(cluster: TestCluster) -> Result<()> {
    let (gate, on_update) = gated();
    let mut framework = Framework::start_with(driver(cluster.address(), checkpointing("v0exec"))?, on_update);
    let ids = ["c", "a", "b"];
    gate.add_permits(ids.len());
    let relay = launch(&mut framework, &ids.map(|id| (id, Work::FinishWhenAlone)), &[(JSON, "1")]).await?;
    while framework.updates.len() < ids.len() {
        framework.update().await?;
    }
    relay.lose(Some("\"SUBSCRIBE\""));
    relay.cut();
    // An acknowledgement of what came before may have been cut off: then that is sent again, too,
    // and before the rest.
    let expected = ids.map(|id| (id, "TASK_FINISHED"));
    while subscriptions(&relay).last().is_none_or(|last| !updates_sent_again(last).ends_with(&expected)) {
        sleep(POLL).await;
    }
    let last = subscriptions(&relay).pop().context("no SUBSCRIBE")?;
    let before = updates_sent_again(&last).len() - ids.len();
    ensure!(updates_sent_again(&last)[..before].iter().all(|(_, state)| *state == "TASK_RUNNING"), "{last}");
    let tasks = last["unacknowledged_tasks"].as_array().map_or(0, Vec::len);
    ensure!(tasks == before, "a task is acknowledged with its first update: {last}");
    relay.lose(None);
    // Acknowledgements arrive eventually: in the end no update is left. An agent repeats those that
    // are lost as long as the scheduler has not acknowledged the end of the task.
    while subscriptions(&relay).last().is_none_or(|last| *last != json!({})) {
        relay.cut();
        sleep(Duration::from_secs(1)).await;
    }
    gate.add_permits(ids.len());
    for _ in ids {
        framework.update().await?;
    }
    framework.ensure_once(ids, &[TaskState::Running, TaskState::Finished])?;
    framework.stop().await
}

/// An agent acknowledges updates of those tasks alone whose end the scheduler has not acknowledged.
#[statement::proves(eunack)]
async fn lost_acknowledgement_of_a_completed_task_is_not_repeated(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), checkpointing("eunack"))?);
    let relay = launch(&mut framework, &[("t", Work::FinishAfter(1_000))], &[(JSON, "1")]).await?;
    framework.state("t", TaskState::Running).await?;
    relay.fail_stream(StreamFault::Silence);
    framework.state("t", TaskState::Finished).await?;
    for subscribed in 2..5 {
        // Enough for an acknowledgement to arrive, if there were one.
        framework.no_update(Duration::from_secs(2)).await?;
        relay.cut();
        while subscriptions(&relay).len() < subscribed {
            sleep(POLL).await;
        }
        let last = subscriptions(&relay).pop().context("no SUBSCRIBE")?;
        ensure!(updates_sent_again(&last).contains(&("t", "TASK_FINISHED")), "{last}");
    }
    framework.ensure_once(["t"], &[TaskState::Running, TaskState::Finished])?;
    framework.stop().await
}

/// Inserts an event into the agent's stream.
fn insert(relay: &Proxy, event: &Event) {
    relay.insert(&encode_record(&Encoding::Protobuf.encode(event)));
}

/// An agent sends one every 30 minutes.
async fn a_heartbeat_of_the_agent_changes_nothing(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("ehb30"))?);
    let relay = launch(&mut framework, &[("t", Work::Run)], &[]).await?;
    framework.state("t", TaskState::Running).await?;
    insert(&relay, &Event { r#type: Some(event::Type::Heartbeat.into()), ..Event::default() });
    framework.handle.kill(task_id("t"), None).await?;
    framework.state("t", TaskState::Killed).await?;
    framework.ensure_once(["t"], &[TaskState::Running, TaskState::Killed])?;
    framework.stop().await
}

/// An agent of 1.11 sends none.
async fn an_error_of_the_agent_ends_the_executor(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), checkpointing("error"))?);
    let relay = launch(&mut framework, &[("t", Work::Run)], &[]).await?;
    let running = framework.state("t", TaskState::Running).await?;
    let error = event::Error { message: "enough".to_owned() };
    insert(
        &relay,
        &Event { r#type: Some(event::Type::Error.into()), error: Some(error), ..Event::default() },
    );
    ensure_ended(&running).await?;
    framework.state("t", TaskState::Failed).await?;
    framework.stop().await
}

#[statement::proves(rec3)]
async fn malformed_length_loses_nothing(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), checkpointing("rec3"))?);
    let relay = launch(&mut framework, &[("t", Work::FinishWhenBack)], &[]).await?;
    framework.state("t", TaskState::Running).await?;
    relay.insert(b"-1\n");
    framework.state("t", TaskState::Finished).await?;
    framework.ensure_once(["t"], &[TaskState::Running, TaskState::Finished])?;
    framework.stop().await
}

/// By its agent's default it would wait for 15 minutes.
#[statement::proves(rect)]
async fn executor_ends_when_its_agent_stays_away(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), checkpointing("rect"))?);
    let offer = framework.offer().await?;
    let task = with_variables(task("t", &offer, Work::Run)?, &[("MESOS_RECOVERY_TIMEOUT", "2secs")]);
    framework.handle.launch_with_filters([offer.id], [task], NO_FILTER).await?;
    let running = framework.state("t", TaskState::Running).await?;
    ensure!(is_alive(&running)?, "the executor should run");
    cluster.kill_agent(0).await?;
    ensure_ended(&running).await?;
    framework.stop().await
}

async fn least_and_most_of_an_executors_times_do_no_harm(cluster: TestCluster) -> Result<()> {
    const NAMES: [&str; 2] = ["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD", "MESOS_RECOVERY_TIMEOUT"];
    let mut framework = Framework::start(driver(cluster.address(), checkpointing("times"))?);
    for time in ["0ns", "1ns", "9223372036854775807ns"] {
        let offer = framework.offer().await?;
        let mut task = with_variables(task(time, &offer, Work::Run)?, &NAMES.map(|name| (name, time)));
        task.executor.as_mut().context("an executor")?.executor_id = ExecutorId::from(time);
        framework.handle.launch_with_filters([offer.id], [task], NO_FILTER).await?;
        framework.state(time, TaskState::Running).await?;
        framework.handle.kill(task_id(time), None).await?;
        framework.state(time, TaskState::Killed).await?;
    }
    framework.stop().await
}
