//! Compiles `proto/` the ordinary way.

// A build script can depend on libraries alone, and xtask is none.
#[path = "../../xtask/src/proto_files.rs"]
mod proto_files;

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    println!("cargo::rerun-if-changed={}", root.display());
    let descriptors = protox::compile(proto_files::proto_files(&root)?, [&root])?;
    let mut config = prost_build::Config::new();
    config.bytes(["."]).btree_map(["."]).disable_comments(["."]).compile_well_known_types();
    config.include_file("messages.rs").compile_fds(descriptors)?;
    Ok(())
}
