//! Who a driver is to its master, and whom it trusts.
//!
//! Give a driver an [`Authenticator`]: [`Basic`] for a principal and a secret, [`Bearer`] for a token, or one of your
//! own.
//!
//! A master that is named `https://host:port` is spoken with in TLS, with the authorities that the machine believes, or as a
//! [`Tls`] says.
//!
//! Credentials are never printed, and go only to hosts that you named: those in the list of masters, those that a
//! detector of your own gives, and those of `SchedulerDriver::trusted_hosts`. A redirect to another host, or a
//! master that ZooKeeper names, is refused with an error that says so.

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
pub(crate) use trust::{Named, Trust};
