//! The query of a request.

/// Names and their values, decoded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the text after the question mark.
    pub(crate) fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The value of a name; the last one counts, as in Mesos.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Whether something with this id is asked for: nothing but that, if `name` is in the query.
    pub(crate) fn selects(&self, name: &str, id: &str) -> bool {
        self.get(name).is_none_or(|wanted| wanted == id)
    }

    /// A number; whatever is none counts as if it were not there.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.get(name)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_the_last_one_counts() {
        let query = Query::parse("path=%2Fa+b%26c&jsonp=f&limit=3&limit=x&jsonp=g&empty");
        assert_eq!(query.get("path"), Some("/a b&c"));
        assert_eq!(query.get("jsonp"), Some("g"));
        assert_eq!(query.get("empty"), Some(""));
        assert_eq!(query.number("limit"), None);
        assert!(query.selects("task_id", "anything") && !query.selects("jsonp", "f"));
    }
}
