use mesos_sdk::proto::v1::offer::operation::{self, LaunchGroup};
use mesos_sdk::proto::v1::{
    DurationInfo, ExecutorId, ExecutorInfo, KillPolicy, OperationId, TaskGroupInfo, executor_info, value,
};

use super::*;

fn executor(framework: &Framework, resources: &str) -> ExecutorInfo {
    ExecutorInfo {
        r#type: Some(executor_info::Type::Custom.into()),
        executor_id: ExecutorId::from("e"),
        framework_id: Some(FrameworkId::from(framework.id.clone())),
        command: Some(Box::new(CommandInfo::default())),
        resources: resources.parse::<Resources>().unwrap().into(),
        ..ExecutorInfo::default()
    }
}

fn executor_task(id: &str, offer: &Offer, executor: ExecutorInfo) -> TaskInfo {
    TaskInfo { command: None, executor: Some(Box::new(executor)), ..command_task(id, offer, "cpus:1;mem:32") }
}

/// Launches one task; the words of the error, if it gets one.
pub(super) fn error(change: impl FnOnce(&mut TaskInfo, &Framework)) -> Option<String> {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    let mut task = command_task("t", &offer, "cpus:1;mem:32");
    change(&mut task, &framework);
    cluster.accepted(&framework, accept(&[&offer], vec![task]));
    let status = cluster.statuses(&framework).pop()?;
    assert_eq!(status.state(), TaskState::Error);
    assert_eq!(status.reason().unwrap().as_str_name(), "REASON_TASK_INVALID");
    assert!(cluster.sent_to_agent(1).is_empty(), "an invalid task does not reach the agent");
    Some(status.message().to_owned())
}

#[test]
fn command_task_goes_to_the_agent_with_its_role() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    cluster.launch(&framework, &offer, "t");
    let messages = cluster.sent_to_agent(1);
    let [ToAgent::RunTasks { framework: info, executor: None, launch_executor: true, tasks, group: false }] =
        &messages[..]
    else {
        panic!("{messages:?}")
    };
    assert_eq!(info.id.as_ref().unwrap().value, framework.id);
    assert_eq!(tasks[0].resources[0].allocation_info.as_ref().unwrap().role(), "*");
    assert!(cluster.statuses(&framework).is_empty());
}

#[statement::proves(launcherr)]
#[test]
fn reasons_for_task_error() {
    let long = "x".repeat(256);
    let negative = Some(DurationInfo { nanoseconds: -1 });
    let policy = KillPolicy { grace_period: negative };
    let words = [
        (error(|task, _| task.task_id.value.clear()), "ID must not be empty"),
        (error(|task, _| task.task_id.value = long), "ID must not be greater than 255 characters"),
        (error(|task, _| task.task_id.value = "..".into()), "'..' is disallowed"),
        (error(|task, _| task.task_id.value = "a\\b".into()), "'a\\b' contains invalid characters"),
        (error(|task, _| task.task_id.value = "a\nb".into()), "'a\nb' contains invalid characters"),
        (error(|task, _| task.resources.clear()), "Task uses no resources"),
        (
            error(|task, _| task.kill_policy = Some(policy)),
            "Task's 'kill_policy.grace_period' must be non-negative",
        ),
        (
            error(|task, _| task.command = None),
            "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present",
        ),
        (
            error(|task, framework| task.executor = Some(Box::new(executor(framework, "cpus:1")))),
            "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present",
        ),
    ];
    for (error, words) in words {
        assert_eq!(error.as_deref(), Some(words));
    }
}

#[statement::proves(id)]
#[test]
fn id_of_255_bytes_is_valid() {
    assert_eq!(error(|task, _| task.task_id.value = "x".repeat(255)), None);
}

