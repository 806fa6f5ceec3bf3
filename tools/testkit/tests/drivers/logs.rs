//! What the drivers write to the log: as much as its levels promise, what the page lists, and no
//! credentials.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use mesos_local::Cluster;
use mesos_sdk::proto::v1::{Offer, TaskInfo, TaskStatus};
use mesos_sdk::resources::Resources;
use mesos_sdk::{
    ClientOptions, ErrorKind, HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait,
};
use testkit::TestCluster;
use tokio::time::sleep;
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber as _;
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context as LayerContext, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::framework::{driver, info};
use crate::log_page::{Entry, listed, written};
use crate::security::{PRINCIPAL, SECRET, authenticating, with_credentials};
use crate::task::{Work, task};

testkit::cases![run_logs_what_its_levels_promise, log_contains_no_credentials
    // The first reads the sources and the page, the second needs virtual time.
    ; embedded only: page_lists_what_the_sources_log, what_does_not_go_well_is_logged_once
];

const TASKS: usize = 100;
/// What the test's handler logs.
const WITHIN: &str = "within the handler";

/// One line of a log.
#[derive(Debug)]
struct Line {
    entry: Entry,
    /// The names and values of its fields.
    fields: String,
    /// The names of the spans around it, and their fields.
    spans: String,
}

/// Keeps every line of the library.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<Line>>>);

impl Log {
    fn take(&self) -> Vec<Line> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The names and values of fields.
#[derive(Default)]
struct Fields {
    message: String,
    names: BTreeSet<String>,
    text: String,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else {
            self.names.insert(field.name().to_owned());
            self.text.extend([" ", field.name(), "=", &format!("{value:?}")]);
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Log {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: LayerContext<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &tracing::span::Record<'_>, context: LayerContext<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: LayerContext<'_, S>) {
        let metadata = event.metadata();
        let mut fields = Fields::default();
        event.record(&mut fields);
        let scope = context.event_scope(event).into_iter().flatten();
        let spans = scope.map(|span| {
            let text = span.extensions().get::<Fields>().map(|fields| fields.text.clone());
            format!("{}{} ", span.name(), text.unwrap_or_default())
        });
        let spans = spans.collect();
        let target = metadata.target();
        if target.starts_with("mesos_sdk") || target.starts_with("drivers") {
            let Fields { message, names, text } = fields;
            let entry = Entry { level: metadata.level().as_str().to_lowercase(), message, fields: names };
            let line = Line { entry, fields: text, spans };
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    }
}

/// Launches tasks, and ends with the last of them.
pub(crate) struct Launcher {
    left: usize,
    launched: bool,
}

impl Launcher {
    pub(crate) fn new(tasks: usize) -> Self {
        Self { left: tasks, launched: false }
    }
}

/// The tasks of an offer, all under one executor.
fn tasks(number: usize, offer: &Offer) -> Result<Vec<TaskInfo>> {
    let small = "cpus:0.01;mem:1".parse::<Resources>()?;
    let tasks = (0..number).map(|number| {
        let task = task(&format!("t{number}"), offer, Work::FinishAfter(0))?;
        Ok(TaskInfo { resources: small.clone().into(), ..task })
    });
    tasks.collect()
}

#[async_trait]
impl Scheduler for Launcher {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for offer in offers {
            let number = if std::mem::replace(&mut self.launched, true) { 0 } else { self.left };
            handle.launch([offer.id.clone()], tasks(number, &offer)?).await?;
        }
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        tracing::info!("{WITHIN}");
        self.left -= usize::from(status.fate().is_over());
        if self.left == 0 {
            handle.stop();
        }
        Ok(())
    }
}

/// Runs tasks to their end, and returns the log.
async fn log_of(driver: SchedulerDriver, tasks: usize) -> Result<Vec<Line>> {
    let log = Log::default();
    let mut launcher = Launcher::new(tasks);
    let run = driver.run(&mut launcher).with_subscriber(Registry::default().with(log.clone()));
    if let Err(error) = run.await {
        ensure!(error.kind() == ErrorKind::Unauthorized, "{error:?}");
    }
    Ok(log.take())
}

/// How many lines of this event have this text in their fields.
fn count(log: &[Line], message: &str, text: &str) -> usize {
    log.iter().filter(|line| line.entry.message == message && line.fields.contains(text)).count()
}

async fn run_logs_what_its_levels_promise(cluster: TestCluster) -> Result<()> {
    let log = log_of(driver(cluster.address(), info("logged"))?, TASKS).await?;
    let (within, log): (Vec<_>, Vec<_>) = log.into_iter().partition(|line| line.entry.message == WITHIN);
    let updates = 2 * TASKS;
    ensure!(within.len() == updates, "{} updates", within.len());
    for line in &within {
        for part in ["handler=\"update\" task=\"t", " agent=\"", "framework=\"logged\"", "framework_id=\""] {
            ensure!(line.spans.contains(part), "{part}: {}", line.spans);
        }
    }
    let at = |level: &str| log.iter().filter(|line| line.entry.level == level).count();
    ensure!(at("error") + at("warn") == 0 && (4..=12).contains(&at("info")), "{log:#?}");
    let update = count(&log, "received an event", "event=\"UPDATE\"");
    let call = count(&log, "sending a call", "call=\"ACKNOWLEDGE\"");
    let response = count(&log, "received the response to a call", "call=\"ACKNOWLEDGE\"");
    // The stop goes before the last acknowledgement.
    let acknowledged = [call, response].iter().all(|number| (updates - 1..=updates).contains(number));
    ensure!(update == updates && acknowledged, "{update} {call} {response}");
    ensure!(at("trace") >= updates && at("debug") < 4 * updates, "{} and {}", at("trace"), at("debug"));
    are_listed(&log)
}

/// Each of these lines is on the page, with its fields.
fn are_listed(log: &[Line]) -> Result<()> {
    let listed = listed()?;
    for Line { entry, .. } in log {
        let is_listed = |row: &Entry| {
            row.level == entry.level && row.message == entry.message && row.fields.is_superset(&entry.fields)
        };
        ensure!(listed.iter().any(is_listed), "the page does not list {entry:?}");
    }
    Ok(())
}

async fn page_lists_what_the_sources_log(_: TestCluster) -> Result<()> {
    let (listed, written) = (listed()?, written()?);
    let missing: Vec<_> = written.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&written).collect();
    ensure!(missing.is_empty() && gone.is_empty(), "not on the page: {missing:#?}\nonly there: {gone:#?}");
    Ok(())
}

async fn log_contains_no_credentials(cluster: TestCluster) -> Result<()> {
    let cluster = authenticating(cluster).await?;
    for secret in [SECRET, "opensesame-or-else"] {
        let driver = with_credentials(cluster.address(), info("secret"), secret)?;
        let log = log_of(driver, 1).await?;
        ensure!(count(&log, "subscribing", "") > 0);
        let encoded = BASE64_STANDARD.encode(format!("{PRINCIPAL}:{secret}"));
        for line in &log {
            let is_secret = |text: &str| text.contains(secret) || text.contains(&encoded);
            ensure!(![&line.fields, &line.spans].into_iter().any(|text| is_secret(text)), "{line:?}");
        }
    }
    Ok(())
}

/// Neither accepts nor declines anything.
struct Holder;

#[async_trait]
impl Scheduler for Holder {
    async fn offers(&mut self, _: &SchedulerHandle, _: Vec<Offer>) -> HandlerResult {
        Ok(())
    }

