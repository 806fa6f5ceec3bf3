//! Service accounts of DC/OS: a key signs a login, and the login gives a token.

mod login;
mod signature;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use serde_json::Value;
use tokio::sync::Mutex;

use super::{Authenticator, Secret, Tls, TlsConnector};
use crate::http::{Connector, TcpConnector};
use crate::{Address, Error, ErrorKind};
use login::{Login, Token};
use signature::Key;

/// A service account of DC/OS.
///
/// The first request logs in at the URL that you set, with a login that the account's key signs
/// (RS256). The response is a token, which all requests carry. A new token is fetched before the
/// old one expires, and once when a master refuses it.
///
/// ```no_run
/// use mesos_sdk::security::{ServiceAccount, Tls};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = std::fs::read_to_string("/run/secrets/service-account.json")?;
/// let tls = Tls::new().ca_file("dcos-ca.crt")?;
/// let account = ServiceAccount::from_json(&secret)?.tls(tls);
/// # Ok(())
/// # }
/// ```
pub struct ServiceAccount {
    uid: String,
    key: Key,
    login: Login,
    /// Held while logging in, so that one login is enough for all who wait.
    token: Mutex<Option<Token>>,
}

impl ServiceAccount {
    /// Creates an account by its id and its private key (PEM, PKCS #8 or PKCS #1, 2048 to 4096
    /// bits), which logs in at `login`, such as `https://leader.mesos/acs/api/v1/auth/login`.
    ///
    /// # Errors
    ///
    /// Fails if the key cannot be used, or `login` is not an http or https URL.
    pub fn new(login: &str, uid: impl Into<String>, private_key: impl Into<Secret>) -> Result<Self, Error> {
        let (key, login) = (Key::new(&private_key.into())?, Login::parse(login)?);
        Ok(Self { uid: uid.into(), key, login, token: Mutex::default() })
    }

    /// Creates an account as DC/OS keeps it in a secret: JSON with `login_endpoint`, `uid`,
    /// `private_key`, and `scheme`, which must be `RS256`.
    ///
    /// # Errors
    ///
    /// Fails if something is missing or cannot be used.
    pub fn from_json(secret: &str) -> Result<Self, Error> {
        let invalid = |why: &str| Error::new(ErrorKind::Invalid, format!("the service account {why}"));
        // The cause could show what is in it.
        let secret: Value = serde_json::from_str(secret).map_err(|_| invalid("is not JSON"))?;
        let text = |name: &str| {
            secret[name].as_str().ok_or_else(|| invalid(&format!("has no text in its field {name:?}")))
        };
        if text("scheme")? != "RS256" {
            return Err(invalid("has another scheme than RS256"));
        }
        Self::new(text("login_endpoint")?, text("uid")?, text("private_key")?)
    }

    /// Sets how to use TLS with the host of the login. Default: [`Tls::new`].
    #[must_use]
    pub fn tls(self, tls: Tls) -> Self {
        self.connector(Arc::new(TlsConnector::new(tls, Arc::new(TcpConnector))))
    }

    fn connector(self, connector: Arc<dyn Connector>) -> Self {
        Self { login: Login { connector, ..self.login }, ..self }
    }

    async fn token(&self, now: Duration) -> Result<Secret, Error> {
        let mut token = self.token.lock().await;
        if let Some(token) = token.as_ref().filter(|token| now < token.renew_at) {
            return Ok(token.header.clone());
        }
        let signed = self.key.sign(&self.uid, now)?;
        let new = self.login.send(&self.uid, &signed, now).await?;
        Ok(token.insert(new).header.clone())
    }
}

#[async_trait]
impl Authenticator for ServiceAccount {
    async fn authorization(&self, _: &Address) -> Result<Option<Secret>, Error> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.token(now).await.map(Some)
    }

    /// Forgets the token that was refused, but not a newer one.
    async fn refused(&self, _: &Address, refused: Option<&Secret>) -> Result<bool, Error> {
        self.token.lock().await.take_if(|token| Some(&token.header) == refused);
        Ok(true)
    }
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ServiceAccount").field("uid", &self.uid).finish_non_exhaustive()
    }
}
