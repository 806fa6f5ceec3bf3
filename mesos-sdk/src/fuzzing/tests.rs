use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use super::*;

/// Returns the folder of all inputs, which a packed crate does not have.
fn corpora() -> Option<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_packed = package.join("Cargo.toml.orig").exists();
    (!is_packed).then(|| package.join("../fuzz/corpus"))
}

fn inputs_of(corpus: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(corpus).unwrap().map(|file| file.unwrap().path()).collect()
}

#[test]
fn every_input_of_the_corpus_is_survived() {
    let Some(corpora) = corpora() else { return };
    let mut failed = Vec::new();
    for (name, target) in TARGETS {
        let inputs = inputs_of(&corpora.join(name));
        assert!(!inputs.is_empty(), "{name} has no corpus");
        failed.extend(inputs.into_iter().filter(|input| {
            let bytes = std::fs::read(input).unwrap();
            catch_unwind(|| target(&bytes)).is_err()
        }));
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
