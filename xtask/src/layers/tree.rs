//! The modules of a crate, as its files declare them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use syn::{Attribute, Item, ItemMod, Visibility};

use super::names::{self, Named, is_for_tests};

/// All modules of a crate; the first is its root.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) modules: Vec<Module>,
}

/// One module: a file, or a part of one.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// From the root of the repository.
    pub(super) file: String,
    /// Below the crate's root: `["http", "client"]`.
    pub(super) path: Vec<String>,
    pub(super) parent: usize,
    pub(super) children: BTreeMap<String, usize>,
    /// What it defines itself.
    pub(super) items: BTreeSet<String>,
    pub(super) named: Named,
}

/// Where the modules that a file declares have theirs.
struct Place {
    root: PathBuf,
    folder: PathBuf,
}

impl Tree {
    /// Reads the crate that begins with the file `first`, below `root`.
    pub(super) fn read(root: &Path, first: &str) -> Result<Self> {
        let mut tree = Self::default();
        let folder = Path::new(first).parent().unwrap_or(Path::new("")).to_path_buf();
        tree.add_file(
            Module { file: first.to_owned(), ..Module::default() },
            &Place { root: root.to_owned(), folder },
        )?;
        Ok(tree)
    }

    fn add_file(&mut self, module: Module, place: &Place) -> Result<usize> {
        let text = fs::read_to_string(place.root.join(&module.file)).with_context(|| module.file.clone())?;
        let parsed = syn::parse_file(&text).with_context(|| module.file.clone())?;
        self.add(module, &parsed.items, place)
    }

    fn add(&mut self, module: Module, items: &[Item], place: &Place) -> Result<usize> {
        let id = self.modules.len();
        self.modules.push(module);
        for item in items.iter().filter(|item| !is_for_tests(attributes(item))) {
            if let Some(name) = defined(item) {
                self.modules[id].items.insert(name);
            }
            match item {
                Item::Mod(declared) => self.add_child(id, declared, place)?,
                Item::Use(import) => {
                    let is_private = matches!(import.vis, Visibility::Inherited);
                    self.modules[id].named.import(import, is_private);
                }
                other => names::collect(other, &mut self.modules[id].named),
            }
        }
        Ok(id)
    }

    fn add_child(&mut self, parent: usize, declared: &ItemMod, place: &Place) -> Result<()> {
        let name = declared.ident.to_string();
        let path = [self.modules[parent].path.clone(), vec![name.clone()]].concat();
        let module = Module { path, parent, ..Module::default() };
        let folder = place.folder.join(&name);
        let inside = Place { root: place.root.clone(), folder: folder.clone() };
        let id = if let Some((_, items)) = &declared.content {
            let file = self.modules[parent].file.clone();
            self.add(Module { file, ..module }, items, &inside)?
        } else {
            let given = names::path_attribute(&declared.attrs).map(|path| place.folder.join(path));
            let files = [given.unwrap_or(folder.with_extension("rs")), folder.join("mod.rs")];
            let file = files.iter().find(|file| place.root.join(file).is_file());
            let file = file.with_context(|| format!("{} has no file", folder.display()))?;
            self.add_file(Module { file: file.display().to_string(), ..module }, &inside)?
        };
        self.modules[parent].children.insert(name, id);
        Ok(())
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn defined(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}
