//! The users of commands, and what is done for them.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use mesos_sdk::proto::v1::command_info::Uri;
use mesos_sdk::proto::v1::{CommandInfo, FrameworkInfo, TaskInfo, TaskState};
use tempfile::TempDir;
use testkit::TestCluster;

use crate::command_files::ensure_not_fetched;
use crate::commands::{end_of, ensure_is, last, launch, shell};
use crate::framework::{Framework, driver, info};

testkit::cases![
    unreadable_file_is_not_fetched,
    framework_user_is_the_default,
    sandbox_belongs_to_the_user_of_the_task,
];

const NOBODY: &str = "nobody";

/// A cluster and a folder that everybody may look into, with a file of these permissions.
async fn prepared(cluster: &TestCluster, mode: u32) -> Result<Option<(TestCluster, TempDir, PathBuf)>> {
    let folder = tempfile::tempdir()?;
    if fs::metadata(folder.path())?.uid() != 0 {
        eprintln!("SKIPPED: only root can do something as another user");
        return Ok(None);
    }
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
    let file = folder.path().join("file");
    fs::write(&file, "content")?;
    fs::set_permissions(&file, Permissions::from_mode(mode))?;
    Ok(Some((TestCluster::switching_users(cluster.backend()).await?, folder, file)))
}

fn fetching(file: &Path, line: &str) -> CommandInfo {
    let value = format!("file://{}", file.display());
    let uris = vec![Uri { value, ..Uri::default() }];
    CommandInfo { uris, ..shell(line) }
}

async fn unreadable_file_is_not_fetched(cluster: TestCluster) -> Result<()> {
    let Some((cluster, _folder, file)) = prepared(&cluster, 0o600).await? else { return Ok(()) };
    let user = Some(NOBODY.to_owned());
    ensure_not_fetched(&cluster, CommandInfo { user, ..fetching(&file, "true") }).await
}

async fn framework_user_is_the_default(cluster: TestCluster) -> Result<()> {
    let Some((cluster, _folder, file)) = prepared(&cluster, 0o600).await? else { return Ok(()) };
    let info = FrameworkInfo { user: NOBODY.to_owned(), ..info("commands") };
    let mut framework = Framework::start(driver(cluster.address(), info)?);
    launch(&mut framework, fetching(&file, "true"), TaskInfo::default()).await?;
    let failed = last(&mut framework).await?;
    ensure!(failed.state() == TaskState::Failed && failed.message().contains("fetch"), "{failed:?}");
    framework.stop().await
}

async fn sandbox_belongs_to_the_user_of_the_task(cluster: TestCluster) -> Result<()> {
    let Some((cluster, _folder, file)) = prepared(&cluster, 0o644).await? else { return Ok(()) };
    let line = r#"[ "$(stat -c %U-%a .)" = nobody-750 ] && [ "$(stat -c %U file stdout | uniq)" = nobody ]"#;
    let command = CommandInfo { user: Some(NOBODY.to_owned()), ..fetching(&file, line) };
    ensure_is(&end_of(&cluster, command).await?, TaskState::Finished, "Command exited with status 0")
}
