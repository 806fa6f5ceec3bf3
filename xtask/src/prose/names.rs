//! The names that a file declares, by the words in them.

use anyhow::Result;
use proc_macro2::Ident;
use syn::visit::{self, Visit};

/// Words of conversation, which hide what a name does: who sends, reads or returns what.
const AVOID: &[&str] = &[
    "anew", "hear", "heard", "hears", "judge", "judged", "judges", "mend", "mended", "mends", "obey",
    "obeys", "said", "say", "says", "tell", "tells", "told",
];

/// A declared name with a word to avoid.
pub(super) struct Found {
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) word: &'static str,
}

/// Finds the functions, types, variants, fields, parameters, variables and modules with a word to
/// avoid in their names.
pub(super) fn to_avoid(file: &str) -> Result<Vec<Found>> {
    let mut names = Names(Vec::new());
    names.visit_file(&syn::parse_file(file)?);
    Ok(names.0)
}

struct Names(Vec<Found>);

impl Names {
    fn declare(&mut self, ident: &Ident) {
        let name = ident.to_string();
        let words = words(&name);
        if let Some(word) = AVOID.iter().copied().find(|avoid| words.iter().any(|word| word == avoid)) {
            self.0.push(Found { line: ident.span().start().line, name, word });
        }
    }
}

/// Returns the words of `is_told` or `IsTold`, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if letter == '_' || letter.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter != '_') {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

impl<'ast> Visit<'ast> for Names {
    fn visit_signature(&mut self, item: &'ast syn::Signature) {
        self.declare(&item.ident);
        visit::visit_signature(self, item);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.declare(&item.ident);
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.declare(&item.ident);
        visit::visit_item_enum(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.declare(&item.ident);
        visit::visit_item_mod(self, item);
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.declare(&variant.ident);
        visit::visit_variant(self, variant);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        field.ident.iter().for_each(|ident| self.declare(ident));
        visit::visit_field(self, field);
    }

    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        self.declare(&pattern.ident);
        visit::visit_pat_ident(self, pattern);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, String)> {
        to_avoid(text).unwrap().into_iter().map(|name| (name.line, name.name)).collect()
    }

    #[test]
    fn declared_names_are_found() {
        let text = "mod told;\nstruct Said { heard: u8 }\nenum E { IsTold }\nfn tell_all(says: u8) {\n    \
                    let hears = 1;\n}";
        let names = ["told", "Said", "heard", "IsTold", "tell_all", "says", "hears"];
        let found = found(text);
        assert_eq!(found.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), names);
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 2, 3, 4, 4, 5]);
    }

    #[test]
    fn parts_of_words_and_names_of_others_are_fine() {
        assert_eq!(found("fn heartbeat(teller: u8) { other::tell(Other::Told) }"), []);
    }
}
