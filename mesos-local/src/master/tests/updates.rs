use super::*;

/// A cluster with one running task.
fn running() -> (Cluster, Framework, AgentId) {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    cluster.launch(&framework, &offer, "t");
    cluster.sent_to_agent(1);
    let agent = offer.agent_id;
    cluster.status(1, &framework, status("t", &agent, TaskState::Running));
    assert_eq!(cluster.statuses(&framework)[0].state(), TaskState::Running);
    (cluster, framework, agent)
}

#[statement::proves(ack1)]
#[test]
fn acknowledgements_go_to_the_agent() {
    let (mut cluster, framework, agent) = running();
    let uuid = uuid(1);
    cluster.accepted(&framework, acknowledge(&agent, "t", &uuid));
    let framework_id = FrameworkId::from(framework.id);
    let task_id = TaskId::from("t");
    assert_eq!(cluster.sent_to_agent(1), [ToAgent::Acknowledge { framework_id, task_id, uuid }]);
}

#[statement::proves(ack5)]
#[test]
fn terminal_acknowledgement_removes_the_task() {
    let (mut cluster, framework, agent) = running();
    let last = status("t", &agent, TaskState::Finished);
    cluster.status(1, &framework, last.clone());
    cluster.accepted(&framework, acknowledge(&agent, "t", &uuid(1)));
    assert!(cluster.master.task(&framework.id, "t").is_some(), "an older update's acknowledgement");
    cluster.accepted(&framework, acknowledge(&agent, "t", last.uuid.as_ref().unwrap()));
    assert!(cluster.master.task(&framework.id, "t").is_none());
}

#[statement::proves(ack4)]
#[test]
fn acknowledgement_for_lost_agent_is_dropped() {
    let (mut cluster, framework, agent) = running();
    cluster.input(Input::AgentLost { link: Link(1) });
    cluster.accepted(&framework, acknowledge(&agent, "t", &uuid(1)));
    assert!(cluster.sent_to_agent(1).is_empty());
}

#[statement::proves(terminal)]
#[test]
fn latest_state_frees_resources_at_once() {
    let (mut cluster, framework, agent) = running();
    let framework_id = FrameworkId::from(framework.id.clone());
    let waiting = Box::new(status("t", &agent, TaskState::Running));
    let latest_state = TaskState::Finished;
    cluster.receive(1, FromAgent::Update { framework_id, status: waiting, latest_state });
    cluster.pass(seconds(10));
    let offers = cluster.offers(&framework);
    assert_eq!(offers.iter().map(|offer| cpus(&offer.resources)).collect::<Vec<_>>(), [8.0]);
    let state = cluster.master.state();
    assert_eq!(state["slaves"][0]["used_resources"]["cpus"], 0.0);
    assert_eq!(state["frameworks"][0]["tasks"][0]["state"], "TASK_FINISHED");
}

#[statement::proves(disc)]
#[test]
fn updates_for_disconnected_are_counted() {
    let (mut cluster, framework, agent) = running();
    cluster.input(Input::StreamClosed { stream: framework.stream.clone() });
    cluster.status(1, &framework, status("t", &agent, TaskState::Finished));
    assert!(cluster.statuses(&framework).is_empty());
    assert_eq!(cluster.master.state()["frameworks"][0]["tasks"][0]["state"], "TASK_FINISHED");
}

#[statement::proves(kill1)]
#[test]
fn killing_an_unknown_task_reconciles_it() {
    let (mut cluster, framework, agent) = running();
    cluster.accepted(&framework, kill("other", Some(agent)));
    let status = cluster.statuses(&framework).remove(0);
    assert_eq!(status.message(), "Reconciliation: Task is unknown to the agent");
    assert!(cluster.sent_to_agent(1).is_empty());
}

#[statement::proves(kill2)]
#[test]
fn wrong_agent_is_ignored_in_kill() {
    let (mut cluster, framework, agent) = running();
    cluster.accepted(&framework, kill("t", Some(AgentId::from("other"))));
    assert!(cluster.sent_to_agent(1).is_empty());
    cluster.accepted(&framework, kill("t", Some(agent)));
    cluster.accepted(&framework, kill("t", None));
    assert_eq!(cluster.sent_to_agent(1).len(), 2);
}

#[statement::proves(message)]
#[test]
fn message_goes_both_ways() {
    use mesos_sdk::proto::v1::{ExecutorId, scheduler::call};
    let (mut cluster, framework, agent_id) = running();
    let executor_id = ExecutorId::from("e");
    let data = Bytes::from_static(b"hello");
    let message = call::Message { agent_id, executor_id: executor_id.clone(), data: data.clone() };
    cluster.accepted(&framework, Call { message: Some(Box::new(message)), ..typed(Type::Message) });
    let framework_id = FrameworkId::from(framework.id.clone());
    let (there, back) = (
        ToAgent::Message {
            framework_id: framework_id.clone(),
            executor_id: executor_id.clone(),
            data: data.clone(),
        },
        FromAgent::Message { framework_id, executor_id, data: data.clone() },
    );
    assert_eq!(cluster.sent_to_agent(1), [there]);
    cluster.receive(1, back);
    assert_eq!(cluster.events(&framework.stream)[0].message.as_ref().unwrap().data, data);
}
