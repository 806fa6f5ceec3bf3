//! JSON Web Tokens, as far as a login needs them: signing one, and reading when one expires.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;

use super::super::Secret;
use crate::{Error, ErrorKind};

/// How long a signed login is good for.
const LOGIN_LIFETIME: Duration = Duration::from_secs(5 * 60);

/// The private key of an account; never printed.
pub(super) struct Key(RsaKeyPair);

impl Key {
    pub(super) fn new(pem: &Secret) -> Result<Self, Error> {
        // The causes could show the key.
        let unusable = || {
            let text = "the private key of the service account can't be used: it must be an RSA key of 2048 to 4096 bits in PEM";
            Error::new(ErrorKind::Invalid, text)
        };
        let key = match PrivateKeyDer::from_pem_slice(pem.reveal().as_bytes()) {
            Ok(PrivateKeyDer::Pkcs8(der)) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            Ok(PrivateKeyDer::Pkcs1(der)) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(unusable()),
        };
        key.map(Self).map_err(|_| unusable())
    }

    /// Returns a login of this account, signed.
    pub(super) fn sign(&self, uid: &str, now: Duration) -> Result<Secret, Error> {
        let claims = json!({"uid": uid, "exp": (now.saturating_add(LOGIN_LIFETIME)).as_secs()});
        let parts = [json!({"alg": "RS256", "typ": "JWT"}), claims];
        let signed = parts.map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let mut signature = vec![0; self.0.public().modulus_len()];
        let random = SystemRandom::new();
        self.0.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).map_err(|_| {
            Error::new(ErrorKind::Invalid, "the private key of the service account can't sign")
        })?;
        Ok(Secret::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }

    #[cfg(test)]
    pub(super) fn public(&self) -> &[u8] {
        self.0.public().as_ref()
    }
}

/// Returns when a token expires, since the Unix epoch, if it contains that.
pub(super) fn expiry(token: &str) -> Option<Duration> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    Duration::try_from_secs_f64(claims["exp"].as_f64()?).ok()
}
