use mesos_sdk::proto::v1::OperationId;
use mesos_sdk::proto::v1::scheduler::call::{
    Reconcile, ReconcileOperations, reconcile, reconcile_operations,
};
use mesos_sdk::proto::v1::task_status::{Reason, Source};

use super::*;

fn reconcile(tasks: &[(&str, Option<&AgentId>)]) -> Call {
    let task = |(id, agent): &(&str, Option<&AgentId>)| reconcile::Task {
        task_id: TaskId::from(*id),
        agent_id: agent.cloned(),
    };
    let reconcile = Reconcile { tasks: tasks.iter().map(task).collect() };
    Call { reconcile: Some(reconcile), ..typed(Type::Reconcile) }
}

#[statement::proves(imp)]
#[test]
fn all_known_tasks_from_the_master_without_uuid() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    let tasks = ["a", "b"].map(|id| command_task(id, &offer, "cpus:1"));
    cluster.accepted(&framework, accept(&[&offer], tasks.into()));
    cluster.status(1, &framework, status("a", &offer.agent_id, TaskState::Running));
    cluster.events(&framework.stream);
    cluster.accepted(&framework, reconcile(&[]));
    let statuses = cluster.statuses(&framework);
    let states: Vec<_> = statuses.iter().map(TaskStatus::state).collect();
    assert_eq!(states, [TaskState::Running, TaskState::Staging]);
    for status in statuses {
        assert_eq!((status.source(), status.reason()), (Some(Source::Master), Some(Reason::Reconciliation)));
        assert_eq!(status.uuid, None);
        assert_eq!(status.message(), "Reconciliation: Latest task state");
    }
}

#[statement::proves(exp)]
#[test]
fn each_case_of_explicit_reconciliation() {
    for (info, states) in [
        (
            with_capability(capability::Type::PartitionAware),
            [TaskState::Gone, TaskState::Unreachable, TaskState::Unknown, TaskState::Unknown],
        ),
        (info(), [TaskState::Lost; 4]),
    ] {
        let mut cluster = Cluster::new();
        let (here, away) = (cluster.agent(1), cluster.agent(2));
        let framework = cluster.subscribe(info);
        cluster.input(Input::AgentLost { link: Link(2) });
        cluster.pass(seconds(75));
        cluster.events(&framework.stream);
        let unknown = AgentId::from("unknown");
        cluster.accepted(
            &framework,
            reconcile(&[("a", Some(&here)), ("b", Some(&away)), ("c", Some(&unknown)), ("d", None)]),
        );
        let statuses = cluster.statuses(&framework);
        assert_eq!(statuses.iter().map(TaskStatus::state).collect::<Vec<_>>(), states);
        assert_eq!(statuses.iter().filter(|status| status.unreachable_time.is_some()).count(), 1);
    }
}

#[statement::proves(exp)]
#[test]
fn no_response_before_the_agent_returns() {
    let mut cluster = Cluster::new();
    let old = AgentId::from("old");
    let config = cluster.master.config.clone();
    cluster.master = Master::new(config, cluster.now, [old.value.clone()]);
    let framework = cluster.subscribe(info());
    let unknown = AgentId::from("unknown");
    let ask = reconcile(&[("a", Some(&old)), ("b", None), ("c", Some(&unknown))]);
    cluster.accepted(&framework, ask.clone());
    let statuses = cluster.statuses(&framework);
    assert_eq!(statuses.iter().map(|status| &status.task_id.value).collect::<Vec<_>>(), ["c"]);
    cluster.pass(seconds(600));
    cluster.events(&framework.stream);
    cluster.accepted(&framework, ask);
    assert_eq!(cluster.statuses(&framework).len(), 3);
}

#[statement::proves(recop, unknown)]
#[test]
fn unknown_operation_is_reported_without_uuid() {
    let mut cluster = Cluster::new();
    let agent_id = cluster.agent(1);
    let framework = cluster.subscribe(info());
    cluster.events(&framework.stream);
    let operation = |agent_id| reconcile_operations::Operation {
        operation_id: OperationId::from("o"),
        agent_id,
        resource_provider_id: None,
    };
    let unknown = AgentId::from("unknown");
    let operations = vec![operation(Some(agent_id)), operation(Some(unknown)), operation(None)];
    let call = ReconcileOperations { operations };
    cluster
        .accepted(&framework, Call { reconcile_operations: Some(call), ..typed(Type::ReconcileOperations) });
    let events = cluster.events(&framework.stream);
    let statuses: Vec<_> = events
        .into_iter()
        .filter_map(|event| event.update_operation_status)
        .map(|update| update.status)
        .collect();
    assert_eq!(statuses.len(), 3);
    assert!(statuses.iter().all(|status| status.uuid.is_none()));
    assert!(statuses.iter().all(|status| status.state().as_str_name() == "OPERATION_UNKNOWN"));
}
