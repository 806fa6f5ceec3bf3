//! What becomes of an attempt.

use std::time::Duration;

use mesos_sdk::Payload;
use mesos_sdk::payload::{Bytes, PayloadError};
use mesos_sdk::proto::v1::task_status::Reason;
use mesos_sdk::proto::v1::{TaskInfo, TaskState, TaskStatus};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::attempt::attempt;
use super::{Context, FATAL, MAX_RESULT, Work, WorkError};

/// A text as it is.
#[derive(Debug, PartialEq)]
struct Text(String);

impl Payload for Text {
    fn to_bytes(&self) -> Result<Bytes, PayloadError> {
        Ok(Bytes::copy_from_slice(self.0.as_bytes()))
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, PayloadError> {
        let text = std::str::from_utf8(bytes).map_err(|error| PayloadError::mismatch("Text", error))?;
        Ok(Self(text.to_owned()))
    }
}

/// Does what its input names.
struct Script;

impl Work for Script {
    const NAME: &'static str = "script";
    type Input = Text;
    type Output = Text;

    async fn run(input: Text, context: Context) -> Result<Text, WorkError> {
        match input.0.as_str() {
            "read" => Err(std::fs::File::open("/no/such/file").unwrap_err().into()),
            "refuse" => Err(WorkError::fatal("no such word")),
            "panic" => panic!("at word {}", context.index()),
            "wait" => {
                context.killed().await;
                Err(WorkError::retry("interrupted"))
            }
            "hang" => std::future::pending().await,
            "fill" => Ok(Text("x".repeat(MAX_RESULT + 1))),
            _ => Ok(Text(format!("{} {}", input.0, context.attempt()))),
        }
    }
}

fn task(input: &str) -> TaskInfo {
    TaskInfo { data: Some(Bytes::copy_from_slice(input.as_bytes())), ..TaskInfo::default() }
}

async fn ended(input: &str) -> (TaskStatus, String) {
    let (_sender, killed) = watch::channel(None);
    let status = attempt::<Script>(&task(input), killed).await;
    let message = status.message().to_owned();
    (status, message)
}

#[tokio::test]
async fn result_is_the_data_of_the_update() {
    let (status, _) = ended("hello").await;
    assert_eq!((status.known_state(), status.data()), (Some(TaskState::Finished), &b"hello 1"[..]));
}

#[tokio::test]
async fn errors_and_panics_fail_with_their_texts() {
    let (status, message) = ended("read").await;
    assert_eq!((status.known_state(), &status.data), (Some(TaskState::Failed), &None));
    assert!(message.starts_with("No such file"), "{message}");
    let (status, message) = ended("panic").await;
    assert_eq!((status.known_state(), message.as_str()), (Some(TaskState::Failed), "panicked: at word 0"));
}

#[tokio::test]
async fn what_another_attempt_would_meet_is_fatal() {
    let (status, message) = ended("refuse").await;
    assert_eq!((status.data(), message.as_str()), (FATAL, "no such word"));
    let (status, message) = ended("fill").await;
    assert_eq!((status.known_state(), status.data()), (Some(TaskState::Failed), FATAL));
    assert!(message.starts_with("the result has 65537 bytes: at most 65536 are allowed"), "{message}");
    let (_sender, killed) = watch::channel(None);
    let invalid = TaskInfo { data: Some(Bytes::from_static(b"\xff")), ..TaskInfo::default() };
    let status = attempt::<Script>(&invalid, killed).await;
    assert_eq!(status.data(), FATAL);
    assert!(status.message().starts_with("the input can't be read"), "{}", status.message());
}

#[tokio::test(start_paused = true)]
async fn killed_function_has_its_grace_to_return() {
    let (sender, killed) = watch::channel(None);
    let begin = |input: &'static str| {
        let killed = killed.clone();
        tokio::spawn(async move { attempt::<Script>(&task(input), killed).await })
    };
    let (waits, hangs) = (begin("wait"), begin("hang"));
    sleep(Duration::from_secs(1)).await;
    sender.send_replace(Some(Duration::from_secs(60)));
    let interrupted = timeout(Duration::from_secs(1), waits).await.unwrap().unwrap();
    assert_eq!((interrupted.known_state(), interrupted.message()), (Some(TaskState::Killed), "interrupted"));
    // It is killed again, and sooner.
    sender.send_replace(Some(Duration::from_secs(3)));
    let dropped = timeout(Duration::from_secs(4), hangs).await.unwrap().unwrap();
    assert_eq!(
        (dropped.known_state(), dropped.message()),
        (Some(TaskState::Killed), "it did not return in time")
    );
    let late = begin("hello").await.unwrap();
    assert_eq!((late.known_state(), late.message()), (Some(TaskState::Killed), "it had not started"));
}

#[tokio::test(start_paused = true)]
async fn function_that_takes_too_long_fails() {
    let (_sender, killed) = watch::channel(None);
    let limited = TaskInfo { max_completion_time: Some(Duration::from_secs(9).into()), ..task("hang") };
    let status = attempt::<Script>(&limited, killed).await;
    assert_eq!(status.reason(), Some(Reason::MaxCompletionTimeReached));
}

#[tokio::test]
async fn context_exists_without_an_executor() {
    let context = Context::default();
    assert_eq!((context.attempt(), context.index(), context.is_killed()), (1, 0, false));
    assert_eq!(Script::run(Text("a".to_owned()), context).await, Ok(Text("a 1".to_owned())));
}
