//! The fuzz target of the macros: `fuzz/fuzz_targets/derive.rs` has these modules, too, because
//! nothing can be linked to a crate of macros.

use std::str::FromStr as _;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::expand;
use crate::model::{Payload, ResourceSpec};

/// The compiler has read the user's type before a macro does, and takes no deeper ones for granted
/// either.
const DEEPEST: usize = 64;

/// Expands any text that defines a type, or refuses it with an error.
pub(crate) fn derive(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if text.bytes().filter(|byte| b"([{<&*!-".contains(byte)).count() > DEEPEST {
        return;
    }
    let Ok(tokens) = TokenStream::from_str(text) else { return };
    let Ok(input) = syn::parse2::<DeriveInput>(tokens) else { return };
    expanded_or_explained(Payload::of(&input).map(|payload| expand::payload(&payload)));
    expanded_or_explained(ResourceSpec::of(&input).map(|spec| expand::resource_spec(&spec)));
}

fn expanded_or_explained(result: syn::Result<TokenStream>) {
    match result {
        Ok(tokens) => assert!(!tokens.is_empty()),
        Err(errors) => assert!(errors.into_iter().all(|error| !error.to_string().is_empty())),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn every_specification_of_the_corpus_is_survived() {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        // A packed crate has no corpus.
        if package.join("Cargo.toml.orig").exists() {
            return;
        }
        let corpus = package.join("../fuzz/corpus/derive");
        let inputs: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(!inputs.is_empty());
        for input in inputs {
            println!("{}", input.display());
            super::derive(&std::fs::read(&input).unwrap());
        }
    }
}
