//! `cargo xtask resource-cases`: holds the resource algebra of `mesos-sdk` against a table of
//! cases.
//!
//! The table has one JSON object a line, with an `id`, an `op`, its inputs (`a`, `b`, `text`, …)
//! and the answer (`want`).

mod answer;
mod case;
mod quantity_ops;
mod resource_ops;
mod value_ops;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

use answer::Answer;
use case::Case;

/// Operations of which the v1 API knows nothing, and why.
const SKIPPED: [(&str, &str); 1] =
    [("reservation_ancestor", "mesos::v1::Resources has no such function, only mesos::Resources has")];

/// Prints each difference and what agreed; an error if anything differs.
pub(crate) fn run(table: &Path) -> Result<()> {
    let text = std::fs::read_to_string(table).with_context(|| format!("cannot read {}", table.display()))?;
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let case = Case::read(line)?;
        let counts = counts.entry(case.op()?.to_owned()).or_default();
        match check(&case) {
            Outcome::Agrees => counts.agreed += 1,
            Outcome::Skipped => counts.skipped += 1,
            Outcome::Differs(difference) => {
                counts.differed += 1;
                println!("{} {}: {difference}", case.id()?, case.op()?);
            }
        }
    }
    report(&counts)
}

#[derive(Default)]
struct Counts {
    agreed: usize,
    differed: usize,
    skipped: usize,
}

enum Outcome {
    Agrees,
    Differs(String),
    Skipped,
}

fn check(case: &Case) -> Outcome {
    let op = case.op().unwrap_or_default();
    if SKIPPED.iter().any(|(skipped, _)| *skipped == op) {
        return Outcome::Skipped;
    }
    let answer = resource_ops::answer(op, case)
        .or_else(|| value_ops::answer(op, case))
        .or_else(|| quantity_ops::answer(op, case));
    match answer {
        Some(Ok(Answer { agrees: true, .. })) => Outcome::Agrees,
        Some(Ok(Answer { wanted, got, .. })) => Outcome::Differs(format!("wanted {wanted}, got {got}")),
        Some(Err(error)) => Outcome::Differs(format!("the case cannot be read: {error:#}")),
        None => Outcome::Differs("no such operation is known here".to_owned()),
    }
}

fn report(counts: &BTreeMap<String, Counts>) -> Result<()> {
    println!("{:<28}{:>8}{:>8}{:>8}", "op", "agreed", "differ", "skipped");
    let mut total = Counts::default();
    for (op, counts) in counts {
        let reason = SKIPPED.iter().find(|(skipped, _)| skipped == op).map_or("", |(_, reason)| reason);
        println!("{op:<28}{:>8}{:>8}{:>8}  {reason}", counts.agreed, counts.differed, counts.skipped);
        total.agreed += counts.agreed;
        total.differed += counts.differed;
        total.skipped += counts.skipped;
    }
    println!("{:<28}{:>8}{:>8}{:>8}", "all", total.agreed, total.differed, total.skipped);
    if total.differed > 0 {
        bail!("{} cases differ: they are listed above the table", total.differed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(line: &str) -> Outcome {
        check(&Case::read(line).unwrap())
    }

    #[test]
    fn right_result_agrees_and_wrong_one_differs() {
        let sum = |want: &str| {
            let cpus = |amount: &str| {
                format!(r#"[{{"name":"cpus","type":"SCALAR","scalar":{{"value":{amount}}}}}]"#)
            };
            let (a, b, want) = (cpus("0.1"), cpus("0.2"), cpus(want));
            outcome(&format!(r#"{{"id":"1","op":"add","a":{a},"b":{b},"want":{want}}}"#))
        };
        assert!(matches!(sum("0.3"), Outcome::Agrees));
        assert!(matches!(sum("0.301"), Outcome::Differs(_)));
    }

    /// Two equal MOUNT disks are equal to one in Mesos' eyes; the table wants to know more.
    #[test]
    fn entries_must_match_one_to_one() {
        let disk =
            r#"{"name":"disk","type":"SCALAR","scalar":{"value":1},"disk":{"source":{"type":"MOUNT"}}}"#;
        let wants =
            |want: &str| outcome(&format!(r#"{{"op":"unreserved","a":[{disk},{disk}],"want":[{want}]}}"#));
        assert!(matches!(wants(&format!("{disk},{disk}")), Outcome::Agrees));
        assert!(matches!(wants(disk), Outcome::Differs(_)));
    }

    #[test]
    fn unverifiable_case_is_not_skipped() {
        assert!(matches!(outcome(r#"{"op":"find","a":[]}"#), Outcome::Differs(_)));
        assert!(matches!(outcome(r#"{"op":"juggle","a":[]}"#), Outcome::Differs(_)));
        assert!(matches!(outcome(r#"{"op":"reservation_ancestor"}"#), Outcome::Skipped));
    }
}
