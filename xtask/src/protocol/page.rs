//! The page with its tables.

use super::enums::Sections;
use super::evidence::Evidence;
use super::row::Row;

/// The section whose rows are found by their tags.
const STATEMENTS: &str = "Statements";

/// The section whose rows are nobody's list.
const PITFALLS: &str = "Pitfalls";

/// The page as it should be, and what can't be filled in.
pub(super) struct Filled {
    pub(super) text: String,
    pub(super) problems: Vec<String>,
}

pub(super) fn fill(text: &str, sections: &Sections, evidence: &Evidence) -> Filled {
    let mut filled = Filled { text: String::new(), problems: missing(text, sections) };
    let tags: Vec<_> = rows(text, STATEMENTS).map(|row| row.name.trim_matches('`').to_owned()).collect();
    if !tags.is_empty() {
        filled.problems.extend(evidence.unknown_tags(&tags));
    }
    let mut section = "";
    for line in text.lines() {
        section = heading(line).unwrap_or(section);
        let is_listed = matches!(section, STATEMENTS | PITFALLS) || sections.contains_key(section);
        match Row::parse(line).filter(|row| is_listed && is_body(row)) {
            Some(mut row) => {
                if section == STATEMENTS {
                    row.name_tests(evidence);
                } else {
                    filled.problems.extend(row.unknown_methods(evidence));
                }
                filled.problems.extend(row.fill_backends(evidence));
                filled.text += &row.print();
            }
            None => filled.text += line,
        }
        filled.text.push('\n');
    }
    filled
}

/// Returns what a section should list and does not, and the other way round.
fn missing(text: &str, sections: &Sections) -> Vec<String> {
    let mut problems = Vec::new();
    for (section, wanted) in sections {
        let listed: Vec<_> = rows(text, section).map(|row| row.name).collect();
        let lacks = wanted.iter().filter(|name| !listed.contains(name));
        problems.extend(lacks.map(|name| format!("{section}: {name} is missing")));
        let twice = |name: &String| listed.iter().filter(|listed| *listed == name).count() > 1;
        let strange = listed.iter().filter(|name| !wanted.contains(name) || twice(name));
        problems.extend(strange.map(|name| format!("{section}: {name} is unknown or there twice")));
    }
    problems
}

fn rows(text: &str, wanted: &str) -> impl Iterator<Item = Row> {
    let mut section = "";
    text.lines().filter_map(move |line| {
        section = heading(line).unwrap_or(section);
        Row::parse(line).filter(|row| section == wanted && is_body(row))
    })
}

fn heading(line: &str) -> Option<&str> {
    line.starts_with('#').then(|| line.trim_start_matches('#').trim())
}

/// Returns whether this is neither a table's head nor the line below it.
fn is_body(row: &Row) -> bool {
    let name = row.name.trim_matches('`');
    !matches!(name, "Call" | "Event" | "Operation" | "Tag" | "Pitfall") && !name.starts_with("--")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# Page
## Scheduler calls
| Call | Method | Proven by | Backends | Note |
|---|---|---|---|---|
| KILL | | | | by hand |
| DANCE | | | | by hand |
";

    #[test]
    fn values_and_rows_correspond() {
        let sections = [("Scheduler calls", vec!["KILL".to_owned(), "REVIVE".to_owned()])].into();
        let filled = fill(PAGE, &sections, &Evidence::default());
        assert_eq!(
            filled.problems,
            ["Scheduler calls: REVIVE is missing", "Scheduler calls: DANCE is unknown or there twice"]
        );
        assert!(filled.text.contains("| KILL | | | neither | by hand |"), "{}", filled.text);
    }

    #[test]
    fn a_filled_page_stays_as_it_is() {
        let sections = [("Scheduler calls", vec!["KILL".to_owned(), "DANCE".to_owned()])].into();
        let once = fill(PAGE, &sections, &Evidence::default());
        assert_eq!(fill(&once.text, &sections, &Evidence::default()).text, once.text);
    }
}
