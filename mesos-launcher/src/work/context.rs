//! What a work function knows of its task.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mesos_sdk::proto::v1::TaskInfo;
use tokio::sync::watch;

use super::{ATTEMPT, INDEX};

/// What a work function knows of its task.
///
/// [`Context::default`] is the first attempt of a task outside of any executor, for unit tests.
#[derive(Clone, Debug)]
pub struct Context {
    task_id: String,
    index: usize,
    attempt: u32,
    sandbox: PathBuf,
    killed: Killed,
}

/// After which time the task ends even if it does not return, once it is to be killed. The sender
/// is dropped when it can't be killed any more.
pub(super) type Killed = watch::Receiver<Option<Duration>>;

impl Context {
    pub(super) fn new(task: &TaskInfo, killed: Killed) -> Self {
        Self {
            task_id: task.task_id.value.clone(),
            index: label(task, INDEX).and_then(|text| text.parse().ok()).unwrap_or_default(),
            attempt: label(task, ATTEMPT).and_then(|text| text.parse().ok()).unwrap_or(1),
            sandbox: std::env::current_dir().unwrap_or_else(|_| ".".into()),
            killed,
        }
    }

    /// Returns the Mesos id of the task. Each attempt has another one.
    pub fn task_id(&self) -> &str {
        &self.task_id
    }

    /// Returns the number of the input in its map, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Returns the number of the attempt, from 1.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Returns the folder for the task's files, in which the program was started. The agent removes
    /// it some time after the task has ended.
    pub fn sandbox(&self) -> &Path {
        &self.sandbox
    }

    /// Returns whether the task is to be killed.
    pub fn is_killed(&self) -> bool {
        self.killed.borrow().is_some()
    }

    /// Waits until the task is to be killed. The function then has its kill grace, 3 s by default,
    /// to return; afterwards it is dropped.
    pub async fn killed(&self) {
        let mut killed = self.killed.clone();
        if killed.wait_for(Option::is_some).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Default for Context {
    fn default() -> Self {
        Self::new(&TaskInfo::default(), watch::channel(None).1)
    }
}

/// Returns the value of a label of a task.
fn label<'t>(task: &'t TaskInfo, key: &str) -> Option<&'t str> {
    let mut labels = task.labels.iter().flat_map(|labels| &labels.labels);
    labels.find(|label| label.key == key)?.value.as_deref()
}
