//! `/metrics/snapshot`, which exporters and dashboards read.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use mesos_sdk::proto::v1::quota::QuotaConfig;
use mesos_sdk::proto::v1::value::Scalar;
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};
use tokio::time::{Duration, Instant, sleep};

use crate::cluster::{agent_address, agent_id, master};
use crate::maintenance::{own_machine, schedule};
use crate::pages::{command, get, with_tasks};
use crate::task::{launch, offer, scalar};

testkit::cases![
    metrics_have_the_names_of_mesos,
    calls_and_events_are_counted,
    offers_of_a_lost_framework_are_rescinded,
    operations_are_counted_by_state,
    roles_have_metrics,
    removed_agents_are_counted,
    agents_marked_gone_are_not_counted,
    unreachable_agents_are_counted,
];

/// How long a cluster may take until a metric is as a test wants it.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(100);

/// Metrics of what only a real Mesos has, by the beginnings of their names: its storage, its
/// containerizer, and how long its work takes.
const OF_MESOS_ONLY: [&str; 7] = [
    "allocator/mesos/allocation_run_",
    "containerizer/",
    "gc/",
    "registrar/",
    "resource_provider_manager/",
    "slave/executor_directory_max_allowed_age_secs",
    "slave/recovery_time_secs",
];
const SYSTEM: &str = "cpus_total load_15min load_1min load_5min mem_free_bytes mem_total_bytes";
const MASTER: &str = "dropped_messages elected event_queue_dispatches event_queue_http_requests \
    event_queue_messages frameworks_active frameworks_connected frameworks_disconnected frameworks_inactive \
    http_cache_hits invalid_executor_to_framework_messages invalid_framework_to_executor_messages \
    invalid_operation_status_update_acknowledgements invalid_operation_status_updates \
    invalid_status_update_acknowledgements invalid_status_updates messages_authenticate \
    messages_deactivate_framework messages_decline_offers messages_executor_to_framework \
    messages_exited_executor messages_framework_to_executor messages_kill_task messages_launch_tasks \
    messages_operation_status_update messages_operation_status_update_acknowledgement \
    messages_reconcile_operations messages_reconcile_tasks messages_register_framework messages_register_slave \
    messages_reregister_framework messages_reregister_slave messages_resource_request messages_revive_offers \
    messages_status_update messages_status_update_acknowledgement messages_suppress_offers \
    messages_unregister_framework messages_unregister_slave messages_update_slave \
    operator_event_stream_subscribers outstanding_offers recovery_slave_removals slave_registrations \
    slave_removals slave_removals/reason_registered slave_removals/reason_unhealthy \
    slave_removals/reason_unregistered slave_reregistrations slave_shutdowns_canceled slave_shutdowns_completed \
    slave_shutdowns_scheduled slave_unreachable_canceled slave_unreachable_completed slave_unreachable_scheduled \
    slaves_active slaves_connected slaves_disconnected slaves_inactive slaves_unreachable tasks_dropped \
    tasks_error tasks_failed tasks_finished tasks_gone tasks_gone_by_operator tasks_killed tasks_killing \
    tasks_lost tasks_running tasks_staging tasks_starting tasks_unreachable uptime_secs \
    valid_executor_to_framework_messages valid_framework_to_executor_messages \
    valid_operation_status_update_acknowledgements valid_operation_status_updates \
    valid_status_update_acknowledgements valid_status_updates";
const OPERATIONS: &str =
    "create create_disk destroy destroy_disk grow_volume reserve shrink_volume unreserve";
const OPERATION_STATES: &str =
    "dropped error failed finished gone_by_operator pending recovering total unreachable";
