//! What pages refer to: links lead to a file, and to a heading in it; source files that a page names
//! exist.

use std::fs;
use std::path::Path;

use crate::rules;

/// The folder that pages may leave out in front of the path of a source file.
const LIBRARY: &str = "mesos-sdk/src";

/// Returns the links of a page, in the folder `folder`, that lead nowhere.
pub(super) fn dead(folder: &Path, text: &str) -> Vec<String> {
    let local = targets(text).into_iter().filter(|target| !target.contains("://"));
    local.filter(|target| !leads_somewhere(folder, text, target)).collect()
}

fn leads_somewhere(folder: &Path, text: &str, target: &str) -> bool {
    let (path, heading) = target.split_once('#').map_or((target, None), |(path, name)| (path, Some(name)));
    let file = folder.join(path);
    let Some(heading) = heading else { return file.exists() };
    match path {
        "" => has_heading(text, heading),
        _ => fs::read_to_string(file).is_ok_and(|text| has_heading(&text, heading)),
    }
}

/// Returns the source files, as in `` `a/b.rs` ``, that a page names and that do not exist below
/// `root` or in the library.
pub(super) fn missing_files(root: &Path, text: &str) -> Vec<String> {
    let prose = prose_lines(text).collect::<Vec<_>>().join("\n");
    let code = prose.split('`').skip(1).step_by(2);
    let files = code.filter(|code| rules::is_rust(code) && code.contains('/') && !code.contains([' ', '*']));
    let missing = files.filter(|file| !root.join(file).exists() && !root.join(LIBRARY).join(file).exists());
    missing.map(str::to_owned).collect()
}

/// Returns what stands between `](` and `)`, outside of code.
fn targets(text: &str) -> Vec<String> {
    let prose = prose_lines(text).collect::<Vec<_>>().join("\n");
    let links = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    links.map(|(target, _)| target.to_owned()).collect()
}

fn prose_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_fence && !is_code
    })
}

fn has_heading(text: &str, wanted: &str) -> bool {
    let headings = prose_lines(text).filter_map(|line| line.strip_prefix('#'));
    headings.map(|heading| anchor(heading.trim_start_matches('#').trim())).any(|anchor| anchor == wanted)
}

/// Returns the anchor that forges give a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn links_lead_to_files_and_headings() {
        let text = "# A `b`, c\n[a](README.md) [b](#a-b-c) [c](README.md#mesos-sdk) [d](https://a/b)\n\
                    ```text\n[e](nothing)\n```\n";
        assert_eq!(dead(&workspace::root(), text), Vec::<String>::new());
    }

    #[test]
    fn source_files_that_do_not_exist_are_found() {
        let text = "`session/mod.rs` and `mesos-sdk/src/lib.rs`, but `a/b.rs`\n```text\n`c/d.rs`\n```";
        assert_eq!(missing_files(&workspace::root(), text), ["a/b.rs"]);
    }

    #[test]
    fn dead_links_are_found() {
        let text = "# A\n[a](nothing.md) [b](#b) [c](README.md#nothing)";
        assert_eq!(dead(&workspace::root(), text), ["nothing.md", "#b", "README.md#nothing"]);
    }
}
