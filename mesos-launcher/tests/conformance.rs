//! The suite for stores finds stores that break their promises.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use mesos_launcher::store::{
    Change, Epoch, Memory, Opened, Records, Store, StoreError, StoreErrorKind, check, conformance,
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
    KeepsFirstVolumes,
    KeepsDeadVolumes,
    LosesVolumes,
    SplitsVolumes,
}

fn is_volume(change: &Change) -> bool {
    change.key().starts_with("volume/")
}

/// Returns whether a change is one of a volume that is known to exist.
fn is_changed_volume(change: &Change) -> bool {
    is_volume(change) && matches!(change, Change::Put(_, text) if text.contains("\"exists\":true"))
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
        if self.defect == Defect::LosesVolumes {
            opened.records.retain(|key, _| !key.starts_with("volume/"));
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
            Defect::KeepsFirstVolumes => changes.retain(|change| !is_changed_volume(change)),
            Defect::KeepsDeadVolumes => {
                changes.retain(|change| !is_volume(change) || matches!(change, Change::Put(..)));
            }
            Defect::SplitsVolumes if changes.iter().any(is_volume) => {
                return self.one_by_one(epoch, changes).await;
            }
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
        (Defect::KeepsFirstVolumes, "after a write of volumes"),
        (Defect::KeepsDeadVolumes, "after a write of volumes"),
        (Defect::LosesVolumes, "after a write of volumes"),
        (Defect::SplitsVolumes, "a write of volumes dropped"),
    ] {
        let found = violation(defect).await.unwrap_or_default();
        assert!(found.contains(text), "{defect:?}: {found:?}");
    }
}

/// Keeps a line for each write in a file, without a checksum; or one for each change of a write
/// with volumes.
#[derive(Debug)]
struct Lines {
    file: PathBuf,
    splits_volumes: bool,
}

impl Lines {
    fn new(folder: &Path, splits_volumes: bool) -> Self {
        Self { file: folder.join("lines"), splits_volumes }
    }
}

#[async_trait]
impl Store for Lines {
    /// Cuts off what an interrupted write has left.
    async fn open(&self) -> Result<Opened, StoreError> {
        let corrupt = |_| StoreError::new(StoreErrorKind::Corrupt, "not a line");
        let bytes = fs::read(&self.file).unwrap_or_default();
        let (mut records, mut length) = (Records::new(), 0);
        for line in bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")) {
            let changes: Vec<Change> = serde_json::from_slice(line).map_err(corrupt)?;
            Change::apply_all(changes, &mut records);
            length += line.len();
        }
        fs::write(&self.file, &bytes[..length]).map_err(|error| unavailable(&error))?;
        Ok(Opened { epoch: Epoch(1), records })
    }

    async fn write(&self, _: Epoch, changes: Vec<Change>) -> Result<(), StoreError> {
        let is_split = self.splits_volumes && changes.iter().any(is_volume);
        let lines: Vec<_> = changes.chunks(if is_split { 1 } else { changes.len().max(1) }).collect();
        let lines: Vec<_> = lines.iter().map(|line| serde_json::json!(line).to_string() + "\n").collect();
        let mut file =
            fs::File::options().append(true).open(&self.file).map_err(|error| unavailable(&error))?;
        file.write_all(lines.concat().as_bytes()).map_err(|error| unavailable(&error))
    }
}

fn unavailable(error: &std::io::Error) -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, error.to_string())
}

#[tokio::test]
async fn broken_stores_in_files_are_found() {
    let folder = tempfile::tempdir().unwrap();
    for (splits_volumes, text) in [(false, "flipped"), (true, "after a write was interrupted")] {
        let make = |folder: &Path| Lines::new(folder, splits_volumes);
        let found = conformance::check_files(make, folder.path()).await.unwrap_err().to_string();
        assert!(found.contains(text), "{splits_volumes}: {found:?}");
    }
}
