//! What the drivers measure: the right numbers, under the names, units and labels of the page.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use testkit::{LinkFault, Proxy, TestCluster};

use crate::framework::{Framework, driver, info};
use crate::log_page::{in_code, page, path};
use crate::logs::Launcher;
use crate::recorder::{Described, Recorded};
use crate::reporter::Received;

testkit::cases![tasks_are_measured, lost_subscription_is_measured
    // It reads files.
    ; embedded only: board_and_rules_name_listed_metrics
];

const TASKS: usize = 100;
const OWN: [(&str, &str); 1] = [("framework", "metered")];

/// Records the metrics of this process.
fn record() -> Result<Recorded> {
    let recorded = Recorded::default();
    metrics::set_global_recorder(recorded.clone()).ok().context("these tests need separate processes")?;
    Ok(recorded)
}

fn with<'a>(label: (&'a str, &'a str)) -> [(&'a str, &'a str); 2] {
    [OWN[0], label]
}

async fn tasks_are_measured(cluster: TestCluster) -> Result<()> {
    let recorded = record()?;
    driver(cluster.address(), info("metered"))?.run(&mut Launcher::new(TASKS)).await?;
    is_as_on_the_page(&recorded, "metered")?;
    let sum = |name: &str, label| recorded.sum(&format!("mesos_sdk_{name}"), &with(label));
    let gauge = |name: &str| recorded.gauge(&format!("mesos_sdk_{name}"), &OWN);
    let tasks = u64::try_from(TASKS)?;
    ensure!(sum("events_total", ("event", "UPDATE")) == 2 * tasks);
    for state in ["TASK_RUNNING", "TASK_FINISHED"] {
        ensure!(sum("task_updates_total", ("state", state)) == tasks, "{state}");
    }
    ensure!(sum("task_start_duration_seconds", OWN[0]) == tasks);
    ensure!(sum("handler_duration_seconds", ("handler", "update")) == 2 * tasks);
    let acknowledged = sum("calls_total", ("call", "ACKNOWLEDGE"));
    ensure!((2 * tasks - 1..=2 * tasks).contains(&acknowledged), "{acknowledged}");
    ensure!(sum("calls_total", ("outcome", "refused")) + sum("calls_total", ("outcome", "unsent")) == 0);
    ensure!(sum("call_duration_seconds", ("call", "ACCEPT")) == sum("calls_total", ("call", "ACCEPT")));
    ensure!(sum("offers_ended_total", ("outcome", "accepted")) == 1);
    ensure!(sum("offers_received_total", OWN[0]) >= sum("offers_ended_total", OWN[0]));
    for name in ["subscribed", "tasks", "queued_events", "queued_bytes", "unanswered_calls", "offers_held"] {
        ensure!(gauge(name).abs() < f64::EPSILON, "{name}: {}", gauge(name));
    }
    Ok(())
}

async fn lost_subscription_is_measured(cluster: TestCluster) -> Result<()> {
    let recorded = record()?;
    let proxy = Proxy::to(cluster.address()).await?;
    let mut framework = Framework::start(driver(proxy.address(), info("metered"))?);
    framework.subscribed().await?;
    let offer = framework.offer().await?;
    ensure!(recorded.gauge("mesos_sdk_subscribed", &OWN) > 0.0);
    ensure!(recorded.gauge("mesos_sdk_offers_held", &OWN) > 0.0, "{:?} is held", offer.id);
    ensure!(recorded.gauge("mesos_sdk_oldest_offer_timestamp_seconds", &OWN) > 1e9);
    proxy.set(LinkFault::DropResponses);
    proxy.cut();
    framework.wait("the loss", |received| matches!(received, Received::Disconnected).then_some(())).await?;
    let late = framework.handle.revive_all().await;
    ensure!(late.is_err(), "without a subscription");
    proxy.set(LinkFault::None);
    framework.subscribed().await?;
    framework.stop().await?;
    let sum = |name: &str, label| recorded.sum(&format!("mesos_sdk_{name}"), &with(label));
    ensure!(sum("subscriptions_lost_total", OWN[0]) == 1);
    ensure!(sum("offers_ended_total", ("outcome", "lost")) > 0);
    ensure!(sum("calls_total", ("outcome", "unsent")) == 1);
    is_as_on_the_page(&recorded, "metered")
}

/// The page lists what is described, and the labels of what was recorded.
fn is_as_on_the_page(recorded: &Recorded, framework: &str) -> Result<()> {
    let page = page()?;
    let listed: BTreeMap<_, _> = page.lines().filter_map(row).collect();
    let (listed_metrics, described): (BTreeSet<_>, _) =
        (listed.keys().cloned().collect(), recorded.described());
    let missing: Vec<_> = described.difference(&listed_metrics).collect();
    let gone: Vec<_> = listed_metrics.difference(&described).collect();
    ensure!(missing.is_empty() && gone.is_empty(), "not on the page: {missing:#?}\nonly there: {gone:#?}");
    for (name, mut labels) in recorded.labels(framework) {
        let (_, expected) = listed.iter().find(|(metric, _)| metric.name == name).context(name.clone())?;
        ensure!(labels.remove("driver") && labels.remove("framework"), "{name}");
        ensure!(labels == *expected, "{name}: {labels:?}");
    }
    Ok(())
}

async fn board_and_rules_name_listed_metrics(_: TestCluster) -> Result<()> {
    let page = page()?;
    let listed: BTreeSet<_> = page.lines().filter_map(row).map(|(metric, _)| metric.name).collect();
    for file in ["board.json", "alerts.yml", "alerts_test.yml"] {
        let text = std::fs::read_to_string(path(&format!("docs/observability/{file}")))?;
        let names = text.match_indices("mesos_sdk_").map(|(start, _)| {
            let rest = &text[start..];
            &rest[..rest
                .find(|letter: char| !letter.is_ascii_lowercase() && letter != '_')
                .unwrap_or(rest.len())]
        });
        for name in names.collect::<BTreeSet<_>>() {
            let metric = name.trim_end_matches("_bucket").trim_end_matches("_count");
            ensure!(listed.contains(metric), "{file}: {name}");
        }
    }
    let rules = std::fs::read_to_string(path("docs/observability/alerts.yml"))?;
    let alerts = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: "));
    let alerts: Vec<_> = alerts.map(|alert| format!("| `{alert}` |")).collect();
    let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| `Framework")).collect();
    let same =
        alerts.len() == rows.len() && alerts.iter().zip(&rows).all(|(alert, row)| row.starts_with(alert));
    ensure!(same, "{alerts:?} {rows:?}");
    Ok(())
}

/// A row of the table of metrics, with the labels.
fn row(line: &str) -> Option<(Described, BTreeSet<String>)> {
    let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
    let name = in_code(cells.next()?).next().filter(|name| name.starts_with("mesos_sdk_"))?;
    let kind =
        ["counter", "gauge", "histogram"].into_iter().find(|kind| cells.clone().next() == Some(kind))?;
    let unit = cells.nth(1)?.to_owned();
    Some((Described { name, kind, unit }, in_code(cells.next()?).collect()))
}
