//! How services get other versions.

use std::time::Duration;

use mesos_sdk::proto::v1::TaskState;

use super::super::{Input, RolloutCommand};
use super::agent::status;
use super::bench::SECOND;
use super::fleet::{Fleet, service};
use crate::error::ErrorKind;
use crate::health::Health;
use crate::rollout::RolloutState;
use crate::service::Service;
use crate::task::Task;
use crate::update::{OnFailure, Update};

/// An update without room for more instances.
fn in_place() -> Update {
    Update::rolling().surge(0).missing(1)
}

/// Returns three old instances, and a rollout of new ones that has begun.
fn rolling(update: Update) -> Fleet {
    let mut fleet = Fleet::of(service("old", 3));
    fleet.submit(service("new", 3).update(update));
    assert_eq!(fleet.rollout().state, RolloutState::Rolling);
    fleet
}

#[test]
fn instances_are_replaced_within_surge_and_missing() {
    for (update, most, fewest) in [
        (Update::rolling(), 4, 3),
        (in_place(), 3, 2),
        (Update::rolling().surge(2).missing(1), 5, 2),
        (Update::rolling().surge(0).missing(9), 3, 0),
    ] {
        for dies in [false, true] {
            let mut fleet = rolling(update.clone());
            fleet.dies = dies;
            let rollout = fleet.until(RolloutState::Done);
            assert_eq!((rollout.version, rollout.previous), (2, 2), "{update:?}");
            fleet.second();
            assert_eq!(fleet.commands(), ["new", "new", "new"], "{update:?}");
            assert_eq!((fleet.most, fleet.fewest), (most, fewest), "{update:?}, {dies}");
            let keys: Vec<_> = fleet.bench.store.keys().map(String::as_str).collect();
            let wanted = ["meta", "slot/b/0", "slot/b/1", "slot/b/2", "task/b/1", "workload/b"];
            assert_eq!(keys, wanted, "{update:?}");
        }
    }
}

#[test]
fn instances_that_were_added_make_room_for_the_last_ones() {
    let mut fleet = rolling(Update::rolling().surge(2));
    fleet.room = 4;
    fleet.until(RolloutState::Done);
    fleet.second();
    assert_eq!((fleet.commands(), fleet.fewest, fleet.most), (vec!["new"; 3], 3, 4));
}

#[test]
fn next_instance_waits_until_the_last_one_runs_well() {
    let mut fleet = rolling(in_place());
    let new = |fleet: &Fleet| fleet.commands().iter().filter(|command| **command == "new").count();
    let mut times = Vec::new();
    for second in 0..40 {
        fleet.second();
        times.extend((new(&fleet) > times.len()).then_some(second));
    }
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= 10), "{times:?}");
    assert_eq!(times.len(), 3);
}

#[test]
fn same_task_with_other_settings_replaces_nothing() {
    let mut fleet = Fleet::of(service("old", 3));
    fleet.submit(service("old", 3).priority(1).update(in_place()).replace_unreachable_after(SECOND));
    assert_eq!(fleet.rollout().state, RolloutState::Done);
    assert!(fleet.bench.store["workload/b"].contains("\"priority\":1"));
}

#[test]
fn failure_rolls_back_once_and_is_not_repeated() {
    for dies in [false, true] {
        let mut fleet = rolling(in_place());
        (fleet.fails, fleet.dies) = (Some(("new", TaskState::Failed)), dies);
        let rollout = fleet.until(RolloutState::RolledBack);
        assert_eq!((rollout.version, rollout.previous), (2, 1));
        assert!(rollout.reason.unwrap().starts_with("b.0 exited with status 1"));
        assert_eq!((fleet.commands(), fleet.fewest), (vec!["old"; 3], 2));
        fleet.submit(service("new", 3).update(in_place()));
        assert_eq!(fleet.rollout().state, RolloutState::RolledBack, "it was submitted before");
        fleet.fails = None;
        fleet.command(RolloutCommand::Resume).unwrap();
        fleet.until(RolloutState::Done);
        assert_eq!(fleet.commands(), ["new"; 3]);
    }
}

