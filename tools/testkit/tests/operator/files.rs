//! Files of agents.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::StreamExt as _;
use mesos_sdk::ErrorKind;
use mesos_sdk::operator::AgentOperator;
use testkit::TestCluster;

use crate::cluster::{agent, ensure_refused, master};
use crate::running::{self, Running};

testkit::cases![
    sandbox_is_listed_and_its_files_are_read,
    file_larger_than_a_response_is_read_whole,
    a_file_that_grows_is_followed,
    beyond_the_end_there_is_nothing,
    a_listing_follows_links,
    what_is_not_there_is_not_found;
    // A real agent opens it, and waits for somebody to write.
    embedded only: what_is_not_a_regular_file_is_not_read
];

/// The path of the one executor's sandbox, by which the agent shows it.
fn sandbox(running: &Running) -> Result<String> {
    Ok(running.executor.variable("MESOS_DIRECTORY").context("no MESOS_DIRECTORY")?.to_owned())
}

async fn with_file(cluster: &TestCluster, contents: &[u8]) -> Result<(Running, AgentOperator, String)> {
    let running = running::running(cluster).await?;
    let path = format!("{}/notes", sandbox(&running)?);
    std::fs::write(&path, contents)?;
    Ok((running, agent(cluster).await?, path))
}

async fn sandbox_is_listed_and_its_files_are_read(cluster: TestCluster) -> Result<()> {
    let (running, agent, path) = with_file(&cluster, b"hello").await?;
    let listed = agent.list_files(sandbox(&running)?).await?.file_infos;
    let notes = listed.iter().find(|file| file.path == path).with_context(|| format!("{listed:?}"))?;
    ensure!(notes.size == Some(5), "{notes:?}");
    let read = agent.read_file(path.as_str(), 1, Some(3)).await?;
    ensure!(read.size == 5 && read.data == "ell", "{read:?}");
    let end = agent.read_file(path, 5, None).await?;
    ensure!(end.size == 5 && end.data.is_empty(), "{end:?}");
    Ok(())
}

async fn file_larger_than_a_response_is_read_whole(cluster: TestCluster) -> Result<()> {
    let contents: Vec<u8> = (0..300_000_u32).map(|i| (i % 251) as u8).collect();
    let (_running, agent, path) = with_file(&cluster, &contents).await?;
    let one = agent.read_file(path.as_str(), 0, None).await?;
    ensure!(one.data.len() < contents.len() && one.size == contents.len() as u64);
    let mut chunks = agent.read_whole_file(path.as_str());
    let mut read = Vec::new();
    while let Some(chunk) = chunks.next().await {
        read.extend_from_slice(&chunk?);
    }
    ensure!(read == contents, "{} bytes read", read.len());
    Ok(())
}

async fn a_file_that_grows_is_followed(cluster: TestCluster) -> Result<()> {
    let (_running, agent, path) = with_file(&cluster, b"one").await?;
    let mut chunks = agent.read_whole_file(path.as_str()).starting_at(1).follow(Duration::from_millis(50));
    ensure!(chunks.next().await.context("no chunk")?? == "ne");
    let more = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        std::fs::write(&path, b"one two")
    };
    let (chunk, written) = tokio::join!(chunks.next(), more);
    written?;
    ensure!(chunk.context("no chunk")?? == " two");
    std::fs::write(&path, b"")?;
    let shorter = chunks.next().await.context("no error")?;
    ensure_refused(shorter, ErrorKind::Conflict, "shorter")?;
    ensure!(chunks.next().await.is_none());
    Ok(())
}

async fn beyond_the_end_there_is_nothing(cluster: TestCluster) -> Result<()> {
    let (_running, agent, path) = with_file(&cluster, b"hello").await?;
    for offset in [5, 6, 1 << 40, 1 << 63, u64::MAX] {
        let end = agent.read_file(path.as_str(), offset, None).await?;
        ensure!(end.size == 5 && end.data.is_empty(), "at {offset}: {end:?}");
    }
    Ok(())
}

async fn a_listing_follows_links(cluster: TestCluster) -> Result<()> {
    let (running, agent, path) = with_file(&cluster, b"hello").await?;
    let folder = sandbox(&running)?;
    std::os::unix::fs::symlink(&path, format!("{folder}/link"))?;
    std::os::unix::fs::symlink("nowhere", format!("{folder}/dangling"))?;
    let listed = agent.list_files(folder.as_str()).await?.file_infos;
    let info = |name: &str| listed.iter().find(|info| info.path == format!("{folder}/{name}"));
    let link = info("link").context("the link is not listed")?;
    ensure!(link.size() == 5 && link.mode() & 0o170_000 == 0o100_000, "{link:?}");
    ensure!(info("dangling").is_none(), "{listed:?}");
    Ok(())
}

async fn what_is_not_there_is_not_found(cluster: TestCluster) -> Result<()> {
    let agent = agent(&cluster).await?;
    ensure_refused(agent.list_files("/nowhere").await, ErrorKind::NotFound, "")?;
    ensure_refused(agent.read_file("/nowhere", 0, None).await, ErrorKind::NotFound, "")?;
    let master = master(&cluster)?;
    ensure_refused(master.list_files("/nowhere").await, ErrorKind::NotFound, "")?;
    ensure_refused(master.read_file("/nowhere", 0, None).await, ErrorKind::NotFound, "")
}

async fn what_is_not_a_regular_file_is_not_read(cluster: TestCluster) -> Result<()> {
    let running = running::running(&cluster).await?;
    let folder = sandbox(&running)?;
    let agent = agent(&cluster).await?;
    let made = std::process::Command::new("mkfifo").arg(format!("{folder}/fifo")).status()?;
    ensure!(made.success());
    for path in [format!("{folder}/fifo"), folder] {
        let read = tokio::time::timeout(Duration::from_secs(10), agent.read_file(path, 0, None)).await;
        ensure_refused(read.context("it waits")?, ErrorKind::NotFound, "not a regular file")?;
    }
    Ok(())
}
