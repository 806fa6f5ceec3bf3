//! One row of a table of the page.

use super::backends::Backends;
use super::evidence::Evidence;

/// `| name | what | proven by | backends | note |`
pub(super) struct Row {
    pub(super) name: String,
    what: String,
    proven_by: String,
    backends: String,
    note: String,
}

impl Row {
    pub(super) fn parse(line: &str) -> Option<Self> {
        let cells = line.trim().strip_prefix('|')?.strip_suffix('|')?;
        let cells: Vec<_> = cells.split('|').map(|cell| cell.trim().to_owned()).collect();
        let [name, what, proven_by, backends, note] = cells.try_into().ok()?;
        Some(Self { name, what, proven_by, backends, note })
    }

    pub(super) fn print(&self) -> String {
        let cells = [&self.name, &self.what, &self.proven_by, &self.backends, &self.note];
        cells
            .iter()
            .map(|cell| if cell.is_empty() { "| ".to_owned() } else { format!("| {cell} ") })
            .collect::<String>()
            + "|"
    }

    /// Names all tests that prove this row's statement: those that run on a backend, or, without
    /// any, the others.
    pub(super) fn name_tests(&mut self, evidence: &Evidence) {
        let proving = evidence.of(self.name.trim_matches('`'));
        let (on_backends, others): (Vec<_>, Vec<_>) =
            proving.partition(|(_, test)| test.backends != Backends::default());
        let named = if on_backends.is_empty() { others } else { on_backends };
        self.proven_by = named.iter().map(|(test, _)| format!("`{test}`")).collect::<Vec<_>>().join(", ");
    }

    /// Fills in the backends on which the tests run, and returns what is missing.
    pub(super) fn fill_backends(&mut self, evidence: &Evidence) -> Vec<String> {
        let mut problems = Vec::new();
        let mut backends = Backends::default();
        for name in in_backticks(&self.proven_by) {
            match evidence.tests.get(name) {
                Some(test) => backends = backends.and(test.backends),
                None => problems.push(format!("{}: there is no test {name}", self.name)),
            }
        }
        backends.name().clone_into(&mut self.backends);
        if self.backends != "both" && self.note.is_empty() {
            problems.push(format!("{}: proven on {}, and no note explains why", self.name, self.backends));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence() -> Evidence {
        let mut evidence = Evidence::default();
        evidence.add("a.rs", "cases![again]; #[proves(ack3, ack6)] fn again() {}").unwrap();
        evidence.add("b.rs", "cases![once]; #[proves(ack3)] fn once() {}").unwrap();
        evidence.add("c.rs", "#[proves(hb)] #[test] fn unit() {}").unwrap();
        evidence.functions = ["kill".to_owned()].into();
        evidence
    }

    #[test]
    fn tests_are_named_by_their_tags() {
        let mut row = Row::parse("| `ack6` | said | | | |").unwrap();
        row.name_tests(&evidence());
        assert!(row.fill_backends(&evidence()).is_empty());
        assert_eq!(row.print(), "| `ack6` | said | `a::again` | both | |");
    }

    #[test]
    fn missing_proof_is_a_problem() {
        let mut unproven = Row::parse("| KILL | `Handle::kill`, `Handle::murder` | | | |").unwrap();
        assert_eq!(unproven.fill_backends(&evidence()).len(), 2);
        assert_eq!(unproven.unknown_methods(&evidence()).len(), 1);
        let mut unknown = Row::parse("| KILL | | `a::nothing` | | why |").unwrap();
        assert_eq!(unknown.fill_backends(&evidence()).len(), 1);
    }

    #[test]
    fn unproven_rows_need_a_note() {
        assert_eq!(Row::parse("| HB | | `c::unit` | | |").unwrap().fill_backends(&evidence()).len(), 1);
        assert_eq!(
            Row::parse("| HB | | `c::unit` | | inside |").unwrap().fill_backends(&evidence()).len(),
            0
        );
    }
}
