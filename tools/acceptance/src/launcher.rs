//! The scheduler as a launcher: a batch of jobs, and two services that get a new version again and
//! again, of which one has volumes.
//!
//! Everything that must not be forgotten is the launcher's to record. The journal has what the
//! launcher reports: each end of a job, and how many instances run whenever that changes.

use std::time::Duration;

use anyhow::{Context, Result};
use mesos_launcher::store::ZooKeeperStore;
use mesos_launcher::{
    Backoff, Batch, BatchHandle, End, FileLog, Launcher, Outcome, Retry, RolloutState, Service,
    ServiceHandle, ServiceStatus, Task, Update,
};
use mesos_sdk::Master;
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::evidence::EVIDENCE;
use crate::history::Event;
use crate::job::{JOB, KEEPS, SERVES};
use crate::journal::{Journal, now};
use crate::orders::Orders;
use crate::stateful::VOLUME;
use crate::work;

/// How many instances the service without volumes has, and how many more a rollout may start.
pub(crate) const INSTANCES: usize = 6;
pub(crate) const SURGE: usize = 1;
/// How many instances the service with volumes has.
pub(crate) const STATEFUL: usize = 3;
/// The names of the services.
pub(crate) const SERVICE: &str = "service";
pub(crate) const DATABASE: &str = "database";
/// The role for which volumes are reserved, and their size in MB.
const ROLE: &str = "acceptance";
const VOLUME_SIZE: f64 = 16.0;
/// From one version of the services to the next, in milliseconds.
const VERSION_LASTS: u64 = 20_000;
/// How long instances on unreachable agents are waited for.
const REPLACED_AFTER: Duration = Duration::from_secs(10);
/// How often a job may die with whatever is killed.
const ATTEMPTS: u32 = 1000;
const LOST_SERVICE: &str = "the launcher has ended, or has lost a service";
/// The least number of jobs that run at the same time.
const LEAST_AT_A_TIME: u64 = 4;

/// Runs until `end`, or until another scheduler leads.
pub(crate) async fn run(orders: Orders, mut end: oneshot::Receiver<()>) -> Result<()> {
    let launcher = tokio::select! {
        launcher = start(&orders) => launcher?,
        _ = &mut end => return Ok(()),
    };
    let mut reporter = Reporter::new(&orders, &launcher).await?;
    let ended = tokio::select! {
        ended = reporter.run(&launcher) => ended,
        _ = end => {
            reporter.destroy_volumes().await?;
            return Ok(launcher.stop().await?);
        }
    };
    // The launcher knows why better than what has noticed it.
    launcher.stop_with_failover().await?;
    ended
}

/// Returns when the scheduler leads, if it is one of several.
async fn start(orders: &Orders) -> Result<Launcher> {
    let master: Master = orders.master.parse()?;
    let launcher = Launcher::builder("acceptance").user("tester").role(ROLE).master(master);
    let Some(store) = &orders.store else {
        return Ok(launcher.store(FileLog::new(orders.folder.join("store"))).start().await?);
    };
    let launcher = launcher.store(store.parse::<ZooKeeperStore>()?);
    let launcher = if orders.intrudes { launcher } else { launcher.standby() };
    let launcher = launcher.start().await?;
    std::fs::write(orders.leader(), std::process::id().to_string())?;
    let (mut journal, _) = Journal::open(&orders.journal())?;
    journal.write(&[Event::Leads { scheduler: orders.number }])?;
    Ok(launcher)
}

/// Writes down what the launcher reports.
struct Reporter<'a> {
    orders: &'a Orders,
    journal: Journal,
    jobs: BatchHandle,
    service: ServiceHandle,
    database: ServiceHandle,
    version: u64,
    ended: usize,
}

impl<'a> Reporter<'a> {
    async fn new(orders: &'a Orders, launcher: &Launcher) -> Result<Self> {
        let (journal, _) = Journal::open(&orders.journal())?;
        let version = version(orders)?;
        let jobs = launcher.submit(jobs(orders)?).await?;
        let service = launcher.submit(service(orders, version)?).await?;
        let database = launcher.submit(database(orders, version)?).await?;
        Ok(Self { orders, journal, jobs, service, database, version, ended: 0 })
    }

    /// Returns when the launcher has ended, which it should not.
    async fn run(&mut self, launcher: &Launcher) -> Result<()> {
        loop {
            let all_ended = self.ended == self.orders.tasks;
            tokio::select! {
                end = self.jobs.next_end(), if !all_ended => {
                    self.note_end(&end.context("the launcher has ended, or has lost a job")?)?;
                }
                status = self.service.next_status() => {
                    let status = status.context(LOST_SERVICE)?;
                    note_status(&mut self.journal, &self.service, status).await?;
                }
                status = self.database.next_status() => {
                    let status = status.context(LOST_SERVICE)?;
                    note_status(&mut self.journal, &self.database, status).await?;
                }
                () = sleep(until_next_version(self.orders)?), if self.version < last_version(self.orders) => {
                    self.version = version(self.orders)?;
                    self.service = launcher.submit(service(self.orders, self.version)?).await?;
                    self.database = launcher.submit(database(self.orders, self.version)?).await?;
                }
            }
            self.report_if_complete()?;
        }
    }

