//! Launchers whose stores fail, without a master.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use mesos_launcher::store::{Change, Epoch, Memory, Opened, Store, StoreError, StoreErrorKind};
use mesos_launcher::{Batch, Error, ErrorKind, Launcher, Task};
use mesos_sdk::Master;
use tokio::time::timeout;

/// Keeps records in memory, but its writes fail as a function of their number decides.
#[derive(Debug)]
struct Failing {
    memory: Memory,
    writes: AtomicUsize,
    fails: fn(usize) -> bool,
}

#[async_trait]
impl Store for Failing {
    async fn open(&self) -> Result<Opened, StoreError> {
        self.memory.open().await
    }

    async fn write(&self, epoch: Epoch, changes: Vec<Change>) -> Result<(), StoreError> {
        match (self.fails)(self.writes.fetch_add(1, Ordering::Relaxed)) {
            true => Err(StoreError::new(StoreErrorKind::Unavailable, "it fails")),
            false => self.memory.write(epoch, changes).await,
        }
    }
}

async fn start(fails: fn(usize) -> bool) -> Result<Launcher, Error> {
    let store = Failing { memory: Memory::default(), writes: AtomicUsize::new(0), fails };
    let nobody: Master = "127.0.0.1:1".parse()?;
    Launcher::builder("test").user("tester").master(nobody).store(store).start().await
}

fn batch() -> Batch {
    Batch::new("b", [Task::shell("true")])
}

#[tokio::test(start_paused = true)]
async fn write_that_fails_is_repeated() {
    let launcher = start(|number| number % 3 < 2).await.unwrap();
    let batch = launcher.submit(batch()).await.unwrap();
    assert_eq!(batch.progress().unwrap().tasks, 1);
    launcher.stop_with_failover().await.unwrap();
}

/// Never responds.
#[derive(Debug)]
struct Silent;

#[async_trait]
impl Store for Silent {
    async fn open(&self) -> Result<Opened, StoreError> {
        std::future::pending().await
    }

    async fn write(&self, _: Epoch, _: Vec<Change>) -> Result<(), StoreError> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn start_does_not_wait_for_a_silent_store() {
    let nobody: Master = "127.0.0.1:1".parse().unwrap();
    let start = Launcher::builder("test").user("tester").master(nobody).store(Silent).start();
    let error = timeout(Duration::from_secs(1000), start).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    assert!(error.to_string().starts_with("the store was not opened within 120 s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn stop_does_not_wait_for_a_store_that_fails() {
    // It takes the framework's id and the batch, in one write or two.
    let launcher = start(|number| number > 1).await.unwrap();
    let batch = launcher.submit(batch()).await.unwrap();
    let _ = timeout(Duration::from_secs(100), launcher.stop()).await.expect("stop should end");
    assert_ne!(batch.stop().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn panic_ends_the_launcher() {
    let launcher = start(|_| panic!("a bug of the store")).await.unwrap();
    let submitted = timeout(Duration::from_secs(10), launcher.submit(batch())).await.unwrap();
    assert_eq!(submitted.unwrap_err().kind(), ErrorKind::Panicked);
    assert_eq!(launcher.stop().await.unwrap_err().kind(), ErrorKind::Panicked);
}
