//! `cargo xtask book`: the pages in docs/ as a book.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{steps, workspace};

/// Where the files are that are not part of the book.
const REPOSITORY: &str = "https://github.com/mesos-sdk/mesos-sdk/blob/main";
const PAGES: &str = "docs";

/// Builds the book in target/book/html, by mdBook.
pub(crate) fn run() -> Result<()> {
    let found = Command::new("mdbook").arg("--version").output();
    ensure!(found.is_ok(), "mdBook is missing: cargo install --locked mdbook");
    let folder = workspace::root().join("target/book");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for file in workspace::files(&["book.toml", PAGES])? {
        let (from, to) = (workspace::root().join(&file), folder.join(&file));
        fs::create_dir_all(to.parent().unwrap_or(&folder))?;
        let text = fs::read_to_string(&from).with_context(|| file.clone())?;
        fs::write(to, if is_page(&file) { with_links(&file, &text) } else { text })?;
    }
    steps::succeed(Command::new("mdbook").arg("build").arg(&folder))?;
    println!("the book is in {}", folder.join("html/index.html").display());
    Ok(())
}

fn is_page(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|extension| extension == "md")
}

/// Makes links to files outside of the book lead to the repository.
fn with_links(page: &str, text: &str) -> String {
    let mut parts = text.split("](");
    let mut linked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (target, rest) = part.split_once(')').unwrap_or((part, ""));
        linked += "](";
        linked += &outside(page, target).unwrap_or_else(|| target.to_owned());
        linked += if target.len() < part.len() { ")" } else { "" };
        linked += rest;
    }
    linked
}

/// Returns where a link leads, if that is a file of the repository outside of the book.
fn outside(page: &str, target: &str) -> Option<String> {
    let (path, heading) = target.split_once('#').map_or((target, None), |(path, name)| (path, Some(name)));
    if path.is_empty() || target.contains("://") {
        return None;
    }
    let mut led = PathBuf::from(page);
    led.pop();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => drop(led.pop()),
            part => led.push(part),
        }
    }
    let is_outside = !led.starts_with(PAGES) && workspace::root().join(&led).exists();
    let heading = heading.map(|name| format!("#{name}")).unwrap_or_default();
    is_outside.then(|| format!("{REPOSITORY}/{}{heading}", led.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_out_of_the_book_lead_to_the_repository() {
        let page = "[a](../README.md#license) [b](glossary.md) [c](https://d) `f](x`, g()";
        let wanted = page.replace("../README.md", &format!("{REPOSITORY}/README.md"));
        assert_eq!(with_links("docs/operator.md", page), wanted);
        let example = with_links("docs/tutorial/hello.md", "[a](../../examples/hello.rs)");
        assert_eq!(example, format!("[a]({REPOSITORY}/examples/hello.rs)"));
    }

    #[test]
    fn every_page_is_part_of_the_book() {
        let summary = fs::read_to_string(workspace::root().join("docs/SUMMARY.md")).unwrap();
        for file in workspace::files(&[PAGES]).unwrap().iter().filter(|file| is_page(file)) {
            let page = file.strip_prefix("docs/").unwrap();
            assert!(
                page == "SUMMARY.md" || summary.contains(&format!("]({page})")),
                "SUMMARY.md lacks {page}"
            );
        }
    }
}
