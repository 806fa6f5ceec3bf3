//! Changes by requests that are older than the operator API, as tools send them still: each is read
//! into a call of an operator, which does it.

use std::fmt::Display;

use mesos_sdk::proto::v1::master::Call;
use mesos_sdk::proto::v1::master::call::{
    CreateVolumes, DestroyVolumes, RemoveQuota, ReserveResources, SetQuota, StartMaintenance,
    StopMaintenance, Teardown, Type, UnreserveResources, UpdateMaintenanceSchedule, UpdateWeights,
};
use mesos_sdk::proto::v1::{AgentId, FrameworkId, Resource};
use mesos_sdk::wire::{CallError, Encoding};

use super::endpoint::Endpoint;
use crate::master::Input;
use crate::pages::Query;
use crate::server::{Arrived, HttpResponse, list, object};

/// What a request changes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    Teardown,
    MachineDown,
    MachineUp,
    Schedule,
    Weights,
    SetQuota,
    RemoveQuota,
    Reserve,
    Unreserve,
    CreateVolumes,
    DestroyVolumes,
}

/// A call, and how much memory it takes.
type Read = Result<(Call, usize), HttpResponse>;

impl Endpoint {
    pub(super) async fn change(&self, change: Change, request: Arrived) -> HttpResponse {
        let path = request.path().to_owned();
        let read = request.read(|body| change.read(&path, body)).await;
        match read {
            Ok((call, _room)) => {
                let response = self.leader.ask(Input::Operate(Box::new(call)), Encoding::Json).await;
                response.with_text(|text| change.in_words(&path, text))
            }
            Err(refusal) => refusal,
        }
    }
}

impl Change {
    #[expect(deprecated, reason = "the older calls are for these")]
    fn read(self, path: &str, body: &[u8]) -> Read {
        match self {
            Self::Teardown => tear_down(body),
            Self::MachineDown => from_list(body, Type::StartMaintenance, reason, |call, machines| {
                call.start_maintenance = Some(StartMaintenance { machines });
            }),
            Self::MachineUp => from_list(body, Type::StopMaintenance, reason, |call, machines| {
                call.stop_maintenance = Some(StopMaintenance { machines });
            }),
            Self::Schedule => {
                let (schedule, memory) = object(body, reason)?;
                let update_maintenance_schedule = Some(UpdateMaintenanceSchedule { schedule });
                let call = Call { update_maintenance_schedule, ..of_type(Type::UpdateMaintenanceSchedule) };
                Ok((call, memory))
            }
            Self::Weights => from_list(
                body,
                Type::UpdateWeights,
                |error| weights(body, error),
                |call, weight_infos| {
                    call.update_weights = Some(UpdateWeights { weight_infos });
                },
            ),
            Self::SetQuota => {
                let (quota_request, memory) = object(body, |error| quota(body, error))?;
                Ok((
                    Call { set_quota: Some(Box::new(SetQuota { quota_request })), ..of_type(Type::SetQuota) },
                    memory,
                ))
            }
            Self::RemoveQuota => remove_quota(path),
            Self::Reserve => on_agent(body, "resources", "Error parsing", |agent_id, resources| Call {
                reserve_resources: Some(Box::new(ReserveResources {
                    agent_id,
                    resources,
                    ..Default::default()
                })),
                ..of_type(Type::ReserveResources)
            }),
            Self::Unreserve => on_agent(body, "resources", "Error in parsing", |agent_id, resources| Call {
                unreserve_resources: Some(Box::new(UnreserveResources { agent_id, resources })),
                ..of_type(Type::UnreserveResources)
            }),
            Self::CreateVolumes => on_agent(body, "volumes", "Error in parsing", |agent_id, volumes| Call {
                create_volumes: Some(Box::new(CreateVolumes { agent_id, volumes })),
                ..of_type(Type::CreateVolumes)
            }),
            Self::DestroyVolumes => on_agent(body, "volumes", "Error in parsing", |agent_id, volumes| Call {
                destroy_volumes: Some(Box::new(DestroyVolumes { agent_id, volumes })),
                ..of_type(Type::DestroyVolumes)
            }),
        }
    }

