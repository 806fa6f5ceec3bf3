//! Planned maintenance of machines.

use super::MasterOperator;
use crate::operator::calls::calls;
use crate::proto::v1::MachineId;
use crate::proto::v1::maintenance::Schedule;

calls! { MasterOperator of master;
    /// Which machines are draining, with the frameworks' answers to inverse offers, and which are down.
    Ask get_maintenance_status() = GetMaintenanceStatus -> get_maintenance_status: GetMaintenanceStatus;

    /// The planned maintenance.
    Ask get_maintenance_schedule() = GetMaintenanceSchedule -> get_maintenance_schedule: GetMaintenanceSchedule;

    /// Replaces the planned maintenance as a whole. Frameworks get inverse offers accordingly. `Rejected` if a machine
    /// is named twice, or one that is down is left out.
    Change update_maintenance_schedule(schedule: Schedule) = UpdateMaintenanceSchedule {
        update_maintenance_schedule: UpdateMaintenanceSchedule { schedule }
    };

    /// Takes machines of the schedule down: their agents are removed and not let in again.
    Change start_maintenance(machines: Vec<MachineId>) = StartMaintenance {
        start_maintenance: StartMaintenance { machines }
    };

    /// Lets machines that are down come back; they leave the schedule.
    Change stop_maintenance(machines: Vec<MachineId>) = StopMaintenance {
        stop_maintenance: StopMaintenance { machines }
    };
}
