//! The operator API of the master.

mod process;
mod publish;
mod resources;
mod state;
mod validate;

use mesos_sdk::proto::v1::master::call::{self, Type};
use mesos_sdk::proto::v1::master::response::{
    self, GetHealth, GetLoggingLevel, GetMaintenanceSchedule, GetMaintenanceStatus, GetQuota, GetWeights,
};
use mesos_sdk::proto::v1::master::{Call, Response};
use mesos_sdk::proto::v1::{DrainConfig, DurationInfo};

use super::{CallResponse, Master};

pub(crate) use validate::validate;

impl Master {
    /// Handles one call of an operator.
    pub(super) fn operator_call(&mut self, call: &Call) {
        if call.r#type() == Type::Subscribe {
            return self.subscribe_operator();
        }
        let response = self
            .change(call)
            .or_else(|| self.change_resources(call))
            .or_else(|| self.read_call(call).map(Box::new).map(CallResponse::Operator));
        self.push_response(response.unwrap_or_else(|| unsupported(call)));
    }

    /// Handles calls that change something. Returns `None` for the others.
    #[expect(deprecated, reason = "operators still send them")]
    fn change(&mut self, call: &Call) -> Option<CallResponse> {
        let result = match call.r#type() {
            Type::UpdateMaintenanceSchedule => {
                let update = call.update_maintenance_schedule.clone().unwrap_or_default();
                self.schedule_maintenance(update.schedule)
            }
            Type::StartMaintenance => self.start_maintenance(&call.start_maintenance.as_ref()?.machines),
            Type::StopMaintenance => self.stop_maintenance(&call.stop_maintenance.as_ref()?.machines),
            Type::UpdateWeights => self.update_weights(&call.update_weights.as_ref()?.weight_infos),
            Type::UpdateQuota => self.update_quota(call.update_quota.as_ref()?),
            Type::SetQuota => return Some(self.set_quota(&call.set_quota.as_ref()?.quota_request)),
            Type::RemoveQuota => self.roles.quotas.remove(&call.remove_quota.as_ref()?.role),
            Type::SetLoggingLevel => {
                self.set_logging_level(call.set_logging_level.as_ref()?);
                Ok(())
            }
            Type::DeactivateAgent => self.deactivate_agent(&call.deactivate_agent.as_ref()?.agent_id.value),
            Type::ReactivateAgent => self.reactivate_agent(&call.reactivate_agent.as_ref()?.agent_id.value),
            Type::DrainAgent => {
                let drain = call.drain_agent.as_ref()?;
                self.drain_agent(&drain.agent_id.value, drain_config(drain))
            }
            Type::MarkAgentGone => {
                return Some(self.mark_agent_gone(&call.mark_agent_gone.as_ref()?.agent_id.value));
            }
            Type::Teardown => self.tear_down(&call.teardown.as_ref()?.framework_id.value),
            _ => return None,
        };
        Some(result.map_or_else(CallResponse::BadRequest, |()| CallResponse::Ok))
    }

    fn tear_down(&mut self, framework: &str) -> Result<(), String> {
        if !self.frameworks.contains_key(framework) {
            return Err("No framework found with specified ID".to_owned());
        }
        self.remove_framework(framework);
        Ok(())
    }

    /// Sets the logging level that operators read back. It does not change what is logged.
    fn set_logging_level(&mut self, set: &call::SetLoggingLevel) {
        self.logging = Some((set.level, self.now.saturating_add(set.duration.into())));
    }

    /// Responds to calls that only read.
    fn read_call(&self, call: &Call) -> Option<Response> {
        let kind = match call.r#type() {
            Type::GetHealth => response::Type::GetHealth,
            Type::GetFlags => response::Type::GetFlags,
            Type::GetVersion => response::Type::GetVersion,
            Type::GetMetrics => response::Type::GetMetrics,
            Type::GetLoggingLevel => response::Type::GetLoggingLevel,
            Type::GetMaster => response::Type::GetMaster,
            Type::GetState => response::Type::GetState,
            Type::GetAgents => response::Type::GetAgents,
            Type::GetFrameworks => response::Type::GetFrameworks,
            Type::GetExecutors => response::Type::GetExecutors,
            Type::GetOperations => response::Type::GetOperations,
            Type::GetTasks => response::Type::GetTasks,
            Type::GetRoles => response::Type::GetRoles,
            Type::GetWeights => response::Type::GetWeights,
            Type::GetQuota => response::Type::GetQuota,
            Type::GetMaintenanceStatus => response::Type::GetMaintenanceStatus,
            Type::GetMaintenanceSchedule => response::Type::GetMaintenanceSchedule,
            _ => return None,
        };
        Some(self.respond(kind))
    }

    fn respond(&self, kind: response::Type) -> Response {
        let mut response = Response { r#type: Some(kind.into()), ..Response::default() };
        match kind {
            response::Type::GetHealth => response.get_health = Some(GetHealth { healthy: true }),
            response::Type::GetFlags => response.get_flags = Some(self.get_flags()),
            response::Type::GetVersion => response.get_version = Some(Box::new(Self::get_version())),
            response::Type::GetMetrics => response.get_metrics = Some(self.get_metrics()),
            response::Type::GetLoggingLevel => {
                let level = self.logging.filter(|(_, until)| self.now < *until).map_or(0, |(level, _)| level);
                response.get_logging_level = Some(GetLoggingLevel { level });
            }
            response::Type::GetMaster => response.get_master = Some(Box::new(self.get_master())),
            response::Type::GetState => response.get_state = Some(Box::new(self.get_state())),
            response::Type::GetAgents => response.get_agents = Some(Box::new(self.get_agents())),
            response::Type::GetFrameworks => response.get_frameworks = Some(Box::new(self.get_frameworks())),
            response::Type::GetExecutors => response.get_executors = Some(Box::new(self.get_executors())),
            response::Type::GetOperations => response.get_operations = Some(self.get_operations()),
            response::Type::GetTasks => response.get_tasks = Some(Box::new(self.get_tasks())),
            response::Type::GetRoles => response.get_roles = Some(self.get_roles()),
            response::Type::GetWeights => {
                // As in Mesos, the field is absent when there are none.
                let weight_infos = Some(self.roles.weights()).filter(|weights| !weights.is_empty());
                response.get_weights = weight_infos.map(|weight_infos| GetWeights { weight_infos });
            }
            response::Type::GetQuota => {
                response.get_quota = Some(Box::new(GetQuota { status: self.roles.quotas.status() }))
            }
            response::Type::GetMaintenanceStatus => {
                let status = self.maintenance_status();
                response.get_maintenance_status = Some(Box::new(GetMaintenanceStatus { status }));
            }
            response::Type::GetMaintenanceSchedule => {
                let schedule = self.maintenance.schedule().clone();
                response.get_maintenance_schedule = Some(GetMaintenanceSchedule { schedule });
            }
            // These have their response elsewhere, or none at all.
            response::Type::Unknown | response::Type::ListFiles | response::Type::ReadFile => {}
        }
        response
    }
}

fn drain_config(drain: &call::DrainAgent) -> DrainConfig {
    let nanoseconds = |it: &mesos_sdk::proto::google::protobuf::Duration| {
        it.seconds.saturating_mul(1_000_000_000).saturating_add(it.nanos.into())
    };
    let grace = drain.max_grace_period.as_ref().map(|it| DurationInfo { nanoseconds: nanoseconds(it) });
    DrainConfig { max_grace_period: grace, mark_gone: drain.mark_gone }
}

/// Refuses a call. The master shows no files.
fn unsupported(call: &Call) -> CallResponse {
    let name = call.r#type().as_str_name();
    match call.r#type() {
        Type::ListFiles | Type::ReadFile => CallResponse::NotFound(String::new()),
        _ => CallResponse::Unsupported(format!("The embedded cluster does not support {name}")),
    }
}
