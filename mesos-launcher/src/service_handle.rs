//! A view of a service.

use std::sync::Arc;

use mesos_placement::Refusals;
use tokio::sync::watch;

use crate::core::{Input, RolloutCommand};
use crate::error::{Error, ErrorKind};
use crate::instance::{Instance, InstanceState, ServiceStatus};
use crate::rollout::Rollout;
use crate::shared::Shared;
use crate::volume::{Volume, VolumeState};

/// A view of a service. Dropping it changes nothing; all its futures may be dropped as well.
#[derive(Debug)]
pub struct ServiceHandle {
    name: String,
    shared: Arc<Shared>,
    turns: watch::Receiver<u64>,
    /// What it has returned last.
    last: Option<ServiceStatus>,
}

impl ServiceHandle {
    pub(crate) fn new(name: String, shared: Arc<Shared>) -> Self {
        Self { name, turns: shared.turns(), shared, last: None }
    }

    /// Returns the service's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns how many instances are in which state, or `None` if the service was forgotten.
    pub fn status(&self) -> Option<ServiceStatus> {
        self.shared.service(&self.name)
    }

    /// Returns the instances in the order of their numbers, including those that are being removed.
    pub fn instances(&self) -> Vec<Instance> {
        self.shared.instances(&self.name)
    }

    /// Waits until the status differs from the one that it has returned last, and returns it; the
    /// first time at once. A status that lasts for a moment may be left out. `None` if the service
    /// was forgotten, or when the launcher has ended.
    pub async fn next_status(&mut self) -> Option<ServiceStatus> {
        loop {
            self.turns.borrow_and_update();
            let status = self.status()?;
            if self.last.replace(status) != Some(status) {
                return Some(status);
            }
            self.shared.check().ok()?;
            self.turns.changed().await.ok()?;
        }
    }

    /// Waits until at least this many instances run and, if their task has a health check, are
    /// healthy.
    ///
    /// # Errors
    ///
    /// If the launcher ends first, or the service is forgotten.
    pub async fn until_running(&self, instances: usize) -> Result<ServiceStatus, Error> {
        self.until(|status| status.running >= instances).await
    }

    /// Waits until the service, which was stopped, has no instance left.
    ///
    /// # Errors
    ///
    /// If the launcher ends first, or the service is forgotten.
    pub async fn stopped(&self) -> Result<(), Error> {
        self.until(|_| self.shared.is_unfinished(&self.name) == Some(false)).await.map(drop)
    }

    async fn until(&self, is_so: impl Fn(&ServiceStatus) -> bool) -> Result<ServiceStatus, Error> {
        let mut turns = self.turns.clone();
        loop {
            turns.borrow_and_update();
            match self.status() {
                Some(status) if is_so(&status) => return Ok(status),
                None => return Err(forgotten(&self.name)),
                Some(_) => self.shared.check()?,
            }
            turns.changed().await.map_err(|_| self.shared.reason())?;
        }
    }

    /// Returns why no offer was suitable for an instance that waits; `None` if no instance waits,
    /// or if there were no offers since they began to wait.
    pub fn refusals(&self) -> Option<Arc<Refusals>> {
        self.shared.refusals(&self.name)
    }

