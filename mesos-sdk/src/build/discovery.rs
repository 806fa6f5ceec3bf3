//! Service discovery.

use crate::proto::v1::discovery_info::Visibility;
use crate::proto::v1::{DiscoveryInfo, Port};

/// Builder for what a service such as Mesos-DNS publishes about a task.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Discovery(DiscoveryInfo);

impl Discovery {
    /// Creates a service with this name, for the clients that `visibility` permits.
    pub fn new(name: impl Into<String>, visibility: Visibility) -> Self {
        let visibility = visibility.into();
        Self(DiscoveryInfo { visibility, name: Some(name.into()), ..DiscoveryInfo::default() })
    }

    /// Adds a port with a name and a protocol such as `tcp`.
    pub fn port(mut self, number: u16, name: impl Into<String>, protocol: impl Into<String>) -> Self {
        let port = Port {
            number: number.into(),
            name: Some(name.into()),
            protocol: Some(protocol.into()),
            ..Port::default()
        };
        self.0.ports.get_or_insert_default().ports.push(port);
        self
    }

    /// Sets the environment, such as `staging`.
    pub fn environment(mut self, environment: impl Into<String>) -> Self {
        self.0.environment = Some(environment.into());
        self
    }

    /// Sets the version of the service.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.0.version = Some(version.into());
        self
    }
}

impl From<Discovery> for DiscoveryInfo {
    fn from(discovery: Discovery) -> Self {
        discovery.0
    }
}
