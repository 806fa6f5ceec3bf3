//! One attempt: from the task to its terminal update.

use std::any::Any;
use std::future::pending;
use std::time::Duration;

use mesos_sdk::Payload;
use mesos_sdk::payload::Bytes;
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{TaskInfo, TaskState, TaskStatus};
use tokio::task::JoinError;
use tokio::time::sleep;

use super::context::Killed;
use super::{Context, FATAL, MAX_RESULT, Work, WorkError};

/// How much of the text of an error is reported, in characters.
const MAX_MESSAGE: usize = 4096;

/// Works on a task, and returns its terminal update.
pub(super) async fn attempt<W: Work>(task: &TaskInfo, killed: Killed) -> TaskStatus {
    if killed.borrow().is_some() {
        return status(task, TaskState::Killed, "it had not started");
    }
    let input = match W::Input::from_bytes(task.data()) {
        Ok(input) => input,
        Err(error) => return failed(task, &WorkError::fatal(format!("the input can't be read: {error}"))),
    };
    let context = Context::new(task, killed.clone());
    // In its own tokio task: its panic ends nothing else.
    let mut work = tokio::spawn(W::run(input, context));
    let status = tokio::select! {
        biased;
        ended = &mut work => ended_by_itself::<W>(task, ended, killed.borrow().is_some()),
        () = grace_is_over(killed.clone()) => status(task, TaskState::Killed, "it did not return in time"),
        () = passes(task.max_completion_time.map(Duration::from)) => TaskStatus {
            reason: Some(Reason::MaxCompletionTimeReached.into()),
            ..status(task, TaskState::Failed, "it has reached its maximum completion time")
        },
    };
    work.abort();
    status
}

/// Returns what a function that has ended by itself means.
fn ended_by_itself<W: Work>(
    task: &TaskInfo,
    ended: Result<Result<W::Output, WorkError>, JoinError>,
    is_killed: bool,
) -> TaskStatus {
    let result = ended.unwrap_or_else(|error| Err(panicked(error)));
    match result.and_then(|output| encoded(&output)) {
        Ok(data) => TaskStatus { data: Some(data), ..status(task, TaskState::Finished, "") },
        Err(error) if is_killed => status(task, TaskState::Killed, &error.to_string()),
        Err(error) => failed(task, &error),
    }
}

fn encoded(output: &impl Payload) -> Result<Bytes, WorkError> {
    let data =
        output.to_bytes().map_err(|error| WorkError::fatal(format!("the result can't be sent: {error}")))?;
    match data.len() <= MAX_RESULT {
        true => Ok(data),
        false => Err(WorkError::fatal(too_large(data.len()))),
    }
}

/// Returns what to do about a result of so many bytes.
pub(crate) fn too_large(size: usize) -> String {
    format!(
        "the result has {size} bytes: at most {MAX_RESULT} are allowed; write it to a file or store, and return its name"
    )
}

fn panicked(error: JoinError) -> WorkError {
    let text = error.try_into_panic().map_or_else(|error| error.to_string(), |panic| text(&*panic));
    WorkError::retry(format!("panicked: {text}"))
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a text".to_owned())
}

fn failed(task: &TaskInfo, error: &WorkError) -> TaskStatus {
    let data = error.is_fatal().then(|| Bytes::from_static(FATAL));
    TaskStatus { data, ..status(task, TaskState::Failed, &error.to_string()) }
}

fn status(task: &TaskInfo, state: TaskState, message: &str) -> TaskStatus {
    let message = (!message.is_empty()).then(|| message.chars().take(MAX_MESSAGE).collect());
    TaskStatus { message, ..TaskStatus::new(task.task_id.clone(), state) }
}

/// Waits until the task is to be killed, and its grace period, which may become shorter, has
/// passed.
async fn grace_is_over(mut killed: Killed) {
    loop {
        let grace = *killed.borrow_and_update();
        tokio::select! {
            () = passes(grace) => return,
            changed = killed.changed() => if changed.is_err() { pending().await },
        }
    }
}

/// Waits for a time, or forever if there is none.
async fn passes(time: Option<Duration>) {
    match time {
        Some(time) => sleep(time).await,
        None => pending().await,
    }
}