    /// Returns why instances wait, in lines for people, with what can be done; `None` if none
    /// waits, or if there were no offers since they began to wait.
    pub fn why(&self) -> Option<String> {
        let volumes = self.volumes();
        let waiting = self.instances().into_iter().filter_map(|instance| waits_for(&instance, &volumes));
        let refusals = self.refusals().map(|refusals| refusals.to_string());
        let lines: Vec<_> = waiting.chain(refusals).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// Sets how many instances run. Scaling down kills instances that do not run first, then
    /// unhealthy ones, then the newest. Returns when the number is stored. A program that is
    /// started again, and submits the service, sets the number that it submits.
    ///
    /// # Errors
    ///
    /// [`Invalid`](ErrorKind::Invalid) if the launcher would have too many instances, or an error
    /// if it has ended, or the service was forgotten.
    pub async fn scale(&self, instances: usize) -> Result<(), Error> {
        self.shared.command(|token| Input::Scale(self.name.clone(), instances, token)).await
    }

    /// Kills one instance and starts it again; at once, if it waits for its back-off. Returns when
    /// that is stored.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) if the service has no instance with this number, or an
    /// error if the launcher has ended.
    pub async fn restart(&self, index: usize) -> Result<(), Error> {
        self.shared.command(|token| Input::Restart(self.name.clone(), index, token)).await
    }

    /// Returns the [volumes](crate::Task::volume) of the service, including those that no instance
    /// needs; none if the service was forgotten.
    pub fn volumes(&self) -> Vec<Volume> {
        self.shared.volumes(&self.name).unwrap_or_default()
    }

    /// Gives an instance another, empty volume: its agent or disk is lost for good. If it runs, it
    /// is killed first, unless its agent is unreachable; if it waits for its back-off, it starts at
    /// once. The volume that it had is kept until it is destroyed, as [`VolumeState::GivenUp`].
    /// Returns when that is stored.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) if the instance has no volume, or an error if the launcher
    /// has ended.
    pub async fn replace(&self, index: usize) -> Result<(), Error> {
        self.shared.command(|token| Input::Replace(self.name.clone(), index, token)).await
    }

    /// Destroys a volume that no instance needs, with its files, and gives its disk back, as soon
    /// as no task uses it and its agent is there. Returns when that is stored: later processes
    /// pursue it; await [`destroyed`](Self::destroyed).
    ///
    /// An instance needs its volume unless the service was stopped or scaled down, or
    /// [`replace`](Self::replace) has given it another one.
    ///
    /// # Errors
    ///
    /// [`Conflict`](ErrorKind::Conflict) if an instance needs it, [`NotFound`](ErrorKind::NotFound)
    /// if the service has no such volume, or an error if the launcher has ended.
    pub async fn destroy(&self, volume: &str) -> Result<(), Error> {
        self.shared.command(|token| Input::Destroy(self.name.clone(), volume.to_owned(), token)).await
    }

    /// Waits until the offers of their agents show that the volumes are gone which are to be
    /// destroyed: at least 5 s, and for as long as such an agent is away.
    ///
    /// # Errors
    ///
    /// If the launcher ends first, or the service is forgotten.
    pub async fn destroyed(&self) -> Result<(), Error> {
        let is_left = |volume: &Volume| volume.state == VolumeState::Destroying;
        self.until(|_| !self.volumes().iter().any(is_left)).await.map(drop)
    }

    /// Returns how far the rollout of the version that was submitted last is, or `None` if the
    /// service was forgotten.
    pub fn rollout(&self) -> Option<Rollout> {
        self.shared.rollout(&self.name)
    }

    /// Waits until the rollout is over: done, rolled back, or paused.
    ///
    /// # Errors
    ///
    /// If the launcher ends first, or the service is forgotten.
    pub async fn rolled_out(&self) -> Result<Rollout, Error> {
        self.until(|status| status.rollout.is_over()).await?;
        self.rollout().ok_or_else(|| forgotten(&self.name))
    }

    /// Pauses the rollout, if there is one: it replaces no instance, and counts no failure.
    /// Instances that end are started again, with the version that they had. Returns when that is
    /// stored.
    ///
    /// # Errors
    ///
    /// If the launcher has ended, or the service was forgotten.
    pub async fn pause(&self) -> Result<(), Error> {
        self.command_rollout(RolloutCommand::Pause).await
    }

    /// Resumes a rollout that is paused. One that was rolled back begins again. Failures are
    /// counted from 0. Returns when that is stored.
    ///
    /// # Errors
    ///
    /// If the launcher has ended, or the service was forgotten.
    pub async fn resume(&self) -> Result<(), Error> {
        self.command_rollout(RolloutCommand::Resume).await
    }

    /// Lets the rollout go on after its [canaries](crate::Update::canaries), as soon as they run
    /// well. Without a rollout, this changes nothing. Returns when that is stored.
    ///
    /// # Errors
    ///
    /// If the launcher has ended, or the service was forgotten.
    pub async fn promote(&self) -> Result<(), Error> {
        self.command_rollout(RolloutCommand::Promote).await
    }

    /// Rolls back: the instances get the version again that all of them had before the rollout.
    /// Returns when that is stored.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) if the rollout is done: submit the task that the service
    /// had before. Or an error if the launcher has ended, or the service was forgotten.
    pub async fn roll_back(&self) -> Result<(), Error> {
        self.command_rollout(RolloutCommand::RollBack).await
    }

    async fn command_rollout(&self, command: RolloutCommand) -> Result<(), Error> {
        self.shared.command(|token| Input::Rollout(self.name.clone(), command, token)).await
    }

    /// Stops the service: its instances are killed, repeatedly, until the end of each is known,
    /// also by the next process of the scheduler. Returns when that is stored; await
    /// [`stopped`](Self::stopped). Submitting the service again starts it again.
    ///
    /// # Errors
    ///
    /// If the launcher has ended, or the service was forgotten.
    pub async fn stop(&self) -> Result<(), Error> {
        self.shared.command(|token| Input::Stop(self.name.clone(), token)).await
    }

    /// Removes the service, which was stopped, from the store. Its name can be used again.
    ///
    /// # Errors
    ///
    /// [`Conflict`](ErrorKind::Conflict) if it has an instance left, or was not stopped; or an
    /// error if the launcher has ended.
    pub async fn forget(self) -> Result<(), Error> {
        self.shared.command(|token| Input::Forget(self.name.clone(), token)).await
    }
}

/// Returns what an instance with a volume waits for, if it waits.
fn waits_for(instance: &Instance, volumes: &[Volume]) -> Option<String> {
    let index = instance.index;
    let is_its = |volume: &&Volume| volume.index == index && volume.state == VolumeState::Kept;
    let host = &volumes.iter().find(is_its)?.host;
    let why = match instance.state {
        InstanceState::Waiting => "no offer of it has had the volume with room for the instance",
        InstanceState::Unreachable(_) => "it is unreachable",
        _ => return None,
    };
    Some(format!(
        "instance {index} has its volume on {host}, and {why}: bring the agent back, or give the instance an empty \
         volume with replace({index})"
    ))
}

fn forgotten(name: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("the service {name:?} was forgotten"))
}
