//! Checks the prose: words to avoid and the width of lines, in pages, comments, messages and names,
//! what pages refer to, and the programs that they show.

mod links;
mod names;
mod passage;
mod programs;
mod words;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use passage::Passage;

use crate::{rules, workspace};

/// Columns of a line of prose.
const WIDTH: usize = 100;

/// What is not checked, by the beginning of its path: the lists of words themselves.
const EXEMPT: &[&str] = &["xtask/src/prose"];

/// Checks every page, and the comments and messages of every Rust file that is not exempt. The
/// string literals of tests are not messages.
pub(crate) fn check() -> Result<()> {
    let files = rules::files()?;
    for prefix in EXEMPT {
        ensure!(files.iter().any(|file| file.starts_with(prefix)), "{prefix} is exempt but does not exist");
    }
    let mut broken = Vec::new();
    for file in files.iter().filter(|file| !is_exempt(file)) {
        let text = fs::read_to_string(workspace::root().join(file)).with_context(|| file.clone())?;
        broken.extend(violations(file, &text).with_context(|| file.clone())?);
    }
    if !broken.is_empty() {
        bail!("\n  {}", broken.join("\n  "));
    }
    Ok(())
}

fn is_exempt(file: &str) -> bool {
    rules::is_rust(file) && EXEMPT.iter().any(|prefix| file.starts_with(prefix))
}

fn is_test(file: &str) -> bool {
    file.contains("/tests/") || file.ends_with("/tests.rs")
}

fn violations(file: &str, text: &str) -> Result<Vec<String>> {
    let passages = match rules::is_rust(file) {
        true => passage::of_rust(text, is_test(file))?,
        false => vec![Passage { line: 1, text: text.to_owned() }],
    };
    let found = passages.iter().flat_map(words::to_avoid);
    let found = found.map(|word| format!("{file}:{}: \"{}\": {}", word.line, word.phrase, word.instead));
    let names = avoided_names(file, text)?.into_iter();
    let wide = wide_lines(file, text);
    let wide = wide.map(|line| format!("{file}:{line}: wider than {WIDTH} columns"));
    let dead = dead_links(file, text).into_iter();
    let dead = dead.map(|link| format!("{file}: the link to {link} leads nowhere"));
    let missing = missing_files(file, text).into_iter();
    let missing = missing.map(|name| format!("{file}: {name} does not exist"));
    let outdated = outdated_programs(file, text).into_iter();
    let outdated = outdated.map(|example| format!("{file}: the program is not that of {example}: copy it"));
    Ok(found.chain(names).chain(wide).chain(dead).chain(missing).chain(outdated).collect())
}

fn avoided_names(file: &str, text: &str) -> Result<Vec<String>> {
    if !rules::is_rust(file) {
        return Ok(Vec::new());
    }
    let names = names::to_avoid(text)?.into_iter();
    let text = |name: names::Found| {
        format!("{file}:{}: the name {} has \"{}\": name what happens", name.line, name.name, name.word)
    };
    Ok(names.map(text).collect())
}

fn outdated_programs(file: &str, text: &str) -> Vec<String> {
    let path = workspace::root().join(file);
    let folder = path.parent().unwrap_or(Path::new(""));
    if rules::is_rust(file) { Vec::new() } else { programs::outdated(folder, text) }
}

fn dead_links(file: &str, text: &str) -> Vec<String> {
    let path = workspace::root().join(file);
    let folder = path.parent().unwrap_or(Path::new(""));
    if rules::is_rust(file) { Vec::new() } else { links::dead(folder, text) }
}

fn missing_files(file: &str, text: &str) -> Vec<String> {
    match rules::is_rust(file) {
        true => Vec::new(),
        false => links::missing_files(&workspace::root(), text),
    }
}

/// Returns the numbers of the lines that should be wrapped: not those of code and tables, or of a
/// single long word.
fn wide_lines(file: &str, text: &str) -> impl Iterator<Item = usize> {
    let is_rust = rules::is_rust(file);
    let mut is_code = false;
    let is_wide = move |line: &str| {
        let prose = match is_rust {
            true => line.trim_start().strip_prefix("//").map(|text| text.trim_start_matches(['/', '!'])),
            false => Some(line),
        };
        let Some(prose) = prose.map(str::trim) else {
            is_code = false;
            return false;
        };
        if prose.starts_with("```") {
            is_code = !is_code;
        }
        let can_wrap = !is_code && !prose.starts_with('|') && prose.contains(' ');
        can_wrap && line.chars().count() > WIDTH
    };
    let lines: Vec<_> = text.lines().map(is_wide).collect();
    lines.into_iter().enumerate().filter_map(|(index, is_wide)| is_wide.then_some(index + 1))
}

#[cfg(test)]
mod tests {
    use super::violations;

    fn found(file: &str, text: &str) -> usize {
        violations(file, text).unwrap().len()
    }

    #[test]
    fn the_project_keeps_to_the_rules() {
        super::check().unwrap();
    }

    #[test]
    fn words_to_avoid_are_found_in_pages() {
        assert_eq!(found("README.md", "The driver is told\nwhat to do.\n"), 1);
        assert_eq!(found("README.md", "The driver\nlearns what to do.\n"), 0);
    }

    #[test]
    fn words_to_avoid_are_found() {
        for text in [
            "/// The driver is told.\nstruct Driver;",
            "//! It comes\n//! again.",
            "fn f() { panic!(\"it {} is no address\", 1); }",
        ] {
            assert_eq!(found("a/src/b.rs", text), 1, "{text}");
        }
        let fine = "// It is `told`.\n#[cfg(test)]\nmod tests { const X: &str = \"told\"; }";
        assert_eq!(found("a/src/b.rs", fine), 0);
    }

    #[test]
    fn names_are_checked() {
        assert_eq!(found("a/tests/b.rs", "fn told() {}"), 1);
        assert_eq!(found("README.md", "```rust\nfn told() {}\n```"), 0);
    }

    #[test]
    fn comments_of_tests_are_checked() {
        let test = "/// It is told.\nfn f() {\n    // It says\n    // nothing.\n    g(\"told\");\n}";
        assert_eq!(found("a/tests/b.rs", test), 2);
        assert_eq!(found("a/src/b.rs", &format!("#[cfg(test)]\nmod tests {{\n{test}\n}}")), 2);
    }

    #[test]
    fn prose_is_wrapped_but_not_tables_and_code() {
        let wide = format!("{} end", "word ".repeat(20));
        assert_eq!(found("README.md", &wide), 1);
        assert_eq!(found("README.md", &format!("| {wide} |")), 0);
        assert_eq!(found("README.md", &format!("```text\n{wide}\n```\n{wide}")), 1);
        assert_eq!(found("README.md", &"x".repeat(120)), 0);
        assert_eq!(found("a/src/b.rs", &format!("// {wide}\nfn f() {{}} // {wide}")), 1);
    }
}
