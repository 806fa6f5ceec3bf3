//! Containers that frameworks ask for.

use crate::proto::v1::volume::source::Type as Source;
use crate::proto::v1::{ContainerInfo, Volume, container_info};

/// Checks whether a master would take this container; whether the agent can make it, the agent
/// knows.
///
/// # Errors
/// The master's reason.
pub fn validate(container: &ContainerInfo) -> Result<(), String> {
    container.volumes.iter().try_for_each(|volume| {
        validate_volume(volume).map_err(|reason| format!("Invalid volume: {reason}"))
    })?;
    if !is_docker(container) {
        return Ok(());
    }
    let docker = container.docker.as_ref();
    let docker = docker.ok_or("DockerInfo 'docker' is not set for DOCKER typed ContainerInfo")?;
    match docker.parameters.iter().any(|parameter| parameter.key == "name") {
        true => Err("Parameter in DockerInfo must not be 'name'".to_owned()),
        false => Ok(()),
    }
}

pub(super) fn is_docker(container: &ContainerInfo) -> bool {
    container.r#type() == container_info::Type::Docker
}

fn validate_volume(volume: &Volume) -> Result<(), String> {
    let set = [volume.host_path.is_some(), volume.image.is_some(), volume.source.is_some()];
    if set.iter().filter(|is_set| **is_set).count() != 1 {
        return Err("Only one of them should be set: 'host_path', 'image' and 'source'".to_owned());
    }
    let Some(source) = &volume.source else { return Ok(()) };
    let csi = source.csi_volume.as_ref();
    if csi.is_some_and(|volume| volume.static_provisioning.is_none()) && source.r#type() == Source::CsiVolume
    {
        return Err("'source.csi_volume.static_provisioning' is not set for CSI volume".to_owned());
    }
    let (is_set, field, kind) = match source.r#type() {
        Source::DockerVolume => (source.docker_volume.is_some(), "docker_volume", "DOCKER_VOLUME"),
        Source::HostPath => (source.host_path.is_some(), "host_path", "HOST_PATH"),
        Source::SandboxPath => (source.sandbox_path.is_some(), "sandbox_path", "SANDBOX_PATH"),
        Source::Secret => (source.secret.is_some(), "secret", "SECRET"),
        Source::CsiVolume => (source.csi_volume.is_some(), "csi_volume", "CSI"),
        Source::Unknown => return Err("'source.type' is unknown".to_owned()),
    };
    match is_set {
        true => Ok(()),
        false => Err(format!("'source.{field}' is not set for {kind} volume")),
    }
}
