//! The programs in pages: a page that shows an example shows all of it, as it is compiled and run.

use std::fs;
use std::path::Path;

/// Returns the examples that a page in the folder `folder` shows otherwise than they are. A line
/// with a link to an example, and a colon at its end, precedes the program.
pub(super) fn outdated(folder: &Path, text: &str) -> Vec<String> {
    let programs = programs(text);
    let outdated = programs.into_iter().filter(|(link, program)| {
        fs::read_to_string(folder.join(link)).is_ok_and(|file| file.trim_end() != program.trim_end())
    });
    outdated.map(|(link, _)| link.to_owned()).collect()
}

/// Returns the link in front of each program, and the program.
fn programs(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("```rust\n") {
        let Some((program, behind)) = after.split_once("```") else { break };
        let introduction = before.trim_end().lines().last().unwrap_or_default();
        found.extend(example_in(introduction).map(|link| (link, program)));
        rest = behind;
    }
    found
}

fn example_in(introduction: &str) -> Option<&str> {
    let (_, link) = introduction.strip_suffix("):")?.rsplit_once("](")?;
    link.contains("examples/").then_some(link)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{rules, workspace};

    fn shown(program: &str) -> Vec<String> {
        let page = format!("# A\n\nThis is [all](examples/hello.rs):\n\n```rust\n{program}```\n");
        outdated(&workspace::root(), &page)
    }

    #[test]
    fn other_programs_are_found() {
        let hello = fs::read_to_string(workspace::root().join("examples/hello.rs")).unwrap();
        assert_eq!(shown(&hello), Vec::<String>::new());
        assert_eq!(shown(&hello.replace("hello", "hallo")), ["examples/hello.rs"]);
        assert_eq!(
            outdated(&workspace::root(), "In [b](examples/hello.rs)\n\n```rust\nfn f() {}\n```\n"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn every_example_has_a_page() {
        let files = rules::files().unwrap();
        let is_page = |file: &&String| file.starts_with("docs/") && !rules::is_rust(file);
        let pages: String = files
            .iter()
            .filter(is_page)
            .map(|page| fs::read_to_string(workspace::root().join(page)).unwrap())
            .collect();
        let examples: Vec<_> = files.iter().filter(|file| rules::is_example(file)).collect();
        assert!(!examples.is_empty());
        for example in examples {
            assert!(pages.contains(&format!("{example})")), "no page links to {example}");
        }
    }
}
