//! Fetches the files of commands into their sandboxes.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use mesos_sdk::proto::v1::CommandInfo;
use mesos_sdk::proto::v1::command_info::Uri;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::sandbox::Sandbox;

/// How much the cache of an agent may hold before files are fetched past it, in bytes; as on real
/// agents.
const CACHE_SIZE: u64 = 2 << 30;

/// What one agent fetches, and what it keeps of that for others.
#[derive(Debug)]
pub(super) struct Fetcher {
    cache: PathBuf,
    entries: Mutex<BTreeMap<Key, Arc<Entry>>>,
    /// How many bytes the cache holds.
    size: AtomicU64,
}

/// The user, unless it is the one who runs the cluster, and a URI.
type Key = (Option<String>, String);

#[derive(Debug)]
struct Entry {
    file: String,
    /// Filled when the file is there.
    there: OnceCell<()>,
}

impl Fetcher {
    pub(super) fn new(work_dir: &Path) -> Self {
        Self { cache: work_dir.join("fetch"), entries: Mutex::default(), size: AtomicU64::default() }
    }

    /// Fetches all that the command names, as the sandbox' user. The error is for the framework's
    /// author.
    pub(super) async fn fetch(
        &self,
        (container, command): (&str, &CommandInfo),
        sandbox: &Sandbox,
    ) -> Result<(), String> {
        for uri in &command.uris {
            self.bring(uri, sandbox).await.map_err(|reason| {
                sandbox.write_error(&reason);
                // In the words of Mesos, whose agent sees only the status of the fetcher.
                format!("Failed to fetch all URIs for container '{container}': exited with status 1")
            })?;
        }
        Ok(())
    }

    async fn bring(&self, uri: &Uri, sandbox: &Sandbox) -> Result<(), String> {
        if !uri.cache.unwrap_or_default() || self.size.load(Ordering::Relaxed) >= CACHE_SIZE {
            return self.run(uri, sandbox, json!({"action": "BYPASS_CACHE"})).await;
        }
        let entry = self.entry(uri, sandbox);
        let mut brought = false;
        let download = async {
            brought = true;
            let item = json!({"action": "DOWNLOAD_AND_CACHE", "cache_filename": entry.file});
            self.run(uri, sandbox, item).await?;
            let size = std::fs::metadata(self.folder(sandbox).join(&entry.file)).map_or(0, |file| file.len());
            self.size.fetch_add(size, Ordering::Relaxed);
            Ok::<_, String>(())
        };
        entry.there.get_or_try_init(|| download).await?;
        if brought {
            return Ok(());
        }
        let item = json!({"action": "RETRIEVE_FROM_CACHE", "cache_filename": entry.file});
        self.run(uri, sandbox, item).await
    }

    fn entry(&self, uri: &Uri, sandbox: &Sandbox) -> Arc<Entry> {
        let user = sandbox.user().map(|user| user.name().to_owned());
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let number = entries.len();
        let file = || format!("c{number}-{}", end_of_name(&uri.value));
        let entry = entries.entry((user, uri.value.clone()));
        Arc::clone(entry.or_insert_with(|| Arc::new(Entry { file: file(), there: OnceCell::new() })))
    }

    /// Returns the folder of the cache, of which each user has one.
    fn folder(&self, sandbox: &Sandbox) -> PathBuf {
        sandbox.user().map_or_else(|| self.cache.clone(), |user| self.cache.join(user.name()))
    }

    async fn run(&self, uri: &Uri, sandbox: &Sandbox, mut item: Value) -> Result<(), String> {
        item["uri"] = json!({
            "value": uri.value,
            "executable": uri.executable.unwrap_or_default(),
            "extract": uri.extract.unwrap_or(true),
            "output_file": uri.output_file,
        });
        let info = json!({
            "sandbox_directory": sandbox.path(),
            "cache_directory": self.folder(sandbox),
            "items": [item],
            "user": sandbox.user().map(mesos_executor::User::name),
        });
        mesos_executor::fetch(&info.to_string(), log(sandbox)).await
    }
}

/// The longest part of a URI's name in the name of a file in the cache, in bytes.
const MAX_NAME: usize = 100;

/// Opens the log in which people look for what became of their files.
fn log(sandbox: &Sandbox) -> Box<dyn Write + Send> {
    match sandbox.output("stderr") {
        Ok(file) => Box::new(file),
        Err(_) => Box::new(std::io::sink()),
    }
}

/// Returns the end of the name of a URI's file, which shows whether it is an archive.
fn end_of_name(uri: &str) -> &str {
    let name = uri.rsplit('/').next().unwrap_or_default();
    let from = name.len().saturating_sub(MAX_NAME);
    (from..).find_map(|at| name.get(at..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_is_cut_between_letters() {
        let long = format!("http://h/{}.tgz", "é".repeat(MAX_NAME));
        for (uri, end) in [
            ("http://h/a/b.tgz", "b.tgz"),
            ("/", ""),
            (&long[..], &format!("{}.tgz", "é".repeat(MAX_NAME / 2 - 2))[..]),
            (&format!("{long}x"), &format!("{}.tgzx", "é".repeat(MAX_NAME / 2 - 3))),
        ] {
            assert_eq!(end_of_name(uri), end);
        }
    }
}
