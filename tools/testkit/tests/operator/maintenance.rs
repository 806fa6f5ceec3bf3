//! Planned maintenance.

use anyhow::{Context, Result, ensure};
use mesos_sdk::ErrorKind;
use mesos_sdk::operator::MasterOperator;
use mesos_sdk::proto::v1::maintenance::{Schedule, Window};
use mesos_sdk::proto::v1::{MachineId, TimeInfo, Unavailability};
use testkit::TestCluster;

use crate::cluster::{agent_id, ensure_refused, master, the_agent, until};

testkit::cases![
    machine_is_scheduled_stopped_and_restarted,
    agent_of_a_stopped_machine_is_removed,
    scheduled_machine_is_not_drained,
    wrong_schedules_are_refused,
];

fn machine(hostname: &str) -> MachineId {
    MachineId { hostname: Some(hostname.to_owned()), ip: None }
}

pub(crate) fn schedule(machine_ids: Vec<MachineId>) -> Schedule {
    let unavailability = Unavailability { start: TimeInfo { nanoseconds: 1 }, duration: None };
    Schedule { windows: vec![Window { machine_ids, unavailability }] }
}

/// The machine of the one agent.
pub(crate) async fn own_machine(master: &MasterOperator) -> Result<MachineId> {
    let agent = the_agent(master).await?;
    let address = agent.pid.as_deref().and_then(|pid| pid.split_once('@')).context("no pid")?.1;
    let ip = address.rsplit_once(':').context("no port")?.0.to_owned();
    Ok(MachineId { hostname: Some(agent.agent_info.hostname), ip: Some(ip) })
}

async fn machine_is_scheduled_stopped_and_restarted(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let plan = schedule(vec![machine("elsewhere")]);
    master.update_maintenance_schedule(plan.clone()).await?;
    ensure!(master.get_maintenance_schedule().await?.schedule == plan);
    let status = master.get_maintenance_status().await?.status;
    ensure!(status.draining_machines.len() == 1 && status.down_machines.is_empty(), "{status:?}");
    let down = vec![machine("elsewhere")];
    master.start_maintenance(down.clone()).await?;
    let status = master.get_maintenance_status().await?.status;
    ensure!(status.draining_machines.is_empty() && status.down_machines == down, "{status:?}");
    ensure_refused(
        master.start_maintenance(down.clone()).await,
        ErrorKind::Rejected,
        "is not in DRAINING mode and cannot be brought down",
    )?;
    master.stop_maintenance(down.clone()).await?;
    ensure!(master.get_maintenance_schedule().await?.schedule.windows.is_empty());
    ensure_refused(master.stop_maintenance(down).await, ErrorKind::Rejected, "is not in DOWN mode")
}

async fn agent_of_a_stopped_machine_is_removed(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let machine = own_machine(&master).await?;
    master.update_maintenance_schedule(schedule(vec![machine.clone()])).await?;
    master.start_maintenance(vec![machine]).await?;
    until(|| master.get_agents(), |agents| agents.agents.is_empty()).await?;
    Ok(())
}

async fn scheduled_machine_is_not_drained(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    let machine = own_machine(&master).await?;
    master.update_maintenance_schedule(schedule(vec![machine])).await?;
    let id = agent_id(&master).await?;
    ensure_refused(
        master.drain_agent(id, None, false).await,
        ErrorKind::Rejected,
        "is part of a maintenance schedule",
    )
}

async fn wrong_schedules_are_refused(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    for (wrong, expected) in [
        (schedule(vec![]), "List of machines in the maintenance window is empty"),
        (schedule(vec![MachineId::default()]), "Both 'hostname' and 'ip' for a machine are empty"),
        (schedule(vec![machine("a"), machine("A")]), "appears more than once in the schedule"),
    ] {
        ensure_refused(master.update_maintenance_schedule(wrong).await, ErrorKind::Rejected, expected)?;
    }
    ensure_refused(
        master.start_maintenance(vec![machine("unplanned")]).await,
        ErrorKind::Rejected,
        r#"Machine '{"hostname":"unplanned"}' is not part of a maintenance schedule"#,
    )?;
    ensure_refused(master.stop_maintenance(vec![]).await, ErrorKind::Rejected, "List of machines is empty")
}
