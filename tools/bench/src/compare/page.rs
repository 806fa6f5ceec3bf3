//! Where the table stands in docs/performance.md.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

/// Puts `text` into a page, between its two marks of this name.
///
/// # Errors
///
/// The page has no such marks, or can't be written.
pub fn fill(page: &Path, name: &str, text: &str) -> Result<()> {
    let old = fs::read_to_string(page).with_context(|| page.display().to_string())?;
    let new = filled(&old, name, text).with_context(|| format!("{}: no marks {name}", page.display()))?;
    fs::write(page, new).with_context(|| page.display().to_string())
}

fn filled(page: &str, name: &str, text: &str) -> Option<String> {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = page.split_once(&open)?;
    let (_, after) = rest.split_once(&close)?;
    Some(format!("{before}{open}{text}{close}{after}"))
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn only_text_between_marks_is_replaced() {
        let page = "a\n<!-- x -->\nold\n<!-- end of x -->\nb\n";
        let new = filled(page, "x", "new\n").unwrap();
        assert_eq!(new, "a\n<!-- x -->\nnew\n<!-- end of x -->\nb\n");
        assert_eq!(filled(page, "y", "new"), None);
    }
}
