//! What follows from offers that show volumes, or do not.

use std::slice::from_ref;
use std::time::Duration;

use mesos_sdk::proto::v1::resource::disk_info::Source as DiskSource;
use mesos_sdk::proto::v1::resource::disk_info::source::Type;
use mesos_sdk::proto::v1::resource::{ReservationInfo, SharedInfo};
use mesos_sdk::proto::v1::task_status::{Reason, Source};
use mesos_sdk::proto::v1::{Resource, TaskState};

use super::super::Input;
use super::agent::status;
use super::bench::{Bench, launched};
use super::volumes::{created, destroy, failed, offer, operations, running, states, stop};
use super::workloads::with_volumes;
use crate::store::Change;
use crate::volume::VolumeState;

/// Returns an instance whose volume was recorded and is to be made, its task and its volume.
fn intended() -> (Bench, String, Resource) {
    let mut bench = Bench::with(with_volumes(1));
    let turn = offer(&mut bench, "a", &[]);
    (bench, launched(&turn).remove(0), created(&turn).remove(0))
}

/// Makes an offer of the agent `a`, and returns how many tasks are launched, and how many volumes
/// made.
fn offered(bench: &mut Bench, volumes: &[Resource]) -> (usize, usize) {
    let turn = offer(bench, "a", volumes);
    (launched(&turn).len(), created(&turn).len())
}

#[test]
fn scheduler_dies_before_all_is_made() {
    for made in 0..3 {
        let (mut bench, task, volume) = intended();
        bench.restart();
        bench.update(&task, TaskState::Gone);
        let reserved = Resource { disk: None, ..volume.clone() };
        match made {
            0 => assert_eq!(offered(&mut bench, &[]), (1, 1), "nothing was made"),
            1 => {
                let turn = offer(&mut bench, "a", &[reserved]);
                assert!(operations(&turn)[0].unreserve.is_some(), "no volume was made");
                bench.pass(Duration::from_secs(5));
                assert_eq!(offered(&mut bench, &[]), (1, 1));
            }
            _ => assert_eq!(offered(&mut bench, &[volume]), (1, 0)),
        }
    }
}

#[test]
fn volume_on_its_way_is_not_missed() {
    let (mut bench, task, volume) = intended();
    offer(&mut bench, "a", &[]);
    assert_eq!(states(&bench), [VolumeState::Kept]);
    bench.update(&task, TaskState::Dropped);
    assert_eq!(offered(&mut bench, &[volume]), (1, 0));
}

#[test]
fn volume_that_was_offered_is_waited_for() {
    let (mut bench, first, volume) = intended();
    bench.update(&first, TaskState::Dropped);
    let second = launched(&offer(&mut bench, "a", &[volume])).remove(0);
    bench.update(&second, TaskState::Dropped);
    bench.pass(Duration::from_secs(10));
    assert_eq!(offered(&mut bench, &[]), (0, 0), "its disk is lost");
    assert_eq!(states(&bench), [VolumeState::Kept]);
}

#[test]
fn volume_that_was_offered_is_never_forgotten() {
    let (mut bench, task, volume) = intended();
    offer(&mut bench, "a", &[volume]);
    let mut dropped = status(&task, "a", TaskState::Dropped);
    dropped.source = Some(Source::Master.into());
    dropped.reason = Some(Reason::InvalidOffers.into());
    bench.step(vec![Input::Update(Box::new(dropped), None)]);
    assert_eq!(states(&bench), [VolumeState::Kept]);
}

#[test]
fn volume_that_an_operator_destroyed_is_waited_for() {
    let (mut bench, volume) = failed();
    let turn = offer(&mut bench, "a", &[Resource { disk: None, ..volume }]);
    assert!(operations(&turn)[0].unreserve.is_some(), "the reservation is left");
    bench.pass(Duration::from_secs(5));
    assert_eq!(offered(&mut bench, &[]), (0, 0));
    assert_eq!(states(&bench), [VolumeState::Kept]);
    bench.command(Input::Replace("b".to_owned(), 0, 1)).unwrap();
    assert_eq!(offered(&mut bench, &[]), (1, 1));
}

#[test]
fn lost_volume_is_forgotten_on_request() {
    let (mut bench, task, _) = running();
    stop(&mut bench, &task);
    offer(&mut bench, "a", &[]);
    assert_eq!(states(&bench), [VolumeState::Kept]);
    destroy(&mut bench).unwrap();
    offer(&mut bench, "b", &[]);
    assert_eq!(states(&bench), [VolumeState::Destroying], "another agent");
    offer(&mut bench, "a", &[]);
    assert_eq!(states(&bench), []);
}

#[test]
fn volume_is_missed_where_it_was_last() {
    let (mut bench, volume) = failed();
    let task = launched(&offer(&mut bench, "other-id", &[volume])).remove(0);
    stop(&mut bench, &task);
    destroy(&mut bench).unwrap();
    bench.pass(Duration::from_secs(5));
    offer(&mut bench, "a", &[]);
    assert_eq!(states(&bench), [VolumeState::Destroying]);
    offer(&mut bench, "other-id", &[]);
    assert_eq!(states(&bench), []);
}

#[test]
fn offer_that_shows_nothing_new_writes_nothing() {
    let (mut bench, task, volume) = running();
    stop(&mut bench, &task);
    let is_of_volume = |change: &Change| change.key().starts_with("volume/");
    let turn = offer(&mut bench, "a", &[volume]);
    assert!(!turn.changes.iter().any(is_of_volume), "{:?}", turn.changes);
}

/// Neither is a volume that the launcher makes.
#[test]
fn shared_volume_of_another_disk_is_destroyed_as_well() {
    let (mut bench, task, mut volume) = running();
    stop(&mut bench, &task);
    destroy(&mut bench).unwrap();
    let mount = Box::new(DiskSource { r#type: Type::Mount.into(), ..DiskSource::default() });
    volume.disk.as_mut().unwrap().source = Some(mount.clone());
    volume.shared = Some(SharedInfo::default());
    volume.reservations.insert(0, ReservationInfo::default());
    let turn = offer(&mut bench, "a", from_ref(&volume));
    let unreserved = &operations(&turn)[1].unreserve.as_ref().unwrap().resources[0];
    let disk = unreserved.disk.as_ref().unwrap();
    assert_eq!(disk.source, Some(mount));
    assert!(disk.persistence.is_none() && disk.volume.is_none() && unreserved.shared.is_none());
}
