//! The query of a request.

/// Names and their values, decoded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the text after the question mark, or a form; the error is in Mesos' words.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut pairs = Vec::new();
        for pair in text.split(['&', ';']) {
            pair.splitn(2, '=').try_for_each(check_escapes)?;
            pairs.extend(form_urlencoded::parse(pair.as_bytes()).into_owned());
        }
        Ok(Self(pairs))
    }

    /// Returns the value of a name; the last one counts, as in Mesos.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Returns whether something with this id is requested: only that, if `name` is in the query.
    pub(crate) fn selects(&self, name: &str, id: &str) -> bool {
        self.get(name).is_none_or(|wanted| wanted == id)
    }

    /// Returns a number of the query; anything else counts as absent.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.get(name)?.parse().ok()
    }
}

/// Checks that two hexadecimal digits follow each percent sign.
fn check_escapes(text: &str) -> Result<(), String> {
    let digits = |escape: &[u8]| escape.len() == 2 && escape.iter().all(u8::is_ascii_hexdigit);
    let rests = text.match_indices('%').map(|(at, _)| text.get(at..).unwrap_or_default());
    let malformed = rests.into_iter().find(|rest| !digits(rest.as_bytes().get(1..3).unwrap_or_default()));
    malformed.map_or(Ok(()), |rest| {
        let escape: String = rest.chars().take(3).collect();
        Err(format!("Malformed % escape in '{text}': '{escape}'"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_value_counts_and_is_decoded() {
        let query = Query::parse("path=%2Fa+b%26c&jsonp=f&limit=3&limit=x&jsonp=g;empty").unwrap();
        assert_eq!(query.get("path"), Some("/a b&c"));
        assert_eq!(query.get("jsonp"), Some("g"));
        assert_eq!(query.get("empty"), Some(""));
        assert_eq!(query.number("limit"), None);
        assert!(query.selects("task_id", "anything") && !query.selects("jsonp", "f"));
    }

    #[test]
    fn percent_sign_without_digits_is_refused() {
        for (text, escape) in
            [("a=%zz", "%zz"), ("%zz=a", "%zz"), ("a=%4", "%4"), ("b&a=x%", "%"), ("a=%é", "%é")]
        {
            let error = Query::parse(text).unwrap_err();
            assert!(
                error.starts_with("Malformed % escape in '") && error.ends_with(&format!("'{escape}'")),
                "{error}"
            );
        }
        assert_eq!(Query::parse("a=%41%20b+c").unwrap().get("a"), Some("A b c"));
    }
}
