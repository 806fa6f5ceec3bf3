//! Which elements are never closed, and which a new one closes: the optional end tags of HTML.

/// Returns whether an element has no content and no end tag.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Returns whether an element stands apart from the text around it.
pub(super) fn separates(name: &str) -> bool {
    is_block(name) || matches!(name, "br" | "li" | "dt" | "dd" | "td" | "th" | "tr" | "option" | "img")
}

/// Returns the place among the open elements, outermost first, of the one that a new element's
/// start tag closes.
pub(super) fn closes<'a>(
    new: &str,
    open: impl DoubleEndedIterator<Item = &'a str> + ExactSizeIterator,
) -> Option<usize> {
    let (ends, within): (&[&str], &[&str]) = match new {
        "li" => (&["li"], &["ul", "ol", "menu"]),
        "dt" | "dd" => (&["dt", "dd"], &["dl"]),
        "option" | "optgroup" => (&["option"], &["select", "datalist"]),
        "tr" => (&["tr", "td", "th"], &["table"]),
        "td" | "th" => (&["td", "th"], &["tr", "table"]),
        _ if is_block(new) => (&["p"], &["button", "table", "td", "th"]),
        _ => return None,
    };
    let inside_out = open.enumerate().rev();
    for (depth, name) in inside_out {
        if ends.contains(&name) {
            return Some(depth);
        }
        if within.contains(&name) {
            return None;
        }
    }
    None
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "div"
            | "dl"
            | "fieldset"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "table"
            | "ul"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn item_closes_the_previous_item_only() {
        assert_eq!(closes("li", ["ul", "li", "b"].into_iter()), Some(1));
        assert_eq!(closes("li", ["ul", "li", "ul"].into_iter()), None);
        assert_eq!(closes("td", ["table", "tr", "td"].into_iter()), Some(2));
        assert_eq!(closes("div", ["body", "p"].into_iter()), Some(1));
        assert_eq!(closes("span", ["body", "p"].into_iter()), None);
    }
}
