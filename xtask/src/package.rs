//! `cargo xtask package`: packs the crates as they are published, and tests what is in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use serde_json::Value;

use crate::steps::{cargo, succeed};
use crate::{features, packages, workspace};

/// A crate that is published.
struct Published {
    name: String,
    version: String,
}

/// Packs every crate that is published, unpacks the packages into a separate workspace, and runs
/// their tests there: nothing else of the project is within their reach.
pub(crate) fn run() -> Result<()> {
    let published = published()?;
    pack(&published)?;
    let folder = unpack(&published)?;
    succeed(cargo(&["test", "--workspace"]).args(features::of_one_workspace()).current_dir(folder))?;
    let names: Vec<_> = published.iter().map(|one| one.name.as_str()).collect();
    println!("packed and tested: {}", names.join(", "));
    Ok(())
}

fn published() -> Result<Vec<Published>> {
    let published = packages::all()?.into_iter().filter(|package| package["publish"].is_null());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(published
        .map(|package| Published { name: text(&package["name"]), version: text(&package["version"]) })
        .collect())
}

fn pack(published: &[Published]) -> Result<()> {
    let packages = published.iter().flat_map(|one| ["--package", &one.name]);
    succeed(cargo(&["package", "--quiet", "--no-verify", "--allow-dirty"]).args(packages))
}

/// Returns the folder of a workspace with the unpacked crates, which depend on each other.
fn unpack(published: &[Published]) -> Result<PathBuf> {
    let packages = workspace::root().join("target/package");
    let folder = workspace::root().join("target/packed");
    for one in published {
        _ = fs::remove_dir_all(folder.join(one.folder()));
    }
    fs::create_dir_all(&folder)?;
    for one in published {
        let package = packages.join(format!("{}.crate", one.folder()));
        succeed(Command::new("tar").arg("xzf").arg(package).arg("-C").arg(&folder))?;
    }
    write_workspace(&folder, published)?;
    Ok(folder)
}

fn write_workspace(folder: &Path, published: &[Published]) -> Result<()> {
    let members: Vec<_> = published.iter().map(|one| format!("{:?}", one.folder())).collect();
    let patches = published.iter().map(|one| format!("{} = {{ path = {:?} }}\n", one.name, one.folder()));
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n[patch.crates-io]\n{}",
        members.join(", "),
        patches.collect::<String>()
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(workspace::root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}

impl Published {
    fn folder(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }
}
