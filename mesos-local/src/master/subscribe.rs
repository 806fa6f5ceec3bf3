//! `SUBSCRIBE`, `UPDATE_FRAMEWORK`, and the end of a stream.

use mesos_sdk::proto::v1::FrameworkInfo;
use mesos_sdk::proto::v1::scheduler::call::{Subscribe, Type, UpdateFramework};
use mesos_sdk::validation::{self, ValidationError};

use super::constraints::Constraints;
use super::filters::Filters;
use super::framework::{Connection, Framework};
use super::offers::role_of;
use super::{Action, CallResponse, Master, event, limits};
use crate::messages::ToAgent;

impl Master {
    /// Handles SUBSCRIBE. The response is always 200 with a stream; what is wrong with the
    /// framework is sent as an ERROR event.
    pub(super) fn subscribe(&mut self, subscribe: Subscribe) {
        let stream = self.ids.stream();
        let has_id = subscribe.framework_info.id.as_ref().is_some_and(|id| !id.value.is_empty());
        self.counters.count(if has_id {
            "messages_reregister_framework"
        } else {
            "messages_register_framework"
        });
        self.actions.push(Action::Respond(CallResponse::Stream(stream.clone())));
        if let Err(reason) = self.admit(subscribe, &stream) {
            tracing::info!(%reason, "subscription refused");
            self.actions.push(Action::Send { stream: stream.clone(), event: Box::new(event::error(reason)) });
            self.actions.push(Action::Close { stream });
        }
    }

    fn admit(&mut self, subscribe: Subscribe, stream: &str) -> Result<(), String> {
        let Subscribe { mut framework_info, suppressed_roles, offer_constraints } = subscribe;
        self.validate_framework(&framework_info, &suppressed_roles)?;
        let constraints = Constraints::new(offer_constraints.unwrap_or_default())?;
        let id = framework_info.id.take().filter(|id| !id.value.is_empty());
        let is_new = id.is_none();
        let is_known = id.as_ref().is_some_and(|id| self.frameworks.contains_key(&id.value));
        let id = id.unwrap_or_else(|| self.ids.framework());
        framework_info.id = Some(id.clone());
        if let Some(known) = self.frameworks.get(&id.value) {
            preserve_immutable(&known.info, &mut framework_info);
            validation::update(&known.info, &framework_info)?;
        } else {
            self.frameworks.insert(id.value.clone(), Framework::new(framework_info.clone(), self.now));
        }
        if let Some(framework) = self.frameworks.get_mut(&id.value) {
            framework.counters.calls.count(Type::Subscribe);
        }
        self.update_framework_info(&id.value, framework_info, suppressed_roles, constraints);
        self.connect(&id.value, stream, is_new);
        if is_known {
            self.update_agents_of(&id.value);
        }
        self.publish_framework(&id.value, !is_known);
        Ok(())
    }

    /// Checks whether a framework may subscribe with this info, or change to it.
    fn validate_framework(&self, info: &FrameworkInfo, suppressed_roles: &[String]) -> Result<(), String> {
        validation::framework(info).map_err(ValidationError::into_reason)?;
        validation::suppressed_roles(info, suppressed_roles)?;
        if info.user == "root" && !self.config.root_submissions {
            return Err(
                "User 'root' is not allowed to run frameworks without --root_submissions set".to_owned()
            );
        }
        if self.is_completed(info.id.as_ref().map_or("", |id| &id.value)) {
            return Err("Framework has been removed".to_owned());
        }
        validation::failover_timeout(info).map(|_| ())
    }

    /// Connects the framework's events to this stream.
    fn connect(&mut self, id: &str, stream: &str, is_new: bool) {
        self.fail_over(id);
        let now = self.now;
        if let Some(framework) = self.frameworks.get_mut(id) {
            if !is_new {
                framework.reregistered = Some(now);
            }
            let next_heartbeat = now.saturating_add(limits::HEARTBEAT_INTERVAL);
            framework.connection = Connection::Connected { stream: stream.to_owned(), next_heartbeat };
            let subscribed = event::subscribed(framework.framework_id(), self.info.clone());
            self.send(id, subscribed);
            self.send_heartbeat(id);
        }
        self.allocate_now = true;
    }

