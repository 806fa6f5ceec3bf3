//! A test's own certificate authority.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

static NUMBER: AtomicUsize = AtomicUsize::new(0);

/// A certificate authority, which only those trust who have its [`Authority::pem`].
#[derive(Debug)]
pub struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key, both in PEM.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The certificate.
    pub certificate: String,
    /// Its key.
    pub key: String,
}

impl Authority {
    /// Creates an authority.
    pub fn new() -> Result<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        // Each has a unique name, by which a certificate refers to its issuer.
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        params.distinguished_name.push(DnType::CommonName, format!("authority {number} of a test"));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        let pem = params.self_signed(&key)?.pem();
        Ok(Self { pem, issuer: Issuer::new(params, key) })
    }

    /// Returns the authority's own certificate.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Issues a certificate for these names and IP addresses.
    pub fn certify(&self, names: &[&str]) -> Result<Certificate> {
        self.sign(&CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())?)
    }

    /// Issues a certificate that expired in the last century.
    pub fn certify_expired(&self, names: &[&str]) -> Result<Certificate> {
        let mut params =
            CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())?;
        params.not_before = date_time_ymd(1998, 1, 1);
        params.not_after = date_time_ymd(1999, 1, 1);
        self.sign(&params)
    }

    /// Issues a certificate for an existing key, in PEM.
    pub fn certify_key(&self, names: &[&str], key: &str) -> Result<Certificate> {
        let params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())?;
        self.sign_key(&params, &KeyPair::from_pem(key)?)
    }

    fn sign(&self, params: &CertificateParams) -> Result<Certificate> {
        self.sign_key(params, &KeyPair::generate()?)
    }

    fn sign_key(&self, params: &CertificateParams, key: &KeyPair) -> Result<Certificate> {
        let certificate = params.signed_by(key, &self.issuer)?.pem();
        Ok(Certificate { certificate, key: key.serialize_pem() })
    }
}

/// Returns what accepts TLS with this certificate. With `clients`, it only accepts clients with a
/// certificate of that authority.
pub(crate) fn acceptor(certificate: &Certificate, clients: Option<&Authority>) -> Result<TlsAcceptor> {
    Ok(TlsAcceptor::from(Arc::new(config(certificate, clients)?)))
}

fn config(certificate: &Certificate, clients: Option<&Authority>) -> Result<ServerConfig> {
    let provider = Arc::new(default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(authority.pem.as_bytes())?)?;
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build()?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let chain = vec![CertificateDer::from_pem_slice(certificate.certificate.as_bytes())?];
    Ok(builder.with_single_cert(chain, PrivateKeyDer::from_pem_slice(certificate.key.as_bytes())?)?)
}
