//! TLS, ended by a proxy in front of the master.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mesos_sdk::proto::v1::TaskState;
use mesos_sdk::security::Tls;
use mesos_sdk::{ClientOptions, Error, ErrorKind, SchedulerDriver};
use peer::Server;
use testkit::{Authority, Certificate, Proxy, TestCluster};

use crate::framework::{Framework, driver, info};
use crate::security::{failure, whole_life};
use crate::task::{AGENT, Work, task, with_variables};

testkit::cases![
    private_authority_is_trusted,
    client_certificate_is_shown,
    executor_uses_tls_with_its_agent,
    server_name_may_be_given,
    master_without_tls_hangs_up
    // How TLS fails has nothing of Mesos in it.
    ; embedded only:
    unknown_authority_is_one_error,
    wrong_name_is_one_error,
    expired_certificate_is_one_error,
    missing_client_certificate_is_reported,
    plain_server_is_recognized,
    required_tls_is_not_downgraded,
    redirect_does_not_leave_tls,
    broken_handshake_is_retried,
    invalid_files_are_named,
];

/// What many servers without TLS send in response to a TLS handshake; Mesos sends nothing.
pub(crate) const NO_TLS: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";

struct Front {
    authority: Authority,
    proxy: Proxy,
}

/// In front of the backend, with a certificate for these names.
async fn front(cluster: &TestCluster, names: &[&str]) -> Result<Front> {
    let authority = Authority::new()?;
    let server = authority.certify(names)?;
    Ok(Front { proxy: Proxy::tls(cluster.address(), &server, None).await?, authority })
}

fn believing(authority: &Authority) -> Tls {
    Tls::new().ca_pem(authority.pem())
}

fn tls_driver(master: &str, tls: Tls) -> Result<SchedulerDriver> {
    Ok(driver(master, info("tls"))?.client_options(ClientOptions::new().tls(tls)))
}

fn ensure_error(error: &Error, kind: ErrorKind, text: &str) -> Result<()> {
    ensure!(error.kind() == kind && error.to_string().contains(text), "{error:?}");
    Ok(())
}

#[statement::proves(tls)]
async fn private_authority_is_trusted(cluster: TestCluster) -> Result<()> {
    let Front { authority, proxy } = front(&cluster, &["localhost", "127.0.0.1"]).await?;
    for host in ["localhost", "127.0.0.1"] {
        whole_life(tls_driver(&proxy.url(host), believing(&authority))?).await?;
    }
    Ok(())
}

#[statement::proves(tls)]
async fn executor_uses_tls_with_its_agent(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::start(driver(cluster.address(), info("tls"))?);
    let offer = framework.offer().await?;
    let agent = offer.url.as_ref().map(|url| &url.address).context("no address of the agent")?;
    let agent = format!("{}:{}", agent.ip(), agent.port);
    let authority = Authority::new()?;
    let clients = Authority::new()?;
    let proxy = Proxy::tls(&agent, &authority.certify(&["127.0.0.1"])?, Some(&clients)).await?;
    let Certificate { certificate, key } = clients.certify(&["executor"])?;
    let folder = tempfile::tempdir()?;
    let file = |name: &str, pem: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, pem)?;
        path.into_os_string().into_string().ok().context("an odd path")
    };
    // As an agent's operator sets them, for the agent hands them on.
    let variables = [
        (AGENT, format!("127.0.0.1:{}", proxy.port())),
        ("LIBPROCESS_SSL_ENABLED", "true".to_owned()),
        ("LIBPROCESS_SSL_CA_FILE", file("ca.pem", authority.pem())?),
        ("LIBPROCESS_SSL_CERT_FILE", file("certificate.pem", &certificate)?),
        ("LIBPROCESS_SSL_KEY_FILE", file("key.pem", &key)?),
    ];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    let task = with_variables(task("t", &offer, Work::FinishAfter(0))?, &variables);
    framework.handle.launch([offer.id], [task]).await?;
    framework.state("t", TaskState::Finished).await?;
    ensure!(proxy.connections() == 2, "{} connections", proxy.connections());
    framework.stop().await
}

#[statement::proves(tls)]
async fn client_certificate_is_shown(cluster: TestCluster) -> Result<()> {
    let (authority, clients) = (Authority::new()?, Authority::new()?);
    let proxy = Proxy::tls(cluster.address(), &authority.certify(&["localhost"])?, Some(&clients)).await?;
    let Certificate { certificate, key } = clients.certify(&["me"])?;
    let tls = believing(&authority).client_certificate_pem(certificate, key.clone());
    ensure!(!format!("{tls:?}").contains(key.lines().nth(1).context("no key")?));
    whole_life(tls_driver(&proxy.url("localhost"), tls)?).await
}

#[statement::proves(tls)]
async fn server_name_may_be_given(cluster: TestCluster) -> Result<()> {
    let Front { authority, proxy } = front(&cluster, &["mesos.example"]).await?;
    whole_life(tls_driver(&proxy.url("127.0.0.1"), believing(&authority).server_name("mesos.example"))?).await
}

