//! Which rows the page shows.

use std::collections::HashMap;

use super::limits::MAX_ROWS;

/// A part of one list, in an order, as far as it matches.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Query {
    /// Which list: `agents`, `frameworks`, `tasks`, `offers`, `reservations` or `events`.
    pub(crate) view: String,
    /// Text that a row contains, in lower case.
    pub(super) text: String,
    /// A group of task states: `active`, `ended`, `failed`, or a state without its `TASK_`.
    pub(super) state: String,
    pub(super) framework: String,
    pub(super) agent: String,
    /// The column by which rows are ordered; the newest come first without one.
    pub(super) sort: String,
    pub(super) descending: bool,
    pub(super) offset: usize,
    pub(super) limit: usize,
}

impl Query {
    /// Reads the query of an address. What is missing or malformed has its default.
    pub(crate) fn parse(query: &str) -> Self {
        let mut all: HashMap<_, _> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let mut take = |name: &str| all.remove(name).unwrap_or_default();
        let number = |text: String| text.parse::<usize>().ok();
        Self {
            view: take("view"),
            text: take("q").to_lowercase(),
            state: take("state"),
            framework: take("framework"),
            agent: take("agent"),
            sort: take("sort"),
            descending: take("desc") == "1",
            offset: number(take("offset")).unwrap_or_default(),
            limit: number(take("limit")).unwrap_or(MAX_ROWS).min(MAX_ROWS),
        }
    }

    /// Returns whether no text is searched.
    pub(super) fn finds_all(&self) -> bool {
        self.text.is_empty()
    }

    /// Returns whether one of these texts contains the searched text.
    pub(super) fn matches<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> bool {
        self.finds_all() || texts.into_iter().any(|text| contains(text, &self.text))
    }
}

/// Returns whether `text` contains `wanted`, which is in lower case.
fn contains(text: &str, wanted: &str) -> bool {
    if wanted.is_empty() {
        return true;
    }
    if !text.is_ascii() || !wanted.is_ascii() {
        return text.to_lowercase().contains(wanted);
    }
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    text.windows(wanted.len()).any(|window| window.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_ignores_case() {
        assert!(contains("Web-Server", "b-s"));
        assert!(contains("ÄRGER", "ärg") && !contains("web", "webs") && contains("x", ""));
    }

    #[test]
    fn a_malformed_query_has_defaults() {
        let query = Query::parse("view=tasks&limit=9999999&offset=-1&desc=yes&q=%FF");
        assert_eq!((query.limit, query.offset, query.descending), (MAX_ROWS, 0, false));
    }
}
