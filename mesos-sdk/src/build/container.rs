//! Containers, with their images, volumes and networks.

use crate::proto::v1::container_info::{DockerInfo, MesosInfo, Type, docker_info};
use crate::proto::v1::image::Docker;
use crate::proto::v1::network_info::PortMapping;
use crate::proto::v1::volume::source::{self, DockerVolume, SandboxPath, sandbox_path};
use crate::proto::v1::volume::{Mode, Source};
use crate::proto::v1::{ContainerInfo, Image, NetworkInfo, Volume, image};

/// Builder for a container of the Mesos or the Docker containerizer.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Container(ContainerInfo);

impl Container {
    /// Creates a container of the Mesos containerizer, with the agent's files unless it has an
    /// [`image`](Self::image).
    pub fn mesos() -> Self {
        Self(ContainerInfo { r#type: Type::Mesos.into(), ..ContainerInfo::default() })
    }

    /// Creates a Docker container from this image. Not for tasks of a pod.
    pub fn docker(image: impl Into<String>) -> Self {
        let docker = Some(DockerInfo { image: image.into(), ..DockerInfo::default() }.into());
        Self(ContainerInfo { docker, r#type: Type::Docker.into(), ..ContainerInfo::default() })
    }

    /// Sets the Docker image from which a container of the Mesos containerizer gets its files.
    pub fn image(mut self, name: impl Into<String>) -> Self {
        let docker = Some(Docker { name: name.into(), ..Docker::default() }.into());
        let image = Image { r#type: image::Type::Docker.into(), docker, ..Image::default() };
        self.0.mesos = Some(MesosInfo { image: Some(image) });
        self
    }

    /// Sets its host name, if it has a separate network.
    pub fn hostname(mut self, hostname: impl Into<String>) -> Self {
        self.0.hostname = Some(hostname.into());
        self
    }

    /// Mounts a path of the agent's host at `path` in the container, writable.
    pub fn host_volume(self, host_path: impl Into<String>, path: impl Into<String>) -> Self {
        self.volume(Volume { host_path: Some(host_path.into()), ..at(path.into()) })
    }

    /// Mounts a path of the task's sandbox at `path` in the container.
    pub fn sandbox_volume(self, sandbox_path: impl Into<String>, path: impl Into<String>) -> Self {
        self.sandbox(sandbox_path::Type::Self_, sandbox_path.into(), path.into())
    }

    /// Mounts a path of the executor's sandbox, which the tasks of a pod share, at `path` in the
    /// container.
    pub fn shared_volume(self, executor_path: impl Into<String>, path: impl Into<String>) -> Self {
        self.sandbox(sandbox_path::Type::Parent, executor_path.into(), path.into())
    }

    fn sandbox(self, kind: sandbox_path::Type, from: String, path: String) -> Self {
        let sandbox_path = Some(SandboxPath { r#type: Some(kind.into()), path: from }.into());
        let r#type = Some(source::Type::SandboxPath.into());
        let source = Some(Source { r#type, sandbox_path, ..Source::default() }.into());
        self.volume(Volume { source, ..at(path) })
    }

    /// Mounts a volume of a Docker volume driver, such as `rexray`, at `path` in the container.
    pub fn docker_volume(
        self,
        driver: impl Into<String>,
        name: impl Into<String>,
        path: impl Into<String>,
    ) -> Self {
        let volume = DockerVolume { driver: Some(driver.into()), name: name.into(), driver_options: None };
        let r#type = Some(source::Type::DockerVolume.into());
        let docker_volume = Some(volume.into());
        let source = Some(Source { r#type, docker_volume, ..Source::default() }.into());
        self.volume(Volume { source, ..at(path.into()) })
    }

    /// Adds any other volume.
    pub fn volume(mut self, volume: Volume) -> Self {
        self.0.volumes.push(volume);
        self
    }

    /// Joins a network by its name.
    pub fn network(mut self, name: impl Into<String>) -> Self {
        self.0.network_infos.push(NetworkInfo { name: Some(name.into()), ..NetworkInfo::default() });
        self
    }

    /// Maps a port of the host, from the task's resources, to one of the container: on the network
    /// that was joined last, or on Docker's bridge.
    pub fn port(mut self, host: u16, container: u16) -> Self {
        let (host_port, container_port) = (host.into(), container.into());
        if let Some(docker) = &mut self.0.docker {
            docker.network = Some(docker_info::Network::Bridge.into());
            let mapping = docker_info::PortMapping { host_port, container_port, protocol: None };
            docker.port_mappings.push(mapping);
            return self;
        }
        if self.0.network_infos.is_empty() {
            self.0.network_infos.push(NetworkInfo::default());
        }
        let mapping = PortMapping { host_port, container_port, protocol: None };
        if let Some(network) = self.0.network_infos.last_mut() {
            network.port_mappings.push(mapping);
        }
        self
    }

    /// Sets whether a task of a pod shares its limits with the other tasks of its executor; must be
    /// `false` for [`Task::cpus_limit`](super::Task::cpus_limit) in pods.
    pub fn share_cgroups(mut self, shared: bool) -> Self {
        self.0.linux_info.get_or_insert_default().share_cgroups = Some(shared);
        self
    }
}

fn at(container_path: String) -> Volume {
    Volume { mode: Mode::Rw.into(), container_path, ..Volume::default() }
}

impl From<Container> for ContainerInfo {
    fn from(container: Container) -> Self {
        container.0
    }
}
