//! Which persistent volumes exist, and which sandboxes use them, as with the isolator
//! `filesystem/posix` of real agents.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{ExecutorInfo, Resource, TaskInfo};

use super::executor::{Executor, ExecutorState, Termination};
use super::links::{Link, Relink, VolumeId};
use super::{Action, Machine, Signal};

impl Machine {
    /// Makes or removes the folders of the volumes that an operation has created or destroyed.
    pub(super) fn keep_folders(&mut self, operation: &Operation) {
        let created = operation.create.iter().flat_map(|create| &create.volumes);
        let destroyed = operation.destroy.iter().flat_map(|destroy| &destroy.volumes);
        self.actions.extend(created.filter_map(VolumeId::of).map(Action::CreateVolume));
        self.actions.extend(destroyed.filter_map(VolumeId::of).map(Action::DestroyVolume));
    }

    /// Returns the links in the sandbox of an executor that starts with these tasks.
    pub(super) fn first_links(&self, info: &ExecutorInfo, tasks: &[TaskInfo]) -> Vec<Link> {
        let resources = info.resources.iter().chain(tasks.iter().flat_map(|task| &task.resources));
        links(resources).into_iter().map(|(volume, name)| self.link(volume, name)).collect()
    }

    /// Links the volumes that the executor and its tasks use now, and no others.
    pub(super) fn relink(&mut self, framework_id: &str, executor_id: &str) {
        let Some(change) = self.change_of_links(framework_id, executor_id) else { return };
        if let Some(executor) = self.executor(framework_id, executor_id) {
            executor.volumes.retain(|_, name| !change.removed.contains(name));
            let added = change.added.iter().map(|link| (link.volume.clone(), link.name.clone()));
            executor.volumes.extend(added);
        }
        self.actions.push(Action::Relink(change));
    }

    fn change_of_links(&self, framework_id: &str, executor_id: &str) -> Option<Relink> {
        let executor = self.frameworks.get(framework_id)?.executors.get(executor_id)?;
        let reachable = matches!(executor.state, ExecutorState::Running | ExecutorState::Terminating);
        if !reachable || !concerns_volumes(executor) {
            return None;
        }
        let (linked, wanted) = (&executor.volumes, links(executor.all_resources()));
        let removed = linked.iter().filter(|(volume, _)| !wanted.contains_key(volume));
        let removed: Vec<String> = removed.map(|(_, name)| name.clone()).collect();
        let added = wanted.into_iter().filter(|(volume, _)| !linked.contains_key(volume));
        let added: Vec<Link> = added.map(|(volume, name)| self.link(volume, name)).collect();
        let container = executor.container.clone();
        let sandbox = self.runs(framework_id, executor).join(&container);
        let changes = !(removed.is_empty() && added.is_empty());
        changes.then_some(Relink { container, sandbox, removed, added })
    }

    /// Ends an executor whose links could not be changed.
    pub(super) fn relink_failed(&mut self, container: &str, reason: &str) {
        let Some((framework_id, executor_id)) = self.containers.get(container) else { return };
        let Some(framework) = self.frameworks.get_mut(framework_id) else { return };
        let state = framework.gone();
        let Some(executor) = framework.executors.get_mut(executor_id) else { return };
        let message = format!("Failed to update resources for container: {reason}");
        executor.termination = Some(Termination { state, reason: Reason::ContainerUpdateFailed, message });
        self.signal(container, Signal::Kill);
    }

    fn link(&self, volume: VolumeId, name: String) -> Link {
        let gives = !self.live_executors().any(|(_, executor)| executor.volumes.contains_key(&volume));
        Link { volume, name, gives }
    }
}

/// Returns the names of the links to the volumes among these. Like real agents, passes over paths
/// with a slash: the task does not find such a volume.
fn links<'a>(resources: impl Iterator<Item = &'a Resource>) -> BTreeMap<VolumeId, String> {
    let mut links = BTreeMap::new();
    for resource in resources {
        let mounted = resource.disk.as_ref().and_then(|disk| disk.volume.as_ref());
        let path = mounted.map(|mounted| &mounted.container_path).filter(|path| !path.contains('/'));
        if let (Some(volume), Some(path)) = (VolumeId::of(resource), path) {
            // Whoever is first names the link to a volume that several tasks of an executor share.
            links.entry(volume).or_insert_with(|| path.clone());
        }
    }
    links
}

/// Returns whether the executor has links, or is about to get some.
fn concerns_volumes(executor: &Executor) -> bool {
    let mut waiting = executor.queued_tasks().flat_map(|task| &task.resources);
    !executor.volumes.is_empty() || waiting.any(|resource| VolumeId::of(resource).is_some())
}
