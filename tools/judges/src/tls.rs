//! TLS in front of a master: a test's own certificate authority, and a proxy that terminates TLS.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
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
pub struct Server {
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
    pub fn certify(&self, names: &[&str]) -> Result<Server> {
        self.sign(&CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())?)
    }

    /// Issues a certificate that expired in the last century.
    pub fn certify_expired(&self, names: &[&str]) -> Result<Server> {
        let mut params =
            CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())?;
        params.not_before = date_time_ymd(1998, 1, 1);
        params.not_after = date_time_ymd(1999, 1, 1);
        self.sign(&params)
    }

    /// Issues a certificate for an existing key, in PEM.
    pub fn certify_key(&self, names: &[&str], key: &str) -> Result<Server> {
        let params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())?;
        self.sign_key(&params, &KeyPair::from_pem(key)?)
    }

    fn sign(&self, params: &CertificateParams) -> Result<Server> {
        self.sign_key(params, &KeyPair::generate()?)
    }

    fn sign_key(&self, params: &CertificateParams, key: &KeyPair) -> Result<Server> {
        let certificate = params.signed_by(key, &self.issuer)?.pem();
        Ok(Server { certificate, key: key.serialize_pem() })
    }
}

/// A proxy that speaks TLS with drivers and plain HTTP with the master. Dropping it ends the proxy.
#[derive(Debug)]
pub struct TlsProxy {
    port: u16,
    connections: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl TlsProxy {
    /// Starts a proxy for the master at `master`. With `clients`, it only accepts clients with a
    /// certificate of that authority.
    pub async fn to(master: &str, server: &Server, clients: Option<&Authority>) -> Result<Self> {
        let acceptor = TlsAcceptor::from(Arc::new(config(server, clients)?));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let connections = Arc::<AtomicUsize>::default();
        let accepting = tokio::spawn(accept(listener, acceptor, master.to_owned(), Arc::clone(&connections)));
        Ok(Self { port, connections, accepting })
    }

    /// Returns the master's address for drivers, with this name of the machine.
    pub fn url(&self, host: &str) -> String {
        format!("https://{host}:{}", self.port)
    }

    /// Returns the port on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns how many connections there were, including those on which the TLS handshake failed.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for TlsProxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn config(server: &Server, clients: Option<&Authority>) -> Result<ServerConfig> {
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
    let certificate = CertificateDer::from_pem_slice(server.certificate.as_bytes())?;
    Ok(builder.with_single_cert(vec![certificate], PrivateKeyDer::from_pem_slice(server.key.as_bytes())?)?)
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, master: String, connections: Arc<AtomicUsize>) {
    while let Ok((driver, _)) = listener.accept().await {
        connections.fetch_add(1, Ordering::SeqCst);
        let (acceptor, master) = (acceptor.clone(), master.clone());
        tokio::spawn(async move {
            // The driver sees what goes wrong here.
            let Ok(mut driver) = acceptor.accept(driver).await else { return };
            let Ok(mut master) = TcpStream::connect(master).await else { return };
            let _ = copy_bidirectional(&mut driver, &mut master).await;
        });
    }
}