const FRAMEWORK: &str = "calls calls/accept calls/accept_inverse_offers calls/acknowledge \
    calls/acknowledge_operation_status calls/decline calls/decline_inverse_offers calls/kill calls/message \
    calls/reconcile calls/reconcile_operations calls/request calls/revive calls/shutdown calls/subscribe \
    calls/suppress calls/teardown calls/update_framework events events/error events/failure events/heartbeat \
    events/inverse_offers events/message events/offers events/rescind events/rescind_inverse_offer \
    events/subscribed events/update events/update_operation_status offers/accepted offers/declined \
    offers/rescinded offers/sent operations operations/create operations/create_disk operations/destroy \
    operations/destroy_disk operations/grow_volume operations/launch operations/launch_group operations/reserve \
    operations/shrink_volume operations/unreserve roles/*/suppressed subscribed tasks/active/task_killing \
    tasks/active/task_running tasks/active/task_staging tasks/active/task_starting tasks/active/task_unknown \
    tasks/active/task_unreachable tasks/terminal/task_dropped tasks/terminal/task_error \
    tasks/terminal/task_failed tasks/terminal/task_finished tasks/terminal/task_gone \
    tasks/terminal/task_gone_by_operator tasks/terminal/task_killed tasks/terminal/task_lost";
const ALLOCATOR: &str = "event_queue_dispatches mesos/event_queue_dispatches mesos/allocation_runs \
    mesos/resources/cpus/total mesos/resources/cpus/offered_or_allocated mesos/resources/mem/total \
    mesos/resources/mem/offered_or_allocated mesos/resources/disk/total mesos/resources/disk/offered_or_allocated \
    mesos/offer_filters/roles/*/active mesos/roles/*/shares/dominant mesos/quota/roles/*/resources/cpus/consumed \
    mesos/quota/roles/*/resources/mem/consumed mesos/quota/roles//resources/cpus/consumed \
    mesos/quota/roles//resources/mem/consumed";
const AGENT: &str = "container_launch_errors executors_preempted executors_registering executors_running \
    executors_terminated executors_terminating frameworks_active invalid_framework_messages \
    invalid_status_updates recovery_errors registered tasks_failed tasks_finished tasks_gone tasks_killed \
    tasks_killing tasks_lost tasks_running tasks_staging tasks_starting uptime_secs valid_framework_messages \
    valid_status_updates";

async fn metrics(address: &str) -> Result<Value> {
    get(address, "/metrics/snapshot").await
}

/// Waits until metrics have these values, at an address.
async fn ensure_metrics(address: &str, expected: &[(&str, f64)]) -> Result<()> {
    let give_up = Instant::now() + PATIENCE;
    loop {
        let metrics = metrics(address).await?;
        let wrong: Vec<_> = expected.iter().filter(|(name, value)| metrics[*name] != *value).collect();
        if wrong.is_empty() {
            return Ok(());
        }
        let found: Vec<_> = wrong.iter().map(|(name, _)| (name, &metrics[*name])).collect();
        ensure!(Instant::now() < give_up, "{wrong:?}, but {found:?}");
        sleep(POLL).await;
    }
}

/// The same for metrics of a framework.
async fn ensure_metrics_of(cluster: &TestCluster, framework: &str, expected: &[(&str, f64)]) -> Result<()> {
    let named: Vec<_> = expected
        .iter()
        .map(|(name, value)| (format!("master/frameworks/{framework}/{name}"), *value))
        .collect();
    let named: Vec<_> = named.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    ensure_metrics(cluster.address(), &named).await
}

fn below<'a>(prefix: &'a str, names: &'a str) -> impl Iterator<Item = String> + 'a {
    names.split_whitespace().map(move |name| format!("{prefix}{name}"))
}

fn of_resources(prefix: &str) -> impl Iterator<Item = String> {
    ["cpus", "gpus", "mem", "disk"].into_iter().flat_map(move |resource| {
        ["percent", "total", "used", "revocable_percent", "revocable_total", "revocable_used"]
            .map(|what| format!("{prefix}{resource}_{what}"))
    })
}

fn ensure_names(metrics: &Value, expected: impl Iterator<Item = String>) -> Result<()> {
    let found = metrics.as_object().context("no object")?.keys();
    let found: BTreeSet<_> = found
        .filter(|name| !OF_MESOS_ONLY.iter().any(|beginning| name.starts_with(beginning)))
        .cloned()
        .collect();
    let expected: BTreeSet<_> = expected.collect();
    ensure!(found == expected, "{:?}", found.symmetric_difference(&expected).collect::<Vec<_>>());
    ensure!(metrics.as_object().is_some_and(|all| all.values().all(Value::is_f64)), "{metrics}");
    Ok(())
}

