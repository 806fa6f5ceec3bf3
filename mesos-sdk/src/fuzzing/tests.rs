use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use super::*;

fn inputs_of(target: &str) -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    std::fs::read_dir(corpus).unwrap().map(|file| file.unwrap().path()).collect()
}

#[test]
fn every_input_of_the_corpus_is_survived() {
    let mut failed = Vec::new();
    for (name, target) in TARGETS {
        let inputs = inputs_of(name);
        assert!(!inputs.is_empty(), "{name} has no corpus");
        failed.extend(inputs.into_iter().filter(|input| {
            let bytes = std::fs::read(input).unwrap();
            catch_unwind(|| target(&bytes)).is_err()
        }));
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
