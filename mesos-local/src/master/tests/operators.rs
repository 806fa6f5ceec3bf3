//! Operations on resources, done for operators.

use mesos_sdk::proto::v1::master::{self, call};
use mesos_sdk::proto::v1::{OperationState, OperationStatus, Resource, Uuid};
use mesos_sdk::resources::Resources;

use super::*;

fn reserve(agent: &AgentId, text: &str) -> Input {
    let resources: Resources = text.parse().unwrap();
    let mut resources: Vec<Resource> = resources.into();
    let dynamic = mesos_sdk::proto::v1::resource::reservation_info::Type::Dynamic;
    for last in resources.iter_mut().filter_map(|resource| resource.reservations.last_mut()) {
        last.r#type = Some(dynamic.into());
    }
    let reserve = call::ReserveResources { agent_id: agent.clone(), source: vec![], resources };
    Input::Operate(Box::new(master::Call {
        r#type: Some(call::Type::ReserveResources.into()),
        reserve_resources: Some(Box::new(reserve)),
        ..master::Call::default()
    }))
}

#[test]
fn master_acknowledges_operator_operations() {
    let mut cluster = Cluster::new();
    let agent = cluster.agent(1);
    cluster.sent_to_agent(1);
    let actions = cluster.master.handle(cluster.now, reserve(&agent, "cpus(web):1"));
    assert_eq!(actions[0], Action::Respond(CallResponse::Accepted));
    let [_, Action::SendToAgent { message: ToAgent::ApplyOperation { framework_id: None, uuid, .. }, .. }] =
        &actions[..]
    else {
        panic!("{actions:?}")
    };
    let report = OperationStatus {
        state: OperationState::Finished.into(),
        uuid: Some(Box::new(Uuid { value: Bytes::from_static(b"report") })),
        ..OperationStatus::default()
    };
    let (uuid, status) = (uuid.clone(), Box::new(report));
    cluster.receive(1, FromAgent::OperationUpdate { framework_id: None, uuid: uuid.clone(), status });
    let status_uuid = Bytes::from_static(b"report");
    assert_eq!(cluster.sent_to_agent(1), vec![ToAgent::AcknowledgeOperation { uuid, status_uuid }]);
    assert!(cluster.master.agents[&agent.value].operations.is_empty());
}

#[test]
fn offers_that_do_not_help_stay() {
    let (mut cluster, framework, offer) = Cluster::with_offer();
    let actions = cluster.master.handle(cluster.now, reserve(&offer.agent_id, "gpus(web):1"));
    assert!(matches!(&actions[..], [Action::Respond(CallResponse::Conflict(_))]), "{actions:?}");
    cluster.input(reserve(&offer.agent_id, "cpus(web):1"));
    let events = cluster.events(&framework.stream);
    assert!(events.iter().any(|event| event.rescind.is_some()), "{events:?}");
}
