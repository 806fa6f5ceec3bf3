//! Files that use each other, directly or by way of others.

use std::collections::{BTreeMap, BTreeSet};

use super::Uses;

/// Returns the circles: in each, every file leads to every other one.
pub(super) fn of(uses: &Uses) -> Vec<Vec<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        uses.keys().map(|file| (file, reached_from(file, uses))).collect();
    let mut circles = Vec::new();
    let mut seen = BTreeSet::new();
    for (file, from_it) in &reached {
        if !from_it.contains(file) || seen.contains(file) {
            continue;
        }
        let leads_back = |other: &&&String| reached.get(**other).is_some_and(|back| back.contains(file));
        let circle: Vec<_> = from_it.iter().filter(leads_back).copied().collect();
        seen.extend(circle.iter().copied());
        circles.push(circle.into_iter().cloned().collect());
    }
    circles
}

fn reached_from<'a>(file: &String, uses: &'a Uses) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&String> = uses.get(file).into_iter().flat_map(BTreeMap::keys).collect();
    while let Some(other) = next.pop() {
        if reached.insert(other) {
            next.extend(uses.get(other).into_iter().flat_map(BTreeMap::keys));
        }
    }
    reached
}

/// Returns the circle, with what each of its files uses of the others.
pub(super) fn described(circle: &[String], uses: &Uses) -> String {
    let mut text = format!("{} use each other: give what they share a file\n", circle.join(", "));
    for file in circle {
        for (other, path) in uses.get(file).into_iter().flatten().filter(|(other, _)| circle.contains(other))
        {
            text.extend(["    ", file, " uses ", other, " (", path, ")\n"]);
        }
    }
    text.trim_end().to_owned()
}