    /// Ends an older stream of the framework, and voids its offers.
    fn fail_over(&mut self, id: &str) {
        let stream = self.frameworks.get(id).and_then(Framework::stream).map(str::to_owned);
        if let Some(stream) = stream {
            self.send(id, event::error("Framework failed over"));
            self.actions.push(Action::Close { stream });
        }
        for offer in self.offers_of(id) {
            self.discard(&offer, None);
        }
        self.discard_inverse(id);
    }

    /// Handles `UPDATE_FRAMEWORK`.
    pub(super) fn update_framework(&mut self, id: &str, update: UpdateFramework) -> CallResponse {
        let UpdateFramework { framework_info, suppressed_roles, offer_constraints } = update;
        if let Err(reason) = self.validate_framework(&framework_info, &suppressed_roles) {
            return CallResponse::BadRequest(format!("Supplied FrameworkInfo is not valid: {reason}"));
        }
        let known = self.frameworks.get(id).map(|framework| &framework.info);
        if let Some(Err(reason)) = known.map(|known| validation::update(known, &framework_info)) {
            return CallResponse::BadRequest(format!("FrameworkInfo update is not valid: {reason}"));
        }
        let constraints = match Constraints::new(offer_constraints.unwrap_or_default()) {
            Ok(constraints) => constraints,
            Err(reason) => {
                let text = format!("'UpdateFramework.offer_constraints' are not valid: {reason}");
                return CallResponse::BadRequest(text);
            }
        };
        let changed = known.is_some_and(|known| *known != framework_info);
        self.update_framework_info(id, framework_info, suppressed_roles, constraints);
        if changed {
            self.update_agents_of(id);
            self.publish_framework(id, false);
        }
        self.allocate_now = true;
        CallResponse::Ok
    }

    /// Sends the framework's info to all agents. They keep it, and send the framework its
    /// unacknowledged updates again.
    fn update_agents_of(&mut self, id: &str) {
        let Some(framework) = self.frameworks.get(id) else { return };
        let info = framework.info.clone();
        let agents: Vec<_> = self.agents.keys().cloned().collect();
        for agent in agents {
            self.send_to_agent(&agent, ToAgent::UpdateFramework { framework: Box::new(info.clone()) });
        }
    }

    /// Replaces the framework's info, and rescinds offers for roles that it has left.
    fn update_framework_info(
        &mut self,
        id: &str,
        info: FrameworkInfo,
        suppressed: Vec<String>,
        constraints: Constraints,
    ) {
        let Some(framework) = self.frameworks.get_mut(id) else { return };
        framework.info = info;
        framework.suppressed = suppressed.into_iter().collect();
        framework.constraints = constraints;
        let roles = framework.roles();
        framework.filters.retain_roles(&roles);
        for offer in self.offers_of(id) {
            if !self.offers.get(&offer).is_some_and(|offer| roles.contains(role_of(offer))) {
                self.rescind(&offer);
            }
        }
    }

    /// Handles a stream whose client is gone. The framework may return within its failover timeout.
    pub(super) fn stream_closed(&mut self, stream: &str) {
        self.unsubscribe_operator(stream);
        let mut frameworks = self.frameworks.values();
        let found = frameworks.find(|framework| framework.stream() == Some(stream));
        let Some(id) = found.map(|framework| framework.id().to_owned()) else { return };
        if let Some(framework) = self.frameworks.get_mut(&id) {
            let timeout = validation::failover_timeout(&framework.info).unwrap_or_default();
            framework.connection = Connection::Disconnected { remove_at: self.now.saturating_add(timeout) };
            framework.filters = Filters::default();
            framework.inverse_filters.clear();
        }
        for offer in self.offers_of(&id) {
            self.rescind(&offer);
        }
        self.discard_inverse(&id);
    }
}

/// Keeps the fields that a framework can't change by subscribing again.
fn preserve_immutable(old: &FrameworkInfo, new: &mut FrameworkInfo) {
    new.user.clone_from(&old.user);
    if new.checkpoint() != old.checkpoint() {
        new.checkpoint = old.checkpoint;
    }
}
