use mesos_sdk::proto::v1::{ExecutorId, ExecutorInfo};

use super::*;
use crate::messages::RunningTask;

/// A cluster in which a framework runs one task, and the agent's view of it.
fn running(info: FrameworkInfo) -> (Cluster, Framework, AgentId, RunningTask) {
    let mut cluster = Cluster::new();
    cluster.agent(1);
    let framework = cluster.subscribe(info);
    let offer = cluster.offers(&framework).remove(0);
    cluster.launch(&framework, &offer, "t");
    cluster.status(1, &framework, status("t", &offer.agent_id, TaskState::Running));
    let messages = cluster.sent_to_agent(1);
    let Some(ToAgent::RunTasks { tasks, .. }) = messages.first() else { panic!("{messages:?}") };
    let task = RunningTask {
        framework_id: FrameworkId::from(framework.id.clone()),
        executor_id: None,
        info: Box::new(tasks[0].clone()),
        latest: status("t", &offer.agent_id, TaskState::Running),
    };
    cluster.events(&framework.stream);
    (cluster, framework, offer.agent_id, task)
}

fn checkpointing(info: FrameworkInfo) -> FrameworkInfo {
    FrameworkInfo { checkpoint: Some(true), ..info }
}

fn reregister(agent: &AgentId, framework: &FrameworkInfo, tasks: Vec<RunningTask>) -> FromAgent {
    let info = AgentInfo {
        id: Some(agent.clone()),
        hostname: "localhost".into(),
        port: Some(5051),
        resources: RESOURCES.parse::<Resources>().unwrap().into(),
        ..AgentInfo::default()
    };
    FromAgent::Reregister {
        resources: info.resources[..].into(),
        info: Box::new(info),
        frameworks: vec![framework.clone()],
        executors: vec![],
        tasks,
        operations: vec![],
    }
}

#[test]
fn lost_agent_loses_offers_and_tasks() {
    let (mut cluster, framework, _, _) = running(info());
    cluster.pass(seconds(10));
    assert_eq!(cluster.offers(&framework).len(), 1);
    cluster.input(Input::AgentLost { link: Link(1) });
    let events = cluster.events(&framework.stream);
    assert!(events[0].rescind.is_some(), "{events:?}");
    let lost = &events[1].update.as_ref().unwrap().status;
    assert_eq!((lost.state(), lost.message()), (TaskState::Lost, "Agent localhost disconnected"));
    assert_eq!(lost.reason().unwrap().as_str_name(), "REASON_AGENT_DISCONNECTED");
}

