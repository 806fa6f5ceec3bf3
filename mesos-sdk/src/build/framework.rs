//! What a framework says of itself.

use std::time::Duration;

use crate::proto::v1::framework_info::Capability;
use crate::proto::v1::framework_info::capability::Type;
use crate::proto::v1::offer_filters::{MinAllocatableResources, ResourceQuantities};
use crate::proto::v1::value::Scalar;
use crate::proto::v1::{FrameworkId, FrameworkInfo};
use crate::validation::{self, ValidationError};

/// A framework in the making.
///
/// ```
/// use std::time::Duration;
///
/// use mesos_sdk::build::Framework;
/// use mesos_sdk::proto::v1::framework_info::capability::Type;
///
/// let framework = Framework::new("crawler", "nobody")
///     .roles(["crawl"])
///     .capability(Type::PartitionAware)
///     .failover_timeout(Duration::from_secs(7 * 24 * 3600))
///     .checkpoint()
///     .build()?;
/// # Ok::<(), mesos_sdk::validation::ValidationError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Framework(FrameworkInfo);

impl Framework {
    /// A framework with a name for people, whose tasks run as this user of the agents. Its role is `*`.
    pub fn new(name: impl Into<String>, user: impl Into<String>) -> Self {
        Self(FrameworkInfo { name: name.into(), user: user.into(), ..FrameworkInfo::default() })
    }

    /// Has these roles, and with them the capability `MULTI_ROLE`.
    pub fn roles(mut self, roles: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.roles = roles.into_iter().map(Into::into).collect();
        self.capability(Type::MultiRole)
    }

    /// Knows what to do with this.
    pub fn capability(mut self, capability: Type) -> Self {
        if !validation::has_capability(&self.0, capability) {
            self.0.capabilities.push(Capability { r#type: Some(capability.into()) });
        }
        self
    }

    /// How long the master keeps its tasks while it is away. The default is no time at all: give it a week.
    pub fn failover_timeout(mut self, timeout: Duration) -> Self {
        self.0.failover_timeout = Some(timeout.as_secs_f64());
        self
    }

    /// Its tasks survive the restart of their agent. Cannot be changed later.
    pub fn checkpoint(mut self) -> Self {
        self.0.checkpoint = Some(true);
        self
    }

    /// Who it is to the master. Cannot be changed later.
    pub fn principal(mut self, principal: impl Into<String>) -> Self {
        self.0.principal = Some(principal.into());
        self
    }

    /// The id that it had before.
    pub fn id(mut self, id: FrameworkId) -> Self {
        self.0.id = Some(id);
        self
    }

    /// The host that it runs on, for people.
    pub fn hostname(mut self, hostname: impl Into<String>) -> Self {
        self.0.hostname = Some(hostname.into());
        self
    }

    /// A page of its own, for people.
    pub fn webui_url(mut self, url: impl Into<String>) -> Self {
        self.0.webui_url = Some(url.into());
        self
    }

    /// Adds a label.
    pub fn label(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        super::add_label(&mut self.0.labels, key, value);
        self
    }

    /// Wants offers for `role` only if they have at least these amounts, by resource. Called again, it is an alternative.
    pub fn min_allocatable(
        mut self,
        role: impl Into<String>,
        amounts: impl IntoIterator<Item = (impl Into<String>, f64)>,
    ) -> Self {
        let amounts = amounts.into_iter().map(|(name, value)| (name.into(), Scalar { value }));
        let quantities = ResourceQuantities { quantities: amounts.collect() };
        let filters = self.0.offer_filters.entry(role.into()).or_default();
        let minimum: &mut MinAllocatableResources = filters.min_allocatable_resources.get_or_insert_default();
        minimum.quantities.push(quantities);
        self
    }

    /// The framework, for `SchedulerDriver::new` or `SchedulerHandle::update_framework`.
    ///
    /// # Errors
    /// The master would refuse its subscription.
    pub fn build(&self) -> Result<FrameworkInfo, ValidationError> {
        validation::framework(&self.0)?;
        validation::failover_timeout(&self.0)
            .map_err(|reason| ValidationError::new("failover_timeout", reason))?;
        Ok(self.0.clone())
    }
}