#[test]
fn rollback_that_fails_pauses() {
    let mut fleet = rolling(in_place());
    fleet.fails = Some(("new", TaskState::Failed));
    fleet.until(RolloutState::RollingBack);
    fleet.fails = Some(("old", TaskState::Failed));
    fleet.until(RolloutState::Paused);
    assert_eq!(fleet.commands(), ["old"; 2]);
    fleet.fails = None;
    fleet.command(RolloutCommand::Resume).unwrap();
    fleet.until(RolloutState::RolledBack);
}

#[test]
fn failure_may_pause_instead() {
    let mut fleet = rolling(in_place().on_failure(OnFailure::Pause));
    fleet.fails = Some(("new", TaskState::Failed));
    assert_eq!(fleet.until(RolloutState::Paused).failures, 1);
    assert_eq!(fleet.commands(), ["old"; 2]);
}

#[test]
fn some_failures_are_tolerated() {
    let mut fleet = rolling(in_place().max_failures(1));
    fleet.second();
    fleet.end(0, TaskState::Failed);
    assert_eq!((fleet.rollout().state, fleet.rollout().failures), (RolloutState::Rolling, 1));
    fleet.until(RolloutState::Done);
}

#[test]
fn failures_of_the_platform_do_not_count() {
    let mut fleet = rolling(in_place());
    fleet.second();
    fleet.end(0, TaskState::GoneByOperator);
    fleet.second();
    assert_eq!((fleet.rollout().state, fleet.rollout().failures), (RolloutState::Rolling, 0));
    fleet.until(RolloutState::Done);
}

/// A new version whose health check never succeeds.
fn unhealthy() -> Service {
    let task = Task::shell("new").cpus(1.0).mem(1.0).health(Health::command("false"));
    Service::new("b", task).instances(3).update(in_place())
}

#[test]
fn instance_that_is_not_healthy_in_time_is_a_failure() {
    for dies in [false, true] {
        let mut fleet = Fleet::of(service("old", 3));
        fleet.dies = dies;
        fleet.submit(unhealthy());
        for _ in 0..295 {
            fleet.second();
        }
        assert_eq!(fleet.rollout().state, RolloutState::Rolling);
        let rollout = fleet.until(RolloutState::RolledBack);
        assert!(rollout.reason.unwrap().starts_with("b.0 did not become healthy in time"));
    }
}

#[test]
fn instance_whose_check_fails_is_a_failure() {
    let mut fleet = Fleet::of(service("old", 3));
    fleet.submit(unhealthy());
    fleet.second();
    let task = fleet.live.keys().find(|task| task.starts_with("b.0.")).unwrap().clone();
    let mut killed = status(&task, "a", TaskState::Killed);
    killed.healthy = Some(false);
    fleet.live.remove(&task);
    fleet.bench.step(vec![Input::Update(Box::new(killed), None)]);
    assert!(fleet.rollout().reason.unwrap().contains("was not healthy"));
    fleet.until(RolloutState::RolledBack);
}

#[test]
fn time_without_a_master_does_not_fail_a_rollout() {
    let mut fleet = Fleet::of(service("old", 3));
    fleet.submit(unhealthy());
    fleet.second();
    fleet.bench.step(vec![Input::Disconnected]);
    fleet.bench.pass(SECOND * 1000);
    fleet.bench.step(vec![Input::Subscribed]);
    let task = fleet.live.keys().find(|task| task.starts_with("b.0.")).unwrap().clone();
    let mut healthy = status(&task, "a", TaskState::Running);
    healthy.healthy = Some(true);
    fleet.bench.step(vec![Input::Update(Box::new(healthy), None)]);
    for _ in 0..30 {
        fleet.bench.pass(SECOND);
    }
    assert_eq!((fleet.rollout().state, fleet.rollout().failures), (RolloutState::Rolling, 0));
}

