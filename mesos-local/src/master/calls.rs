//! Calls: who may make them, and where each is done.

use mesos_sdk::proto::v1::allocator::inverse_offer_status::Status;
use mesos_sdk::proto::v1::scheduler::Call;
use mesos_sdk::proto::v1::scheduler::call::{Kill, Message, Revive, Shutdown, Suppress, Type, reconcile};
use mesos_sdk::proto::v1::{FrameworkId, FrameworkInfo};
use mesos_sdk::validation;

use super::counters::MESSAGES_TO_EXECUTORS;
use super::{Action, CallResponse, Master};
use crate::messages::ToAgent;

impl Master {
    pub(super) fn call(&mut self, mut call: Call, stream_id: Option<&str>, principal: Option<&str>) {
        if call.r#type() == Type::Subscribe {
            if stream_id.is_some() {
                let text = "Subscribe calls should not include the 'Mesos-Stream-Id' header";
                return self.push_response(CallResponse::BadRequest(text.to_owned()));
            }
            let info = call.subscribe.as_mut().map(|subscribe| &mut subscribe.framework_info);
            if let Some(Err(mismatch)) = info.map(|info| claim(info, principal)) {
                let text = format!("Failed to validate scheduler::Call: {mismatch}");
                return self.push_response(CallResponse::BadRequest(text));
            }
            return call.subscribe.map_or((), |subscribe| self.subscribe(*subscribe));
        }
        let id = call.framework_id.clone().unwrap_or_default().value;
        if let Err(refusal) = self.may_call(&id, stream_id, principal) {
            return self.push_response(refusal);
        }
        self.count_call(&id, call.r#type());
        if call.r#type() == Type::UpdateFramework {
            let response =
                call.update_framework.map_or(CallResponse::Ok, |update| self.update_framework(&id, *update));
            return self.push_response(response);
        }
        if call.r#type() == Type::Unknown {
            return self.push_response(CallResponse::NotImplemented);
        }
        self.push_response(CallResponse::Accepted);
        self.accepted_call(&id, call);
    }

    fn count_call(&mut self, framework: &str, kind: Type) {
        self.counters.count_call(kind);
        if let Some(framework) = self.frameworks.get_mut(framework).filter(|_| kind != Type::Unknown) {
            framework.counters.calls.count(kind);
        }
    }

    pub(super) fn push_response(&mut self, response: CallResponse) {
        // Before whatever the call has led to.
        self.actions.insert(0, Action::Respond(response));
    }

    /// Checks that this framework is subscribed, and on this stream.
    fn may_call(
        &self,
        id: &str,
        stream_id: Option<&str>,
        principal: Option<&str>,
    ) -> Result<(), CallResponse> {
        let framework = self.frameworks.get(id);
        let framework =
            framework.ok_or_else(|| CallResponse::BadRequest("Framework cannot be found".to_owned()))?;
        let mismatch = principal.filter(|principal| *principal != framework.info.principal());
        if let Some(principal) = mismatch {
            return Err(CallResponse::BadRequest(mismatching(principal, framework.info.principal())));
        }
        let current = framework.stream();
        let current =
            current.ok_or_else(|| CallResponse::Forbidden("Framework is not subscribed".to_owned()))?;
        match stream_id {
            None => {
                let text = "All non-subscribe calls should include the 'Mesos-Stream-Id' header";
                Err(CallResponse::BadRequest(text.to_owned()))
            }
            Some(other) if other != current => Err(CallResponse::BadRequest(format!(
                "The stream ID '{other}' included in this request didn't match the stream ID currently \
                 associated with framework ID {id}"
            ))),
            Some(_) => Ok(()),
        }
    }

    /// Carries out a call that was accepted with 202.
    fn accepted_call(&mut self, id: &str, call: Call) {
        match call.r#type() {
            Type::Teardown => self.remove_framework(id),
            Type::Accept => call.accept.map_or((), |accept| self.accept(id, *accept)),
            Type::Decline => call.decline.map_or((), |decline| self.decline(id, &decline)),
            Type::Revive => self.revive(id, &call.revive.unwrap_or_default()),
            Type::Suppress => self.suppress(id, &call.suppress.unwrap_or_default()),
            Type::Kill => call.kill.map_or((), |kill| self.kill(id, *kill)),
            Type::Shutdown => call.shutdown.map_or((), |shutdown| self.shutdown(id, *shutdown)),
            Type::Acknowledge => {
                call.acknowledge.map_or((), |acknowledge| self.acknowledge(id, *acknowledge))
            }
            Type::Reconcile => call.reconcile.map_or((), |reconcile| self.reconcile(id, &reconcile.tasks)),
            Type::ReconcileOperations => {
                let operations = call.reconcile_operations.unwrap_or_default().operations;
                self.reconcile_operations(id, operations);
            }
            Type::Message => call.message.map_or((), |message| self.message(id, *message)),
            Type::AcknowledgeOperationStatus => {
                if let Some(acknowledge) = call.acknowledge_operation_status {
                    self.acknowledge_operation(id, *acknowledge);
                }
            }
            Type::AcceptInverseOffers => {
                let accept = call.accept_inverse_offers.unwrap_or_default();
                self.respond_inverse(id, Status::Accept, &accept.inverse_offer_ids, accept.filters);
            }
            Type::DeclineInverseOffers => {
                let decline = call.decline_inverse_offers.unwrap_or_default();
                self.respond_inverse(id, Status::Decline, &decline.inverse_offer_ids, decline.filters);
            }
            Type::Request => tracing::debug!("the allocator does not heed requests"),
            // It had its response before.
            Type::Subscribe | Type::UpdateFramework | Type::Unknown => {}
        }
    }

    fn revive(&mut self, id: &str, revive: &Revive) {
        let Some(roles) = self.subscribed_roles(id, &revive.roles) else { return };
        if let Some(framework) = self.frameworks.get_mut(id) {
            for role in roles {
                framework.suppressed.remove(&role);
                framework.filters.clear_role(&role);
            }
            framework.inverse_filters.clear();
            self.allocate_now = true;
        }
    }

    fn suppress(&mut self, id: &str, suppress: &Suppress) {
        let Some(roles) = self.subscribed_roles(id, &suppress.roles) else { return };
        if let Some(framework) = self.frameworks.get_mut(id) {
            framework.suppressed.extend(roles);
        }
    }

    /// Returns the roles that a call names, or all; none if one of them is not the framework's, in
    /// which case the call is dropped.
    /// call is dropped.
    fn subscribed_roles(&self, id: &str, named: &[String]) -> Option<Vec<String>> {
        let roles = self.frameworks.get(id)?.roles();
        if named.is_empty() {
            return Some(roles.into_iter().collect());
        }
        let wrong = named.iter().find(|role| validation::role(role).is_err() || !roles.contains(*role));
        match wrong {
            Some(role) => {
                tracing::warn!(framework = id, %role, "call dropped: the framework is not subscribed to the role");
                None
            }
            None => Some(named.to_vec()),
        }
    }

    /// Kills a task. An unknown task is reconciled instead; a wrong agent id makes the call void.
    fn kill(&mut self, id: &str, kill: Kill) {
        let task = self.frameworks.get(id).and_then(|framework| framework.tasks.get(&kill.task_id.value));
        let Some(task) = task else {
            let unknown = reconcile::Task { task_id: kill.task_id, agent_id: kill.agent_id };
            return self.reconcile(id, &[unknown]);
        };
        let agent = task.agent_id().clone();
        if kill.agent_id.is_some_and(|named| named != agent) {
            return tracing::warn!(framework = id, "KILL dropped: the task is on another agent");
        }
        let framework_id = FrameworkId::from(id);
        if let Some(agent) = self.agents.get_mut(&agent.value) {
            agent.killed.insert((id.to_owned(), kill.task_id.value.clone()));
        }
        let message = ToAgent::KillTask { framework_id, task_id: kill.task_id, policy: kill.kill_policy };
        self.send_to_agent(&agent.value, message);
    }

    fn shutdown(&mut self, id: &str, shutdown: Shutdown) {
        let framework_id = FrameworkId::from(id);
        let message = ToAgent::ShutdownExecutor { framework_id, executor_id: shutdown.executor_id };
        self.send_to_agent(&shutdown.agent_id.value, message);
    }

    /// Sends a message, best effort: it is dropped if the agent is not there.
    fn message(&mut self, id: &str, message: Message) {
        let framework_id = FrameworkId::from(id);
        let Message { agent_id, executor_id, data } = message;
        let is_sent =
            self.send_to_agent(&agent_id.value, ToAgent::Message { framework_id, executor_id, data });
        self.counters.count_valid(MESSAGES_TO_EXECUTORS, is_sent);
    }
}

/// Sets the authenticated principal in the framework's info, or checks it if it is set.
fn claim(info: &mut FrameworkInfo, principal: Option<&str>) -> Result<(), String> {
    let Some(principal) = principal else { return Ok(()) };
    match info.principal() {
        "" => info.principal = Some(principal.to_owned()),
        named if named != principal => return Err(mismatching(principal, named)),
        _ => {}
    }
    Ok(())
}

fn mismatching(principal: &str, named: &str) -> String {
    format!("Authenticated principal '{principal}' does not match principal '{named}' set in `FrameworkInfo`")
}