#[statement::proves(limits)]
#[test]
fn limits_are_of_cpus_and_mem_above_the_request() {
    let limit = |name: &str, value: f64| {
        let name = name.to_owned();
        error(move |task, _| {
            task.limits.insert(name, value::Scalar { value });
        })
    };
    let words = "Only cpus and mem may be included in a task's resource limits";
    assert_eq!(limit("disk", 1.0).as_deref(), Some(words));
    let words = "The cpu limit must be greater than or equal to the cpu request";
    assert_eq!(limit("cpus", 0.5).as_deref(), Some(words));
    let words = "The memory limit must be greater than or equal to the memory request";
    assert_eq!(limit("mem", 31.0).as_deref(), Some(words));
    assert_eq!(limit("mem", f64::INFINITY), None);
}

#[statement::proves(fit)]
#[test]
fn more_than_offered_is_an_error() {
    let words = error(|task, _| {
        task.resources = "cpus:9;mem:32".parse::<Resources>().unwrap().into();
    });
    let words = words.unwrap();
    assert!(words.starts_with("Total resources cpus"), "{words}");
    assert!(words.contains("required by task and its executor is more than available"), "{words}");
}

#[statement::proves(fit)]
#[test]
fn executor_resources_count_once() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    let executor = executor(&framework, "cpus:6;mem:32");
    let tasks = ["a", "b", "c"].map(|id| executor_task(id, &offer, executor.clone()));
    cluster.accepted(&framework, accept(&[&offer], tasks.into()));
    let statuses = cluster.statuses(&framework);
    assert_eq!(statuses.iter().map(|status| &status.task_id.value).collect::<Vec<_>>(), ["c"]);
    assert_eq!(cluster.sent_to_agent(1).len(), 2);
}

#[statement::proves(execsame)]
#[test]
fn running_executor_is_described_alike() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    let first = executor_task("a", &offer, executor(&framework, "cpus:1;mem:32"));
    let second = executor_task("b", &offer, executor(&framework, "cpus:1;mem:64"));
    cluster.accepted(&framework, accept(&[&offer], vec![first, second]));
    let message = cluster.statuses(&framework).remove(0).message().to_owned();
    assert!(
        message
            .starts_with("ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID.\n")
    );
}

#[statement::proves(dup)]
#[test]
fn task_id_in_use_is_an_error() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    let task = command_task("t", &offer, "cpus:1");
    cluster.accepted(&framework, accept(&[&offer], vec![task.clone(), task]));
    assert_eq!(cluster.statuses(&framework)[0].message(), "Task has duplicate ID: t");
}

#[statement::proves(opidlaunch)]
#[test]
fn operation_id_in_launch_is_an_error() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    let mut call = accept(&[&offer], vec![command_task("t", &offer, "cpus:1")]);
    call.accept.as_mut().unwrap().operations[0].id = Some(OperationId::from("o"));
    cluster.accepted(&framework, call);
    let status = cluster.statuses(&framework).remove(0);
    assert_eq!(status.state(), TaskState::Error);
    assert_eq!(status.message(), "The `id` field cannot be set on LAUNCH operations");
}

#[test]
fn other_operations_with_an_id_are_refused() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    let mut call = accept(&[&offer], vec![]);
    let operation = offer::Operation {
        r#type: Some(operation::Type::Reserve.into()),
        id: Some(OperationId::from("o")),
        ..offer::Operation::default()
    };
    call.accept.as_mut().unwrap().operations = vec![operation];
    cluster.accepted(&framework, call);
    let events = cluster.events(&framework.stream);
    let status = &events[0].update_operation_status.as_ref().unwrap().status;
    assert_eq!(status.state().as_str_name(), "OPERATION_ERROR");
    assert_eq!(status.operation_id.as_ref().unwrap().value, "o");
}

