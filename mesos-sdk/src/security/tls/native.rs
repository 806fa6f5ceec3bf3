//! TLS by the library that comes with the system.

use tokio_native_tls::TlsConnector;
use tokio_native_tls::native_tls::{self, Certificate};

use super::{Failure, Tls};
use crate::http::Io;
use crate::{Address, Error, ErrorKind};

/// What stands before each certificate in PEM.
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

pub(super) struct Client(TlsConnector);

impl Client {
    pub(super) fn new(tls: &Tls) -> Result<Self, Error> {
        let mut builder = native_tls::TlsConnector::builder();
        for pem in &tls.authorities {
            let text = String::from_utf8_lossy(&pem.bytes);
            let each = text.split(BEGIN).skip(1).map(|rest| format!("{BEGIN}{rest}"));
            let each = each.map(|pem| Certificate::from_pem(pem.as_bytes())).collect::<Result<Vec<_>, _>>();
            let each = each.ok().filter(|all| !all.is_empty()).ok_or_else(|| pem.unusable("certificate"))?;
            builder.disable_built_in_roots(true);
            for certificate in each {
                builder.add_root_certificate(certificate);
            }
        }
        if let Some(identity) = &tls.identity {
            let loaded = native_tls::Identity::from_pkcs8(&identity.chain.bytes, &identity.key.bytes);
            builder.identity(
                loaded.map_err(|_| identity.key.unusable("certificate and key that belong together"))?,
            );
        }
        let connector = builder.build().map_err(|error| {
            Error::new(ErrorKind::Invalid, "TLS cannot be set up with these settings").with_source(error)
        })?;
        Ok(Self(connector.into()))
    }

    pub(super) async fn handshake(
        &self,
        name: &str,
        address: &Address,
        io: Box<dyn Io>,
    ) -> Result<Box<dyn Io>, Error> {
        match self.0.connect(name, io).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => Err(to_error(name, address, error)),
        }
    }
}

/// Classifies an error by its text, which is all that the library provides. The texts are
/// OpenSSL's.
fn to_error(name: &str, address: &Address, error: native_tls::Error) -> Error {
    let text = error.to_string();
    let contains_any = |what: &[&str]| what.iter().any(|what| text.contains(what));
    let failure = if contains_any(&[
        "issuer certificate",
        "self-signed certificate",
        "self signed certificate",
        "signature failure",
    ]) {
        Failure::UnknownAuthority
    } else if contains_any(&["ostname mismatch", "IP address mismatch"]) {
        Failure::WrongName(name.to_owned())
    } else if contains_any(&["expired", "not yet valid"]) {
        Failure::Expired
    } else if contains_any(&["wrong version number", "packet length too long", "record layer failure"]) {
        Failure::NotTls
    } else if contains_any(&[
        "handshake failure",
        "no protocols available",
        "unsupported protocol",
        "protocol version",
    ]) {
        Failure::NoCommonParameters
    } else if contains_any(&["certificate verify failed"]) {
        Failure::Certificate(text)
    } else {
        return super::broken_handshake(address, error);
    };
    failure.into_error(address, error)
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("native-tls")
    }
}
