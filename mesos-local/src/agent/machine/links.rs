//! Persistent volumes as folders of the agent, and the links to them in sandboxes.

use std::path::PathBuf;

use mesos_sdk::proto::v1::Resource;

/// A persistent volume on an agent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct VolumeId {
    role: String,
    id: String,
}

impl VolumeId {
    pub(crate) fn new(role: &str, id: &str) -> Self {
        Self { role: role.to_owned(), id: id.to_owned() }
    }

    /// Returns the id of a volume that has a folder of the agent: disks with a source have other
    /// places.
    pub(super) fn of(resource: &Resource) -> Option<Self> {
        let disk = resource.disk.as_ref().filter(|disk| disk.source.is_none())?;
        Some(Self::new(resource.reservations.last()?.role(), &disk.persistence.as_ref()?.id))
    }

    /// Returns the folders on the way to the volume's own, which is the last, from the agent's. As
    /// on real agents, a space stands for the slash in a role, which has no spaces.
    pub(crate) fn folders(&self) -> [String; 4] {
        ["volumes".to_owned(), "roles".to_owned(), self.role.replace('/', " "), self.id.clone()]
    }
}

/// A link to a volume in a sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) volume: VolumeId,
    pub(crate) name: String,
    /// Whether the sandbox's owner becomes the owner of the volume: not while others use it.
    pub(crate) gives: bool,
}

/// What changes in the sandbox of a running container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Relink {
    pub(crate) container: String,
    pub(crate) sandbox: PathBuf,
    /// The names of links to remove.
    pub(crate) removed: Vec<String>,
    pub(crate) added: Vec<Link>,
}
