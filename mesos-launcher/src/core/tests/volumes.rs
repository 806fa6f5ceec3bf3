//! What becomes of the volumes of instances.

use std::time::Duration;

use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::task_status::{Reason, Source};
use mesos_sdk::proto::v1::{Offer, OfferId, Resource, TaskState};
use mesos_sdk::resources::Resources;

use super::super::{Effect, Handling, Input, Launched, Turn};
use super::agent::status;
use super::bench::{Bench, launched, tasks};
use super::workloads::{service, with_volumes};
use crate::batch::Batch;
use crate::error::ErrorKind;
use crate::pod::Pod;
use crate::service::Service;
use crate::task::Task;
use crate::update::Update;
use crate::volume::VolumeState;

/// Returns the operations of all ACCEPTs of a turn that launch nothing.
pub(super) fn operations(turn: &Turn) -> Vec<&Operation> {
    let accepts = turn.immediate.iter().filter_map(|effect| match effect {
        Effect::Accept { operations, .. } => Some(operations),
        _ => None,
    });
    accepts.flatten().collect()
}

/// Returns the volumes that a turn creates.
pub(super) fn created(turn: &Turn) -> Vec<Resource> {
    let creates = operations(turn).into_iter().filter_map(|operation| operation.create.clone());
    creates.flat_map(|create| create.volumes).collect()
}

/// Makes an offer of an agent with some volumes.
pub(super) fn offer(bench: &mut Bench, agent: &str, volumes: &[Resource]) -> Turn {
    bench.offers += 1;
    let resources: Resources = "cpus:4;mem:10000;disk:100".parse().unwrap();
    let offer = Offer {
        id: OfferId::from(format!("o{}", bench.offers)),
        agent_id: agent.to_owned().into(),
        hostname: format!("host-{agent}"),
        resources: resources.into_iter().chain(volumes.iter().cloned()).collect(),
        ..Offer::default()
    };
    bench.step(vec![Input::Offers(vec![offer])])
}

/// Returns a bench whose service has one instance that runs, its task and its volume.
pub(super) fn running() -> (Bench, String, Resource) {
    let mut bench = Bench::with(with_volumes(1));
    let turn = offer(&mut bench, "a", &[]);
    let (task, volume) = (launched(&turn).remove(0), created(&turn).remove(0));
    bench.update(&task, TaskState::Running);
    (bench, task, volume)
}

/// Returns an instance that has failed and may run again, and its volume.
pub(super) fn failed() -> (Bench, Resource) {
    let (mut bench, task, volume) = running();
    bench.update(&task, TaskState::Failed);
    bench.pass(Duration::from_secs(10));
    (bench, volume)
}

pub(super) fn states(bench: &Bench) -> Vec<VolumeState> {
    bench.core.volumes().map(|(_, volume)| volume.state).collect()
}

pub(super) fn id(bench: &Bench) -> String {
    bench.core.volumes().next().unwrap().1.id
}

pub(super) fn stop(bench: &mut Bench, task: &str) {
    bench.command(Input::Stop("b".to_owned(), 1)).unwrap();
    bench.update(task, TaskState::Killed);
}

pub(super) fn destroy(bench: &mut Bench) -> Result<(), ErrorKind> {
    let id = id(bench);
    bench.command(Input::Destroy("b".to_owned(), id, 1))
}

#[test]
fn volume_is_reserved_created_and_used_by_one_call() {
    let mut bench = Bench::with(with_volumes(1));
    let turn = offer(&mut bench, "a", &[]);
    let reserved = operations(&turn)[0].reserve.as_ref().unwrap().resources.clone();
    let labels = reserved[0].reservations[0].labels.as_ref().unwrap();
    let id = id(&bench);
    let pairs = labels.labels.iter().map(|one| (one.key.as_str(), one.value.as_deref().unwrap()));
    let wanted = [("instance", "0"), ("mesos-launcher", id.as_str()), ("workload", "b")];
    assert_eq!(pairs.collect::<Vec<_>>(), wanted);
    assert_eq!(reserved[0].reservations[0].role.as_deref(), Some("db"));
    let volumes = created(&turn);
    let disks: Vec<_> = tasks(&turn)[0].resources.iter().filter(|one| one.name == "disk").collect();
    assert_eq!(disks, [&volumes[0]]);
    assert_eq!(bench.core.volumes().next().unwrap().1.host, "host-a");
    assert!(bench.store.contains_key(&format!("volume/{id}")));
}

#[test]
fn instance_runs_again_only_with_its_volume() {
    let (mut bench, volume) = failed();
    assert_eq!(launched(&offer(&mut bench, "b", &[])).len(), 0);
    bench.restart();
    assert_eq!(launched(&offer(&mut bench, "b", &[])).len(), 0);
    let turn = offer(&mut bench, "other-id", std::slice::from_ref(&volume));
    assert_eq!((launched(&turn).len(), operations(&turn).len()), (1, 0));
    assert!(tasks(&turn)[0].resources.contains(&volume));
    bench.restart();
    assert_eq!(bench.core.volumes().next().unwrap().1.host, "host-other-id");
}

