//! The template of a new project, as `cargo generate` would fill it in.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::steps::{cargo, succeed};
use crate::workspace;

/// The placeholder for the project's name, and the name that the check fills in.
const PLACEHOLDER: &str = "{{project-name}}";
const NAME: &str = "my-keeper";
/// The suffix of files with placeholders, which `cargo generate` removes from their names.
const SUFFIX: &str = ".liquid";
/// The settings of `cargo generate`, which are not part of the project.
const SETTINGS: &str = "template/cargo-generate.toml";

/// Creates a project from the template, checks its formatting, and runs its tests.
pub(crate) fn check() -> Result<()> {
    let folder = workspace::root().join("target/template");
    write_project(&folder)?;
    succeed(cargo(&["fmt", "--check"]).current_dir(&folder))?;
    // Its dependencies are compiled already, and as new as those of the workspace.
    let target = workspace::root().join("target");
    succeed(cargo(&["test", "--quiet"]).current_dir(&folder).env("CARGO_TARGET_DIR", target))
}

fn write_project(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let files = workspace::files(&["template"])?;
    for file in files.iter().filter(|file| *file != SETTINGS) {
        let text = fs::read_to_string(workspace::root().join(file))?;
        let name = file.strip_prefix("template/").unwrap_or(file);
        let path = folder.join(name.strip_suffix(SUFFIX).unwrap_or(name));
        fs::create_dir_all(path.parent().context("a file is in no folder")?)?;
        fs::write(path, fill_in(&text).with_context(|| file.clone())?)?;
    }
    let manifest = folder.join("Cargo.toml");
    fs::write(&manifest, with_local_crates(&fs::read_to_string(&manifest)?)?)?;
    fs::copy(workspace::root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}

fn fill_in(text: &str) -> Result<String> {
    let text = text.replace(PLACEHOLDER, NAME);
    ensure!(!text.contains("{{") && !text.contains("{%"), "it has an unknown placeholder");
    Ok(text)
}

/// Replaces the dependencies on the repository by those on this workspace.
fn with_local_crates(manifest: &str) -> Result<String> {
    let from_repository = |line: &&str| line.starts_with("mesos-") && line.contains("git = ");
    ensure!(manifest.lines().any(|line| from_repository(&line)), "no crate is taken from the repository");
    let local = |line: &str| match line.split_once(" = ").filter(|_| from_repository(&line)) {
        Some((name, rest)) => {
            let path = workspace::root().join(name);
            let (before, after) = rest.split_once("git = \"").unwrap_or((rest, ""));
            let after = after.split_once('"').map_or("", |(_, after)| after);
            format!("{name} = {before}path = {:?}{after}\n", path.display().to_string())
        }
        None => format!("{line}\n"),
    };
    Ok(manifest.lines().map(local).collect::<String>() + "\n[workspace]\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_is_filled_in() {
        assert_eq!(fill_in("name = {{project-name}}").unwrap(), "name = my-keeper");
        assert!(fill_in("{{authors}}").is_err() && fill_in("{% if x %}").is_err());
    }

    #[test]
    fn crates_are_taken_from_the_workspace() {
        let manifest = "mesos-sdk = { git = \"https://a/b\", features = [\"json\"] }\ntokio = \"1\"\n";
        let local = with_local_crates(manifest).unwrap();
        let expected = format!(
            "mesos-sdk = {{ path = {:?}, features = [\"json\"] }}\ntokio = \"1\"\n\n[workspace]\n",
            workspace::root().join("mesos-sdk").display().to_string()
        );
        assert_eq!(local, expected);
        assert!(with_local_crates("tokio = \"1\"").is_err());
    }
}