    async fn update(&mut self, _: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
        Ok(())
    }
}

/// The warnings of a framework that holds all offers, in ten minutes of virtual time.
async fn warnings_of_holder(agents: usize) -> Result<Vec<String>> {
    let cluster = Cluster::builder().agents(agents).start().await?;
    let options = ClientOptions::new().connector(cluster.connector());
    let driver = SchedulerDriver::new(cluster.master(), info("holder")).client_options(options);
    let (log, handle) = (Log::default(), driver.handle());
    let stop = async {
        sleep(Duration::from_secs(600)).await;
        handle.stop();
    };
    let mut holder = Holder;
    let run = driver.run(&mut holder).with_subscriber(Registry::default().with(log.clone()));
    tokio::join!(run, stop).0?;
    let log = log.take();
    are_listed(&log)?;
    let warnings = log.into_iter().filter(|line| line.entry.level == "warn");
    Ok(warnings.map(|line| line.entry.message).collect())
}

async fn what_does_not_go_well_is_logged_once(_: TestCluster) -> Result<()> {
    for (agents, expected) in [(1, "an offer is held"), (0, "no offers come")] {
        let thread = std::thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.enable_all().start_paused(true).build()?.block_on(warnings_of_holder(agents))
        });
        let warnings = thread.join().ok().context("it panicked")??;
        ensure!(matches!(&warnings[..], [one] if one.starts_with(expected)), "{warnings:?}");
    }
    Ok(())
}