#[test]
fn volume_that_was_used_is_waited_for_on_its_agent_too() {
    let (mut bench, _) = failed();
    assert_eq!(launched(&offer(&mut bench, "a", &[])).len(), 0);
    assert_eq!(states(&bench), [VolumeState::Kept]);
}

#[test]
fn unreachable_instance_is_not_replaced() {
    let (mut bench, task, _) = running();
    bench.update(&task, TaskState::Unreachable);
    bench.pass(Duration::from_secs(24 * 3600));
    assert_eq!(launched(&offer(&mut bench, "b", &[])).len(), 0);
}

#[test]
fn replaced_instance_gets_another_volume_and_the_old_one_is_kept() {
    let (mut bench, task, volume) = running();
    bench.update(&task, TaskState::Unreachable);
    bench.command(Input::Replace("b".to_owned(), 0, 1)).unwrap();
    let turn = offer(&mut bench, "b", &[]);
    assert_eq!((launched(&turn).len(), created(&turn).len()), (1, 1));
    assert_eq!(states(&bench), [VolumeState::GivenUp, VolumeState::Kept]);
    let turn = offer(&mut bench, "a", &[volume]);
    assert_eq!(operations(&turn).len(), 0, "nobody has asked for it");
    assert_eq!(bench.command(Input::Replace("b".to_owned(), 1, 1)), Err(ErrorKind::NotFound));
}

#[test]
fn running_instance_is_killed_before_it_gets_another_volume() {
    let (mut bench, task, volume) = running();
    bench.command(Input::Replace("b".to_owned(), 0, 1)).unwrap();
    assert_eq!(launched(&offer(&mut bench, "b", &[])).len(), 0);
    bench.update(&task, TaskState::Killed);
    let turn = offer(&mut bench, "a", &[volume]);
    assert_eq!((launched(&turn).len(), created(&turn).len()), (1, 1));
}

#[test]
fn scaled_down_instance_keeps_its_volume() {
    let (mut bench, task, volume) = running();
    bench.command(Input::Scale("b".to_owned(), 0, 1)).unwrap();
    bench.update(&task, TaskState::Killed);
    assert_eq!(operations(&offer(&mut bench, "a", std::slice::from_ref(&volume))).len(), 0);
    bench.command(Input::Scale("b".to_owned(), 1, 1)).unwrap();
    let turn = offer(&mut bench, "a", &[volume]);
    assert_eq!((launched(&turn).len(), created(&turn).len()), (1, 0));
}

#[test]
fn forgotten_service_finds_its_volume_again() {
    let (mut bench, task, volume) = running();
    stop(&mut bench, &task);
    bench.command(Input::Forget("b".to_owned(), 1)).unwrap();
    assert_eq!(states(&bench), [VolumeState::Kept]);
    bench.submit(with_volumes(1)).unwrap();
    let turn = offer(&mut bench, "a", &[volume]);
    assert_eq!((launched(&turn).len(), created(&turn).len()), (1, 0));
}

#[test]
fn volume_is_destroyed_when_it_is_asked_for_and_nothing_uses_it() {
    let (mut bench, task, volume) = running();
    assert_eq!(destroy(&mut bench), Err(ErrorKind::Conflict));
    bench.command(Input::Stop("b".to_owned(), 1)).unwrap();
    destroy(&mut bench).unwrap();
    let turn = offer(&mut bench, "a", std::slice::from_ref(&volume));
    assert_eq!(operations(&turn).len(), 0, "its task may run");
    bench.update(&task, TaskState::Killed);
    let turn = offer(&mut bench, "a", std::slice::from_ref(&volume));
    let done = operations(&turn);
    assert_eq!(done[0].destroy.as_ref().unwrap().volumes, std::slice::from_ref(&volume));
    let unreserved = &done[1].unreserve.as_ref().unwrap().resources[0];
    assert!(unreserved.disk.is_none() && unreserved.reservations == volume.reservations);
    offer(&mut bench, "a", &[]);
    assert_eq!(states(&bench), [VolumeState::Destroying], "another offer may have it");
    bench.pass(Duration::from_secs(5));
    offer(&mut bench, "a", &[]);
    assert_eq!(states(&bench), []);
    assert!(!bench.store.keys().any(|key| key.starts_with("volume/")));
}

#[test]
fn volume_is_destroyed_by_the_next_process_too() {
    let (mut bench, task, volume) = running();
    stop(&mut bench, &task);
    destroy(&mut bench).unwrap();
    bench.restart();
    assert!(bench.core.due().is_some(), "it asks for offers");
    assert_eq!(operations(&offer(&mut bench, "a", &[volume])).len(), 2);
}

