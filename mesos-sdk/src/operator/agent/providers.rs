//! Resource providers of an agent.

use super::AgentOperator;
use crate::operator::calls::calls;
use crate::proto::v1::{ResourceProviderId, ResourceProviderInfo};

calls! { AgentOperator of agent;
    /// The resource providers.
    Ask get_resource_providers() = GetResourceProviders -> get_resource_providers: GetResourceProviders;

    /// Adds a resource provider, described without `id`, and starts it. `Conflict` if there is one of this type and
    /// name.
    Change add_resource_provider_config(info: ResourceProviderInfo) = AddResourceProviderConfig {
        add_resource_provider_config: AddResourceProviderConfig { info }
    };

    /// Replaces the description of the resource provider of the same type and name, and starts it anew. `NotFound` or
    /// `Conflict` if there is none.
    Change update_resource_provider_config(info: ResourceProviderInfo) = UpdateResourceProviderConfig {
        update_resource_provider_config: UpdateResourceProviderConfig { info }
    };

    /// Stops a resource provider and forgets its description, but not its resources.
    Change remove_resource_provider_config(kind: impl Into<String>, name: impl Into<String>)
        = RemoveResourceProviderConfig {
        remove_resource_provider_config: RemoveResourceProviderConfig { r#type: kind.into(), name: name.into() }
    };

    /// Declares that a resource provider will never come back. Its resources must not be in use, and it must not be
    /// connected.
    Change mark_resource_provider_gone(resource_provider_id: ResourceProviderId) = MarkResourceProviderGone {
        mark_resource_provider_gone: MarkResourceProviderGone { resource_provider_id }
    };
}