async fn metrics_have_the_names_of_mesos(cluster: TestCluster) -> Result<()> {
    let framework = with_tasks(&cluster).await?;
    let of_framework = format!("master/frameworks/pages/{}/", framework.id());
    let operations = format!("{OPERATION_STATES} ");
    let operations = OPERATIONS.split(' ').fold(operations, |names, kind| {
        below(&format!("{kind}/"), OPERATION_STATES).fold(names, |names, name| format!("{names} {name}"))
    });
    let expected = below("master/", MASTER)
        .chain(of_resources("master/"))
        .chain(below("master/operations/", &operations))
        .chain(below(&of_framework, FRAMEWORK))
        .chain(below("allocator/", ALLOCATOR))
        .chain(below("system/", SYSTEM));
    ensure_names(&metrics(cluster.address()).await?, expected)?;
    let expected = below("slave/", AGENT).chain(of_resources("slave/")).chain(below("system/", SYSTEM));
    ensure_names(&metrics(&agent_address(&cluster).await?).await?, expected)
}

/// What the framework of [`with_calls`] has done and seen.
const CALLS_AND_EVENTS: [(&str, f64); 20] = [
    ("calls/subscribe", 1.0),
    ("calls/decline", 1.0),
    ("calls/accept", 1.0),
    ("calls/acknowledge", 3.0),
    ("calls/reconcile", 1.0),
    ("calls/message", 1.0),
    ("calls/suppress", 1.0),
    ("calls", 9.0),
    ("events/subscribed", 1.0),
    ("events/offers", 2.0),
    ("events/update", 4.0),
    ("offers/sent", 2.0),
    ("offers/declined", 1.0),
    ("offers/accepted", 1.0),
    ("operations/launch", 1.0),
    ("operations", 1.0),
    ("tasks/active/task_running", 1.0),
    ("tasks/terminal/task_error", 0.0),
    ("roles/*/suppressed", 1.0),
    ("subscribed", 1.0),
];
/// What the master has made of it.
const HANDLED: [(&str, f64); 16] = [
    ("master/messages_register_framework", 1.0),
    ("master/messages_decline_offers", 1.0),
    ("master/messages_launch_tasks", 1.0),
    ("master/messages_reconcile_tasks", 1.0),
    ("master/messages_suppress_offers", 1.0),
    ("master/messages_status_update", 2.0),
    ("master/valid_status_updates", 2.0),
    ("master/messages_status_update_acknowledgement", 3.0),
    ("master/valid_status_update_acknowledgements", 2.0),
    ("master/invalid_status_update_acknowledgements", 1.0),
    ("master/messages_framework_to_executor", 1.0),
    ("master/invalid_framework_to_executor_messages", 1.0),
    ("master/tasks_error", 1.0),
    ("master/task_error/source_master/reason_task_invalid", 1.0),
    ("master/messages_register_slave", 1.0),
    ("master/messages_update_slave", 1.0),
];

/// Acknowledges updates until a task runs.
async fn until_running(framework: &mut Framework) -> Result<()> {
    loop {
        let status = framework.events.event("UPDATE").await?["status"].clone();
        if status.get("uuid").is_some() {
            let parts = ["agent_id", "task_id", "uuid"].map(|part| (part.to_owned(), status[part].clone()));
            framework.call("ACKNOWLEDGE", Value::Object(parts.into_iter().collect())).await?;
        }
        if status["state"] == "TASK_RUNNING" {
            return Ok(());
        }
    }
}

/// A framework that has made valid and invalid calls, with a task that runs.
async fn with_calls(cluster: &TestCluster) -> Result<Framework> {
    let mut framework = Framework::subscribe(cluster, framework_info("a name/100%")).await?;
    let declined = offer(&mut framework).await?;
    let filters = json!({"refuse_seconds": 0.0});
    framework.call("DECLINE", json!({"offer_ids": [declined["id"]], "filters": filters})).await?;
    let accepted = offer(&mut framework).await?;
    framework.call("SUPPRESS", json!({})).await?;
    let mut huge = command("huge", &accepted["agent_id"], "true");
    huge["resources"] = json!([scalar("cpus", 1e6), scalar("mem", 32.0)]);
    let long = command("long", &accepted["agent_id"], "exec sleep 1000");
    launch(&framework, &[accepted["id"].clone()], &[huge, long]).await?;
    until_running(&mut framework).await?;
    framework.call("RECONCILE", json!({"tasks": [{"task_id": {"value": "unknown"}}]})).await?;
    let nobody = json!({"value": "nobody"});
    let message = json!({"agent_id": nobody, "executor_id": nobody, "data": "eA=="});
    framework.call("MESSAGE", message).await?;
    let uuid = "AAAAAAAAQACAAAAAAAAAAA==";
    framework.call("ACKNOWLEDGE", json!({"agent_id": nobody, "task_id": nobody, "uuid": uuid})).await?;
    Ok(framework)
}

