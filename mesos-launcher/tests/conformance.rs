//! The suite for stores finds stores that break their promises.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use mesos_launcher::store::{
    Change, Epoch, Memory, Opened, Store, StoreError, StoreErrorKind, check, conformance,
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Defect {
    None,
    ForgetsDeletes,
    NeverFences,
    SameEpoch,
    NoLimits,
    PartOfATooLargeWrite,
    SplitsWrites,
    KeepsTheFirst,
    LosesEveryHundredth,
}

/// Keeps records in memory, with one defect.
#[derive(Debug)]
struct Broken {
    defect: Defect,
    memory: Memory,
    writes: AtomicU32,
    opened: Mutex<Epoch>,
}

impl Broken {
    fn new(defect: Defect) -> Self {
        Self { defect, memory: Memory::default(), writes: AtomicU32::new(0), opened: Mutex::default() }
    }

    async fn one_by_one(&self, epoch: Epoch, changes: Vec<Change>) -> Result<(), StoreError> {
        check(&changes)?;
        for change in changes {
            self.memory.write(epoch, vec![change]).await?;
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Writes what exceeds the limits, as small records.
    async fn without_limits(&self, epoch: Epoch, changes: Vec<Change>) -> Result<(), StoreError> {
        let small = |change: &Change| Change::put(change.key().get(..9).unwrap_or("k"), "");
        self.memory.write(epoch, changes.iter().map(small).collect()).await
    }
}

#[async_trait]
impl Store for Broken {
    async fn open(&self) -> Result<Opened, StoreError> {
        let mut opened = self.memory.open().await?;
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = opened.epoch;
        if self.defect == Defect::SameEpoch {
            opened.epoch = Epoch(1);
        }
        Ok(opened)
    }

    async fn write(&self, epoch: Epoch, mut changes: Vec<Change>) -> Result<(), StoreError> {
        let number = self.writes.fetch_add(1, Ordering::Relaxed);
        let current = *self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        match self.defect {
            Defect::ForgetsDeletes => changes.retain(|change| matches!(change, Change::Put(..))),
            Defect::KeepsTheFirst => changes.reverse(),
            Defect::LosesEveryHundredth if number % 100 == 99 => return Ok(()),
            Defect::NeverFences | Defect::SameEpoch => return self.memory.write(current, changes).await,
            Defect::SplitsWrites => return self.one_by_one(epoch, changes).await,
            Defect::NoLimits if check(&changes).is_err() => return self.without_limits(epoch, changes).await,
            Defect::PartOfATooLargeWrite if check(&changes).is_err() => {
                changes.truncate(1);
                self.memory.write(epoch, changes).await?;
                return Err(StoreError::new(StoreErrorKind::TooLarge, "too large"));
            }
            _ => {}
        }
        self.memory.write(epoch, changes).await
    }
}

async fn violation(defect: Defect) -> Option<String> {
    let store = std::sync::Arc::new(Broken::new(defect));
    let make = || std::sync::Arc::clone(&store);
    conformance::check(make).await.err().map(|violation| violation.to_string())
}

#[tokio::test]
async fn broken_stores_are_found() {
    assert_eq!(violation(Defect::None).await, None);
    for (defect, text) in [
        (Defect::ForgetsDeletes, "after all were deleted"),
        (Defect::NeverFences, "earlier epoch"),
        (Defect::SameEpoch, "epoch 1 is followed by epoch 1"),
        (Defect::NoLimits, "beyond the limits"),
        (Defect::PartOfATooLargeWrite, "after writes beyond the limits"),
        (Defect::SplitsWrites, "dropped after"),
        (Defect::KeepsTheFirst, "same changes"),
        (Defect::LosesEveryHundredth, "after"),
    ] {
        let found = violation(defect).await.unwrap_or_default();
        assert!(found.contains(text), "{defect:?}: {found:?}");
    }
}
