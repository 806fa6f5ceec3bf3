//! Sends a signed login, and reads the token in its response.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap};
use http::{HeaderValue, StatusCode};
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};

use super::super::{Secret, Tls, TlsConnector};
use super::signature::expiry;
use crate::http::{Client as _, Connector, HyperClient, TcpConnector, text_of};
use crate::timer::within;
use crate::{Address, Error, ErrorKind, Scheme};

/// How long the response to a login may take.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(30);

/// A token is renewed so long before it expires, or after half of its life if that is shorter.
const RENEW_BEFORE: Duration = Duration::from_secs(10 * 60);

/// No token is renewed sooner, unless it is refused: clocks differ, and each request would log in.
const SHORTEST: Duration = Duration::from_secs(5);

/// A token that does not say when it expires is taken to live so long.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Where to log in.
pub(super) struct Login {
    pub(super) address: Address,
    pub(super) path: http::Uri,
    pub(super) connector: Arc<dyn Connector>,
}

pub(super) struct Token {
    pub(super) header: Secret,
    /// Since the Unix epoch.
    pub(super) renew_at: Duration,
}

impl Token {
    fn new(token: &str, now: Duration) -> Self {
        let expiry = expiry(token).unwrap_or(now.saturating_add(DEFAULT_LIFETIME));
        let lifetime = expiry.saturating_sub(now);
        let kept = (lifetime / 2).max(lifetime.saturating_sub(RENEW_BEFORE)).max(SHORTEST);
        let renew_at = now.saturating_add(kept);
        Self { header: Secret::new(format!("token={token}")), renew_at }
    }
}

impl Login {
    /// Reads `https://host[:port]/path`.
    pub(super) fn parse(url: &str) -> Result<Self, Error> {
        let invalid = |why: &str| {
            let text = format!(
                "{url:?} is not a login URL: {why}; write https://leader.mesos/acs/api/v1/auth/login"
            );
            Error::new(ErrorKind::Invalid, text)
        };
        crate::address::refuse_credentials(url)?;
        let uri: http::Uri = url.parse().map_err(|_| invalid("it is not a URL"))?;
        let (scheme, default_port) = match uri.scheme_str() {
            Some("https") => (Scheme::Https, 443),
            Some("http") => (Scheme::Http, 80),
            _ => return Err(invalid("it begins neither with https:// nor with http://")),
        };
        let authority = uri.authority().ok_or_else(|| invalid("it has no host"))?;
        let address = Address::parse(authority.as_str(), default_port)?.with_scheme(scheme);
        let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let path = path.parse().map_err(|_| invalid("its path can't be one"))?;
        let connector = Arc::new(TlsConnector::new(Tls::new(), Arc::new(TcpConnector)));
        Ok(Self { address, path, connector })
    }

    pub(super) async fn send(&self, uid: &str, signed: &Secret, now: Duration) -> Result<Token, Error> {
        let body = json!({"uid": uid, "token": signed.reveal()}).to_string();
        let exchange = within(LOGIN_TIMEOUT, self.exchange(body.into())).await;
        let (status, text) = exchange.unwrap_or_else(|| {
            let seconds = LOGIN_TIMEOUT.as_secs();
            let text = format!("{} did not respond to the login of {uid:?} within {seconds} s", self.address);
            Err(Error::new(ErrorKind::Timeout, text))
        })?;
        if status != StatusCode::OK {
            return Err(self.refused(uid, status));
        }
        let response: Value = serde_json::from_str(&text).unwrap_or_default();
        let token = response["token"].as_str().ok_or_else(|| {
            let text =
                format!("{} responds to the login of {uid:?} without a token: check the URL", self.address);
            Error::new(ErrorKind::Rejected, text)
        })?;
        Ok(Token::new(token, now))
    }

    async fn exchange(&self, body: Bytes) -> Result<(StatusCode, String), Error> {
        let peer = format!("the login's host {}", self.address);
        let mut channel = HyperClient::open(self.connector.as_ref(), &self.address, peer).await?;
        let json = HeaderValue::from_static("application/json");
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, json)]);
        let response = channel.post_with(&self.path, headers, Full::new(body).boxed_unsync()).await?;
        Ok((response.status(), text_of(response.into_body()).await))
    }

    /// Returns the error without the text of the response, which could repeat the login.
    fn refused(&self, uid: &str, status: StatusCode) -> Error {
        let address = &self.address;
        match status.as_u16() {
            400 | 401 | 403 => Error::new(
                ErrorKind::Unauthorized,
                format!(
                    "{address} does not accept the login of service account {uid:?} ({status}): check its id and key"
                ),
            ),
            429 | 500.. => {
                Error::new(ErrorKind::Unavailable, format!("{address} can't log in {uid:?} now ({status})"))
            }
            _ => Error::new(
                ErrorKind::Rejected,
                format!("{address} responds to the login of {uid:?} with {status}: check the URL"),
            ),
        }
    }
}
