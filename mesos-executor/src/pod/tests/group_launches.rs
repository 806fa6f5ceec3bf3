//! How groups begin.

use mesos_sdk::proto::v1::resource::DiskInfo;
use mesos_sdk::proto::v1::{Resource, Volume, volume};

use super::*;

fn launches(bench: &Bench) -> Vec<&LaunchContainer> {
    let launches = bench.actions.iter().filter_map(|action| match action {
        Action::Launch(launch) => Some(launch.as_ref()),
        _ => None,
    });
    launches.collect()
}

#[test]
fn each_task_gets_a_nested_container() {
    let mut bench = Bench::launched(&[task("a"), task("b")]);
    assert_eq!(bench.states(), [("a", TaskState::Starting), ("b", TaskState::Starting)]);
    let status = bench.reported()[1].container_status.clone().unwrap();
    assert_eq!(status.container_id, Some(Box::new(container("b"))));
    let [first, second] = launches(&bench)[..] else { panic!("{:?}", bench.actions) };
    assert_eq!((&first.container_id, &second.container_id), (&container("a"), &container("b")));
    let variables = &first.command.as_ref().unwrap().environment.as_ref().unwrap().variables;
    assert_eq!((variables[0].name.as_str(), variables[0].value()), ("MESOS_CONTAINER_IP", "10.0.0.1"));
    bench.starts("b");
    assert_eq!(bench.actions, [], "not all of the group have started");
    bench.starts("a");
    assert_eq!(bench.states(), [("a", TaskState::Running), ("b", TaskState::Running)]);
    for id in ["a", "b"] {
        assert!(bench.has(&Action::Wait(container(id))));
        assert!(bench.has(&Action::Name(TaskId::from(id), container(id))));
    }
}

#[test]
fn disk_of_a_task_is_that_of_the_executor() {
    let mounted = Volume { container_path: "data".to_owned(), ..Volume::default() };
    let disk = DiskInfo { volume: Some(Box::new(mounted)), ..DiskInfo::default() };
    let resources = vec![Resource { disk: Some(disk), ..Resource::default() }];
    let bench = Bench::launched(&[TaskInfo { resources, ..task("a") }]);
    let volumes = &launches(&bench)[0].container.as_ref().unwrap().volumes;
    let path = volumes[0].source.as_ref().unwrap().sandbox_path.as_ref().unwrap();
    assert_eq!((path.path.as_str(), volumes[0].container_path.as_str()), ("data", "data"));
    assert_eq!(path.r#type(), volume::source::sandbox_path::Type::Parent);
}

#[test]
fn refused_container_fails_its_task() {
    let mut bench = Bench::launched(&[task("a"), task("b")]);
    bench.step(Input::Launched(container("a"), Err("no such image".to_owned()))).starts("b");
    assert_eq!(bench.states(), [("b", TaskState::Running)]);
    assert!(bench.has(&Action::Wait(container("a"))), "the agent may know more");
    bench.step(Input::Ended(container("a"), None));
    assert_eq!(bench.states(), [("a", TaskState::Failed), ("b", TaskState::Killing)]);
    assert_eq!(bench.reported()[0].message(), "no such image");
}

#[test]
fn only_an_agent_that_has_the_executor_is_asked() {
    let mut bench = Bench::running(&[task("a"), task("b")]);
    bench.launch(&[task("c"), task("d")]).starts("c");
    assert!(bench.step(Input::Disconnected).has(&Action::StopWaiting));
    bench.step(Input::Launched(container("d"), Err("no connection".to_owned())));
    assert_eq!(bench.states(), [("c", TaskState::Running)]);
    assert!(!bench.has(&Action::Wait(container("c"))) && !bench.has(&Action::Wait(container("d"))));
    bench.subscribe();
    let waits = ["a", "b", "c", "d"].map(|id| Action::Wait(container(id)));
    assert_eq!(bench.actions, waits, "each once");
    bench.launch(&[task("e")]).step(Input::Disconnected);
    assert!(!bench.subscribe().has(&Action::Wait(container("e"))), "it has not begun");
    assert!(bench.starts("e").has(&Action::Wait(container("e"))));
}

#[test]
fn early_kill_is_done_when_the_task_runs() {
    let mut bench = Bench::launched(&[task("a")]);
    assert_eq!(bench.kill("a", Some(policy(7))).actions, []);
    bench.starts("a");
    assert_eq!(bench.states(), [("a", TaskState::Running), ("a", TaskState::Killing)]);
    assert!(bench.has(&Action::Terminate(container("a"))));
    assert_eq!(bench.sleep(), seconds(7));
}

#[test]
fn further_group_keeps_the_executor() {
    let mut bench = Bench::running(&[task("a")]);
    bench.ends("a", 0).launch(&[task("b")]);
    for _ in 0..4 {
        assert!(!bench.step(Input::Acknowledged).has(&Action::End));
    }
    bench.starts("b").ends("b", 0);
    assert!(!bench.has(&Action::End));
    bench.step(Input::Acknowledged);
    assert!(bench.step(Input::Acknowledged).has(&Action::End));
}