async fn calls_and_events_are_counted(cluster: TestCluster) -> Result<()> {
    let framework = with_calls(&cluster).await?;
    let name = format!("a%20name%2F100%25/{}", framework.id());
    ensure_metrics_of(&cluster, &name, &CALLS_AND_EVENTS).await?;
    ensure_metrics(cluster.address(), &HANDLED).await?;
    let agent = agent_address(&cluster).await?;
    ensure_metrics(&agent, &[("slave/valid_status_updates", 2.0)]).await?;
    framework.call("TEARDOWN", Value::Null).await?;
    let torn_down = [("calls/teardown", 1.0), ("tasks/terminal/task_killed", 1.0), ("subscribed", 0.0)];
    ensure_metrics_of(&cluster, &name, &torn_down).await?;
    let reason = "master/task_killed/source_master/reason_framework_removed";
    ensure_metrics(cluster.address(), &[(reason, 1.0)]).await?;
    ensure_metrics(&agent, &[("slave/executors_terminated", 1.0)]).await
}

async fn offers_of_a_lost_framework_are_rescinded(cluster: TestCluster) -> Result<()> {
    let mut info = framework_info("lost");
    info["failover_timeout"] = json!(1000.0);
    info["principal"] = json!("me");
    let mut framework = Framework::subscribe(&cluster, info.clone()).await?;
    offer(&mut framework).await?;
    let id = framework.id().to_owned();
    framework.disconnect();
    let name = format!("lost/{id}");
    let lost = [("offers/rescinded", 1.0), ("events/rescind", 1.0), ("subscribed", 0.0)];
    ensure_metrics_of(&cluster, &name, &lost).await?;
    info["id"] = json!({"value": id});
    let _framework = Framework::subscribe(&cluster, info).await?;
    let back = [("subscribed", 1.0), ("calls/subscribe", 2.0), ("events/subscribed", 2.0)];
    ensure_metrics_of(&cluster, &name, &back).await?;
    let of_master = [("master/messages_reregister_framework", 1.0), ("frameworks/me/messages_received", 0.0)];
    ensure_metrics(cluster.address(), &of_master).await
}

fn reserve(cpus: f64) -> Value {
    let mut reserved = scalar("cpus", cpus);
    reserved["reservations"] = json!([{"type": "DYNAMIC", "role": "web"}]);
    json!({"type": "RESERVE", "reserve": {"resources": [reserved]}})
}

/// A framework of the role `web`, and its first offer.
async fn of_web(cluster: &TestCluster) -> Result<(Framework, Value)> {
    let mut info = framework_info("web");
    info["role"] = json!("web");
    info["capabilities"] = json!([{"type": "RESERVATION_REFINEMENT"}]);
    let mut framework = Framework::subscribe(cluster, info).await?;
    let offer = offer(&mut framework).await?;
    Ok((framework, offer))
}

async fn operations_are_counted_by_state(cluster: TestCluster) -> Result<()> {
    let (framework, offer) = of_web(&cluster).await?;
    let operations = [reserve(1.0), reserve(2.0), reserve(1e6)];
    framework.call("ACCEPT", json!({"offer_ids": [offer["id"]], "operations": operations})).await?;
    let expected = [
        ("master/operations/total", 3.0),
        ("master/operations/pending", 0.0),
        ("master/operations/finished", 2.0),
        ("master/operations/error", 1.0),
        ("master/operations/reserve/finished", 2.0),
        ("master/operations/reserve/error", 1.0),
        ("master/operations/unreserve/total", 0.0),
        ("master/messages_operation_status_update", 2.0),
        ("master/valid_operation_status_updates", 2.0),
    ];
    ensure_metrics(cluster.address(), &expected).await?;
    let name = format!("web/{}", framework.id());
    ensure_metrics_of(&cluster, &name, &[("operations/reserve", 2.0), ("operations", 2.0)]).await
}

