//! Which types of other crates stand in the library's API: a new version of such a crate is a new
//! version of ours.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::steps::{cargo, succeed};
use crate::workspace;

/// The crates that come with the compiler.
const OF_RUST: [&str; 3] = ["alloc", "core", "std"];
/// Where the table of those that are meant stands.
const TABLE: &str = "mesos-sdk/src/lib.rs";

/// Compares the types that rustdoc finds with the table. Its JSON is not stable, and so is behind
/// the compiler's own switch; what is built for it has a separate folder.
pub(crate) fn check(features: &[&str]) -> Result<()> {
    let folder = workspace::root().join("target/api");
    let mut command = cargo(&["doc", "--quiet", "--package", "mesos-sdk", "--no-deps", "--target-dir"]);
    command.arg(&folder).args(features).env("RUSTC_BOOTSTRAP", "1");
    succeed(command.env("RUSTDOCFLAGS", "-Z unstable-options --output-format json"))?;
    let api: Value = serde_json::from_slice(&fs::read(folder.join("doc/mesos_sdk.json"))?)?;
    let (found, meant) = (found(&api)?, meant(&fs::read_to_string(workspace::root().join(TABLE))?));
    let of = |left: &BTreeSet<String>, right| left.difference(right).cloned().collect::<Vec<_>>().join(", ");
    ensure!(
        found == meant,
        "the table in {TABLE} and the API differ: only in the API: {}; only in the table: {}",
        of(&found, &meant),
        of(&meant, &found)
    );
    Ok(())
}

/// Returns `crate::Type` of each that a public item names; implementations that the compiler adds
/// do not count.
fn found(api: &Value) -> Result<BTreeSet<String>> {
    let mut named = BTreeSet::new();
    let items = api["index"].as_object().context("rustdoc's JSON has no index")?.values();
    for item in items.filter(|item| item["crate_id"] == 0 && !is_added(&item["inner"]["impl"])) {
        collect(&item["inner"], &mut named);
    }
    let of_rust = |name: &String| OF_RUST.iter().any(|ours| name.starts_with(&format!("{ours}::")));
    Ok(named.iter().filter_map(|id| name(api, id)).filter(|name| !of_rust(name)).collect())
}

fn is_added(implementation: &Value) -> bool {
    implementation["is_synthetic"] == true || !implementation["blanket_impl"].is_null()
}

/// Collects the ids of the types and traits in a part of an item.
fn collect(part: &Value, named: &mut BTreeSet<String>) {
    if let (Value::String(_), Some(_), Some(id)) = (&part["path"], part.get("args"), part.get("id")) {
        named.insert(id.to_string());
    }
    match part {
        Value::Array(parts) => parts.iter().for_each(|part| collect(part, named)),
        Value::Object(parts) => parts.values().for_each(|part| collect(part, named)),
        _ => {}
    }
}

/// Returns nothing for a type of the library itself.
fn name(api: &Value, id: &str) -> Option<String> {
    let path = &api["paths"][id];
    let number = path["crate_id"].as_u64().filter(|number| *number > 0)?;
    let of = api["external_crates"][number.to_string()]["name"].as_str()?;
    Some(format!("{of}::{}", path["path"].as_array()?.last()?.as_str()?))
}

/// Returns `crate::Type` of each row that names types.
fn meant(source: &str) -> BTreeSet<String> {
    let rows = source.lines().skip_while(|line| *line != "//! # Types of other crates").skip(1);
    let rows = rows.take_while(|line| line.starts_with("//!") && !line.starts_with("//! #"));
    let names = rows.filter_map(|row| {
        let mut cells = row.strip_prefix("//! | `")?.split(" | ");
        let of = cells.next()?.trim_end_matches('`').to_owned();
        let types = cells.nth(1)?.split('`').skip(1).step_by(2);
        Some(types.map(move |name| format!("{of}::{name}")).collect::<Vec<_>>())
    });
    names.flatten().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{found, meant};

    #[test]
    fn foreign_types_are_found_everywhere() {
        let path = |id: u32| json!({"resolved_path": {"path": "T", "id": id, "args": null}});
        let api = json!({
            "index": {
                "1": {"crate_id": 0, "inner": {"function": {"sig": {"inputs": [["a", path(7)]]}}}},
                "2": {"crate_id": 0, "inner": {"impl": {"blanket_impl": path(8), "trait": path(8)}}},
                "3": {"crate_id": 5, "inner": {"function": path(8)}},
                "4": {"crate_id": 0, "inner": {"struct_field": [path(9), path(10)]}},
            },
            "paths": {
                "7": {"crate_id": 5, "path": ["bytes", "bytes", "Bytes"]},
                "8": {"crate_id": 5, "path": ["bytes", "Buf"]},
                "9": {"crate_id": 1, "path": ["std", "io", "Error"]},
                "10": {"crate_id": 0, "path": ["mesos_sdk", "Error"]},
            },
            "external_crates": {"1": {"name": "std"}, "5": {"name": "bytes"}},
        });
        assert_eq!(found(&api).unwrap().into_iter().collect::<Vec<_>>(), ["bytes::Bytes"]);
    }

    #[test]
    fn the_table_names_a_crate_and_its_types() {
        let page = "//! # Types of other crates\n//!\n//! | Crate | Here as | What |\n//! |---|---|---|\n\
            //! | `bytes` | [`bytes`](::bytes) | `Bytes`, `Buf` |\n//! | `x` | - | the macro |\n//!\n//! # End\n\
            //! | `y` | - | `Z` |\n";
        assert_eq!(meant(page).into_iter().collect::<Vec<_>>(), ["bytes::Buf", "bytes::Bytes"]);
    }
}