#[test]
fn paused_rollout_replaces_only_what_ends() {
    let mut fleet = rolling(in_place());
    fleet.second();
    fleet.command(RolloutCommand::Pause).unwrap();
    fleet.end(0, TaskState::Failed);
    fleet.end(1, TaskState::Failed);
    fleet.dies = true;
    for _ in 0..60 {
        fleet.second();
    }
    assert_eq!((fleet.rollout().state, fleet.commands()), (RolloutState::Paused, vec!["new", "old", "old"]));
    fleet.command(RolloutCommand::Resume).unwrap();
    fleet.until(RolloutState::Done);
}

#[test]
fn rollout_is_rolled_back_on_demand() {
    let mut fleet = rolling(Update::rolling());
    for _ in 0..15 {
        fleet.second();
    }
    fleet.command(RolloutCommand::RollBack).unwrap();
    fleet.until(RolloutState::RolledBack);
    fleet.second();
    assert_eq!((fleet.commands(), fleet.fewest, fleet.most), (vec!["old"; 3], 3, 4));
    fleet.submit(service("old", 3));
    assert_eq!(fleet.rollout().state, RolloutState::Done);
    assert_eq!(fleet.command(RolloutCommand::RollBack), Err(ErrorKind::NotFound));
}

#[test]
fn canaries_wait_for_promotion() {
    for update in [Update::rolling(), in_place()] {
        let mut fleet = rolling(update.canaries(1));
        fleet.until(RolloutState::AwaitingPromotion);
        fleet.dies = true;
        for _ in 0..60 {
            fleet.second();
        }
        assert_eq!(fleet.commands().iter().filter(|command| **command == "new").count(), 1);
        fleet.command(RolloutCommand::Promote).unwrap();
        fleet.until(RolloutState::Done);
    }
}

#[test]
fn canaries_may_be_promoted_before_they_run() {
    let mut fleet = rolling(in_place().canaries(1));
    fleet.command(RolloutCommand::Promote).unwrap();
    fleet.until(RolloutState::Done);
    fleet.command(RolloutCommand::Promote).unwrap();
    fleet.submit(service("newest", 3).update(in_place().canaries(5)));
    fleet.until(RolloutState::AwaitingPromotion);
    assert_eq!(fleet.commands(), ["newest"; 3]);
    fleet.command(RolloutCommand::Promote).unwrap();
    fleet.until(RolloutState::Done);
}

#[test]
fn canary_that_fails_rolls_back_without_promotion() {
    let mut fleet = rolling(Update::rolling().canaries(1));
    fleet.fails = Some(("new", TaskState::Failed));
    fleet.until(RolloutState::RolledBack);
    fleet.second();
    assert_eq!(fleet.commands(), ["old"; 3]);
}

#[test]
fn third_version_takes_the_place_of_the_second() {
    let mut fleet = rolling(Update::rolling());
    for _ in 0..15 {
        fleet.second();
    }
    fleet.submit(service("newest", 3));
    let rollout = fleet.until(RolloutState::Done);
    fleet.second();
    assert_eq!((rollout.version, fleet.commands()), (3, vec!["newest"; 3]));
    assert_eq!((fleet.most, fleet.fewest), (4, 3));
    let tasks: Vec<_> = fleet.bench.store.keys().filter(|key| key.starts_with("task/")).collect();
    assert_eq!(tasks, ["task/b/2"]);
}

#[test]
fn third_version_that_fails_leads_to_the_first() {
    let mut fleet = rolling(in_place());
    for _ in 0..15 {
        fleet.second();
    }
    fleet.fails = Some(("newest", TaskState::Failed));
    fleet.submit(service("newest", 3).update(in_place()));
    assert_eq!(fleet.until(RolloutState::RolledBack).previous, 1);
    assert_eq!(fleet.commands(), ["old"; 3]);
}

