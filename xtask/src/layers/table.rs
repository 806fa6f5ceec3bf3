//! The table of layers: which module of the library may use which.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};

use super::Uses;
use super::tree::Tree;

const HEADING: &str = "## Layers";

/// Each module, in the order of the table, with those that it may use.
pub(super) type Layers = Vec<(String, BTreeSet<String>)>;

/// Reads the rows below the heading.
pub(super) fn read(page: &str) -> Result<Layers> {
    let below = page.split_once(HEADING).map_or("", |(_, below)| below);
    let section = below.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let layers: Layers = rows.filter_map(row).collect();
    ensure!(!layers.is_empty(), "no table of layers below {HEADING:?}");
    Ok(layers)
}

fn row(line: &str) -> Option<(String, BTreeSet<String>)> {
    let mut cells = line.trim_matches('|').split('|');
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let module = quoted(cells.next()?).into_iter().next()?;
    Some((module, quoted(cells.next()?).into_iter().collect()))
}

/// Returns what the crate does that the table does not allow, and what the table contains that is
/// not so.
pub(super) fn violations(layers: &Layers, tree: &Tree, uses: &Uses) -> Vec<String> {
    let found = between_modules(tree, uses);
    let modules: BTreeSet<&String> = tree.modules[0].children.keys().collect();
    let mut broken = Vec::new();
    let mut above = BTreeSet::new();
    for (module, may_use) in layers {
        let higher = may_use.iter().filter(|other| !above.contains(other));
        broken.extend(higher.map(|other| {
            format!("layers: `{module}` may not use `{other}`, which is not above it in the table")
        }));
        above.insert(module);
        if !modules.contains(module) {
            broken.push(format!("layers: there is no module `{module}`"));
        }
    }
    broken.extend(
        modules.difference(&above).map(|module| format!("layers: `{module}` is missing in the table")),
    );
    let listed: BTreeMap<_, _> = layers.iter().map(|(module, may_use)| (module, may_use)).collect();
    for ((module, other), why) in &found {
        if listed.get(module).is_some_and(|may_use| !may_use.contains(other)) {
            broken.push(format!("layers: `{module}` uses `{other}`, which the table does not allow: {why}"));
        }
    }
    for (module, may_use) in layers {
        let unused = may_use.iter().filter(|other| !found.contains_key(&(module.clone(), (*other).clone())));
        broken.extend(
            unused
                .map(|other| format!("layers: `{module}` does not use `{other}`: take it out of the table")),
        );
    }
    broken
}

/// Returns each pair of modules below the root of which the first uses the second, with an example.
fn between_modules(tree: &Tree, uses: &Uses) -> BTreeMap<(String, String), String> {
    let module_of: BTreeMap<&String, &String> =
        tree.modules.iter().filter_map(|module| Some((&module.file, module.path.first()?))).collect();
    let mut pairs = BTreeMap::new();
    for (file, others) in uses {
        for (other, path) in others {
            if let (Some(one), Some(two)) = (module_of.get(file), module_of.get(other))
                && one != two
            {
                pairs.insert(((*one).clone(), (*two).clone()), format!("{file} has {path}"));
            }
        }
    }
    pairs
}
