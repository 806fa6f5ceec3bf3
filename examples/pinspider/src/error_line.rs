//! Errors for people.

use std::error::Error;

/// Returns an error and its causes in one line.
pub fn error_line(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !line.ends_with(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        cause = error.source();
    }
    line.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::fetch::FetchError;

    #[test]
    fn causes_follow_on_the_same_line() {
        let error = FetchError::Connection("host:1".to_owned(), io::Error::other("refused\nfor good"));
        assert_eq!(error_line(&error), "no connection to host:1: refused for good");
    }
}
