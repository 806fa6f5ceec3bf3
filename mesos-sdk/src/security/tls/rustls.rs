//! TLS by rustls, with ring for its cryptography.

use std::io;
use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{
    self, AlertDescription, CertificateError, ClientConfig, InvalidMessage, RootCertStore, crypto,
};

use super::rustls_stream::Stream;
use super::{Failure, Identity, Pem, Tls};
use crate::http::Io;
use crate::{Address, Error, ErrorKind};

pub(super) struct Client(Arc<ClientConfig>);

impl Client {
    pub(super) fn new(tls: &Tls) -> Result<Self, Error> {
        let refused = |error: rustls::Error| {
            Error::new(ErrorKind::Invalid, "TLS cannot be set up with these settings").with_source(error)
        };
        // Named, because a program may have several and then rustls would choose none.
        let provider = Arc::new(crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider);
        let builder = builder.with_safe_default_protocol_versions().map_err(refused)?;
        let builder = builder.with_root_certificates(authorities(tls)?);
        let mut config = match &tls.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let (chain, key) = to_der(identity)?;
                builder.with_client_auth_cert(chain, key).map_err(refused)?
            }
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(Arc::new(config)))
    }

    pub(super) async fn handshake(
        &self,
        name: &str,
        address: &Address,
        io: Box<dyn Io>,
    ) -> Result<Box<dyn Io>, Error> {
        let server = ServerName::try_from(name.to_owned()).map_err(|error| {
            Error::new(ErrorKind::Invalid, format!("{name:?} can't be the name of a server"))
                .with_source(error)
        })?;
        let connector = TlsConnector::from(Arc::clone(&self.0));
        match connector.connect(server, io).await {
            Ok(stream) => Ok(Box::new(Stream(stream))),
            Err(error) => Err(to_error(name, address, error)),
        }
    }
}

fn authorities(tls: &Tls) -> Result<RootCertStore, Error> {
    let mut store = RootCertStore::empty();
    for pem in &tls.authorities {
        for certificate in certificates(pem)? {
            store.add(certificate).map_err(|_| pem.unusable("certificate of an authority"))?;
        }
    }
    if tls.authorities.is_empty() {
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if store.is_empty() {
        let text = "this machine knows no authorities for TLS: install its package of them (ca-certificates), or name your \
                    own with Tls::ca_file";
        return Err(Error::new(ErrorKind::Invalid, text));
    }
    Ok(store)
}

fn certificates(pem: &Pem) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates = CertificateDer::pem_slice_iter(&pem.bytes).collect::<Result<Vec<_>, _>>();
    certificates.ok().filter(|all| !all.is_empty()).ok_or_else(|| pem.unusable("certificate"))
}

fn to_der(identity: &Identity) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Error> {
    let key = PrivateKeyDer::from_pem_slice(&identity.key.bytes)
        .map_err(|_| identity.key.unusable("private key"))?;
    Ok((certificates(&identity.chain)?, key))
}

fn to_error(name: &str, address: &Address, error: io::Error) -> Error {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    match cause.and_then(|cause| failure(name, cause)) {
        Some(failure) => failure.into_error(address, error),
        None => super::broken_handshake(address, error),
    }
}

fn failure(name: &str, error: &rustls::Error) -> Option<Failure> {
    use AlertDescription::{HandshakeFailure, InsufficientSecurity, ProtocolVersion};
    Some(match error {
        rustls::Error::InvalidCertificate(why) => match why {
            // A wrong signature is that of another authority with the same name.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Failure::UnknownAuthority,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Failure::WrongName(name.to_owned())
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Failure::Expired,
            // Self-signed certificates made by `openssl req -x509` are like this.
            CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
                let what = "it is that of an authority (CA:TRUE), and a server needs its own, signed by the authority";
                Failure::Certificate(what.to_owned())
            }
            other => Failure::Certificate(other.to_string()),
        },
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => Failure::NotTls,
        rustls::Error::AlertReceived(HandshakeFailure | InsufficientSecurity | ProtocolVersion)
        | rustls::Error::PeerIncompatible(_) => Failure::NoCommonParameters,
        _ => return None,
    })
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("rustls")
    }
}
