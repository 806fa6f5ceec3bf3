//! Files of commands: the embedded agent fetches them itself, a real one starts `mesos-fetcher`.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use mesos_sdk::proto::v1::command_info::Uri;
use mesos_sdk::proto::v1::task_status::{Reason, Source};
use mesos_sdk::proto::v1::{CommandInfo, TaskState};
use peer::{Response, Server, response};
use testkit::TestCluster;

use crate::commands::{end_of, ensure_is, shell};

testkit::cases![
    files_are_fetched_into_the_sandbox,
    unfetchable_file_fails_the_task,
    archives_are_unpacked,
    files_are_fetched_with_url_credentials,
    archive_link_does_not_leave_the_sandbox,
    what_is_cached_is_fetched_once,
];

fn uri(path: &Path) -> Uri {
    Uri { value: path.display().to_string(), ..Uri::default() }
}

async fn ensure_finishes(cluster: &TestCluster, uris: Vec<Uri>, line: &str) -> Result<()> {
    let last = end_of(cluster, CommandInfo { uris, ..shell(line) }).await?;
    ensure_is(&last, TaskState::Finished, "Command exited with status 0")
}

/// That the task fails because its files can't be fetched.
pub(crate) async fn ensure_not_fetched(cluster: &TestCluster, command: CommandInfo) -> Result<()> {
    let failed = end_of(cluster, command).await?;
    ensure!(failed.state() == TaskState::Failed && failed.source() == Some(Source::Agent), "{failed:?}");
    ensure!(failed.reason() == Some(Reason::ContainerLaunchFailed), "{failed:?}");
    let reason = "Failed to launch container: Failed to fetch all URIs for container '";
    let message = failed.message();
    ensure!(message.starts_with(reason) && message.ends_with("': exited with status 1"), "{failed:?}");
    Ok(())
}

/// An archive of what `line` leaves in the folder under this name.
fn archive(folder: &Path, line: &str, content: &str) -> Result<Uri> {
    let line = format!("{line} && tar -czf {content}.tgz {content}");
    let made = std::process::Command::new("sh").args(["-c", &line]).current_dir(folder).status()?;
    ensure!(made.success());
    Ok(uri(&folder.join(format!("{content}.tgz"))))
}

async fn files_are_fetched_into_the_sandbox(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (tool, data) = (folder.path().join("tool"), folder.path().join("data"));
    fs::write(&tool, "#!/bin/sh\nexec test \"$(cat in/data)\" = content")?;
    fs::write(&data, "content")?;
    let tool = Uri { executable: Some(true), ..uri(&tool) };
    let data = Uri {
        value: format!("file://{}", data.display()),
        output_file: Some("in/data".to_owned()),
        ..uri(&data)
    };
    ensure_finishes(&cluster, vec![tool, data], "./tool").await
}

async fn unfetchable_file_fails_the_task(cluster: TestCluster) -> Result<()> {
    let uris = vec![uri(Path::new("/no/such/file"))];
    ensure_not_fetched(&cluster, CommandInfo { uris, ..shell("true") }).await
}

async fn archives_are_unpacked(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let archive = archive(folder.path(), "echo content > inner", "inner")?;
    ensure_finishes(&cluster, vec![archive], "test \"$(cat inner)\" = content").await
}

async fn files_are_fetched_with_url_credentials(cluster: TestCluster) -> Result<()> {
    let site = Server::scripted(|received| {
        match received.request.header("authorization") == Some("Basic bWU6aHVzaA==") {
            true => Response::closing(response(200, &[("Connection", "close")], "hello")),
            false => Response::closing(response(401, &[("Connection", "close")], "")),
        }
    })?;
    let value = format!("http://me:hush@{}/a/../file?v=1/name", site.address());
    let uris = vec![Uri { value, ..Uri::default() }];
    // Mesos names it after the last slash, wherever that is.
    ensure_finishes(&cluster, uris, "test \"$(cat name)\" = hello && ! grep hush stderr").await?;
    ensure!(site.connections() > 0);
    Ok(())
}

async fn archive_link_does_not_leave_the_sandbox(cluster: TestCluster) -> Result<()> {
    let (folder, outside) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let links = archive(folder.path(), &format!("ln -s {} out", outside.path().display()), "out")?;
    fs::write(folder.path().join("file"), "evil")?;
    let through = Uri { output_file: Some("out/file".to_owned()), ..uri(&folder.path().join("file")) };
    ensure_not_fetched(&cluster, CommandInfo { uris: vec![links, through], ..shell("true") }).await?;
    ensure!(fs::read_dir(outside.path())?.count() == 0);
    Ok(())
}

async fn what_is_cached_is_fetched_once(cluster: TestCluster) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let cached = Uri { cache: Some(true), ..archive(folder.path(), "echo content > inner", "inner")? };
    for _ in 0..2 {
        // The archive stays in the cache.
        let line = "test \"$(cat inner)\" = content && test ! -e inner.tgz";
        ensure_finishes(&cluster, vec![cached.clone()], line).await?;
        let _ = fs::remove_file(folder.path().join("inner.tgz"));
    }
    Ok(())
}
