//! Which parts a call of an operator must have.

use mesos_sdk::proto::v1::master::Call;
use mesos_sdk::proto::v1::master::call::Type;

/// Checks that the parts that calls of this type need are set, with Mesos' wording.
pub(crate) fn validate(call: &Call) -> Result<(), String> {
    // A type that this version does not know is as good as none.
    if call.r#type.is_none_or(|kind| Type::try_from(kind).is_err()) {
        return Err("Expecting 'type' to be present".to_owned());
    }
    match part(call) {
        Some((name, false)) => Err(format!("Expecting '{name}' to be present")),
        _ if lacks_agent(call) => {
            Err("Expecting 'agent_id' to be present; only agent default resources are \
                                       supported right now"
                .to_owned())
        }
        _ => Ok(()),
    }
}

/// Returns whether a volume is to be resized on no agent in particular.
fn lacks_agent(call: &Call) -> bool {
    match call.r#type() {
        Type::GrowVolume => call.grow_volume.as_ref().is_some_and(|grow| grow.agent_id.is_none()),
        Type::ShrinkVolume => call.shrink_volume.as_ref().is_some_and(|shrink| shrink.agent_id.is_none()),
        _ => false,
    }
}

/// Returns the name of the part that calls of this type need, and whether it is present.
#[expect(deprecated, reason = "operators still send them")]
fn part(call: &Call) -> Option<(&'static str, bool)> {
    Some(match call.r#type() {
        Type::GetMetrics => ("get_metrics", call.get_metrics.is_some()),
        Type::SetLoggingLevel => ("set_logging_level", call.set_logging_level.is_some()),
        Type::ListFiles => ("list_files", call.list_files.is_some()),
        Type::ReadFile => ("read_file", call.read_file.is_some()),
        Type::UpdateWeights => ("update_weights", call.update_weights.is_some()),
        Type::ReserveResources => ("reserve_resources", call.reserve_resources.is_some()),
        Type::UnreserveResources => ("unreserve_resources", call.unreserve_resources.is_some()),
        Type::CreateVolumes => ("create_volumes", call.create_volumes.is_some()),
        Type::DestroyVolumes => ("destroy_volumes", call.destroy_volumes.is_some()),
        Type::GrowVolume => ("grow_volume", call.grow_volume.is_some()),
        Type::ShrinkVolume => ("shrink_volume", call.shrink_volume.is_some()),
        Type::UpdateMaintenanceSchedule => {
            ("update_maintenance_schedule", call.update_maintenance_schedule.is_some())
        }
        Type::StartMaintenance => ("start_maintenance", call.start_maintenance.is_some()),
        Type::StopMaintenance => ("stop_maintenance", call.stop_maintenance.is_some()),
        Type::DrainAgent => ("drain_agent", call.drain_agent.is_some()),
        Type::DeactivateAgent => ("deactivate_agent", call.deactivate_agent.is_some()),
        Type::ReactivateAgent => ("reactivate_agent", call.reactivate_agent.is_some()),
        Type::UpdateQuota => ("update_quota", call.update_quota.is_some()),
        Type::SetQuota => ("set_quota", call.set_quota.is_some()),
        Type::RemoveQuota => ("remove_quota", call.remove_quota.is_some()),
        Type::Teardown => ("teardown", call.teardown.is_some()),
        Type::MarkAgentGone => ("mark_agent_gone", call.mark_agent_gone.is_some()),
        _ => return None,
    })
}
