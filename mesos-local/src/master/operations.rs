//! Operations on the resources of offers: done by the master at once, and by the agent, which
//! reports on them.

use bytes::Bytes;
use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::offer::operation::Type;
use mesos_sdk::proto::v1::scheduler::call::AcknowledgeOperationStatus;
use mesos_sdk::proto::v1::{AgentId, FrameworkId, OperationId, OperationState, OperationStatus};
use mesos_sdk::resources::{OperationError, Resources};
use mesos_sdk::validation;

use super::agent::{Agent, unallocated};
use super::basket::Basket;
use super::counters::{OPERATION_ACKNOWLEDGEMENTS, OPERATION_UPDATES};
use super::limits::MAX_OPERATIONS_PER_AGENT;
use super::tracked::Tracked;
use super::{Master, event};
use crate::messages::ToAgent;

impl Master {
    /// Drops an operation. One with an id gets `OPERATION_ERROR`; without an id the framework
    /// expects no update.
    pub(super) fn drop_operation(
        &mut self,
        framework: &str,
        (kind, id): (Type, Option<OperationId>),
        message: &str,
    ) {
        tracing::warn!(framework, message, "operation dropped");
        self.counters.operations.count((kind, OperationState::Error));
        if id.is_some() {
            let status = OperationStatus {
                operation_id: id,
                state: OperationState::Error.into(),
                message: Some(message.to_owned()),
                ..OperationStatus::default()
            };
            self.send(framework, event::operation_update(status));
        }
    }

    /// Does an operation on what is left of the offers, and has the agent do it.
    pub(super) fn perform(&mut self, basket: &mut Basket<'_>, mut operation: Operation) {
        let done = self.check(basket, &mut operation).and_then(|()| self.convert(basket, &operation));
        match done {
            Ok(()) => {
                let framework_id = FrameworkId::from(basket.framework);
                let kind = operation.r#type();
                self.count_for(basket.framework, |counters| counters.operations.count(kind));
                self.track(&basket.agent.value, Some(framework_id), operation);
            }
            Err(reason) => {
                let kind = operation.r#type();
                self.drop_operation(basket.framework, (kind, operation.id), &reason);
            }
        }
    }

    fn check(&mut self, basket: &Basket<'_>, operation: &mut Operation) -> Result<(), String> {
        let malformed = |reason| format!("Operation attempted with invalid resources: {reason}");
        validation::prepare_operation(operation, &basket.role).map_err(malformed)?;
        if operation.reserve.as_ref().is_some_and(|reserve| !reserve.source.is_empty()) {
            let text = "Reservation updates are not yet implemented for the scheduler API.";
            return Err(malformed(text.to_owned()));
        }
        let framework = self.frameworks.get(basket.framework).ok_or("Framework cannot be found")?;
        let agent = self.agents.get(&basket.agent.value).ok_or("Agent removed")?;
        if agent.operations.len() >= MAX_OPERATIONS_PER_AGENT {
            return Err("Too many operations on the agent wait for their acknowledgement".to_owned());
        }
        validation::operation(operation, Some(&framework.info), &agent.total)
            .and_then(|()| self.check_unused(agent, operation, &basket.remaining))
            .map_err(|reason| format!("{reason}; on agent {}", described(agent)))
    }

    /// Checks that a volume to destroy is not used by a task. If it is shared, other offers than
    /// the `accepted` ones may contain it.
    pub(super) fn check_unused(
        &self,
        agent: &Agent,
        operation: &Operation,
        accepted: &Resources,
    ) -> Result<(), String> {
        let Some(destroy) = &operation.destroy else { return Ok(()) };
        let mut used: Resources = agent.held.values().sum();
        used -= accepted;
        for id in self.offers_on(agent.id()) {
            let offered = self.offers.get(&id).map(|offer| Resources::from(&offer.resources[..]));
            used -= &offered.unwrap_or_default();
        }
        let used = unallocated(&used);
        let volumes = unallocated(&Resources::from(&destroy.volumes[..]));
        match volumes.iter().any(|volume| used.contains_resource(volume)) {
            true => Err("Persistent volumes in use".to_owned()),
            false => Ok(()),
        }
    }