async fn roles_have_metrics(cluster: TestCluster) -> Result<()> {
    let cpus = |value| [("cpus".to_owned(), Scalar { value })].into_iter().collect();
    let quota = QuotaConfig { role: "web".to_owned(), guarantees: cpus(1.0), limits: cpus(4.0) };
    master(&cluster)?.update_quota(vec![quota], false).await?;
    let (framework, offer) = of_web(&cluster).await?;
    framework.call("SUPPRESS", json!({})).await?;
    let mut task = command("long", &offer["agent_id"], "exec sleep 1000");
    task["resources"] = json!([scalar("cpus", 2.0), scalar("mem", 32.0)]);
    let launch = json!({"type": "LAUNCH", "launch": {"task_infos": [task]}});
    let filters = json!({"refuse_seconds": 1000.0});
    let accept =
        json!({"offer_ids": [offer["id"]], "operations": [reserve(1.0), launch], "filters": filters});
    framework.call("ACCEPT", accept).await?;
    let of_web = "allocator/mesos/quota/roles/web/resources/cpus";
    let expected = [("guarantee", 1.0), ("limit", 4.0), ("consumed", 3.0), ("offered_or_allocated", 2.0)];
    let expected: Vec<_> = expected.map(|(what, value)| (format!("{of_web}/{what}"), value)).into();
    let expected: Vec<_> = expected.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    ensure_metrics(cluster.address(), &expected).await?;
    let expected = [
        ("allocator/mesos/quota/roles//resources/cpus/consumed", 3.0),
        ("allocator/mesos/roles/web/shares/dominant", 0.25),
        ("allocator/mesos/offer_filters/roles/web/active", 1.0),
        ("allocator/mesos/resources/cpus/total", 8.0),
        ("allocator/mesos/resources/cpus/offered_or_allocated", 2.0),
    ];
    ensure_metrics(cluster.address(), &expected).await
}

async fn removed_agents_are_counted(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let machine = own_machine(&master).await?;
    master.update_maintenance_schedule(schedule(vec![machine.clone()])).await?;
    master.start_maintenance(vec![machine]).await?;
    let expected = [
        ("master/slave_removals", 1.0),
        ("master/slave_removals/reason_unhealthy", 0.0),
        ("master/slaves_connected", 0.0),
    ];
    ensure_metrics(cluster.address(), &expected).await
}

async fn agents_marked_gone_are_not_counted(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    master.mark_agent_gone(agent_id(&master).await?).await?;
    let expected = [("master/slaves_connected", 0.0), ("master/slave_removals", 0.0)];
    ensure_metrics(cluster.address(), &expected).await
}

async fn unreachable_agents_are_counted(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::impatient(cluster.backend()).await?;
    let mut info = framework_info("aware");
    info["capabilities"] = json!([{"type": "PARTITION_AWARE"}]);
    let mut framework = Framework::subscribe(&cluster, info).await?;
    let offer = offer(&mut framework).await?;
    let task = command("long", &offer["agent_id"], "exec sleep 1000");
    launch(&framework, &[offer["id"].clone()], &[task]).await?;
    while framework.events.event("UPDATE").await?["status"]["state"] != "TASK_STARTING" {}
    cluster.freeze_agent(0).await?;
    let expected = [
        ("master/slave_removals", 1.0),
        ("master/slave_removals/reason_unhealthy", 1.0),
        ("master/slave_unreachable_scheduled", 1.0),
        ("master/slave_unreachable_completed", 1.0),
        ("master/slaves_unreachable", 1.0),
        ("master/task_unreachable/source_master/reason_slave_removed", 1.0),
    ];
    ensure_metrics(cluster.address(), &expected).await?;
    let name = format!("aware/{}", framework.id());
    ensure_metrics_of(&cluster, &name, &[("tasks/active/task_unreachable", 1.0)]).await
}
