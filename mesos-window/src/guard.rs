//! Which requests are answered, and what browsers may do with the responses.

use std::net::IpAddr;

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, StatusCode};

/// The header that carries the token.
pub(crate) const TOKEN: HeaderName = HeaderName::from_static("x-window-token");

/// Scripts and styles are the window's files, and no script can write markup.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// What a response allows a browser to do.
pub(crate) const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];

/// A request that is refused, with the reason.
pub(crate) type Refusal = (StatusCode, &'static str);

/// Knows the names of the window, and the token of its pages.
#[derive(Debug)]
pub(crate) struct Guard {
    hosts: Vec<String>,
    token: String,
}

impl Guard {
    /// Allows these names, in lower case, beside IP addresses and `localhost`.
    pub(crate) fn new(hosts: Vec<String>) -> Self {
        Self { hosts, token: uuid::Uuid::new_v4().to_string() }
    }

    /// Returns what a page sends with each change.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Checks by which name a request reaches the window. A foreign name may belong to a page that
    /// wants to read what it could not read under its real address.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        if self.knows(&name(host)) {
            return Ok(());
        }
        Err((
            StatusCode::MISDIRECTED_REQUEST,
            "This window is not known by that name. Use an IP address, or start it with --host NAME.",
        ))
    }

    /// Checks that a change comes from a page of the window.
    pub(crate) fn check_change(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let host = text(HOST).unwrap_or_default();
        let is_foreign =
            text(ORIGIN).is_some_and(|origin| origin.split_once("://").map(|(_, it)| it) != Some(host));
        if is_foreign || text(TOKEN) != Some(self.token.as_str()) {
            return Err((StatusCode::FORBIDDEN, "Only the page of this window can make changes. Reload it."));
        }
        Ok(())
    }

    fn knows(&self, name: &str) -> bool {
        name == "localhost" || name.parse::<IpAddr>().is_ok() || self.hosts.iter().any(|host| host == name)
    }
}

/// Returns the host in `host:port`, in lower case, without the brackets of an IPv6 address.
fn name(host: &str) -> String {
    let host = host.to_lowercase();
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address.to_owned();
    }
    host.rsplit_once(':').map_or(&*host, |(name, _)| name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[(HeaderName, &str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn foreign_names_are_refused() {
        let guard = Guard::new(vec!["ops.example".to_owned()]);
        for host in ["127.0.0.1:5040", "[::1]:5040", "LocalHost", "10.1.2.3", "OPS.example:80"] {
            assert_eq!(guard.check(&headers(&[(HOST, host)])), Ok(()), "{host}");
        }
        for host in
            ["evil.example", "localhost.evil.example:5040", "127.0.0.1.nip.io", "", "[::1", "x:localhost"]
        {
            assert!(guard.check(&headers(&[(HOST, host)])).is_err(), "{host}");
        }
        assert!(guard.check(&HeaderMap::new()).is_err());
    }

    #[test]
    fn a_change_needs_the_token_and_no_foreign_origin() {
        let guard = Guard::new(Vec::new());
        let with = |token: &str, origin: &str| {
            let all = [(HOST, "127.0.0.1:1"), (TOKEN, token), (ORIGIN, origin)];
            guard.check_change(&headers(&all)).is_ok()
        };
        assert!(with(guard.token(), "http://127.0.0.1:1"));
        assert!(!with(guard.token(), "http://evil.example") && !with("wrong", "http://127.0.0.1:1"));
        assert!(!with(guard.token(), "null") && !with(guard.token(), "http://127.0.0.1:2"));
        assert!(guard.check_change(&headers(&[(HOST, "127.0.0.1:1")])).is_err());
    }
}
