//! How a request identifies its sender.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

use super::Secret;
use crate::{Address, Error, ErrorKind};

/// Makes the `Authorization` header of requests. Its `Debug` must not print secrets.
///
/// ```
/// use mesos_sdk::security::{Authenticator, Secret};
/// use mesos_sdk::{Address, Error, async_trait};
///
/// /// A token in a file, which another program renews.
/// #[derive(Debug)]
/// struct FileToken(std::path::PathBuf);
///
/// #[async_trait]
/// impl Authenticator for FileToken {
///     async fn authorization(&self, _: &Address) -> Result<Option<Secret>, Error> {
///         let token = std::fs::read_to_string(&self.0).unwrap_or_default();
///         Ok(Some(Secret::new(format!("Bearer {}", token.trim()))))
///     }
/// }
/// ```
#[async_trait]
pub trait Authenticator: fmt::Debug + Send + Sync {
    /// Returns the value of `Authorization` for a request to `peer`; `None` sends none.
    ///
    /// It is asked for each request. The driver asks only for peers that may have credentials.
    ///
    /// # Errors
    ///
    /// One that [is retryable](Error::is_retryable) counts as a failed attempt, any other ends the
    /// driver.
    async fn authorization(&self, peer: &Address) -> Result<Option<Secret>, Error>;

    /// Returns whether [`authorization`](Self::authorization) now gives something else than
    /// `refused`, with which the request is worth one more try: `peer` has responded with 401 to a
    /// request that carried `refused`, or no `Authorization` if that is `None`.
    ///
    /// Users that share the value are often refused at the same time, and some of them late:
    /// `refused` may be older than what `authorization` gives by now. Discard a token only if it is
    /// the one that was refused; if it is not, return `true`. It is called once for each request,
    /// or for several that were refused together.
    ///
    /// Default: asks `authorization` and compares.
    async fn refused(&self, peer: &Address, refused: Option<&Secret>) -> Result<bool, Error> {
        Ok(self.authorization(peer).await?.as_ref() != refused)
    }
}

#[async_trait]
impl<T: Authenticator + ?Sized> Authenticator for Arc<T> {
    async fn authorization(&self, peer: &Address) -> Result<Option<Secret>, Error> {
        (**self).authorization(peer).await
    }

    async fn refused(&self, peer: &Address, refused: Option<&Secret>) -> Result<bool, Error> {
        (**self).refused(peer, refused).await
    }
}

/// HTTP basic authentication: a principal and its secret, as in the masters' `--credentials`.
#[derive(Clone, Debug)]
pub struct Basic {
    header: Secret,
}

impl Basic {
    /// Creates credentials. The master sets an empty `FrameworkInfo.principal` to this one;
    /// otherwise the two must be equal.
    ///
    /// # Errors
    ///
    /// A principal with a colon in it: that is where HTTP separates it from the secret.
    pub fn new(principal: &str, secret: impl Into<Secret>) -> Result<Self, Error> {
        if principal.contains(':') {
            let text = format!(
                "the principal {principal:?} has a colon in it, which HTTP basic authentication can't send"
            );
            return Err(Error::new(ErrorKind::Invalid, text));
        }
        let pair = STANDARD.encode(format!("{principal}:{}", secret.into().reveal()));
        Ok(Self { header: Secret::new(format!("Basic {pair}")) })
    }

    /// Returns the value of `Authorization`, for servers that compare it.
    pub fn header(&self) -> Secret {
        self.header.clone()
    }
}

#[async_trait]
impl Authenticator for Basic {
    async fn authorization(&self, _: &Address) -> Result<Option<Secret>, Error> {
        Ok(Some(self.header.clone()))
    }
}

/// A token, as agents give to executors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    header: Secret,
}

impl Bearer {
    /// Sends `Authorization: Bearer` and this token.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self { header: Secret::new(format!("Bearer {}", token.into().reveal())) }
    }
}

#[async_trait]
impl Authenticator for Bearer {
    async fn authorization(&self, _: &Address) -> Result<Option<Secret>, Error> {
        Ok(Some(self.header.clone()))
    }
}

/// Returns the text from which [`header_value`] was made.
pub(crate) fn secret_in(value: &HeaderValue) -> Option<Secret> {
    value.to_str().ok().map(Secret::from)
}

/// Returns the header, marked as one that is not to be printed.
pub(crate) fn header_value(secret: &Secret) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(secret.reveal()).map_err(|_| {
        Error::new(
            ErrorKind::Invalid,
            "the credentials contain characters that are not valid in an HTTP header",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[statement::proves(principal)]
    #[tokio::test]
    async fn basic_is_the_pair_in_base64() {
        let basic = Basic::new("Aladdin", "open sesame").unwrap();
        let header = basic.authorization(&Address::new("h", 1)).await.unwrap().unwrap();
        assert_eq!(header.reveal(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(Basic::new("a:b", "c").unwrap_err().to_string().contains("colon"));
    }

    #[statement::proves(token)]
    #[tokio::test]
    async fn bearer_is_the_token() {
        let header = Bearer::new("abc").authorization(&Address::new("h", 1)).await.unwrap().unwrap();
        assert_eq!(header.reveal(), "Bearer abc");
    }

    #[tokio::test]
    async fn refused_credentials_are_retried_if_changed() {
        let (peer, basic) = (Address::new("h", 1), Basic::new("me", "new").unwrap());
        let header = header_value(&basic.header()).unwrap();
        assert!(!basic.refused(&peer, secret_in(&header).as_ref()).await.unwrap());
        assert!(basic.refused(&peer, Some(&Secret::new("Basic old"))).await.unwrap());
        assert!(basic.refused(&peer, None).await.unwrap());
    }

    #[test]
    fn nothing_prints_a_secret() {
        let (basic, bearer) = (Basic::new("me", "hidden").unwrap(), Bearer::new("hidden"));
        let header = header_value(&Secret::new("hidden")).unwrap();
        let printed = format!("{basic:?} {bearer:?} {header:?} {:?}", header_value(&Secret::new("hidden\n")));
        assert!(!printed.contains("hidden") && !printed.contains(&STANDARD.encode("me:hidden")), "{printed}");
    }
}
