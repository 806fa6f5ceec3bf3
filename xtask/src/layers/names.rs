//! What a module names: by imports, in its code, and in the tokens of macros.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprLit, Item, ItemUse, Lit, Macro, Meta, Path, UseTree};

/// The segments of a path.
pub(super) type Segments = Vec<String>;

#[derive(Debug, Default)]
pub(super) struct Named {
    /// Paths in code, and private imports.
    pub(super) paths: Vec<Segments>,
    /// Names that imports and re-exports give to paths.
    pub(super) aliases: Vec<(String, Segments)>,
    /// What is imported or re-exported as a whole.
    pub(super) globs: Vec<Segments>,
    /// What is re-exported: a use only if it is of another module's.
    pub(super) re_exports: Vec<Segments>,
}

impl Named {
    pub(super) fn import(&mut self, import: &ItemUse, is_private: bool) {
        // `::name` is a crate.
        if import.leading_colon.is_none() {
            self.add(&import.tree, &[], is_private);
        }
    }

    fn add(&mut self, tree: &UseTree, before: &[String], is_private: bool) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.add(&path.tree, &with(&path.ident), is_private),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add(tree, before, is_private)),
            UseTree::Glob(_) => {
                self.globs.push(before.to_vec());
                self.imported(before.to_vec(), is_private);
            }
            UseTree::Name(name) if name.ident == "self" => {
                self.aliases.extend(before.last().map(|last| (last.clone(), before.to_vec())));
                self.imported(before.to_vec(), is_private);
            }
            UseTree::Name(name) => {
                self.aliases.push((name.ident.to_string(), with(&name.ident)));
                self.imported(with(&name.ident), is_private);
            }
            UseTree::Rename(renamed) => {
                self.aliases.push((renamed.rename.to_string(), with(&renamed.ident)));
                self.imported(with(&renamed.ident), is_private);
            }
        }
    }

    fn imported(&mut self, path: Segments, is_private: bool) {
        if is_private { self.paths.push(path) } else { self.re_exports.push(path) }
    }
}

/// Adds what an item other than a `mod` or a `use` names.
pub(super) fn collect(item: &Item, named: &mut Named) {
    Collector(named).visit_item(item);
}

struct Collector<'a>(&'a mut Named);

impl<'ast> Visit<'ast> for Collector<'_> {
    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            self.0.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_item_use(&mut self, import: &'ast ItemUse) {
        self.0.import(import, true);
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        in_tokens(called.tokens.clone(), &mut self.0.paths);
        visit::visit_macro(self, called);
    }

    /// Skips documentation and attributes, which do not use what they name.
    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}

/// Adds each `a::b`, and each name of a type.
fn in_tokens(tokens: TokenStream, paths: &mut Vec<Segments>) {
    let mut path = Segments::new();
    let mut colons = 0;
    let mut end = |path: &mut Segments| {
        let is_type = path.first().is_some_and(|name| name.starts_with(char::is_uppercase));
        if path.len() > 1 || is_type {
            paths.push(std::mem::take(path));
        }
        path.clear();
    };
    let mut groups = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
            TokenTree::Ident(name) => {
                if colons != 2 || path.is_empty() {
                    end(&mut path);
                }
                path.push(name.to_string());
                colons = 0;
            }
            other => {
                end(&mut path);
                colons = 0;
                if let TokenTree::Group(group) = other {
                    groups.push(group.stream());
                }
            }
        }
    }
    end(&mut path);
    for tokens in groups {
        in_tokens(tokens, paths);
    }
}

/// Returns whether what has these attributes is compiled for tests, or for fuzzing, alone.
pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    let conditions = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    conditions
        .filter_map(|attribute| match &attribute.meta {
            Meta::List(list) => Some(list.tokens.clone()),
            _ => None,
        })
        .any(wants_tests)
}

fn wants_tests(condition: TokenStream) -> bool {
    let mut negated = false;
    condition.into_iter().any(|token| match token {
        TokenTree::Ident(name) => {
            negated = name == "not";
            name == "test" || name == "fuzzing" || name == "doctest"
        }
        TokenTree::Group(group) => !negated && wants_tests(group.stream()),
        _ => false,
    })
}

/// Returns the file that `#[path = "…"]` names.
pub(super) fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}
