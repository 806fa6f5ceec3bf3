//! `cargo xtask placement-cases`: holds `mesos-placement` against a file of cases.
//!
//! The file has one JSON object a line: agents, tasks that run, tasks to be placed, settings, and
//! what is expected.

mod cluster;
mod constraint;
mod form;
mod task;
mod verdict;

use std::path::Path;

use anyhow::{Context, Result, bail};

use form::Case;

/// Prints each case that comes out wrong, and how many there are; an error if any does.
pub(crate) fn run(file: &Path) -> Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let (mut cases, mut wrong) = (0, 0);
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        cases += 1;
        let problems = check(line).unwrap_or_else(|error| vec![format!("can't be read: {error:#}")]);
        if !problems.is_empty() {
            wrong += 1;
            println!("line {} {}: {}", number + 1, id(line), problems.join("; "));
        }
    }
    println!("{cases} cases, {wrong} wrong");
    match wrong {
        0 => Ok(()),
        _ => bail!("{wrong} of {cases} cases are wrong"),
    }
}

/// Returns what is wrong with the answers to a case.
fn check(line: &str) -> Result<Vec<String>> {
    let case: Case = serde_json::from_str(line)?;
    verdict::problems(&case)
}

fn id(line: &str) -> String {
    let case = serde_json::from_str::<serde_json::Value>(line).ok();
    case.and_then(|case| case.get("id")?.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::check;

    const RIGHT: &str = r#"{"id":"x","agents":[{"id":"a","attributes":{"rack":["r1","r2"],"cores":8}},
        {"id":"b","free":{"cpus":1,"ports":[[1,2]]}}],"running":[{"id":"r","agent":"a","group":"g"}],
        "tasks":[{"id":"t","group":"g","needs":{"cpus":2},"constraints":[{"op":"limit","by":"rack","max":1}]},
        {"id":"u","group":"h","needs":{"cpus":1},"prefer":[{"op":"equals","on":"cores","value":8}]}],
        "expect":{"allowed":{"t":[],"u":["a","b"]},"refused":{"t":{"a":["limit"]}},
        "only_reasons":{"t":{"b":["resource:cpus","attribute"]}},"amounts":{"t":{"b":[["cpus",2,0,1]]}},
        "ranking":{"u":[["a"],["b"]]},"placed":{"u":["a"]},"unplaced":["t"],"count":{"placed":1,"unplaced":1}}}"#;

    #[test]
    fn correct_case_has_no_problems() {
        assert_eq!(check(RIGHT).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn each_unmet_expectation_is_a_problem() {
        for (right, wrong) in [
            (r#""allowed":{"t":[]"#, r#""allowed":{"t":["a"]"#),
            (r#"["limit"]"#, r#"["spread"]"#),
            (r#"["resource:cpus","attribute"]"#, r#"["attribute"]"#),
            (r#"["cpus",2,0,1]"#, r#"["cpus",2,1,1]"#),
            (r#"[["a"],["b"]]"#, r#"[["a","b"]]"#),
            (r#""placed":{"u":["a"]}"#, r#""placed":{"u":["b"]}"#),
            (r#""unplaced":["t"]"#, r#""unplaced":["u"]"#),
            (r#""count":{"placed":1"#, r#""count":{"placed":2"#),
        ] {
            let case = RIGHT.replace(right, wrong);
            assert_eq!(check(&case).unwrap().len(), 1, "{wrong}");
        }
        assert!(check("{}").is_err());
    }
}