    fn convert(&mut self, basket: &mut Basket<'_>, operation: &Operation) -> Result<(), String> {
        if let Some(destroy) = &operation.destroy {
            self.rescind_holding(&basket.agent, &Resources::from(&destroy.volumes[..]));
        }
        let after = basket.remaining.apply(operation).map_err(|error| in_words(operation, &error))?;
        match operation.r#type() {
            // What it makes of them is not for other operations of the same ACCEPT.
            Type::GrowVolume | Type::ShrinkVolume => {
                basket.remaining -= &Resources::consumed_by(operation).unwrap_or_default();
                basket.resized += after - &basket.remaining;
            }
            kind => {
                basket.remaining = after;
                if matches!(kind, Type::Create | Type::Destroy) {
                    basket.shared = basket.remaining.shared();
                }
            }
        }
        let agent = self.agents.get_mut(&basket.agent.value).ok_or("Agent removed")?;
        agent.convert(basket.framework, operation).map_err(|error| error.to_string())
    }

    fn rescind_holding(&mut self, agent: &AgentId, volumes: &Resources) {
        for id in self.offers_on(&agent.value) {
            let offered = self.offers.get(&id).map(|offer| Resources::from(&offer.resources[..]));
            let offered = offered.unwrap_or_default();
            if volumes.iter().any(|volume| offered.contains_resource(volume)) {
                self.rescind(&id);
            }
        }
    }

    /// Has the agent do the operation, and waits for its report.
    pub(super) fn track(&mut self, agent: &str, framework_id: Option<FrameworkId>, operation: Operation) {
        let uuid = self.ids.operation();
        let tracked = Tracked {
            framework_id: framework_id.clone(),
            id: operation.id.clone(),
            operation: Some(Box::new(operation.clone())),
            status: None,
        };
        if let Some(agent) = self.agents.get_mut(agent) {
            agent.operations.insert(uuid.clone(), tracked);
        }
        let operation = Box::new(operation);
        self.send_to_agent(agent, ToAgent::ApplyOperation { framework_id, uuid, operation });
    }

    /// Resends operations to an agent that came back: those that it has not reported on may never
    /// have reached it.
    pub(super) fn repeat_operations(&mut self, agent: &str) {
        let operations = self.agents.get(agent).into_iter().flat_map(|agent| &agent.operations);
        let pending = operations.filter(|(_, tracked)| tracked.status.is_none());
        let messages: Vec<_> = pending
            .filter_map(|(uuid, tracked)| {
                let (framework_id, operation) = (tracked.framework_id.clone(), tracked.operation.clone()?);
                Some(ToAgent::ApplyOperation { framework_id, uuid: uuid.clone(), operation })
            })
            .collect();
        for message in messages {
            self.send_to_agent(agent, message);
        }
    }

    /// Handles a report of an agent, which repeats it until it is acknowledged.
    pub(super) fn operation_status_update(
        &mut self,
        agent: &str,
        framework: Option<&FrameworkId>,
        uuid: Bytes,
        status: OperationStatus,
    ) {
        let waiting = framework.filter(|id| status.operation_id.is_some() && !self.is_completed(&id.value));
        let Some(known) = self.agents.get_mut(agent) else { return };
        let tracked = known.operations.get_mut(&uuid);
        self.counters.count_valid(OPERATION_UPDATES, tracked.is_some());
        if let Some(tracked) = tracked {
            let change = tracked.change_to(status.state());
            if let Some(change) = change {
                self.counters.operations.count(change);
            }
            tracked.status = Some(status.clone());
        }
        if let Some(framework) = waiting {
            return self.send(&framework.value, event::operation_update(status));
        }
        known.operations.remove(&uuid);
        let status_uuid = status.uuid.unwrap_or_default().value;
        self.send_to_agent(agent, ToAgent::AcknowledgeOperation { uuid, status_uuid });
    }

    /// Passes `ACKNOWLEDGE_OPERATION_STATUS` on to the agent, unless this master does not know the
    /// operation.
    pub(super) fn acknowledge_operation(&mut self, framework: &str, acknowledge: AcknowledgeOperationStatus) {
        let AcknowledgeOperationStatus { agent_id, uuid: status_uuid, operation_id, .. } = acknowledge;
        let agent_id = agent_id.unwrap_or_default().value;
        let known = self.agents.get_mut(&agent_id).filter(|agent| agent.link.is_some());
        let operation = known.and_then(|agent| {
            let is_meant = |tracked: &Tracked| {
                let sent = tracked.status.as_ref().and_then(|status| status.uuid.as_ref());
                tracked.is_of(framework)
                    && tracked.id.as_ref() == Some(&operation_id)
                    && sent.is_some_and(|sent| sent.value == status_uuid)
            };
            let found = agent.operations.iter().find(|(_, tracked)| is_meant(tracked));
            let uuid = found.map(|(uuid, _)| uuid.clone())?;
            agent.operations.remove(&uuid);
            Some(uuid)
        });
        self.counters.count_valid(OPERATION_ACKNOWLEDGEMENTS, operation.is_some());
        match operation {
            Some(uuid) => {
                self.send_to_agent(&agent_id, ToAgent::AcknowledgeOperation { uuid, status_uuid });
            }
            None => {
                tracing::warn!(framework, operation = %operation_id.value, "acknowledgement dropped: unknown")
            }
        }
    }

    /// Returns what is known of a framework's operations.
    pub(super) fn operations_of(&self, framework: &str) -> Vec<OperationStatus> {
        let agents = self.agents.values();
        let all = agents.flat_map(|agent| agent.operations.values().map(move |tracked| (agent, tracked)));
        let own = all.filter(|(_, tracked)| tracked.is_of(framework));
        own.map(|(agent, tracked)| tracked.latest(&agent.agent_id())).collect()
    }
}

impl Agent {
    /// Applies the operation to what the agent has and to what the framework holds of it.
    fn convert(&mut self, framework: &str, operation: &Operation) -> Result<(), OperationError> {
        let mut plain = operation.clone();
        validation::unallocate_operation(&mut plain);
        let total = self.total.apply(&plain)?;
        if let Some(held) = self.held.get_mut(framework) {
            *held = held.apply(operation)?;
        }
        self.total = total;
        Ok(())
    }
}

pub(super) fn in_words(operation: &Operation, error: &OperationError) -> String {
    match operation.r#type() {
        kind @ (Type::GrowVolume | Type::ShrinkVolume) => {
            format!("Invalid {} operation: {error}", kind.as_str_name())
        }
        _ => error.to_string(),
    }
}

/// Returns an agent as Mesos names it in texts.
pub(super) fn described(agent: &Agent) -> String {
    let (id, port, hostname) = (agent.id(), agent.info.port(), &agent.info.hostname);
    format!("{id} at slave(1)@127.0.0.1:{port} ({hostname})")
}
