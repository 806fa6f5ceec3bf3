//! What users ask for about volumes, and what they are shown.

use std::slice::from_ref;
use std::time::Duration;

use mesos_sdk::proto::v1::TaskState;

use super::super::{Effect, Input, Turn};
use super::bench::{Bench, launched};
use super::volumes::{created, failed, id, offer, operations, running, states, stop};
use super::workloads::with_volumes;
use crate::error::ErrorKind;
use crate::service::Service;
use crate::task::Task;
use crate::volume::VolumeState;

fn of_size(name: &str, megabytes: f64) -> Service {
    Service::new(name, Task::shell("work").cpus(1.0).mem(1.0).volume("data", megabytes))
}

fn replace(bench: &mut Bench, index: usize) {
    bench.command(Input::Replace("b".to_owned(), index, 1)).unwrap();
}

fn destroy(bench: &mut Bench, name: &str, id: &str) -> Result<(), ErrorKind> {
    bench.command(Input::Destroy(name.to_owned(), id.to_owned(), 1))
}

/// Returns the states of the volumes that a turn shows, with `None` for one that is gone.
fn shown(turn: &Turn) -> Vec<Option<VolumeState>> {
    let volumes = turn.immediate.iter().filter_map(|effect| match effect {
        Effect::Volume(name, _, volume) => {
            assert_eq!(name, "b");
            Some(volume.as_ref().map(|volume| volume.state))
        }
        _ => None,
    });
    volumes.collect()
}

/// Returns whether a turn destroys a volume.
fn destroys(turn: &Turn) -> bool {
    operations(turn).iter().any(|operation| operation.destroy.is_some())
}

#[test]
fn what_becomes_of_a_volume_is_shown() {
    let mut bench = Bench::with(with_volumes(1));
    let turn = offer(&mut bench, "a", &[]);
    assert_eq!(shown(&turn), [Some(VolumeState::Kept)]);
    bench.update(&launched(&turn)[0], TaskState::Failed);
    stop(&mut bench, "none");
    bench.command(Input::Forget("b".to_owned(), 1)).unwrap();
    let again = bench.step(vec![Input::Submit(Box::new(with_volumes(1).into()), 1)]);
    assert_eq!(shown(&again), [Some(VolumeState::Kept)]);
    let volume = id(&bench);
    let turn = bench.step(vec![Input::Replace("b".to_owned(), 0, 1)]);
    assert_eq!(shown(&turn), [Some(VolumeState::GivenUp)]);
    destroy(&mut bench, "b", &volume).unwrap();
    let gone = bench.step(vec![Input::Stop("b".to_owned(), 1)]);
    assert_eq!(shown(&gone), []);
    assert_eq!(shown(&offer(&mut bench, "a", &[])), [None]);
}

#[test]
fn other_volume_is_kept_when_one_is_destroyed() {
    let (mut bench, first, _) = running();
    bench.update(&first, TaskState::Unreachable);
    let given_up = id(&bench);
    replace(&mut bench, 0);
    let turn = offer(&mut bench, "b", &[]);
    let (task, volume) = (launched(&turn).remove(0), created(&turn).remove(0));
    bench.update(&task, TaskState::Running);
    destroy(&mut bench, "b", &given_up).unwrap();
    bench.update(&task, TaskState::Failed);
    bench.pass(Duration::from_secs(10));
    assert_eq!(launched(&offer(&mut bench, "b", &[])).len(), 0);
    let turn = offer(&mut bench, "b", &[volume]);
    assert_eq!((launched(&turn).len(), created(&turn).len()), (1, 0));
}

#[test]
fn volume_of_a_run_out_of_sight_is_not_destroyed() {
    let (mut bench, task, volume) = running();
    bench.update(&task, TaskState::Unreachable);
    replace(&mut bench, 0);
    let given_up = id(&bench);
    destroy(&mut bench, "b", &given_up).unwrap();
    assert!(!destroys(&offer(&mut bench, "a", from_ref(&volume))), "its task may run");
    bench.update(&task, TaskState::Killed);
    assert!(destroys(&offer(&mut bench, "a", &[volume])));
}

#[test]
fn run_out_of_sight_hinders_nothing_elsewhere() {
    let (mut bench, first, _) = running();
    bench.update(&first, TaskState::Unreachable);
    let given_up = id(&bench);
    replace(&mut bench, 0);
    let turn = offer(&mut bench, "b", &[]);
    let (second, volume) = (launched(&turn).remove(0), created(&turn).remove(0));
    stop(&mut bench, &second);
    let other = bench.core.volumes().find(|(_, volume)| volume.id != given_up).unwrap().1.id;
    destroy(&mut bench, "b", &other).unwrap();
    assert!(destroys(&offer(&mut bench, "b", &[volume])));
}

#[test]
fn run_out_of_sight_uses_no_volume_of_others() {
    let mut bench = Bench::with(with_volumes(2));
    let turn = offer(&mut bench, "a", &[]);
    let (tasks, volumes) = (launched(&turn), created(&turn));
    for task in &tasks {
        bench.update(task, TaskState::Running);
    }
    bench.update(&tasks[0], TaskState::Unreachable);
    replace(&mut bench, 0);
    replace(&mut bench, 1);
    bench.update(&tasks[1], TaskState::Killed);
    destroy(&mut bench, "b", &tasks[1]).unwrap();
    assert!(destroys(&offer(&mut bench, "a", &volumes[1..])));
}

#[test]
fn volumes_of_other_services_do_not_matter() {
    let (mut bench, _, _) = running();
    assert_eq!(bench.submit(of_size("other", 20.0)), Ok(()));
    let volume = id(&bench);
    assert_eq!(destroy(&mut bench, "other", &volume), Err(ErrorKind::NotFound));
    assert_eq!(states(&bench), [VolumeState::Kept]);
}

#[test]
fn volume_of_another_size_follows_one_that_was_given_up() {
    let (mut bench, _) = failed();
    assert_eq!(bench.submit(of_size("b", 20.0)), Err(ErrorKind::Conflict));
    replace(&mut bench, 0);
    assert_eq!(bench.submit(of_size("b", 20.0)), Ok(()));
}

#[test]
fn instance_that_waits_for_its_volume_gets_another_one() {
    let (mut bench, _) = failed();
    assert_eq!(launched(&offer(&mut bench, "b", &[])).len(), 0);
    replace(&mut bench, 0);
    assert_eq!(created(&offer(&mut bench, "b", &[])).len(), 1);
}

#[test]
fn offers_are_asked_for_to_destroy_a_volume() {
    let (mut bench, task, _) = running();
    stop(&mut bench, &task);
    bench.submit(Service::new("other", Task::shell("work"))).unwrap();
    for _ in 0..2 {
        bench.pass(Duration::from_secs(30));
    }
    let volume = id(&bench);
    let turn = bench.step(vec![Input::Destroy("b".to_owned(), volume, 1)]);
    assert!(turn.immediate.iter().any(|effect| matches!(effect, Effect::Revive)), "{turn:?}");
}
