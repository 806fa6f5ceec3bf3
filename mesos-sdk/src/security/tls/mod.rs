//! TLS: whom to believe, who one is, and with which library.

mod connector;
#[cfg(feature = "native-tls")]
mod native;
#[cfg(feature = "tls")]
mod rustls;
#[cfg(feature = "tls")]
mod rustls_stream;

use std::fmt;
use std::path::Path;

pub use connector::TlsConnector;

use crate::address::without_zone;
use crate::{Address, Error, ErrorKind, regular_file};

/// The most bytes of a PEM file: those of all public authorities have less than 1 MiB.
const MAX_PEM: usize = 16 << 20;

/// How to speak TLS with masters.
///
/// ```no_run
/// use mesos_sdk::security::Tls;
/// # fn main() -> Result<(), mesos_sdk::Error> {
/// let tls = Tls::new()
///     .ca_file("/etc/mesos/ca.pem")?
///     .client_certificate_files("/etc/mesos/me.pem", "/etc/mesos/me.key")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Tls {
    authorities: Vec<Pem>,
    identity: Option<Identity>,
    server_name: Option<String>,
    is_native: bool,
}

/// PEM, and where it is from.
#[derive(Clone)]
struct Pem {
    bytes: Vec<u8>,
    origin: String,
}

/// A certificate, with those between it and its authority, and its key. The key is never printed.
#[derive(Clone)]
struct Identity {
    chain: Pem,
    key: Pem,
}

impl Tls {
    /// Creates settings that trust the certificate authorities of this machine, without a client
    /// certificate.
    pub fn new() -> Self {
        Self::default()
    }

    /// Believes the authorities in a PEM file, and no more those of this machine. May be called
    /// several times.
    ///
    /// # Errors
    ///
    /// If the file can't be read.
    pub fn ca_file(self, path: impl AsRef<Path>) -> Result<Self, Error> {
        Ok(self.and_authorities(Pem::read(path.as_ref())?))
    }

    /// Sets the same with the PEM itself.
    #[must_use]
    pub fn ca_pem(self, pem: impl Into<Vec<u8>>) -> Self {
        self.and_authorities(Pem { bytes: pem.into(), origin: "the PEM of the authorities".to_owned() })
    }

    fn and_authorities(mut self, pem: Pem) -> Self {
        self.authorities.push(pem);
        self
    }

    /// Shows this certificate to peers that ask for one: a PEM file with it, and with those between
    /// it and its authority, and a PEM file with its key (PKCS #8, unencrypted).
    ///
    /// # Errors
    ///
    /// If a file can't be read.
    pub fn client_certificate_files(
        self,
        chain: impl AsRef<Path>,
        key: impl AsRef<Path>,
    ) -> Result<Self, Error> {
        let identity = Identity { chain: Pem::read(chain.as_ref())?, key: Pem::read(key.as_ref())? };
        Ok(Self { identity: Some(identity), ..self })
    }

    /// Sets the same with the PEM itself.
    #[must_use]
    pub fn client_certificate_pem(self, chain: impl Into<Vec<u8>>, key: impl Into<Vec<u8>>) -> Self {
        let chain = Pem { bytes: chain.into(), origin: "the PEM of the client certificate".to_owned() };
        let key = Pem { bytes: key.into(), origin: "the PEM of the client's key".to_owned() };
        Self { identity: Some(Identity { chain, key }), ..self }
    }

    /// Sets the name that every peer's certificate must be for, instead of the host that it is
    /// reached by: where masters are named by IP address, as by ZooKeeper, and their certificates
    /// are not.
    #[must_use]
    pub fn server_name(self, name: impl Into<String>) -> Self {
        Self { server_name: Some(name.into()), ..self }
    }

    /// Uses the library that comes with the system, instead of rustls. The ciphers that Mesos has
    /// by default are older than what rustls speaks; where a master can't be given others, this
    /// speaks with it.
    #[cfg(feature = "native-tls")]
    #[must_use]
    pub fn use_native_tls(self) -> Self {
        Self { is_native: true, ..self }
    }

    fn server_name_for<'a>(&'a self, address: &'a Address) -> &'a str {
        self.server_name.as_deref().unwrap_or_else(|| without_zone(address.host()))
    }
}

impl Pem {
    fn read(path: &Path) -> Result<Self, Error> {
        let origin = path.display().to_string();
        let bytes = regular_file::read(path, MAX_PEM).map_err(|error| {
            Error::new(ErrorKind::Invalid, format!("{origin} can't be read")).with_source(error)
        })?;
        Ok(Self { bytes, origin })
    }

    /// Returns the error that the file does not contain what it should, without a cause, which
    /// would show its content.
    fn unusable(&self, what: &str) -> Error {
        Error::new(ErrorKind::Invalid, format!("{} has no {what} in PEM that can be used", self.origin))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authorities: Vec<_> = self.authorities.iter().map(|pem| &pem.origin).collect();
        let mut debug = formatter.debug_struct("Tls");
        debug.field("authorities", &authorities).field("server_name", &self.server_name);
        debug.field("certificate", &self.identity.as_ref().map(|identity| &identity.chain.origin));
        debug.field("is_native", &self.is_native).finish()
    }
}

/// Creates the error for a broken handshake. The peer may be terminating, or it refuses what it was
/// offered without a reason, as a master without TLS does.
fn broken_handshake(address: &Address, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    let text = format!(
        "{address} broke off the TLS handshake; if it always does, it does not use TLS (write http://{}), or has no cipher in \
         common with this side, as Mesos by default (see Tls::use_native_tls)",
        address.authority()
    );
    Error::new(ErrorKind::Unreachable, text).with_source(cause)
}

/// Why no connection came about, in words that both libraries share.
enum Failure {
    UnknownAuthority,
    WrongName(String),
    Expired,
    NotTls,
    NoCommonParameters,
    Certificate(String),
}

impl Failure {
    fn into_error(
        self,
        address: &Address,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Error {
        let (kind, text) = match self {
            Self::UnknownAuthority => (
                ErrorKind::Untrusted,
                "has a certificate of an authority that is not known here: name its authority's certificate with \
                 Tls::ca_file"
                    .to_owned(),
            ),
            Self::WrongName(name) => (
                ErrorKind::Untrusted,
                format!(
                    "has a certificate that is not for {name:?}: reach it by a name that the certificate is for, or give that \
                     name with Tls::server_name"
                ),
            ),
            Self::Expired => (
                ErrorKind::Untrusted,
                "has a certificate that is not valid at this time: it must be renewed, or the clock here is wrong".to_owned(),
            ),
            Self::NotTls => (
                ErrorKind::NotMesos,
                format!("does not use TLS: write http://{} if it is a master without TLS", address.authority()),
            ),
            Self::NoCommonParameters => (
                ErrorKind::Untrusted,
                "has no version or cipher of TLS in common with this side: Mesos' default ciphers are older than rustls \
                 speaks; give it newer ones with LIBPROCESS_SSL_CIPHERS, such as ECDHE-RSA-AES128-GCM-SHA256, or use the \
                 feature native-tls and Tls::use_native_tls"
                    .to_owned(),
            ),
            Self::Certificate(what) => (ErrorKind::Untrusted, format!("has a certificate that can't be used: {what}")),
        };
        Error::new(kind, format!("{address} {text}")).with_source(cause)
    }
}