    fn note_end(&mut self, end: &End) -> Result<()> {
        self.ended += 1;
        let outcome = match &end.outcome {
            Outcome::Finished => "finished".to_owned(),
            other => format!("{other:?}").replace(' ', ""),
        };
        self.journal.write(&[Event::Over { job: end.index, outcome, attempts: end.attempts }])
    }

    fn report_if_complete(&self) -> Result<()> {
        let is_served = is_served(&self.service, INSTANCES)? && is_served(&self.database, STATEFUL)?;
        if is_served && self.ended == self.orders.tasks && self.version == last_version(self.orders) {
            std::fs::write(self.orders.complete(), "")?;
        }
        Ok(())
    }

    /// Stops the service with volumes, and destroys these.
    async fn destroy_volumes(&self) -> Result<()> {
        self.database.stop().await?;
        self.database.stopped().await?;
        for volume in self.database.volumes() {
            self.database.destroy(&volume.id).await?;
        }
        Ok(self.database.destroyed().await?)
    }
}

async fn note_status(journal: &mut Journal, handle: &ServiceHandle, status: ServiceStatus) -> Result<()> {
    let ServiceStatus { desired, running, .. } = status;
    journal.write(&[Event::Serving { service: handle.name().to_owned(), running, desired }])?;
    // What is killed while it is new counts as a failure of the version.
    if matches!(status.rollout, RolloutState::Paused | RolloutState::RolledBack) {
        handle.resume().await?;
    }
    Ok(())
}

/// Returns whether all instances of a service run, and have the version that they should have.
fn is_served(handle: &ServiceHandle, instances: usize) -> Result<bool> {
    let status = handle.status().context(LOST_SERVICE)?;
    Ok(status.running == instances && status.rollout == RolloutState::Done)
}

fn jobs(orders: &Orders) -> Result<Batch> {
    let second = Duration::from_secs(1);
    let retry = Retry::attempts(ATTEMPTS).platform_attempts(ATTEMPTS);
    let retry = retry.backoff(Backoff::exponential(second, 1.0, second));
    let jobs = (0..orders.tasks).map(|job| task(orders, &job.to_string())).collect::<Result<Vec<_>>>()?;
    Ok(Batch::new("jobs", jobs).retry(retry).max_concurrent(at_a_time(orders)?))
}

/// Returns how many jobs run at a time, so that they last for about as long as they should.
fn at_a_time(orders: &Orders) -> Result<usize> {
    let (starts_in, count) = (Duration::from_millis(200), u64::try_from(orders.tasks)?);
    let each = u64::try_from((work::LONGEST / 2 + starts_in).as_millis())?;
    Ok(usize::try_from((count * each / orders.time.max(1)).max(LEAST_AT_A_TIME))?)
}

fn service(orders: &Orders, version: u64) -> Result<Service> {
    Ok(service_of(SERVICE, task(orders, SERVES)?, version, SURGE).instances(INSTANCES))
}

/// Returns the service whose instances have volumes.
fn database(orders: &Orders, version: u64) -> Result<Service> {
    let task = task(orders, KEEPS)?.volume(VOLUME, VOLUME_SIZE);
    Ok(service_of(DATABASE, task, version, 0).instances(STATEFUL))
}

fn service_of(name: &str, task: Task, version: u64, surge: usize) -> Service {
    let second = Duration::from_secs(1);
    let task = task.env("VERSION", version.to_string());
    let update = Update::rolling().surge(surge).missing(1).healthy_for(second).max_failures(ATTEMPTS);
    let service = Service::new(name, task).update(update);
    service.restart(Backoff::exponential(second, 1.0, second)).replace_unreachable_after(REPLACED_AFTER)
}

/// Returns a task that is this program.
fn task(orders: &Orders, job: &str) -> Result<Task> {
    let task = Task::argv([Orders::program()?]).cpus(0.05).mem(16.0).disk(1.0);
    Ok(task.env(JOB, job).env(EVIDENCE, orders.evidence_text()?))
}

/// Returns the version that the services should have by now, from 1.
fn version(orders: &Orders) -> Result<u64> {
    Ok((now()?.saturating_sub(orders.began) / VERSION_LASTS + 1).min(last_version(orders)))
}

fn last_version(orders: &Orders) -> u64 {
    orders.time / VERSION_LASTS + 1
}

fn until_next_version(orders: &Orders) -> Result<Duration> {
    let into = now()?.saturating_sub(orders.began) % VERSION_LASTS;
    Ok(Duration::from_millis(VERSION_LASTS - into))
}