#[test]
fn service_is_scaled_during_a_rollout() {
    for instances in [5, 1, 0] {
        let mut fleet = rolling(Update::rolling());
        for _ in 0..15 {
            fleet.second();
        }
        fleet.submit(service("new", instances));
        fleet.until(RolloutState::Done);
        fleet.second();
        assert_eq!(fleet.commands(), vec!["new"; instances]);
    }
}

#[test]
fn service_without_instances_has_its_next_version_at_once() {
    let mut fleet = Fleet::of(service("old", 3));
    fleet.bench.command(Input::Stop("b".to_owned(), 1)).unwrap();
    for _ in 0..5 {
        fleet.second();
    }
    fleet.submit(service("new", 3).update(Update::rolling().canaries(1)));
    fleet.second();
    assert_eq!(fleet.commands(), ["new"; 3]);
    fleet.until(RolloutState::Done);
}

#[test]
fn instance_that_waits_has_the_needs_of_its_version() {
    let mut fleet = rolling(in_place());
    fleet.second();
    let large = Task::shell("large").cpus(60.0).mem(1.0);
    fleet.submit(Service::new("b", large).instances(3).update(in_place()));
    for _ in 0..30 {
        fleet.second();
    }
    assert_eq!(fleet.commands().len(), 2);
    fleet.submit(service("small", 3).update(in_place()));
    fleet.until(RolloutState::Done);
    assert_eq!(fleet.commands(), ["small"; 3]);
}

#[test]
fn unreachable_instances_are_replaced_during_a_rollout() {
    let mut fleet = rolling(in_place());
    fleet.second();
    let task = fleet.live.keys().find(|task| task.starts_with("b.2.")).unwrap().clone();
    fleet.bench.update(&task, TaskState::Unreachable);
    fleet.live.remove(&task);
    fleet.until(RolloutState::Done);
    assert_eq!((fleet.commands(), fleet.fewest), (vec!["new"; 3], 2));
}

#[test]
fn nothing_is_stopped_before_the_master_confirms_what_runs() {
    let mut fleet = rolling(Update::rolling());
    for _ in 0..8 {
        fleet.second();
    }
    fleet.bench.restart();
    for _ in 0..100 {
        fleet.second();
    }
    assert_eq!((fleet.fewest, fleet.live.len()), (3, 4));
}

#[test]
fn update_that_cannot_succeed_is_refused() {
    let mut fleet = Fleet::of(service("old", 1));
    for update in [Update::rolling().surge(0), Update::rolling().healthy_within(Duration::ZERO)] {
        assert_eq!(fleet.bench.submit(service("new", 1).update(update)), Err(ErrorKind::Invalid));
    }
}

#[test]
fn records_without_versions_are_of_the_first() {
    let mut fleet = Fleet::of(service("old", 3));
    let text = fleet.bench.store.get_mut("workload/b").unwrap();
    let mut record: serde_json::Value = serde_json::from_str(text).unwrap();
    record.as_object_mut().unwrap().remove("rollout").unwrap();
    record["policy"]["kind"]["Service"].as_object_mut().unwrap().remove("update").unwrap();
    *text = record.to_string();
    for index in 0..3 {
        let text = fleet.bench.store.get_mut(&format!("slot/b/{index}")).unwrap();
        let mut slot: serde_json::Value = serde_json::from_str(text).unwrap();
        slot.as_object_mut().unwrap().remove("version").unwrap();
        slot.as_object_mut().unwrap().remove("is_surge").unwrap();
        slot["run"].as_object_mut().unwrap().remove("version").unwrap();
        *text = slot.to_string();
    }
    fleet.dies = true;
    fleet.second();
    assert_eq!((fleet.rollout().version, fleet.commands()), (1, vec!["old"; 3]));
    fleet.submit(service("new", 3).update(Update::rolling().healthy_for(Duration::ZERO)));
    fleet.until(RolloutState::Done);
}
