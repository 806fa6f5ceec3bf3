//! Who uses whom: no two files use each other, in any crate, and the modules of the library keep to
//! their layers.
//!
//! A module within another one is a part of it, and may use what the outer one defines; a re-export
//! of what is within does not count.
//!
//! Tools that draw the modules of a crate find cycles as well, but do not check them against a
//! table of layers. This check reads the sources with `syn`. It does not know types, so it does not
//! see what a method call reaches.

mod circles;
mod names;
mod resolve;
mod table;
mod tree;

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::{rules, workspace};
use tree::Tree;

/// From a file to each that it uses, with the path by which it does.
type Uses = BTreeMap<String, BTreeMap<String, String>>;

/// The crate whose modules have layers, and the page that has the table of them.
const LAYERED: &str = "mesos-sdk/src/lib.rs";
const PAGE: &str = "ARCHITECTURE.md";

/// Checks every crate of the workspace.
pub(crate) fn check() -> Result<()> {
    let mut broken = Vec::new();
    for root in roots()? {
        let tree = Tree::read(&workspace::root(), &root)?;
        let uses = resolve::uses(&tree);
        broken.extend(circles::of(&uses).iter().map(|circle| circles::described(circle, &uses)));
        if root == LAYERED {
            let page = fs::read_to_string(workspace::root().join(PAGE)).context(PAGE)?;
            broken.extend(table::violations(&table::read(&page)?, &tree, &uses));
        }
    }
    if !broken.is_empty() {
        bail!("\n  {}", broken.join("\n  "));
    }
    Ok(())
}

/// Returns the file with which each crate begins: a library, a program, or a test of several files.
fn roots() -> Result<Vec<String>> {
    let is_root = |path: &String| {
        let names = ["src/lib.rs", "src/main.rs"].iter().any(|name| path.ends_with(name));
        let in_folder =
            |folder: &str| path.split('/').rev().nth(2) == Some(folder) && path.ends_with("/main.rs");
        names || in_folder("tests") || in_folder("examples") || path.contains("/src/bin/")
    };
    Ok(rules::files()?.into_iter().filter(is_root).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use tempfile::TempDir;

    use super::tree::Tree;
    use super::{circles, resolve, table};

    /// Returns a crate of these files.
    fn crate_of(files: &[(&str, &str)]) -> (TempDir, Tree) {
        let folder = TempDir::new().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
            fs::write(path, text).unwrap();
        }
        let tree = Tree::read(folder.path(), "lib.rs").unwrap();
        (folder, tree)
    }

    fn circles_of(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        circles::of(&resolve::uses(&crate_of(files).1))
    }

    #[test]
    fn the_project_keeps_to_its_layers() {
        super::check().unwrap();
    }

    #[test]
    fn mutual_use_of_two_files_is_a_circle() {
        let one = "use crate::two::B;\npub struct A(B);";
        for two in [
            "use crate::one::A; pub struct B(Box<A>);",
            "pub struct B(Box<super::one::A>);",
            "pub struct B; fn f() { let _ = vec![crate::one::A(B)]; }",
            "pub struct B; fn f() { use super::one as other; other::A(B); }",
            "use crate::one::*; pub struct B(Box<A>);",
            "macro_rules! a { () => { $crate::one::A } } pub struct B;",
            "use crate::A; pub struct B(Box<A>);",
        ] {
            let root = ("lib.rs", "mod one; mod two; pub use one::A;");
            let found = circles_of(&[root, ("one.rs", one), ("two.rs", two)]);
            assert_eq!(found, [["one.rs", "two.rs"]], "{two}");
        }
    }

    #[test]
    fn a_circle_may_go_through_further_files() {
        let files = [
            ("lib.rs", "mod one; mod two; mod three;"),
            ("one.rs", "use super::two::f; pub fn h() { f() }"),
            ("two.rs", "pub fn f() { crate::three::g() }"),
            ("three.rs", "use crate::one; pub fn g() { one::h() }"),
        ];
        assert_eq!(circles_of(&files), [["one.rs", "three.rs", "two.rs"]]);
    }

    #[test]
    fn mentions_are_not_uses() {
        let files = [
            ("lib.rs", "mod one; mod two;"),
            ("one.rs", "use crate::two::B; /// [`crate::two::B`]\npub struct A(B);"),
            ("two.rs", "pub struct B; #[cfg(test)] mod tests { use crate::one::A; } // crate::one::A"),
        ];
        assert!(circles_of(&files).is_empty());
    }

    #[test]
    fn submodule_is_part_of_its_parent() {
        let files = [
            ("lib.rs", "mod one;"),
            ("one/mod.rs", "mod part; pub use part::Part; pub struct Whole(Part);"),
            ("one/part.rs", "use super::Whole; pub struct Part(Box<Whole>);"),
        ];
        assert!(circles_of(&files).is_empty());
    }

    fn violations(rows: &str, files: &[(&str, &str)]) -> Vec<String> {
        let (_folder, tree) = crate_of(files);
        table::violations(
            &table::read(&format!("# Page\n\n## Layers\n\n{rows}")).unwrap(),
            &tree,
            &resolve::uses(&tree),
        )
    }

    #[test]
    fn a_module_uses_those_in_its_row() {
        let files = [
            ("lib.rs", "mod low; mod high;"),
            ("low.rs", "pub struct Low;"),
            ("high/mod.rs", "mod inside;"),
            ("high/inside.rs", "use crate::low::Low; struct High(Low);"),
        ];
        assert!(violations("| `low` | |\n| `high` | `low` |\n", &files).is_empty());
        for (rows, what) in [
            (
                "| `low` | |\n| `high` | |\n",
                "`high` uses `low`, which the table does not allow: high/inside.rs",
            ),
            ("| `high` | `low` |\n| `low` | |\n", "`low`, which is not above it"),
            ("| `high` | |\n", "`low` is missing"),
            ("| `low` | |\n| `lost` | |\n| `high` | `low` |\n", "there is no module `lost`"),
            ("| `low` | |\n| `more` | |\n| `high` | `low`, `more` |\n", "`high` does not use `more`"),
        ] {
            let found = violations(rows, &files);
            assert!(found.iter().any(|violation| violation.contains(what)), "{what}: {found:?}");
        }
    }
}
