//! One row of a table of the page.

use super::evidence::{Evidence, Judges};

/// `| name | what | proven by | backends | note |`
pub(super) struct Row {
    pub(super) name: String,
    what: String,
    proven_by: String,
    judges: String,
    note: String,
}

impl Row {
    pub(super) fn parse(line: &str) -> Option<Self> {
        let cells = line.trim().strip_prefix('|')?.strip_suffix('|')?;
        let cells: Vec<_> = cells.split('|').map(|cell| cell.trim().to_owned()).collect();
        let [name, what, proven_by, judges, note] = cells.try_into().ok()?;
        Some(Self { name, what, proven_by, judges, note })
    }

    pub(super) fn print(&self) -> String {
        let cells = [&self.name, &self.what, &self.proven_by, &self.judges, &self.note];
        cells
            .iter()
            .map(|cell| if cell.is_empty() { "| ".to_owned() } else { format!("| {cell} ") })
            .collect::<String>()
            + "|"
    }

    /// Names all tests that carry this row's tag: those that run on a backend, or, without any, the
    /// others.
    pub(super) fn name_tests(&mut self, tags: &[String], evidence: &Evidence) {
        let tag = self.name.trim_matches('`');
        let carrying = evidence.tests.iter().filter(|(test, _)| carries(test, tag, tags));
        let (judged, others): (Vec<_>, Vec<_>) =
            carrying.partition(|(_, judges)| **judges != Judges::default());
        let named = if judged.is_empty() { others } else { judged };
        self.proven_by = named.iter().map(|(test, _)| format!("`{test}`")).collect::<Vec<_>>().join(", ");
    }

    /// Fills in the backends on which the tests run, and returns what is missing.
    pub(super) fn judge(&mut self, evidence: &Evidence) -> Vec<String> {
        let mut problems = Vec::new();
        let mut judges = Judges::default();
        for test in in_backticks(&self.proven_by) {
            match evidence.tests.get(test) {
                Some(of_test) => judges = judges.and(*of_test),
                None => problems.push(format!("{}: there is no test {test}", self.name)),
            }
        }
        judges.name().clone_into(&mut self.judges);
        if self.judges != "both" && self.note.is_empty() {
            problems.push(format!("{}: proven on {}, and no note explains why", self.name, self.judges));
        }
        if self.proven_by.is_empty() && self.note.is_empty() {
            problems.push(format!("{}: no test", self.name));
        }
        problems
    }

    /// Returns the methods that the row names and the library does not have.
    pub(super) fn unknown_methods(&self, evidence: &Evidence) -> Vec<String> {
        let named = in_backticks(&self.what).map(|path| path.rsplit("::").next().unwrap_or(path));
        // A type is not a method.
        let methods = named.filter(|name| name.starts_with(|letter: char| letter.is_ascii_lowercase()));
        let unknown = methods.filter(|name| !evidence.functions.contains(*name));
        unknown.map(|name| format!("{}: there is no method {name}", self.name)).collect()
    }
}

fn in_backticks(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Returns whether `tag` is among the tags at the beginning of the test's name.
fn carries(test: &str, tag: &str, tags: &[String]) -> bool {
    let name = test.rsplit("::").next().unwrap_or(test);
    name.split('_').take_while(|word| tags.iter().any(|tag| tag == word)).any(|word| word == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence() -> Evidence {
        let both = Judges { embedded: true, real: true };
        let tests =
            [("a::ack3_ack6_again", both), ("b::again_ack3", both), ("c::hb_unit", Judges::default())];
        Evidence {
            tests: tests.map(|(name, judges)| (name.to_owned(), judges)).into(),
            functions: ["kill".to_owned()].into(),
        }
    }

    #[test]
    fn tests_are_named_by_their_first_tags() {
        let tags = ["ack3".to_owned(), "ack6".to_owned()];
        let mut row = Row::parse("| `ack6` | said | | | |").unwrap();
        row.name_tests(&tags, &evidence());
        assert!(row.judge(&evidence()).is_empty());
        assert_eq!(row.print(), "| `ack6` | said | `a::ack3_ack6_again` | both | |");
    }

    #[test]
    fn what_is_not_proven_or_not_there_is_a_problem() {
        let mut unproven = Row::parse("| KILL | `Handle::kill`, `Handle::murder` | | | |").unwrap();
        assert_eq!(unproven.judge(&evidence()).len(), 2);
        assert_eq!(unproven.unknown_methods(&evidence()).len(), 1);
        let mut unknown = Row::parse("| KILL | | `a::nothing` | | why |").unwrap();
        assert_eq!(unknown.judge(&evidence()).len(), 1);
    }

    #[test]
    fn what_no_judge_has_seen_wants_a_note() {
        assert_eq!(Row::parse("| HB | | `c::hb_unit` | | |").unwrap().judge(&evidence()).len(), 1);
        assert_eq!(Row::parse("| HB | | `c::hb_unit` | | inside |").unwrap().judge(&evidence()).len(), 0);
    }
}
