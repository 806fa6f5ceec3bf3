//! Reservations and volumes, made by operators.

use mesos_sdk::proto::v1::master::Call;
use mesos_sdk::proto::v1::master::call::Type;
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::offer::operation::{
    self, Create, Destroy, GrowVolume, Reserve, ShrinkVolume, Unreserve,
};
use mesos_sdk::proto::v1::{Filters, Resource};
use mesos_sdk::resources::{ResourceQuantities, Resources};
use mesos_sdk::validation;

use super::super::agent::{Agent, unallocated};
use super::super::limits::MAX_OPERATIONS_PER_AGENT;
use super::super::operations::{described, in_words};
use super::super::{CallResponse, Master};

const NO_AGENT: &str = "No agent found with specified ID";

impl Master {
    /// Does an operation on what an agent has free or on offer; `None` for calls of other types.
    pub(super) fn change_resources(&mut self, call: &Call) -> Option<CallResponse> {
        let (agent, operation) = asked(call)?;
        let prepared = self.prepare_change(&agent, operation).and_then(|operation| {
            let consumed =
                Resources::consumed_by(&operation).map_err(|error| in_words(&operation, &error))?;
            Ok((operation, consumed))
        });
        Some(match prepared {
            Err(reason) => CallResponse::BadRequest(reason),
            Ok((operation, consumed)) => {
                self.make_room(&agent, &operation, consumed);
                self.convert_free(&agent, operation)
                    .map_or_else(CallResponse::Conflict, |()| CallResponse::Accepted)
            }
        })
    }

    /// Returns the operation as an agent does it, if it may.
    fn prepare_change(&self, agent: &str, mut operation: Operation) -> Result<Operation, String> {
        let agent = self.agents.get(agent).ok_or(NO_AGENT)?;
        if agent.operations.len() >= MAX_OPERATIONS_PER_AGENT {
            return Err("Too many operations on the agent wait for their acknowledgement".to_owned());
        }
        validation::upgrade_operation(&mut operation).map_err(|reason| malformed(&operation, reason))?;
        validation::operation(&operation, None, &agent.total)
            .and_then(|()| check_source(&operation))
            .and_then(|()| self.check_unused(agent, &operation, &Resources::default()))
            .map_err(|reason| refusal(&operation, agent, &reason))?;
        validation::unallocate_operation(&mut operation);
        Ok(operation)
    }

    /// Takes back offers that hold what the operation takes, as few as will do. It stays away from
    /// these frameworks for the time of a usual filter, so that it is not on offer again at
    /// once.
    fn make_room(&mut self, agent: &str, operation: &Operation, mut wanted: Resources) {
        let mut taken_back = Resources::default();
        for id in self.offers_on(agent) {
            let Some(offer) = self.offers.get(&id) else { continue };
            let offered = unallocated(&Resources::from(&offer.resources[..]));
            let left = wanted.clone() - &offered;
            if left == wanted {
                continue;
            }
            wanted = left;
            taken_back += offered;
            self.rescind_for(&id, Some(&Filters::default()));
            if taken_back.apply(operation).is_ok() {
                break;
            }
        }
    }

    fn convert_free(&mut self, agent: &str, operation: Operation) -> Result<(), String> {
        let known = self.agents.get_mut(agent).ok_or(NO_AGENT)?;
        known.convert_available(&operation).map_err(|error| error.to_string())?;
        self.track(agent, None, operation);
        Ok(())
    }
}

/// Returns the agent and what to do there, or `None` for calls of other types.
fn asked(call: &Call) -> Option<(String, Operation)> {
    let mut operation = Operation::default();
    let (agent, kind) = match call.r#type() {
        Type::ReserveResources => {
            let asked = call.reserve_resources.clone()?;
            operation.reserve = Some(Box::new(Reserve { source: asked.source, resources: asked.resources }));
            (Some(asked.agent_id), operation::Type::Reserve)
        }
        Type::UnreserveResources => {
            let asked = call.unreserve_resources.clone()?;
            operation.unreserve = Some(Unreserve { resources: asked.resources });
            (Some(asked.agent_id), operation::Type::Unreserve)
        }
        Type::CreateVolumes => {
            let asked = call.create_volumes.clone()?;
            operation.create = Some(Create { volumes: asked.volumes });
            (Some(asked.agent_id), operation::Type::Create)
        }
        Type::DestroyVolumes => {
            let asked = call.destroy_volumes.clone()?;
            operation.destroy = Some(Destroy { volumes: asked.volumes });
            (Some(asked.agent_id), operation::Type::Destroy)
        }
        Type::GrowVolume => {
            let asked = call.grow_volume.clone()?;
            operation.grow_volume =
                Some(GrowVolume { volume: asked.volume, addition: asked.addition }.into());
            (asked.agent_id, operation::Type::GrowVolume)
        }
        Type::ShrinkVolume => {
            let asked = call.shrink_volume.clone()?;
            operation.shrink_volume =
                Some(ShrinkVolume { volume: asked.volume, subtract: asked.subtract }.into());
            (asked.agent_id, operation::Type::ShrinkVolume)
        }
        _ => return None,
    };
    operation.r#type = Some(kind.into());
    Some((agent.unwrap_or_default().value, operation))
}

/// Checks that a reservation that replaces others is of as much as they are.
fn check_source(operation: &Operation) -> Result<(), String> {
    let Some(reserve) = operation.reserve.as_ref().filter(|reserve| !reserve.source.is_empty()) else {
        return Ok(());
    };
    let quantities = |resources: &[Resource]| ResourceQuantities::from(&Resources::from(resources));
    let (source, target) = (quantities(&reserve.source), quantities(&reserve.resources));
    match source == target {
        true => Ok(()),
        false => Err(format!(
            "Source and target resources should refer to identical resource quantities: {source} vs. {target}"
        )),
    }
}

/// Volumes to resize are looked at later than the rest, and in fewer words.
fn malformed(operation: &Operation, reason: String) -> String {
    match operation.r#type() {
        operation::Type::GrowVolume | operation::Type::ShrinkVolume => reason,
        _ => format!("Failed to validate master::Call: {reason}"),
    }
}

fn refusal(operation: &Operation, agent: &Agent, reason: &str) -> String {
    let kind = operation.r#type();
    match kind {
        operation::Type::Unreserve | operation::Type::Destroy => {
            format!("Invalid {} operation: {reason}", kind.as_str_name())
        }
        _ => format!("Invalid {} operation on agent {}: {reason}", kind.as_str_name(), described(agent)),
    }
}
