//! Folders of an executor's sandbox that containers within it share: links, as on real agents
//! without mounts.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Component, Path};

use mesos_sdk::proto::v1::Volume;
use mesos_sdk::proto::v1::volume::source::{self, sandbox_path};

/// Makes the volumes of a container whose sandbox this is, within an outer one. The error is the
/// reason why that is not possible.
pub(super) fn make(volumes: &[Volume], outer: &Path, sandbox: &Path) -> Result<(), String> {
    volumes.iter().try_for_each(|volume| {
        let path = shared(volume)?;
        let (target, link) = (outer.join(path), sandbox.join(&volume.container_path));
        link_to(&target, &link).map_err(|error| {
            format!("Failed to symlink '{}' -> '{}': {error}", target.display(), link.display())
        })
    })
}

/// Returns which path of the outer sandbox a volume is, if it is one that this agent can make.
pub(super) fn shared(volume: &Volume) -> Result<&str, String> {
    let source = volume.source.as_ref().filter(|it| it.r#type() == source::Type::SandboxPath);
    let path = source.and_then(|source| source.sandbox_path.as_ref());
    let parent = path.filter(|path| path.r#type() == sandbox_path::Type::Parent);
    let parent = parent
        .ok_or("The embedded cluster has no volumes for containers, except paths of an executor's sandbox")?;
    for path in [&parent.path, &volume.container_path] {
        if Path::new(path).is_absolute() {
            return Err(format!("Path '{path}' in SANDBOX_PATH volume is absolute"));
        }
        let stays = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        if !stays {
            return Err(format!("Path '{path}' in SANDBOX_PATH volume is not within a sandbox"));
        }
    }
    Ok(&parent.path)
}

fn link_to(target: &Path, link: &Path) -> io::Result<()> {
    if !target.exists() {
        fs::create_dir_all(target)?;
    }
    symlink(target, link)
}

#[cfg(test)]
mod tests {
    use mesos_sdk::build::Container;
    use mesos_sdk::proto::v1::ContainerInfo;

    use super::*;

    fn volumes(container: Container) -> Vec<Volume> {
        ContainerInfo::from(container).volumes
    }

    #[test]
    fn containers_share_a_folder() {
        let outer = tempfile::tempdir().unwrap();
        let volumes = volumes(Container::mesos().shared_volume("cache/a", "cache"));
        let sandboxes = ["one", "two"].map(|name| outer.path().join(name));
        for sandbox in &sandboxes {
            fs::create_dir(sandbox).unwrap();
            make(&volumes, outer.path(), sandbox).unwrap();
        }
        fs::write(sandboxes[0].join("cache/file"), "shared").unwrap();
        assert_eq!(fs::read_to_string(sandboxes[1].join("cache/file")).unwrap(), "shared");
        assert!(make(&volumes, outer.path(), &sandboxes[0]).is_err(), "the link is there");
    }

    #[test]
    fn other_volumes_are_refused() {
        for container in [
            Container::mesos().host_volume("/etc", "etc"),
            Container::mesos().sandbox_volume("own", "path"),
            Container::mesos().shared_volume("../secret", "path"),
            Container::mesos().shared_volume("/etc", "path"),
            Container::mesos().shared_volume("cache", "/etc"),
        ] {
            let volumes = volumes(container);
            assert!(shared(&volumes[0]).is_err(), "{volumes:?}");
        }
    }
}