#[statement::proves(tls)]
async fn unknown_authority_is_one_error(cluster: TestCluster) -> Result<()> {
    let Front { proxy, .. } = front(&cluster, &["localhost"]).await?;
    let error = failure(tls_driver(&proxy.url("localhost"), believing(&Authority::new()?))?).await?;
    ensure_error(&error, ErrorKind::Untrusted, "an authority that is not known here: name its authority")?;
    ensure!(proxy.connections() == 1);
    Ok(())
}

#[statement::proves(tls)]
async fn wrong_name_is_one_error(cluster: TestCluster) -> Result<()> {
    let Front { authority, proxy } = front(&cluster, &["mesos.example"]).await?;
    let error = failure(tls_driver(&proxy.url("localhost"), believing(&authority))?).await?;
    ensure_error(&error, ErrorKind::Untrusted, "not for \"localhost\"")?;
    ensure!(proxy.connections() == 1);
    Ok(())
}

#[statement::proves(tls)]
async fn expired_certificate_is_one_error(cluster: TestCluster) -> Result<()> {
    let authority = Authority::new()?;
    let proxy = Proxy::tls(cluster.address(), &authority.certify_expired(&["localhost"])?, None).await?;
    let error = failure(tls_driver(&proxy.url("localhost"), believing(&authority))?).await?;
    ensure_error(&error, ErrorKind::Untrusted, "not valid at this time")?;
    ensure!(proxy.connections() == 1);
    Ok(())
}

#[statement::proves(tls)]
async fn missing_client_certificate_is_reported(cluster: TestCluster) -> Result<()> {
    let authority = Authority::new()?;
    let proxy = Proxy::tls(cluster.address(), &authority.certify(&["localhost"])?, Some(&authority)).await?;
    let error = failure(tls_driver(&proxy.url("localhost"), believing(&authority))?).await?;
    ensure_error(&error, ErrorKind::Untrusted, "requires a client certificate")?;
    ensure!(proxy.connections() == 1);
    Ok(())
}

/// As one that ends does, so it is asked again for as long as the driver has patience.
#[statement::proves(tls)]
async fn master_without_tls_hangs_up(cluster: TestCluster) -> Result<()> {
    let driver = tls_driver(&format!("https://{}", cluster.address()), Tls::new())?;
    let error = failure(driver.subscribe_timeout(Duration::from_secs(1))).await?;
    let remedy = format!("does not use TLS (write http://{})", cluster.address());
    ensure!(error.kind() == ErrorKind::Unreachable && format!("{error:#}").contains(&remedy), "{error:?}");
    Ok(())
}

#[statement::proves(tls)]
async fn plain_server_is_recognized(cluster: TestCluster) -> Result<()> {
    let plain = Server::greeting(NO_TLS)?;
    let error = failure(driver(&format!("https://{}", plain.address()), info("tls"))?).await?;
    ensure_error(
        &error,
        ErrorKind::NotMesos,
        &format!("does not use TLS: write http://{}", plain.address()),
    )?;
    let Front { proxy, .. } = front(&cluster, &["localhost"]).await?;
    let error = failure(driver(&format!("localhost:{}", proxy.port()), info("tls"))?).await?;
    ensure_error(&error, ErrorKind::NotMesos, "write https:// before it if it speaks TLS")
}

#[statement::proves(tls)]
async fn required_tls_is_not_downgraded(cluster: TestCluster) -> Result<()> {
    let error = failure(tls_driver(cluster.address(), Tls::new())?).await?;
    ensure_error(&error, ErrorKind::Invalid, &format!("write https://{}", cluster.address()))
}

#[statement::proves(tls)]
async fn redirect_does_not_leave_tls(cluster: TestCluster) -> Result<()> {
    let location = format!("http://{}/api/v1/scheduler", cluster.address());
    let head =
        format!("HTTP/1.1 307 Temporary Redirect\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    let standby = Server::responding(head.as_bytes())?;
    let authority = Authority::new()?;
    let proxy = Proxy::tls(standby.address(), &authority.certify(&["localhost"])?, None).await?;
    let error = failure(tls_driver(&proxy.url("localhost"), believing(&authority))?).await?;
    ensure_error(&error, ErrorKind::Untrusted, "redirects from https to http")
}

#[statement::proves(tls)]
async fn broken_handshake_is_retried(cluster: TestCluster) -> Result<()> {
    let gone = Server::responding(b"")?;
    let Front { authority, proxy } = front(&cluster, &["localhost"]).await?;
    let masters = format!("https://{},{}", gone.address(), proxy.url("localhost"));
    whole_life(tls_driver(&masters, believing(&authority))?).await?;
    ensure!(gone.connections() == 1);
    Ok(())
}

#[statement::proves(tls)]
async fn invalid_files_are_named(cluster: TestCluster) -> Result<()> {
    let missing = Tls::new().ca_file("/nowhere/ca.pem").err().context("read")?;
    ensure_error(&missing, ErrorKind::Invalid, "/nowhere/ca.pem can't be read")?;
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), "no PEM")?;
    let tls = Tls::new().ca_file(file.path())?;
    let error = failure(tls_driver(&format!("https://{}", cluster.address()), tls)?).await?;
    ensure_error(&error, ErrorKind::Invalid, &format!("{} has no certificate", file.path().display()))
}
