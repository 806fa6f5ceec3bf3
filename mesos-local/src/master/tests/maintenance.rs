//! Planned maintenance.

use mesos_sdk::proto::v1::maintenance::{Schedule, Window};
use mesos_sdk::proto::v1::master::{self, call, response};
use mesos_sdk::proto::v1::{DurationInfo, MachineId, TimeInfo, Unavailability};

use super::*;

fn machine(hostname: &str) -> MachineId {
    MachineId { hostname: Some(hostname.to_owned()), ip: Some("127.0.0.1".to_owned()) }
}

fn schedule(machine_ids: Vec<MachineId>) -> Schedule {
    let unavailability = Unavailability { start: TimeInfo { nanoseconds: 1 }, duration: None };
    Schedule { windows: vec![Window { machine_ids, unavailability }] }
}

fn operate(cluster: &mut Cluster, call: master::Call) -> CallResponse {
    let mut actions = cluster.master.handle(cluster.now, Input::Operate(Box::new(call)));
    match actions.remove(0) {
        Action::Respond(response) => response,
        other => panic!("{other:?}"),
    }
}

fn start(machine: MachineId) -> master::Call {
    let start = call::StartMaintenance { machines: vec![machine] };
    master::Call { start_maintenance: Some(start), ..kind(call::Type::StartMaintenance) }
}

fn stop(machine: MachineId) -> master::Call {
    let stop = call::StopMaintenance { machines: vec![machine] };
    master::Call { stop_maintenance: Some(stop), ..kind(call::Type::StopMaintenance) }
}

fn kind(kind: call::Type) -> master::Call {
    master::Call { r#type: Some(kind.into()), ..master::Call::default() }
}

fn status(cluster: &mut Cluster) -> (usize, usize) {
    let CallResponse::Operator(response) = operate(cluster, kind(call::Type::GetMaintenanceStatus)) else {
        panic!()
    };
    assert_eq!(response.r#type(), response::Type::GetMaintenanceStatus);
    let status = response.get_maintenance_status.unwrap().status;
    (status.draining_machines.len(), status.down_machines.len())
}

#[test]
fn machine_drains_goes_down_and_leaves() {
    let mut cluster = Cluster::new();
    let agent = cluster.agent(1);
    assert_eq!(cluster.master.unavailability_of(&agent.value), None);
    cluster.master.schedule_maintenance(schedule(vec![machine("LOCALHOST")])).unwrap();
    assert_eq!(cluster.master.unavailability_of(&agent.value).unwrap().start.nanoseconds, 1);
    assert_eq!(status(&mut cluster), (1, 0));
    assert_eq!(operate(&mut cluster, start(machine("localhost"))), CallResponse::Ok);
    assert_eq!(status(&mut cluster), (0, 1));
    assert_eq!(operate(&mut cluster, stop(machine("localhost"))), CallResponse::Ok);
    assert_eq!(status(&mut cluster), (0, 0));
    assert_eq!(cluster.master.unavailability_of(&agent.value), None);
}

#[test]
fn invalid_schedule_changes_nothing() {
    let mut cluster = Cluster::new();
    cluster.master.schedule_maintenance(schedule(vec![machine("a")])).unwrap();
    let mut negative = schedule(vec![machine("b")]);
    negative.windows[0].unavailability.duration = Some(DurationInfo { nanoseconds: -1 });
    for (wrong, reason) in [
        (schedule(vec![]), "List of machines in the maintenance window is empty"),
        (schedule(vec![MachineId::default()]), "Both 'hostname' and 'ip' for a machine are empty"),
        (
            schedule(vec![machine("b"), machine("B")]),
            r#"Machine '{"hostname":"B","ip":"127.0.0.1"}' appears more than once in the schedule"#,
        ),
        (negative, "Unavailability 'duration' is negative"),
    ] {
        assert_eq!(cluster.master.schedule_maintenance(wrong), Err(reason.to_owned()));
    }
    assert_eq!(status(&mut cluster), (1, 0));
}

#[test]
fn machine_that_is_down_stays_in_the_schedule() {
    let mut cluster = Cluster::new();
    cluster.master.schedule_maintenance(schedule(vec![machine("a")])).unwrap();
    operate(&mut cluster, start(machine("a")));
    let refused = cluster.master.schedule_maintenance(Schedule::default()).unwrap_err();
    assert!(refused.ends_with("is deactivated and cannot be removed from the schedule"), "{refused}");
    let again = operate(&mut cluster, start(machine("a")));
    assert!(matches!(again, CallResponse::BadRequest(text) if text.contains("is not in DRAINING mode")));
    let unknown = operate(&mut cluster, stop(machine("b")));
    assert!(
        matches!(unknown, CallResponse::BadRequest(text) if text.contains("is not part of a maintenance schedule"))
    );
}
