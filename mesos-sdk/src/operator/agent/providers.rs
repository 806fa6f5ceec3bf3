//! Resource providers of an agent.

use super::AgentOperator;
use crate::operator::calls::calls;
use crate::proto::v1::{ResourceProviderId, ResourceProviderInfo};

calls! { AgentOperator of agent;
    /// Returns the resource providers.
    Ask get_resource_providers() = GetResourceProviders -> get_resource_providers: GetResourceProviders;

    /// Adds a resource provider, described without `id`, and starts it. Fails with `Conflict` if
    /// there is one of this type and name.
    Change add_resource_provider_config(info: ResourceProviderInfo) = AddResourceProviderConfig {
        add_resource_provider_config: AddResourceProviderConfig { info }
    };

    /// Replaces the configuration of the resource provider with the same type and name, and
    /// restarts it. Fails with `NotFound` or `Conflict` if there is none.
    Change update_resource_provider_config(info: ResourceProviderInfo) = UpdateResourceProviderConfig {
        update_resource_provider_config: UpdateResourceProviderConfig { info }
    };

    /// Stops a resource provider and removes its configuration, but not its resources.
    Change remove_resource_provider_config(kind: impl Into<String>, name: impl Into<String>)
        = RemoveResourceProviderConfig {
        remove_resource_provider_config: RemoveResourceProviderConfig { r#type: kind.into(), name: name.into() }
    };

    /// Declares that a resource provider will never come back. It must not be connected, and its
    /// resources must not be in use.
    Change mark_resource_provider_gone(resource_provider_id: ResourceProviderId) = MarkResourceProviderGone {
        mark_resource_provider_gone: MarkResourceProviderGone { resource_provider_id }
    };
}
