//! What a framework sends about itself in each SUBSCRIBE.

use std::collections::BTreeSet;

use super::call;
use crate::ids;
use crate::proto::v1::framework_info::capability;
use crate::proto::v1::scheduler::{Call, OfferConstraints};
use crate::proto::v1::{FrameworkId, FrameworkInfo};

/// The framework's info, with its id once that is known, and with the changes that calls have made.
pub(crate) struct Identity {
    framework: FrameworkInfo,
    suppressed: BTreeSet<String>,
    constraints: Option<OfferConstraints>,
}

impl Identity {
    pub(crate) fn new(framework: FrameworkInfo, constraints: Option<OfferConstraints>) -> Self {
        Self { framework, suppressed: BTreeSet::new(), constraints }
    }

    pub(crate) fn name(&self) -> &str {
        &self.framework.name
    }

    pub(crate) fn id(&self) -> Option<&FrameworkId> {
        self.framework.id.as_ref()
    }

    pub(crate) fn set_id(&mut self, id: FrameworkId) {
        self.framework.id = Some(id);
    }

    /// Replaces the id of a framework that is gone, with `next` or with one that the master will
    /// assign. Returns the old id.
    pub(crate) fn renew(&mut self, next: Option<FrameworkId>) -> Option<FrameworkId> {
        std::mem::replace(&mut self.framework.id, next)
    }

    pub(crate) fn subscribe(&self) -> Box<Call> {
        let suppressed = self.suppressed.iter().cloned().collect();
        call::subscribe(self.framework.clone(), suppressed, self.constraints.clone())
    }

    /// Sets the framework id in a call.
    pub(crate) fn sign(&self, call: &mut Call) {
        call.framework_id.clone_from(&self.framework.id);
        if let Some(update) = &mut call.update_framework {
            update.framework_info.id.clone_from(&self.framework.id);
        }
    }

    /// Applies what an accepted call changes to the next SUBSCRIBE.
    pub(crate) fn accepted(&mut self, call: &Call) {
        if let Some(suppress) = &call.suppress {
            let roles = if suppress.roles.is_empty() { self.roles() } else { suppress.roles.clone() };
            self.suppressed.extend(roles);
        }
        if let Some(revive) = &call.revive {
            match revive.roles.is_empty() {
                true => self.suppressed.clear(),
                false => self.suppressed.retain(|role| !revive.roles.contains(role)),
            }
        }
        if let Some(update) = &call.update_framework {
            self.framework = update.framework_info.clone();
            self.suppressed = update.suppressed_roles.iter().cloned().collect();
            self.constraints.clone_from(&update.offer_constraints);
        }
    }

    fn roles(&self) -> Vec<String> {
        let multi_role = capability::Type::MultiRole.into();
        let is_multi_role =
            self.framework.capabilities.iter().any(|capability| capability.r#type == Some(multi_role));
        match is_multi_role {
            true => self.framework.roles.clone(),
            #[allow(deprecated, reason = "a framework without MULTI_ROLE has its role here")]
            false => vec![self.framework.role().to_owned()],
        }
    }
}

/// How the stored framework id changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum IdRecord {
    /// Stores this id, before anything can be launched.
    Save(FrameworkId),
    /// Replaces the id of a framework that is gone, with the next one if that is known.
    Replace { gone: FrameworkId, next: Option<FrameworkId> },
}

/// Generates a framework id. Masters accept an id that they have never seen.
pub(crate) fn chosen_id() -> FrameworkId {
    FrameworkId { value: ids::uuid().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::v1::framework_info::Capability;

    fn of_two_roles() -> Identity {
        let multi_role = Capability { r#type: Some(capability::Type::MultiRole.into()) };
        let roles = vec!["a".to_owned(), "b".to_owned()];
        let framework = FrameworkInfo { roles, capabilities: vec![multi_role], ..FrameworkInfo::default() };
        Identity::new(framework, None)
    }

    fn suppressed(identity: &Identity) -> Vec<String> {
        identity.subscribe().subscribe.unwrap().suppressed_roles
    }

    #[statement::proves(v0supp, roles)]
    #[test]
    fn roles_are_suppressed_one_by_one_or_all() {
        let mut identity = of_two_roles();
        identity.accepted(&call::suppress(vec!["a".to_owned()]));
        assert_eq!(suppressed(&identity), ["a"]);
        identity.accepted(&call::suppress(vec![]));
        assert_eq!(suppressed(&identity), ["a", "b"]);
        identity.accepted(&call::revive(vec!["a".to_owned()]));
        assert_eq!(suppressed(&identity), ["b"]);
        identity.accepted(&call::revive(vec![]));
        assert!(suppressed(&identity).is_empty());
    }

    #[statement::proves(updfw)]
    #[test]
    fn update_replaces_roles_and_constraints() {
        let mut identity = of_two_roles();
        identity.set_id(FrameworkId { value: "f".to_owned() });
        identity.accepted(&call::suppress(vec![]));
        let framework = FrameworkInfo { name: "new".to_owned(), ..FrameworkInfo::default() };
        let mut update =
            call::update_framework(framework, vec!["c".to_owned()], Some(OfferConstraints::default()));
        identity.sign(&mut update);
        identity.accepted(&update);
        let subscribe = identity.subscribe().subscribe.unwrap();
        assert_eq!(subscribe.framework_info.name, "new");
        assert_eq!(subscribe.framework_info.id, identity.id().cloned());
        assert_eq!(subscribe.suppressed_roles, ["c"]);
        assert!(subscribe.offer_constraints.is_some());
    }
}