#[test]
fn unreachable_tasks_return_with_their_agent() {
    let aware = checkpointing(with_capability(capability::Type::PartitionAware));
    let (mut cluster, framework, agent, task) = running(aware);
    let mut known = with_id(&framework);
    known.checkpoint = Some(true);
    cluster.input(Input::AgentLost { link: Link(1) });
    cluster.pass(seconds(74));
    assert!(cluster.statuses(&framework).is_empty(), "checkpointed tasks wait for their agent");
    cluster.pass(seconds(1));
    let mut events = cluster.events(&framework.stream);
    events.retain(|event| event.r#type() != event::Type::Heartbeat);
    let status = &events[0].update.as_ref().unwrap().status;
    assert_eq!(status.state(), TaskState::Unreachable);
    assert!(status.unreachable_time.is_some());
    assert_eq!(events[1].failure.as_ref().unwrap().agent_id.as_ref(), Some(&agent));
    cluster.receive(2, reregister(&agent, &known, vec![task]));
    let events = cluster.events(&framework.stream);
    let status = &events[0].update.as_ref().unwrap().status;
    assert_eq!(status.state(), TaskState::Running);
    assert_eq!(status.reason().unwrap().as_str_name(), "REASON_AGENT_REREGISTERED");
    let offers = events.iter().filter_map(|event| event.offers.as_ref()).flat_map(|offers| &offers.offers);
    let offered: Vec<_> = offers.map(|offer| cpus(&offer.resources)).collect();
    assert_eq!(offered, [7.0], "the running task keeps what it holds");
}

#[test]
fn frozen_agent_is_unreachable_until_it_thaws() {
    let (mut cluster, framework, _, _) = running(info());
    cluster.input(Input::AgentSilent { link: Link(1) });
    cluster.pass(seconds(70));
    cluster.input(Input::AgentResponsive { link: Link(1) });
    cluster.pass(seconds(100));
    assert!(cluster.statuses(&framework).is_empty());
    cluster.input(Input::AgentSilent { link: Link(1) });
    cluster.pass(seconds(75));
    let lost = cluster.statuses(&framework).remove(0);
    assert_eq!(
        (lost.state(), lost.reason().unwrap().as_str_name()),
        (TaskState::Lost, "REASON_AGENT_REMOVED")
    );
}

#[test]
fn only_an_unreachable_agent_reregisters() {
    let (mut cluster, framework, agent, task) = running(info());
    let known = with_id(&framework);
    cluster.input(Input::AgentSilent { link: Link(1) });
    cluster.pass(seconds(70));
    assert!(!cluster.master.has_given_up(Link(1)));
    cluster.pass(seconds(5));
    assert!(cluster.master.has_given_up(Link(1)));
    // It turned to this master while it was frozen, so that its registration is still on its way.
    assert!(!cluster.master.has_given_up(Link(2)));
    cluster.receive(2, reregister(&agent, &known, vec![task]));
    assert!(!cluster.master.has_given_up(Link(1)) && !cluster.master.has_given_up(Link(2)));
}

#[statement::proves(dup)]
#[test]
fn unreachable_task_id_is_in_use() {
    let (mut cluster, framework, _, _) = running(checkpointing(info()));
    cluster.input(Input::AgentLost { link: Link(1) });
    cluster.pass(seconds(75));
    cluster.agent(3);
    let offer = cluster.offers(&framework).remove(0);
    cluster.launch(&framework, &offer, "t");
    let message = cluster.statuses(&framework).remove(0).message().to_owned();
    assert_eq!(message, "Task reuses the ID of an unreachable task: t");
}

#[test]
fn returning_agent_reports_tasks_and_gets_kills() {
    let (mut cluster, framework, agent, task) = running(checkpointing(info()));
    let known = checkpointing(with_id(&framework));
    cluster.input(Input::AgentLost { link: Link(1) });
    cluster.accepted(&framework, kill("t", None));
    cluster.receive(2, reregister(&agent, &known, vec![task]));
    let messages = cluster.sent_to_agent(2);
    let [ToAgent::Registered { .. }, ToAgent::KillTask { .. }] = &messages[..] else {
        panic!("{messages:?}")
    };
    cluster.input(Input::AgentLost { link: Link(2) });
    cluster.receive(3, reregister(&agent, &known, vec![]));
    let messages = cluster.sent_to_agent(3);
    let [ToAgent::Registered { .. }, ToAgent::Reconcile { tasks, .. }] = &messages[..] else {
        panic!("{messages:?}")
    };
    assert_eq!(tasks, &[TaskId::from("t")]);
}

#[test]
fn returning_agent_shuts_completed_frameworks() {
    let (mut cluster, framework, agent, task) = running(checkpointing(info()));
    let known = with_id(&framework);
    cluster.input(Input::AgentLost { link: Link(1) });
    cluster.pass(seconds(75));
    cluster.accepted(&framework, typed(Type::Teardown));
    cluster.receive(2, reregister(&agent, &known, vec![task]));
    let messages = cluster.sent_to_agent(2);
    assert!(
        matches!(&messages[..], [ToAgent::Registered { .. }, ToAgent::ShutdownFramework { .. }]),
        "{messages:?}"
    );
    assert!(cluster.master.task(&framework.id, "t").is_none());
}

#[test]
fn known_agent_only_shows_tasks_of_completed() {
    for is_noticed in [true, false] {
        let (mut cluster, framework, agent, task) = running(checkpointing(info()));
        let known = with_id(&framework);
        cluster.input(Input::AgentLost { link: Link(1) });
        cluster.accepted(&framework, typed(Type::Teardown));
        cluster.receive(2, reregister(&agent, &known, if is_noticed { vec![task] } else { vec![] }));
        let messages = cluster.sent_to_agent(2);
        let ends = messages.iter().any(|message| matches!(message, ToAgent::ShutdownFramework { .. }));
        assert_eq!(ends, is_noticed, "{messages:?}");
    }
}

#[test]
fn agents_and_frameworks_survive_a_failover() {
    let (mut cluster, framework, agent, task) = running(checkpointing(info()));
    let known = checkpointing(with_id(&framework));
    let agents: Vec<_> = cluster.master.agent_ids().collect();
    cluster.master = Master::new(cluster.master.config.clone(), cluster.now, agents);
    cluster.receive(2, reregister(&agent, &known, vec![task]));
    let call = Call { framework_id: known.id.clone(), ..typed(Type::Revive) };
    assert_eq!(cluster.call(call, Some("x")), CallResponse::Forbidden("Framework is not subscribed".into()));
    let framework = cluster.subscribe(known);
    let offers = cluster.offers(&framework);
    assert!((cpus(&offers[0].resources) - 7.0).abs() < 1e-9);
    cluster.accepted(&framework, typed(Type::Teardown));
    assert!(
        cluster.sent_to_agent(2).iter().any(|message| matches!(message, ToAgent::ShutdownFramework { .. }))
    );
}

#[statement::proves(waitpid)]
#[test]
fn executor_end_is_a_failure_event() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    let executor = ExecutorInfo {
        executor_id: ExecutorId::from("e"),
        command: Some(Box::new(CommandInfo::default())),
        resources: "cpus:2".parse::<Resources>().unwrap().into(),
        ..ExecutorInfo::default()
    };
    let mut task = command_task("t", &offer, "cpus:1");
    task.command = None;
    task.executor = Some(Box::new(executor));
    cluster.accepted(&framework, accept(&[&offer], vec![task]));
    assert_eq!(cluster.master.state()["slaves"][0]["used_resources"]["cpus"], 3.0);
    let exited = |executor: &str| FromAgent::ExecutorExited {
        framework_id: FrameworkId::from(framework.id.clone()),
        executor_id: ExecutorId::from(executor),
        status: 256,
    };
    cluster.receive(1, exited("unknown"));
    assert!(cluster.events(&framework.stream).is_empty());
    cluster.receive(1, exited("e"));
    let events = cluster.events(&framework.stream);
    let failure = events[0].failure.as_ref().unwrap();
    assert_eq!((failure.status, failure.executor_id.as_ref().unwrap().value.as_str()), (Some(256), "e"));
    assert_eq!(cluster.master.state()["slaves"][0]["used_resources"]["cpus"], 1.0);
}
