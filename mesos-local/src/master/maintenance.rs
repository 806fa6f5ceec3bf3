//! Planned maintenance: which machines will be unavailable, and which are down.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use mesos_sdk::proto::v1::allocator::InverseOfferStatus;
use mesos_sdk::proto::v1::maintenance::cluster_status::DrainingMachine;
use mesos_sdk::proto::v1::maintenance::{ClusterStatus, Schedule};
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{MachineId, TaskState, Unavailability};

use super::Master;
use super::agent::Agent;

/// What operators have planned. A machine of the schedule is draining until it is taken down.
#[derive(Debug, Default)]
pub(super) struct Maintenance {
    schedule: Schedule,
    /// Machines that are or were in the schedule.
    known: BTreeSet<Machine>,
    down: BTreeSet<Machine>,
}

/// A machine's name in lower case and its IP address: two machines are the same if both are.
type Machine = (String, String);

impl Maintenance {
    pub(super) fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// Replaces the plan; one that is refused changes nothing.
    pub(super) fn replace(&mut self, schedule: Schedule) -> Result<(), String> {
        validate(&schedule)?;
        let named: BTreeSet<_> = machines(&schedule).map(machine).collect();
        let missing = machines(&self.schedule).find(|id| self.is_down(id) && !named.contains(&machine(id)));
        if let Some(id) = missing {
            return Err(format!(
                "Machine '{}' is deactivated and cannot be removed from the schedule",
                json(id)
            ));
        }
        self.known.extend(named);
        self.schedule = schedule;
        Ok(())
    }

    /// Takes draining machines down.
    fn start(&mut self, ids: &[MachineId]) -> Result<(), String> {
        let draining = |id: &MachineId| match !self.is_down(id) && self.unavailability(id).is_some() {
            true => Ok(()),
            false => {
                Err(format!("Machine '{}' is not in DRAINING mode and cannot be brought down", json(id)))
            }
        };
        self.validate_machines(ids, draining)?;
        self.down.extend(ids.iter().map(machine));
        Ok(())
    }

    /// Lets machines that are down come back; they leave the plan.
    fn stop(&mut self, ids: &[MachineId]) -> Result<(), String> {
        let down = |id: &MachineId| match self.is_down(id) {
            true => Ok(()),
            false => Err(format!("Machine '{}' is not in DOWN mode and cannot be brought up", json(id))),
        };
        self.validate_machines(ids, down)?;
        let up: BTreeSet<_> = ids.iter().map(machine).collect();
        self.down.retain(|machine| !up.contains(machine));
        for window in &mut self.schedule.windows {
            window.machine_ids.retain(|id| !up.contains(&machine(id)));
        }
        self.schedule.windows.retain(|window| !window.machine_ids.is_empty());
        Ok(())
    }

    fn validate_machines(
        &self,
        ids: &[MachineId],
        mode: impl Fn(&MachineId) -> Result<(), String>,
    ) -> Result<(), String> {
        if ids.is_empty() {
            return Err("List of machines is empty".to_owned());
        }
        unique(ids.iter())?;
        ids.iter().try_for_each(|id| match self.known.contains(&machine(id)) {
            true => mode(id),
            false => Err(format!("Machine '{}' is not part of a maintenance schedule", json(id))),
        })
    }

    fn is_down(&self, id: &MachineId) -> bool {
        self.down.contains(&machine(id))
    }

    fn unavailability(&self, id: &MachineId) -> Option<&Unavailability> {
        let window =
            self.schedule.windows.iter().find(|window| window.machine_ids.iter().any(|it| same(it, id)));
        window.map(|window| &window.unavailability)
    }
}

impl Master {
    /// Returns which machines are draining, with the responses of frameworks, and which are down.
    pub(super) fn maintenance_status(&self) -> ClusterStatus {
        let (down_machines, draining): (Vec<_>, Vec<_>) =
            machines(&self.maintenance.schedule).cloned().partition(|id| self.maintenance.is_down(id));
        let draining = draining.into_iter().map(|id| DrainingMachine { statuses: self.responses(&id), id });
        ClusterStatus { draining_machines: draining.collect(), down_machines }
    }

    /// Returns what frameworks have responded to inverse offers for this machine.
    fn responses(&self, id: &MachineId) -> Vec<InverseOfferStatus> {
        let agents = self.agents.values().filter(|agent| same(id, &machine_of(agent)));
        let responses = agents.flat_map(|agent| {
            self.frameworks.values().filter_map(|framework| framework.inverse_responses.get(agent.id()))
        });
        responses.cloned().collect()
    }

    /// Takes machines down: their agents are removed.
    pub(super) fn start_maintenance(&mut self, machines: &[MachineId]) -> Result<(), String> {
        self.change_maintenance(|maintenance| maintenance.start(machines))?;
        let message = "Operator initiated 'Machine DOWN'";
        let ids = self.agents.values().filter(|agent| machines.iter().any(|id| same(id, &machine_of(agent))));
        let ids: Vec<_> = ids.map(Agent::agent_id).collect();
        for id in ids {
            let hostname = self.agents.get(&id.value).map_or("", |agent| &agent.info.hostname);
            let message = format!("Agent {hostname} removed: {message}");
            self.counters.count("slave_removals");
            self.remove_agent(&id.value, (TaskState::Lost, Reason::AgentRemoved), &message);
            self.publish_agent_removed(&id.value);
        }
        Ok(())
    }

    /// Lets machines come back.
    pub(super) fn stop_maintenance(&mut self, machines: &[MachineId]) -> Result<(), String> {
        self.change_maintenance(|maintenance| maintenance.stop(machines))
    }

    /// Returns when the agent's machine will be unavailable, if that is planned.
    pub(super) fn unavailability_of(&self, agent: &str) -> Option<&Unavailability> {
        self.maintenance.unavailability(&machine_of(self.agents.get(agent)?))
    }
}

/// Returns the machine of an agent: all agents run on this one.
pub(super) fn machine_of(agent: &Agent) -> MachineId {
    let ip = Ipv4Addr::LOCALHOST.to_string();
    MachineId { hostname: Some(agent.info.hostname.clone()), ip: Some(ip) }
}

fn validate(schedule: &Schedule) -> Result<(), String> {
    for window in &schedule.windows {
        if window.machine_ids.is_empty() {
            return Err("List of machines in the maintenance window is empty".to_owned());
        }
        if window.unavailability.duration.as_ref().is_some_and(|duration| duration.nanoseconds < 0) {
            return Err("Unavailability 'duration' is negative".to_owned());
        }
    }
    unique(machines(schedule))
}

fn unique<'a>(ids: impl Iterator<Item = &'a MachineId>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if id.hostname().is_empty() && id.ip().is_empty() {
            return Err("Both 'hostname' and 'ip' for a machine are empty".to_owned());
        }
        if !id.ip().is_empty() && id.ip().parse::<Ipv4Addr>().is_err() {
            return Err(format!("Failed to parse IPv4: {}", id.ip()));
        }
        if !seen.insert(machine(id)) {
            return Err(format!("Machine '{}' appears more than once in the schedule", json(id)));
        }
    }
    Ok(())
}

fn machines(schedule: &Schedule) -> impl Iterator<Item = &MachineId> {
    schedule.windows.iter().flat_map(|window| &window.machine_ids)
}

fn machine(id: &MachineId) -> Machine {
    (id.hostname().to_lowercase(), id.ip().to_owned())
}

fn same(left: &MachineId, right: &MachineId) -> bool {
    machine(left) == machine(right)
}

fn json(id: &MachineId) -> String {
    serde_json::to_string(id).unwrap_or_default()
}
