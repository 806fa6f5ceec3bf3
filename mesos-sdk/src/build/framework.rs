//! The description of a framework.

use std::time::Duration;

use crate::proto::v1::framework_info::Capability;
use crate::proto::v1::framework_info::capability::Type;
use crate::proto::v1::offer_filters::{MinAllocatableResources, ResourceQuantities};
use crate::proto::v1::value::Scalar;
use crate::proto::v1::{FrameworkId, FrameworkInfo};
use crate::validation::{self, ValidationError};

/// Builder for a `FrameworkInfo`.
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
    /// Creates a framework with a human-readable name, whose tasks run as this user of the agents.
    /// Its role is `*`.
    pub fn new(name: impl Into<String>, user: impl Into<String>) -> Self {
        Self(FrameworkInfo { name: name.into(), user: user.into(), ..FrameworkInfo::default() })
    }

    /// Sets its roles, and adds the capability `MULTI_ROLE`.
    pub fn roles(mut self, roles: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.roles = roles.into_iter().map(Into::into).collect();
        self.capability(Type::MultiRole)
    }

    /// Adds a capability.
    pub fn capability(mut self, capability: Type) -> Self {
        if !validation::has_capability(&self.0, capability) {
            self.0.capabilities.push(Capability { r#type: Some(capability.into()) });
        }
        self
    }

    /// Sets how long the master keeps its tasks while it is disconnected. The default is zero: a
    /// week is a good value.
    pub fn failover_timeout(mut self, timeout: Duration) -> Self {
        self.0.failover_timeout = Some(timeout.as_secs_f64());
        self
    }

    /// Makes its tasks survive a restart of their agent. Cannot be changed later.
    pub fn checkpoint(mut self) -> Self {
        self.0.checkpoint = Some(true);
        self
    }

    /// Sets the principal under which it authenticates. Cannot be changed later.
    pub fn principal(mut self, principal: impl Into<String>) -> Self {
        self.0.principal = Some(principal.into());
        self
    }

    /// Sets the id that it had before.
    pub fn id(mut self, id: FrameworkId) -> Self {
        self.0.id = Some(id);
        self
    }

    /// Sets the host that it runs on, which user interfaces show.
    pub fn hostname(mut self, hostname: impl Into<String>) -> Self {
        self.0.hostname = Some(hostname.into());
        self
    }

    /// Sets the address of its web page, to which user interfaces link.
    pub fn webui_url(mut self, url: impl Into<String>) -> Self {
        self.0.webui_url = Some(url.into());
        self
    }

    /// Adds a label.
    pub fn label(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        super::add_label(&mut self.0.labels, key, value);
        self
    }

    /// Requests offers for `role` only if they have at least these amounts, by resource. Further
    /// calls add alternatives.
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

    /// Builds the framework, for `SchedulerDriver::new` or `SchedulerHandle::update_framework`.
    ///
    /// # Errors
    ///
    /// Fails if the master would refuse its subscription.
    pub fn build(&self) -> Result<FrameworkInfo, ValidationError> {
        validation::framework(&self.0)?;
        validation::failover_timeout(&self.0)
            .map_err(|reason| ValidationError::new("failover_timeout", reason))?;
        Ok(self.0.clone())
    }
}