#[test]
fn volumes_of_others_and_forgotten_ones_are_left_alone() {
    let (mut bench, task, volume) = running();
    bench.update(&task, TaskState::Failed);
    let mut foreign = volume;
    let labels = foreign.reservations[0].labels.as_mut().unwrap();
    labels.labels.iter_mut().for_each(|label| label.value = Some("foreign".to_owned()));
    foreign.disk.as_mut().unwrap().persistence.as_mut().unwrap().id = "foreign".to_owned();
    bench.pass(Duration::from_secs(10));
    let turn = offer(&mut bench, "a", &[foreign]);
    assert_eq!((launched(&turn).len(), operations(&turn).len()), (0, 0));
}

#[test]
fn volume_that_was_never_made_is_made_elsewhere() {
    for is_dropped in [false, true] {
        let mut bench = Bench::with(with_volumes(1));
        let task = launched(&offer(&mut bench, "a", &[])).remove(0);
        if is_dropped {
            let mut dropped = status(&task, "a", TaskState::Dropped);
            dropped.source = Some(Source::Master.into());
            dropped.reason = Some(Reason::InvalidOffers.into());
            bench.step(vec![Input::Update(Box::new(dropped), None)]);
        } else {
            let launched = Launched { offers: Vec::new(), tasks: vec![task] };
            bench.step(vec![Input::Accepted(launched, Handling::NotHandled)]);
        }
        assert_eq!(states(&bench), []);
        assert_eq!(created(&offer(&mut bench, "b", &[])).len(), 1);
    }
}

#[test]
fn volume_in_doubt_is_looked_for_on_its_agent() {
    for was_made in [false, true] {
        let mut bench = Bench::with(with_volumes(1));
        let turn = offer(&mut bench, "a", &[]);
        let (task, volume) = (launched(&turn).remove(0), created(&turn).remove(0));
        bench.update(&task, TaskState::Dropped);
        assert_eq!(launched(&offer(&mut bench, "b", &[])).len(), 0, "it may exist");
        let volumes = if was_made { vec![volume] } else { Vec::new() };
        let turn = offer(&mut bench, "a", &volumes);
        assert_eq!((launched(&turn).len(), created(&turn).len()), (1, usize::from(!was_made)));
    }
}

#[test]
fn reservation_without_its_volume_is_given_back() {
    let mut bench = Bench::with(with_volumes(1));
    let turn = offer(&mut bench, "a", &[]);
    let (task, mut reserved) = (launched(&turn).remove(0), created(&turn).remove(0));
    reserved.disk = None;
    bench.update(&task, TaskState::Error);
    let turn = offer(&mut bench, "a", &[reserved.clone()]);
    assert_eq!(operations(&turn)[0].unreserve.as_ref().unwrap().resources, [reserved]);
    bench.pass(Duration::from_secs(5));
    assert_eq!(created(&offer(&mut bench, "a", &[])).len(), 1);
}

#[test]
fn what_can_not_have_a_volume_is_refused() {
    let task = || Task::shell("work").volume("data", 10.0);
    let mut bench = Bench::new();
    assert_eq!(bench.submit(Batch::new("b", [task()])), Err(ErrorKind::Invalid));
    assert_eq!(bench.submit(Service::new("b", Pod::new().task("one", task()))), Err(ErrorKind::Invalid));
    let surge = with_volumes(1).update(Update::rolling());
    assert_eq!(bench.submit(surge), Err(ErrorKind::Invalid));
    for task in [task().volume("../data", 1.0), task().volume("data", 0.0), task().volume("data", f64::NAN)] {
        assert_eq!(bench.submit(Service::new("b", task)), Err(ErrorKind::Invalid));
    }
    for (role, is_kept) in [("*", true), ("db", false)] {
        bench.core.roles = vec![role.to_owned()];
        bench.core.volumes.is_kept = is_kept;
        assert_eq!(bench.submit(with_volumes(1)), Err(ErrorKind::Invalid));
    }
}

#[test]
fn volume_of_another_size_is_refused_while_the_first_one_is_kept() {
    let (mut bench, _, _) = running();
    let larger = Service::new("b", Task::shell("work").volume("data", 20.0));
    assert_eq!(bench.submit(larger), Err(ErrorKind::Conflict));
}

#[test]
fn records_with_volumes_are_of_a_newer_version() {
    let mut bench = Bench::with(service(1));
    assert_eq!(bench.store["meta"], "{\"format\":1}");
    let task = Task::shell("work").volume("data", 10.0);
    bench.submit(Service::new("other", task)).unwrap();
    assert_eq!(bench.store["meta"], "{\"format\":2}");
    bench.submit(Service::new("third", Task::shell("work"))).unwrap();
    assert_eq!(bench.store["meta"], "{\"format\":2}");
}
