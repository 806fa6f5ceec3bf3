//! The crawl on a cluster of two agents, embedded or real, in a separate process as users run it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;
use testkit::{Authority, Proxy, TestCluster};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

testkit::cases![
    every_user_comes_once,
    every_user_comes_once_in_trouble,
    credentials_crawl_succeeds,
    wrong_credentials_end_the_crawl_in_a_line,
    private_authority_crawl_succeeds,
    unknown_authority_ends_the_crawl_in_a_line,
];

const USERS: usize = 20;
/// A crawl of 20 users that nothing holds up takes a few seconds.
const LIMIT: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(20);

fn main() -> ExitCode {
    testkit::run(cases())
}

async fn every_user_comes_once(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::start(cluster.backend(), 2).await?;
    Crawl::start(&cluster, &[])?.ends_well(&cluster).await
}

async fn every_user_comes_once_in_trouble(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::start(cluster.backend(), 2).await?;
    let crawl = Crawl::start(&cluster, &["--rate", "4"])?;
    crawl.until(|crawl| crawl.output().matches("userboard :").count() >= 4).await?;
    let victim = executors(&cluster).await?.into_iter().next().context("no executor runs")?;
    ensure!(Command::new("kill").args(["-KILL", &victim]).status().await?.success());
    cluster.freeze_agent(1).await?;
    sleep(Duration::from_secs(3)).await;
    cluster.thaw_agent(1).await?;
    crawl.ends_well(&cluster).await
}

/// By the variables of the first pinspider, and by a file.
#[statement::proves(principal)]
async fn credentials_crawl_succeeds(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::authenticating_schedulers(cluster.backend(), "me", "hush").await?;
    let variables = [("MESOS_AUTHENTICATE", "1"), ("DEFAULT_PRINCIPAL", "me"), ("DEFAULT_SECRET", "hush")];
    Crawl::start_at(cluster.address(), &[], &variables)?.ends_well(&cluster).await?;
    let file = tempfile::NamedTempFile::new()?;
    fs::write(file.path(), r#"{"principal": "me", "secret": "hush"}"#)?;
    let file = file.path().to_str().context("an odd path")?;
    Crawl::start_at(cluster.address(), &["--credentials", file], &[])?.ends_well(&cluster).await
}

#[statement::proves(principal)]
async fn wrong_credentials_end_the_crawl_in_a_line(cluster: TestCluster) -> Result<()> {
    let cluster = TestCluster::authenticating_schedulers(cluster.backend(), "me", "hush").await?;
    let variables = [("MESOS_AUTHENTICATE", "1"), ("DEFAULT_PRINCIPAL", "me"), ("DEFAULT_SECRET", "sesame")];
    let errors = Crawl::start_at(cluster.address(), &[], &variables)?.ends_badly().await?;
    ensure!(
        errors.contains("does not accept the credentials (401)") && !errors.contains("sesame"),
        "{errors}"
    );
    Ok(())
}

#[statement::proves(tls)]
async fn private_authority_crawl_succeeds(cluster: TestCluster) -> Result<()> {
    let authority = Authority::new()?;
    let proxy = Proxy::tls(cluster.address(), &authority.certify(&["localhost"])?, None).await?;
    let ca = tempfile::NamedTempFile::new()?;
    fs::write(ca.path(), authority.pem())?;
    let ca = ca.path().to_str().context("an odd path")?;
    Crawl::start_at(&proxy.url("localhost"), &["--ca", ca], &[])?.ends_well(&cluster).await
}

#[statement::proves(tls)]
async fn unknown_authority_ends_the_crawl_in_a_line(cluster: TestCluster) -> Result<()> {
    let proxy = Proxy::tls(cluster.address(), &Authority::new()?.certify(&["localhost"])?, None).await?;
    let ca = tempfile::NamedTempFile::new()?;
    fs::write(ca.path(), Authority::new()?.pem())?;
    let ca = ca.path().to_str().context("an odd path")?;
    let errors = Crawl::start_at(&proxy.url("localhost"), &["--ca", ca], &[])?.ends_badly().await?;
    ensure!(
        errors.contains("an authority that is not known here") && errors.contains("--ca FILE"),
        "{errors}"
    );
    ensure!(proxy.connections() == 1);
    Ok(())
}

/// A running crawl, killed when dropped.
struct Crawl {
    program: Child,
    folder: TempDir,
}

impl Crawl {
    fn start(cluster: &TestCluster, options: &[&str]) -> Result<Self> {
        Self::start_at(cluster.address(), options, &[])
    }

    fn start_at(master: &str, options: &[&str], variables: &[(&str, &str)]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let file = |name: &str| File::create(folder.path().join(name));
        let program = Command::new(program()?)
            .args([master, &USERS.to_string(), "--json"])
            .arg(folder.path().join("results"))
            .args(options)
            .envs(variables.iter().copied())
            .stdout(file("output")?)
            .stderr(file("errors")?)
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self { program, folder })
    }

    /// What it has printed so far.
    fn output(&self) -> String {
        read(&self.folder.path().join("output"))
    }

    async fn until(&self, so: impl Fn(&Self) -> bool) -> Result<()> {
        let wait = async {
            while !so(self) {
                sleep(POLL).await;
            }
        };
        timeout(LIMIT, wait).await.with_context(|| read(&self.folder.path().join("errors")))
    }

    /// It fails soon, in one line, which is returned with the one about what it does.
    async fn ends_badly(mut self) -> Result<String> {
        let status = timeout(LIMIT, self.program.wait()).await.context("the crawl does not end")??;
        let errors = read(&self.folder.path().join("errors"));
        ensure!(status.code() == Some(1) && errors.lines().count() == 2, "{status}\n{errors}");
        Ok(errors)
    }

    /// Every user is printed and written once, and no task is left.
    async fn ends_well(mut self, cluster: &TestCluster) -> Result<()> {
        let status = timeout(LIMIT, self.program.wait()).await.context("the crawl does not end")??;
        ensure!(status.success(), "{status}\n{}", read(&self.folder.path().join("errors")));
        let printed = self.output();
        ensure!(printed.matches("userprofile :").count() == USERS, "{printed}");
        ensure!(printed.matches("userboard :").count() == USERS, "{printed}");
        let results: Vec<Value> = serde_json::from_str(&read(&self.folder.path().join("results")))?;
        let users: BTreeSet<_> = results.iter().filter_map(|result| result["user"].as_str()).collect();
        ensure!(results.len() == USERS && users.len() == USERS, "{users:?}");
        let state = cluster.state().await?;
        ensure!(state["frameworks"] == Value::Array(Vec::new()), "{}", state["frameworks"]);
        Ok(())
    }
}

/// The example that `cargo test` has built beside this test.
fn program() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let beside = test.parent().and_then(Path::parent).context("the test is in no folder")?;
    let program = beside.join("examples/pinspider");
    ensure!(program.exists(), "{} is missing: run `cargo build --example pinspider`", program.display());
    Ok(program)
}

/// The process ids of the executors of the one framework.
async fn executors(cluster: &TestCluster) -> Result<Vec<String>> {
    let state = cluster.state().await?;
    let framework = state["frameworks"][0]["id"].as_str().context("no framework")?;
    let mark = format!("MESOS_FRAMEWORK_ID={framework}\0");
    let processes = fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let of_framework =
        |process: &String| read(&Path::new("/proc").join(process).join("environ")).contains(&mark);
    Ok(processes.filter(of_framework).collect())
}

/// What can be read of a file; nothing if it is not there any more.
fn read(path: &Path) -> String {
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