/// Launches a group of two tasks; returns the text of the error, if there is one, and what the
/// agent receives.
fn group(change: impl FnOnce(&mut LaunchGroup)) -> (Option<String>, Vec<ToAgent>) {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    let tasks = ["a", "b"].map(|id| command_task(id, &offer, "cpus:1;mem:32")).into();
    let executor = ExecutorInfo {
        r#type: Some(executor_info::Type::Default.into()),
        command: None,
        ..executor(&framework, "cpus:0.1;mem:32;disk:10")
    };
    let mut group = LaunchGroup { executor, task_group: TaskGroupInfo { tasks } };
    // A group's tasks have a command beside the executor that the master fills in.
    group.task_group.tasks.iter_mut().for_each(|task| task.command = None);
    change(&mut group);
    let mut call = accept(&[&offer], vec![]);
    call.accept.as_mut().unwrap().operations = vec![offer::Operation {
        r#type: Some(operation::Type::LaunchGroup.into()),
        launch_group: Some(Box::new(group)),
        ..offer::Operation::default()
    }];
    cluster.accepted(&framework, call);
    let statuses = cluster.statuses(&framework);
    assert!(statuses.is_empty() || statuses.len() == 2, "all or nothing: {statuses:?}");
    (statuses.first().map(|status| status.message().to_owned()), cluster.sent_to_agent(1))
}

#[statement::proves(group)]
#[test]
fn group_goes_to_the_agent_as_one() {
    let (error, messages) = group(|_| {});
    assert_eq!(error, None);
    let [ToAgent::RunTasks { executor: Some(executor), tasks, group: true, .. }] = &messages[..] else {
        panic!("{messages:?}")
    };
    assert_eq!(tasks.len(), 2);
    assert_eq!(tasks[0].executor.as_ref(), Some(executor));
}

#[statement::proves(group)]
#[test]
fn group_executor_needs_type_and_resources() {
    let with_resources = |text: &'static str| {
        group(move |group| group.executor.resources = text.parse::<Resources>().unwrap().into()).0.unwrap()
    };
    let words = "Executor 'e' uses less CPUs (None) than the minimum required (0.01)";
    assert_eq!(with_resources("mem:32;disk:1"), words);
    let words = "Executor 'e' uses less memory (31MB) than the minimum required (32MB)";
    assert_eq!(with_resources("cpus:1;mem:31;disk:1"), words);
    assert_eq!(with_resources("cpus:1;mem:32"), "Executor 'e' uses no disk");
    let (error, messages) = group(|group| group.executor.r#type = None);
    assert_eq!((error.as_deref(), messages.len()), (Some("'ExecutorInfo.type' must be set"), 0));
}

#[statement::proves(default)]
#[test]
fn default_executor_has_no_command() {
    let (error, _) = group(|group| group.executor.command = Some(CommandInfo::default().into()));
    let words = "'ExecutorInfo.command' must not be set for 'DEFAULT' executor";
    assert_eq!(error.as_deref(), Some(words));
}

#[statement::proves(dup)]
#[test]
fn task_twice_in_a_group_is_an_error() {
    let (error, messages) = group(|group| group.task_group.tasks[1].task_id.value = "a".into());
    assert_eq!(
        (error.as_deref(), messages.len()),
        (Some("Task 'a' is invalid: Task has duplicate ID: a"), 0)
    );
}

#[statement::proves(fit)]
#[test]
fn group_uses_no_port_twice() {
    let ports = "cpus:1;ports:[31000-31000]".parse::<Resources>().unwrap();
    let (error, _) = group(move |group| {
        group.task_group.tasks.iter_mut().for_each(|task| task.resources = ports.clone().into());
    });
    let words = "There are overlapping resources in the task group's task resources { ";
    assert!(error.as_ref().is_some_and(|error| error.starts_with(words)), "{error:?}");
}

#[statement::proves(execsame)]
#[test]
fn first_task_of_an_executor_starts_it() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    let tasks = ["t1", "t2"].map(|id| executor_task(id, &offer, executor(&framework, "cpus:1;mem:32")));
    cluster.accepted(&framework, accept(&[&offer], tasks.to_vec()));
    let launches = cluster.sent_to_agent(1).into_iter().filter_map(|message| match message {
        ToAgent::RunTasks { launch_executor, .. } => Some(launch_executor),
        _ => None,
    });
    assert_eq!(launches.collect::<Vec<_>>(), [true, false]);
}