    /// Returns a refusal of the operator API as a response of these endpoints.
    fn in_words(self, path: &str, text: &str) -> String {
        let removing = "Failed to remove quota";
        match (self, text.strip_prefix(removing)) {
            (Self::RemoveQuota, Some(rest)) => format!("{removing} for path '{path}'{rest}"),
            _ => text.strip_prefix("Failed to validate master::Call: ").unwrap_or(text).to_owned(),
        }
    }
}

fn of_type(kind: Type) -> Call {
    Call { r#type: Some(kind.into()), ..Call::default() }
}

fn from_list<M: mesos_sdk::wire::Message>(
    body: &[u8],
    kind: Type,
    in_words: impl Fn(CallError) -> String,
    put: impl FnOnce(&mut Call, Vec<M>),
) -> Read {
    let (messages, memory) = list(body, in_words)?;
    let mut call = of_type(kind);
    put(&mut call, messages);
    Ok((call, memory))
}

fn tear_down(body: &[u8]) -> Read {
    let id = value(&form(body)?, "frameworkId")?;
    let teardown = Teardown { framework_id: FrameworkId::from(id) };
    Ok((Call { teardown: Some(teardown), ..of_type(Type::Teardown) }, body.len()))
}

/// Reads the role, which follows the name of the page.
#[expect(deprecated, reason = "the older call is for this")]
fn remove_quota(path: &str) -> Read {
    let role = path.strip_prefix("/master/quota").unwrap_or_default().trim_start_matches('/');
    if role.is_empty() {
        return Err(HttpResponse::bad_request(format!(
            "Failed to parse remove quota request for path '{path}': expected 3 tokens, found 2 tokens"
        )));
    }
    let remove_quota = Some(RemoveQuota { role: role.to_owned() });
    Ok((Call { remove_quota, ..of_type(Type::RemoveQuota) }, path.len()))
}

fn on_agent(
    body: &[u8],
    name: &str,
    problem: &str,
    call: impl FnOnce(AgentId, Vec<Resource>) -> Call,
) -> Read {
    let form = form(body)?;
    let agent = AgentId::from(value(&form, "slaveId")?);
    let text = value(&form, name)?;
    let in_words =
        |error| format!("{problem} '{name}' query parameter in the request body: {}", reason(error));
    let (resources, memory) = list(text.as_bytes(), in_words)?;
    Ok((call(agent, resources), memory.saturating_add(body.len())))
}

fn form(body: &[u8]) -> Result<Query, HttpResponse> {
    let form = Query::parse(&String::from_utf8_lossy(body));
    form.map_err(|reason| HttpResponse::bad_request(format!("Unable to decode query string: {reason}")))
}

fn value(form: &Query, name: &str) -> Result<String, HttpResponse> {
    let missing =
        || HttpResponse::bad_request(format!("Missing '{name}' query parameter in the request body"));
    form.get(name).map(str::to_owned).ok_or_else(missing)
}

/// Returns what is wrong, without where.
fn reason(error: CallError) -> String {
    match error {
        CallError::Json(reason) | CallError::Call(reason) => reason,
        error => error.to_string(),
    }
}

fn weights(body: &[u8], error: CallError) -> String {
    let doing = match &error {
        CallError::Json(_) => "parse update weights request JSON",
        _ => "convert weights JSON array to protobuf",
    };
    failed(doing, body, reason(error))
}

fn quota(body: &[u8], error: CallError) -> String {
    let doing = match &error {
        CallError::Json(_) => "parse set quota request JSON",
        _ => "validate set quota request JSON",
    };
    failed(doing, body, reason(error))
}

fn failed(doing: &str, body: &[u8], reason: impl Display) -> String {
    format!("Failed to {doing} '{}': {reason}", String::from_utf8_lossy(body))
}
