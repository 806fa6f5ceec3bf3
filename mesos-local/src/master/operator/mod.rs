//! The operator API of the master.

mod validate;

use mesos_sdk::proto::v1::master::call::Type;
use mesos_sdk::proto::v1::master::response::{self, GetMaintenanceSchedule, GetMaintenanceStatus};
use mesos_sdk::proto::v1::master::{Call, Response};

use super::{Master, Reply};

pub(crate) use validate::validate;

impl Master {
    /// Does one call of an operator.
    pub(super) fn operator_call(&mut self, call: &Call) {
        let reply = self.change(call).unwrap_or_else(|| self.tell_operator(call));
        self.answer(reply);
    }

    /// Calls that change something; `None` for the others.
    fn change(&mut self, call: &Call) -> Option<Reply> {
        let result = match call.r#type() {
            Type::UpdateMaintenanceSchedule => {
                let update = call.update_maintenance_schedule.clone().unwrap_or_default();
                self.schedule_maintenance(update.schedule)
            }
            Type::StartMaintenance => self.start_maintenance(&call.start_maintenance.as_ref()?.machines),
            Type::StopMaintenance => self.stop_maintenance(&call.stop_maintenance.as_ref()?.machines),
            Type::Teardown => self.tear_down(&call.teardown.as_ref()?.framework_id.value),
            _ => return None,
        };
        Some(result.map_or_else(Reply::BadRequest, |()| Reply::Ok))
    }

    fn tear_down(&mut self, framework: &str) -> Result<(), String> {
        if !self.frameworks.contains_key(framework) {
            return Err("No framework found with specified ID".to_owned());
        }
        self.remove_framework(framework);
        Ok(())
    }

    /// Calls that only ask.
    fn tell_operator(&self, call: &Call) -> Reply {
        let kind = |kind: response::Type| Response { r#type: Some(kind.into()), ..Response::default() };
        let response = match call.r#type() {
            Type::GetMaintenanceStatus => Response {
                get_maintenance_status: Some(GetMaintenanceStatus { status: self.maintenance.status() }),
                ..kind(response::Type::GetMaintenanceStatus)
            },
            Type::GetMaintenanceSchedule => Response {
                get_maintenance_schedule: Some(GetMaintenanceSchedule {
                    schedule: self.maintenance.schedule().clone(),
                }),
                ..kind(response::Type::GetMaintenanceSchedule)
            },
            _ => return Reply::NotImplemented,
        };
        Reply::Response(Box::new(response))
    }
}
