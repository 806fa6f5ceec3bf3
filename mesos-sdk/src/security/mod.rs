//! Authentication of a driver with its master, and trust in masters.
//!
//! Give the [`ClientOptions`](crate::ClientOptions) of a driver an [`Authenticator`]: [`Basic`] for
//! a principal and a secret, [`Bearer`] for a token, or your own.
//!
//! A driver uses TLS for a master written as `https://host:port`, with the certificate authorities
//! of the machine or with the settings of a [`Tls`].
//!
//! Credentials are never printed, and are sent only to hosts that you named: those in the list of
//! masters, those that your own detector returns, and those of
//! [`ClientOptions::trusted_hosts`](crate::ClientOptions::trusted_hosts). A redirect to another
//! host, or a master found in ZooKeeper, is refused with an error that explains it.

mod authentication;
#[cfg(not(any(feature = "tls", feature = "native-tls")))]
mod no_tls;
mod secret;
#[cfg(feature = "dcos")]
mod service_account;
#[cfg(any(feature = "tls", feature = "native-tls"))]
mod tls;
mod trust;

pub use authentication::{Authenticator, Basic, Bearer};
pub(crate) use authentication::{header_value, secret_in};
#[cfg(not(any(feature = "tls", feature = "native-tls")))]
pub(crate) use no_tls::NoTls;
pub use secret::Secret;
#[cfg(feature = "dcos")]
pub use service_account::ServiceAccount;
#[cfg(any(feature = "tls", feature = "native-tls"))]
pub use tls::{Tls, TlsConnector};
pub(crate) use trust::{Hosts, Named, Trust};
