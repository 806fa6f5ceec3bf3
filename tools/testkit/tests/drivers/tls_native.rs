//! TLS by the library that comes with the system, which speaks with masters as they are by default.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use mesos_sdk::security::Tls;
use mesos_sdk::{ClientOptions, ErrorKind, SchedulerDriver};
use peer::Server;
use testkit::{Authority, Proxy, TestCluster};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::framework::{driver, info};
use crate::security::{failure, whole_life};
use crate::tls::NO_TLS;

testkit::cases![
    legacy_ciphers_are_supported,
    client_certificate_is_shown
    // How TLS fails has nothing of Mesos in it.
    ; embedded only:
    errors_are_those_of_rustls,
];

/// Elliptic-curve keys do not work with legacy cipher suites.
const RSA_KEY: &str = include_str!("../../../../mesos-sdk/tests/rsa-key-for-tests.pem");

/// A master as it is by default; ends when it is dropped.
struct OldMaster {
    port: String,
    _proxy: Child,
}

impl OldMaster {
    async fn before(cluster: &TestCluster, authority: &Authority) -> Result<Self> {
        let server = authority.certify_key(&["localhost"], RSA_KEY)?;
        let folder = tempfile::tempdir()?;
        let [certificate, key] = ["certificate", "key"].map(|name| folder.path().join(name));
        std::fs::write(&certificate, server.certificate)?;
        std::fs::write(&key, server.key)?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drivers/old-ciphers.py");
        let (host, port) = cluster.address().split_once(':').context("no port")?;
        let mut proxy = Command::new("python3")
            .arg(script)
            .args([&certificate, &key])
            .args([host, port])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("python3 is missing")?;
        let output = proxy.stdout.take().context("no output")?;
        let port = BufReader::new(output).lines().next_line().await?.context("it has ended")?;
        Ok(Self { port, _proxy: proxy })
    }
}

fn tls_driver(port: &str, tls: Tls) -> Result<SchedulerDriver> {
    Ok(driver(&format!("https://localhost:{port}"), info("native"))?
        .client_options(ClientOptions::new().tls(tls)))
}

fn believing(authority: &Authority) -> Tls {
    Tls::new().ca_pem(authority.pem())
}

#[statement::proves(tls)]
async fn legacy_ciphers_are_supported(cluster: TestCluster) -> Result<()> {
    let authority = Authority::new()?;
    let master = OldMaster::before(&cluster, &authority).await?;
    let error = failure(tls_driver(&master.port, believing(&authority))?).await?;
    ensure!(
        error.kind() == ErrorKind::Untrusted && error.to_string().contains("use_native_tls"),
        "{error:?}"
    );
    whole_life(tls_driver(&master.port, believing(&authority).use_native_tls())?).await
}

#[statement::proves(tls)]
async fn client_certificate_is_shown(cluster: TestCluster) -> Result<()> {
    let (authority, clients) = (Authority::new()?, Authority::new()?);
    let proxy = Proxy::tls(cluster.address(), &authority.certify(&["localhost"])?, Some(&clients)).await?;
    let me = clients.certify(&["me"])?;
    let tls = believing(&authority).client_certificate_pem(me.certificate, me.key).use_native_tls();
    whole_life(tls_driver(&proxy.port().to_string(), tls)?).await
}

#[statement::proves(tls)]
async fn errors_are_those_of_rustls(cluster: TestCluster) -> Result<()> {
    let authority = Authority::new()?;
    let front = async |server| Proxy::tls(cluster.address(), &server, None).await;
    let (good, other, old) = (
        front(authority.certify(&["localhost"])?).await?,
        front(authority.certify(&["mesos.example"])?).await?,
        front(authority.certify_expired(&["localhost"])?).await?,
    );
    let server = Server::greeting(NO_TLS)?;
    let plain = server.address().rsplit_once(':').context("no port")?.1.to_owned();
    for (port, authority, kind, expected) in [
        (
            good.port().to_string(),
            &Authority::new()?,
            ErrorKind::Untrusted,
            "an authority that is not known here",
        ),
        (other.port().to_string(), &authority, ErrorKind::Untrusted, "not for \"localhost\""),
        (old.port().to_string(), &authority, ErrorKind::Untrusted, "not valid at this time"),
        (plain, &authority, ErrorKind::NotMesos, "does not use TLS"),
    ] {
        let error = failure(tls_driver(&port, believing(authority).use_native_tls())?).await?;
        ensure!(error.kind() == kind && error.to_string().contains(expected), "{error:?}");
    }
    ensure!([good, other, old].iter().all(|front| front.connections() == 1));
    Ok(())
}
