//! Which file a path leads to.

use super::Uses;
use super::names::Segments;
use super::tree::Tree;

/// How many re-exports are followed.
const MOST_STEPS: usize = 16;

/// Returns what each file uses of the others.
pub(super) fn uses(tree: &Tree) -> Uses {
    let mut uses = Uses::new();
    for (id, module) in tree.modules.iter().enumerate() {
        let re_exports = module.named.re_exports.iter().filter(|path| !is_own(tree, id, path));
        for path in module.named.paths.iter().chain(re_exports) {
            let Some(target) = tree.resolve(id, path) else { continue };
            if is_around(tree, target, id) {
                continue;
            }
            let target = &tree.modules[target].file;
            if *target != module.file {
                uses.entry(module.file.clone()).or_default().entry(target.clone()).or_insert(path.join("::"));
            }
        }
    }
    uses
}

/// Returns whether a module is within another one, and so a part of it: what the outer one defines
/// is its own.
fn is_around(tree: &Tree, outer: usize, inner: usize) -> bool {
    let (outer, inner) = (&tree.modules[outer].path, &tree.modules[inner].path);
    !outer.is_empty() && inner.starts_with(outer)
}

/// Returns whether the path leads to the module itself, or below it.
fn is_own(tree: &Tree, module: usize, path: &Segments) -> bool {
    let own = &tree.modules[module].path;
    tree.resolve(module, path).is_none_or(|target| tree.modules[target].path.starts_with(own))
}

impl Tree {
    /// Returns the module that has what `path` names in the module `from`; `None` for what is not
    /// of this crate.
    fn resolve(&self, from: usize, path: &[String]) -> Option<usize> {
        let (found, rest) = self.follow(from, path, 0)?;
        // A single name that is also a module's is a variable.
        (path.len() > 1 || !rest.is_empty()).then_some(found)
    }

    /// Follows the path as far as it leads, and returns what is left of it.
    fn follow<'a>(&self, from: usize, path: &'a [String], steps: usize) -> Option<(usize, &'a [String])> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(self.descend(0, rest, steps)),
            "self" => Some(self.descend(from, rest, steps)),
            "super" => {
                let parent = self.modules[from].parent;
                match rest.first().is_some_and(|next| next == "super") {
                    true => self.follow(parent, rest, steps),
                    false => Some(self.descend(parent, rest, steps)),
                }
            }
            _ => self.step(from, path, steps),
        }
    }

    fn descend<'a>(&self, at: usize, rest: &'a [String], steps: usize) -> (usize, &'a [String]) {
        self.step(at, rest, steps).unwrap_or((at, rest))
    }

    /// Returns where the first name of `path` leads in the module `at`, or `None` if it is none of
    /// its names.
    fn step<'a>(&self, at: usize, path: &'a [String], steps: usize) -> Option<(usize, &'a [String])> {
        let (name, rest) = path.split_first()?;
        let module = &self.modules[at];
        if let Some(child) = module.children.get(name) {
            return Some(self.descend(*child, rest, steps));
        }
        if module.items.contains(name) {
            return Some((at, path));
        }
        if steps == MOST_STEPS {
            return None;
        }
        let alias = module.named.aliases.iter().find(|(alias, _)| alias == name);
        if let Some((_, target)) = alias {
            let (found, left) = self.follow(at, target, steps + 1)?;
            return Some(if left.is_empty() { self.descend(found, rest, steps + 1) } else { (found, path) });
        }
        module.named.globs.iter().find_map(|glob| {
            let (found, left) = self.follow(at, glob, steps + 1)?;
            if left.is_empty() && found != at { self.step(found, path, steps + 1) } else { None }
        })
    }
}
