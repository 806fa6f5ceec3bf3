//! Authentication of requests.

use std::collections::BTreeMap;
use std::fmt;

use http::HeaderMap;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use mesos_sdk::security::Secret;

use super::HttpResponse;

/// Principals and their secrets, for HTTP basic authentication.
#[derive(Clone, Default)]
pub(crate) struct Credentials {
    /// The principals, by the value of `Authorization` that proves them.
    principals: BTreeMap<String, String>,
}

impl Credentials {
    /// Adds a principal. `authorization` is the header value that its clients send.
    pub(crate) fn add(&mut self, principal: &str, authorization: &Secret) {
        self.principals.insert(authorization.reveal().to_owned(), principal.to_owned());
    }

    /// Returns whether authentication is not required.
    pub(crate) fn is_empty(&self) -> bool {
        self.principals.is_empty()
    }

    /// Returns the principal of a request, if authentication is required.
    pub(crate) fn admit(&self, headers: &HeaderMap, realm: &str) -> Result<Option<String>, HttpResponse> {
        if self.is_empty() {
            return Ok(None);
        }
        let principal = authorization(headers).and_then(|sent| self.principals.get(sent));
        principal.cloned().map(Some).ok_or_else(|| unauthorized(&format!("Basic realm=\"{realm}\"")))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.principals.values()).finish()
    }
}

/// Returns the value of `Authorization` if it is present and valid text.
pub(crate) fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()
}

/// Returns a 401, which precedes every other response. `challenge` describes how to authenticate.
pub(crate) fn unauthorized(challenge: &str) -> HttpResponse {
    HttpResponse::text(http::StatusCode::UNAUTHORIZED, "401 Unauthorized.")
        .with_header(WWW_AUTHENTICATE, challenge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[statement::proves(principal)]
    #[test]
    fn only_the_right_pair_is_admitted() {
        let mut credentials = Credentials::default();
        assert!(matches!(credentials.admit(&HeaderMap::new(), "r"), Ok(None)));
        credentials.add("bob", &Secret::new("Basic Ym9iOnM="));
        let sent = |value: &str| HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
        assert_eq!(credentials.admit(&sent("Basic Ym9iOnM="), "r").unwrap().as_deref(), Some("bob"));
        for headers in [HeaderMap::new(), sent("Basic Ym9iOng="), sent("Bearer Ym9iOnM=")] {
            let refusal = credentials.admit(&headers, "r").unwrap_err();
            assert_eq!(refusal.status, http::StatusCode::UNAUTHORIZED);
        }
        assert!(!format!("{credentials:?}").contains("Ym9i"));
    }
}
