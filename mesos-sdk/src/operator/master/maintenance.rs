//! Planned maintenance of machines.

use super::MasterOperator;
use crate::operator::calls::calls;
use crate::proto::v1::MachineId;
use crate::proto::v1::maintenance::Schedule;

calls! { MasterOperator of master;
    /// Returns the machines that are draining, with the frameworks' responses to inverse offers,
    /// and the machines that are down.
    Ask get_maintenance_status() = GetMaintenanceStatus -> get_maintenance_status: GetMaintenanceStatus;

    /// Returns the planned maintenance.
    Ask get_maintenance_schedule() = GetMaintenanceSchedule -> get_maintenance_schedule: GetMaintenanceSchedule;

    /// Replaces the whole maintenance schedule. Frameworks receive inverse offers accordingly.
    /// Fails with `Rejected` if a machine is named twice, or one that is down is missing.
    Change update_maintenance_schedule(schedule: Schedule) = UpdateMaintenanceSchedule {
        update_maintenance_schedule: UpdateMaintenanceSchedule { schedule }
    };

    /// Takes machines of the schedule down. Their agents are removed, and can't register again.
    Change start_maintenance(machines: Vec<MachineId>) = StartMaintenance {
        start_maintenance: StartMaintenance { machines }
    };

    /// Brings machines that are down back up. They leave the schedule.
    Change stop_maintenance(machines: Vec<MachineId>) = StopMaintenance {
        stop_maintenance: StopMaintenance { machines }
    };
}
