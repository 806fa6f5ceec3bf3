use bytes::Bytes;
use mesos_sdk::build::{PersistentVolume, Reservation};
use mesos_sdk::proto::v1::framework_info::capability;
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{Resource, TaskInfo, TaskState};
use mesos_sdk::resources::Resources;

use super::bench::*;
use crate::agent::machine::{Action, Input, Link, Relink, Signal, VolumeId};
use crate::messages::ToAgent;

/// A volume `v` of the role `r`, at this path.
fn volume(path: &str) -> Resource {
    let disk = Reservation::for_role("r").build(&disk()).unwrap().remove(0);
    PersistentVolume::new("v", path).shared().build(&disk).unwrap()
}

fn disk() -> Resources {
    "disk:8".parse().unwrap()
}

fn with_volume(id: &str, path: &str) -> TaskInfo {
    TaskInfo { resources: vec![volume(path)], ..task(id) }
}

fn run(bench: &mut Bench, executor: &str, tasks: Vec<TaskInfo>) -> Vec<Action> {
    let mut info = self::executor();
    info.executor_id.value = executor.to_owned();
    let framework = Box::new(framework(&[capability::Type::PartitionAware]));
    let executor = Some(Box::new(info));
    bench.master(ToAgent::RunTasks { framework, executor, launch_executor: true, tasks, group: false })
}

fn link(name: &str, gives: bool) -> Link {
    Link { volume: VolumeId::new("r", "v"), name: name.to_owned(), gives }
}

fn relinks(actions: &[Action]) -> Vec<&Relink> {
    actions.iter().filter_map(relink).collect()
}

fn relink(action: &Action) -> Option<&Relink> {
    match action {
        Action::Relink(relink) => Some(relink),
        _ => None,
    }
}

/// An executor whose task uses a volume, and its container.
fn using() -> (Bench, String) {
    let mut bench = Bench::registered();
    let launch = started(&run(&mut bench, "e1", vec![with_volume("t1", "data")]));
    assert_eq!(launch.volumes, [link("data", true)]);
    assert_eq!(relinks(&bench.subscribe().1), [] as [&Relink; 0]);
    (bench, launch.container)
}

#[test]
fn operations_make_and_remove_folders() {
    let mut bench = Bench::registered();
    bench.machine.total = disk();
    let reserved = || Reservation::for_role("r").build(&disk()).unwrap();
    let folder = VolumeId::new("r", "v");
    assert_eq!(folder.folders().join("/"), "volumes/roles/r/v");
    assert_eq!(VolumeId::new("a/b", "v").folders()[2], "a b");
    let made = [
        (Operation::reserve(reserved()), None),
        (Operation::create(vec![volume("data")]), Some(Action::CreateVolume(folder.clone()))),
        (Operation::create(vec![volume("data")]), None),
        (Operation::destroy(vec![volume("data")]), Some(Action::DestroyVolume(folder))),
        (Operation::unreserve(reserved()), None),
    ];
    for (number, (operation, expected)) in (1..).zip(made) {
        let uuid = Bytes::from(vec![number]);
        let apply = || ToAgent::ApplyOperation {
            framework_id: None,
            uuid: uuid.clone(),
            operation: Box::new(operation.clone()),
        };
        let on_folders = |actions: Vec<Action>| {
            let is = |action: &Action| matches!(action, Action::CreateVolume(_) | Action::DestroyVolume(_));
            actions.into_iter().find(is)
        };
        assert_eq!(on_folders(bench.master(apply())), expected, "{operation:?}");
        assert_eq!(on_folders(bench.master(apply())), None, "once is enough");
    }
}

#[test]
fn links_follow_the_tasks() {
    let (mut bench, container) = using();
    let ended = bench.update(status("t1", TaskState::Finished, 1));
    let sandbox = format!("/var/lib/mesos/slaves/S0/frameworks/F0/executors/e1/runs/{container}").into();
    let gone = Relink { container, sandbox, removed: vec!["data".to_owned()], added: vec![] };
    assert_eq!(relinks(&ended), [&gone]);
    let at = |wanted: fn(&Action) -> bool| ended.iter().position(wanted);
    let relinked = at(|action| matches!(action, Action::Relink(_)));
    assert!(relinked < at(|action| matches!(action, Action::ToMaster(_))), "{ended:?}");
    let again = run(&mut bench, "e1", vec![with_volume("t2", "more")]);
    assert!(matches!(&again[..], [Action::Relink(_), Action::Send { .. }]), "{again:?}");
    assert_eq!(relinks(&again)[0].added, [link("more", true)]);
}

#[test]
fn tasks_of_an_executor_share_a_link() {
    let (mut bench, _) = using();
    assert_eq!(relinks(&run(&mut bench, "e1", vec![with_volume("t2", "other")])).len(), 0);
    assert_eq!(relinks(&bench.update(status("t1", TaskState::Finished, 1))).len(), 0);
    let last = bench.update(status("t2", TaskState::Finished, 2));
    assert_eq!(relinks(&last)[0].removed, ["data"]);
}

#[test]
fn volume_in_use_keeps_its_owner() {
    let (mut bench, container) = using();
    assert_eq!(
        started(&run(&mut bench, "e2", vec![with_volume("t2", "data")])).volumes,
        [link("data", false)]
    );
    bench.input(Input::Exited { container, status: 0 });
    let other = bench.machine.containers.keys().next().unwrap().clone();
    bench.input(Input::Exited { container: other, status: 0 });
    assert_eq!(
        started(&run(&mut bench, "e3", vec![with_volume("t3", "data")])).volumes,
        [link("data", true)]
    );
}

#[test]
fn paths_with_a_slash_get_no_link() {
    for path in ["a/b", "/data", "data/"] {
        let mut bench = Bench::registered();
        assert_eq!(started(&run(&mut bench, "e1", vec![with_volume("t1", path)])).volumes, [], "{path}");
    }
}

#[test]
fn failed_link_ends_the_executor() {
    let (mut bench, container) = using();
    let reason = "no room".to_owned();
    let actions = bench.input(Input::RelinkFailed { container: container.clone(), reason });
    assert_eq!(signals(&actions), [Signal::Kill]);
    let lost = updates(&bench.input(Input::Exited { container, status: 9 })).remove(0);
    assert_eq!((lost.state(), lost.reason()), (TaskState::Gone, Some(Reason::ContainerUpdateFailed)));
    assert_eq!(lost.message(), "Failed to update resources for container: no room");
}
