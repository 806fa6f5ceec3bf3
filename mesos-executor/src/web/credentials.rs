//! Credentials that a URL carries: for the server alone, and for nobody who reads a log.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;
use percent_encoding::percent_decode_str;
use url::Url;

/// Returns the `Authorization` of the URL's user name and password, if it has any.
pub(super) fn authorization(url: &Url) -> Option<HeaderValue> {
    let password = url.password();
    if url.username().is_empty() && password.is_none() {
        return None;
    }
    let mut pair: Vec<u8> = percent_decode_str(url.username()).collect();
    pair.push(b':');
    pair.extend(percent_decode_str(password.unwrap_or_default()));
    let mut header = HeaderValue::try_from(format!("Basic {}", BASE64_STANDARD.encode(pair))).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// Returns the place that `location` on a page of `from` leads to. The credentials stay with their
/// own server.
pub(super) fn follow(from: &Url, location: &str) -> Result<Url, url::ParseError> {
    let mut to = from.join(location)?;
    if to.origin() == from.origin() && to.username().is_empty() && to.password().is_none() {
        // They fit, since they come from a URL of the same scheme.
        let _ = to.set_username(from.username()).and_then(|()| to.set_password(from.password()));
    }
    Ok(to)
}

/// Returns a URL as logs may show it. In one that is malformed, anything before an @ may be part of
/// a password.
pub(crate) fn shown(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    // Readers of URLs look for the host behind any number of slashes.
    let (rest, is_whole) = match scheme.trim_start().eq_ignore_ascii_case("file") {
        true => (rest, true),
        false => (rest.trim_start_matches(['/', '\\']), Url::parse(text).is_ok()),
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    match if is_whole { authority } else { rest }.rsplit_once('@') {
        Some((secret, _)) => format!("{scheme}://{}", &rest[secret.len() + 1..]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn credentials_become_a_header() {
        for (text, header) in [
            ("http://h/x", None),
            ("http://me:pass@h/x", Some("Basic bWU6cGFzcw==")),
            ("http://me@h/x", Some("Basic bWU6")),
            ("http://m%40e:p%3Ass@h/x", Some("Basic bUBlOnA6c3M=")),
        ] {
            assert_eq!(authorization(&url(text)).as_ref().map(|it| it.to_str().unwrap()), header, "{text}");
        }
    }

    #[test]
    fn redirects_keep_credentials_on_their_host() {
        let from = url("http://me:pass@h:8/a/b?c");
        for (location, target) in [
            ("https://i/x", "https://i/x"),
            ("//i:9/x", "http://i:9/x"),
            ("//h:9/x", "http://h:9/x"),
            ("https://h:8/x", "https://h:8/x"),
            ("//you:else@h:8/x", "http://you:else@h:8/x"),
            ("/x", "http://me:pass@h:8/x"),
            ("x", "http://me:pass@h:8/a/x"),
            ("../x", "http://me:pass@h:8/x"),
            ("?q=1", "http://me:pass@h:8/a/b?q=1"),
            ("/x?to=http://i/", "http://me:pass@h:8/x?to=http://i/"),
            ("?to=http://i/", "http://me:pass@h:8/a/b?to=http://i/"),
            ("HTTP://I/x", "http://i/x"),
        ] {
            assert_eq!(follow(&from, location).unwrap().as_str(), target, "{location}");
        }
    }

    #[test]
    fn logs_show_no_credentials() {
        for (text, expected) in [
            ("http://me:p@ss@h/x@y", "http://h/x@y"),
            ("ftp://me:pass@h", "ftp://h"),
            ("http:///me:pass@h/x", "http://h/x"),
            ("http://\\me:pass@h", "http://h"),
            ("file:///a@b/c", "file:///a@b/c"),
            ("http://me:pass@h:99999/x", "http://h:99999/x"),
            ("http://me:pa/ss@h/x", "http://h/x"),
            ("http://me:p?a#s/s@h/x@y", "http://y"),
            ("http://h/x@y?a@b", "http://h/x@y?a@b"),
            ("/a@b", "/a@b"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }
}
