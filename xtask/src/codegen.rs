//! `cargo xtask codegen`: Rust types from `proto/`, without a `protoc` on the machine.

mod boxes;
mod entry;
mod table;
mod variants;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use protox::prost_reflect::prost_types::FileDescriptorSet;

use self::table::Table;
use crate::json_attributes;
use crate::proto_files::proto_files;
use crate::workspace;

/// Writes the generated files, or with `check` compares them with what is checked in.
pub(crate) fn run(check: bool) -> Result<()> {
    let target = workspace::root().join("mesos-sdk/src/proto/generated");
    let scratch = tempfile::tempdir()?;
    generate(scratch.path())?;
    if check {
        return compare(scratch.path(), &target);
    }
    fs::create_dir_all(&target)?;
    for file in listing(scratch.path())? {
        fs::copy(scratch.path().join(&file), target.join(&file))?;
    }
    Ok(())
}

fn generate(out: &Path) -> Result<()> {
    let descriptors = descriptors()?;
    let mut config = prost_build::Config::new();
    config.out_dir(out).compile_well_known_types().bytes(["."]).btree_map(["."]);
    for path in boxes::boxed(&descriptors) {
        config.boxed(path);
    }
    json_attributes::add(&mut config, &descriptors);
    let names = json_attributes::names(&descriptors);
    let oneofs = json_attributes::oneofs::source(&descriptors)?;
    config.compile_fds(descriptors)?;
    let mut table = Table::default();
    let files = listing(out)?;
    for file in &files {
        let path = out.join(file);
        let source = variants::shorten(&fs::read_to_string(&path)?);
        table.learn(package(file)?, &source)?;
        fs::write(&path, source)?;
    }
    for file in &files {
        let path = out.join(file);
        let source = json_attributes::mark_oneofs_and_boxes(&fs::read_to_string(&path)?);
        fs::write(&path, table.take(package(file)?, &source)?)?;
    }
    fs::write(out.join("names.rs"), names)?;
    fs::write(out.join("oneofs.rs"), oneofs)?;
    fs::write(out.join("messages.rs"), table.source())?;
    format(out)
}

/// Returns the package whose types a file has.
fn package(file: &Path) -> Result<&str> {
    file.file_stem().and_then(|stem| stem.to_str()).context("a file without a name")
}

/// Returns all of proto/, with its comments.
pub(crate) fn descriptors() -> Result<FileDescriptorSet> {
    let root = workspace::root().join("proto");
    let mut compiler = protox::Compiler::new([&root])?;
    compiler.include_imports(true).include_source_info(true).open_files(proto_files(&root)?)?;
    Ok(compiler.file_descriptor_set())
}

fn format(out: &Path) -> Result<()> {
    let files = listing(out)?.into_iter().map(|file| out.join(file));
    let status = Command::new("rustfmt").args(["--edition", "2024"]).args(files).status();
    if !status.context("rustfmt is missing: rustup component add rustfmt")?.success() {
        bail!("rustfmt refused the generated code");
    }
    Ok(())
}

fn compare(fresh: &Path, checked_in: &Path) -> Result<()> {
    if listing(fresh)? != listing(checked_in)? {
        bail!("the set of generated files has changed: run `cargo xtask codegen`");
    }
    for file in listing(fresh)? {
        if fs::read(fresh.join(&file))? != fs::read(checked_in.join(&file))? {
            bail!("{} does not follow from proto/: run `cargo xtask codegen`", file.display());
        }
    }
    Ok(())
}

fn listing(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut names = entries.map(|entry| Ok(entry?.file_name().into())).collect::<Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}
