//! The opened log.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use super::files::{Files, is_ours};
use super::frame::{Entry, MAX_FRAME, frame};
use super::problem::{damaged, failed, too_long};
use super::replay::MAGIC;
use crate::store::{Change, Epoch, Records, StoreError};

/// A log up to this length is not rewritten.
const MIN_REWRITTEN: u64 = 64 << 10;

/// The log of a folder that this process has locked.
#[derive(Debug)]
pub(super) struct Log {
    files: Files,
    lock: File,
    file: File,
    epoch: Epoch,
    records: Records,
    /// The length of the confirmed part of the file.
    length: u64,
    /// The length that it had when it was last rewritten.
    rewritten: u64,
    /// Whether it is unknown what the file contains behind that, or whether it is on the disk.
    is_doubtful: bool,
}

impl Log {
    /// Opens the log of a folder, and begins a new epoch.
    pub(super) fn open(folder: &Path, lock: Option<File>) -> Result<Self, StoreError> {
        let files = Files::new(folder);
        let lock = lock.map_or_else(|| files.lock(), Ok)?;
        let Some(found) = files.replay()? else { return Self::create(files, lock) };
        let found = found.map_err(|damage| damaged(&files.log, &damage))?;
        let length = found.length as u64;
        let file = files.append_to(length).map_err(|error| failed("opened", &files.log, &error))?;
        let epoch = Epoch(found.epoch.0 + 1);
        let (rewritten, is_doubtful) = (contents(epoch, &found.records)?.len() as u64, false);
        let mut log =
            Self { files, lock, file, epoch, records: found.records, length, rewritten, is_doubtful };
        log.write(Vec::new())?;
        Ok(log)
    }

    fn create(files: Files, lock: File) -> Result<Self, StoreError> {
        let (epoch, records) = (Epoch(1), Records::new());
        let bytes = contents(epoch, &records)?;
        let file = files.prepare(&bytes).and_then(|file| files.commit().map(|()| file));
        let file = file.map_err(|error| failed("created", &files.log, &error))?;
        let length = bytes.len() as u64;
        Ok(Self { files, lock, file, epoch, records, length, rewritten: length, is_doubtful: false })
    }

    pub(super) fn epoch(&self) -> Epoch {
        self.epoch
    }

    pub(super) fn records(&self) -> &Records {
        &self.records
    }

    /// Closes the log, but keeps its folder locked.
    pub(super) fn into_lock(self) -> File {
        self.lock
    }

    /// Makes the changes durable.
    pub(super) fn write(&mut self, changes: Vec<Change>) -> Result<(), StoreError> {
        if !self.is_ours()? {
            return Err(StoreError::fenced(self.epoch));
        }
        if self.is_doubtful {
            return self.rewrite_with(changes);
        }
        let entry = Entry { epoch: self.epoch, changes };
        let bytes = self.frame(&entry)?;
        self.append(&bytes).map_err(|error| failed("written", &self.files.log, &error))?;
        Change::apply_all(entry.changes, &mut self.records);
        self.shrink();
        Ok(())
    }

    /// Returns whether no other process has opened the log since. Where the length is unknown, its
    /// epoch shows that.
    fn is_ours(&self) -> Result<bool, StoreError> {
        if self.is_doubtful {
            // What can't be read, nobody else has opened.
            let Some(found) = self.files.replay()? else { return Ok(false) };
            return Ok(found.map_or(true, |found| found.epoch == self.epoch));
        }
        let path = &self.files.log;
        is_ours(&self.file, path, self.length).map_err(|error| failed("read", path, &error))
    }

    fn frame(&self, entry: &Entry) -> Result<Vec<u8>, StoreError> {
        let frame = frame(entry).map_err(|error| failed("written", &self.files.log, &error.into()))?;
        if frame.len() > MAX_FRAME { Err(too_long(&self.files.log, frame.len())) } else { Ok(frame) }
    }

    /// Appends a frame. If that fails, nothing of it stays, or the next write replaces the file.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(bytes) {
            self.is_doubtful = self.file.set_len(self.length).is_err();
            return Err(error);
        }
        // After a failure, another one of the same file might succeed although data is lost.
        self.file.sync_data().inspect_err(|_| self.is_doubtful = true)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Replaces the file by one with the changed records.
    fn rewrite_with(&mut self, changes: Vec<Change>) -> Result<(), StoreError> {
        let mut records = self.records.clone();
        Change::apply_all(changes, &mut records);
        self.rewrite(&contents(self.epoch, &records)?)
            .map_err(|error| failed("written", &self.files.log, &error))?;
        self.records = records;
        Ok(())
    }

    fn rewrite(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file = self.files.prepare(bytes)?;
        self.is_doubtful = true;
        self.files.commit()?;
        (self.length, self.rewritten) = (bytes.len() as u64, bytes.len() as u64);
        self.is_doubtful = false;
        Ok(())
    }

    /// Rewrites the log when more than half of it is out of date.
    fn shrink(&mut self) {
        if self.length < MIN_REWRITTEN.max(self.rewritten * 2) {
            return;
        }
        let Ok(bytes) = contents(self.epoch, &self.records) else { return };
        self.rewritten = bytes.len() as u64;
        if self.length >= MIN_REWRITTEN.max(self.rewritten * 2)
            && let Err(error) = self.rewrite(&bytes)
        {
            // The next attempt is made when it has doubled.
            self.rewritten = self.length;
            tracing::warn!(log = %self.files.log.display(), %error, "the log could not be rewritten");
        }
    }
}

/// The number of records in each entry of a rewritten log. Even [the largest
/// records](crate::store::MAX_RECORD) add up to at most [one write](crate::store::MAX_WRITE).
const RECORDS_OF_ENTRY: usize = 128;

/// Returns a file that contains these records.
fn contents(epoch: Epoch, records: &Records) -> Result<Vec<u8>, StoreError> {
    let mut bytes = MAGIC.as_bytes().to_vec();
    let mut puts = records.iter().map(|(key, record)| Change::put(key, record));
    loop {
        let changes: Vec<_> = puts.by_ref().take(RECORDS_OF_ENTRY).collect();
        let is_last = changes.len() < RECORDS_OF_ENTRY;
        let entry = frame(&Entry { epoch, changes });
        bytes.extend(entry.map_err(|error| failed("written", Path::new("log"), &error.into()))?);
        if is_last {
            return Ok(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::StoreErrorKind;

    #[test]
    fn log_in_doubt_is_fenced_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = Log::open(folder.path(), None).unwrap();
        first.is_doubtful = true;
        first.write(vec![Change::put("a", "1")]).unwrap();
        first.is_doubtful = true;
        fs::remove_file(folder.path().join("lock")).unwrap(); // as on a disk without locks
        let mut other = Log::open(folder.path(), None).unwrap();
        other.write(vec![Change::put("b", "1")]).unwrap();
        let error = first.write(vec![Change::put("c", "1")]).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Fenced);
        drop(other);
        let records = Log::open(folder.path(), None).unwrap().records;
        assert_eq!(records.keys().collect::<Vec<_>>(), ["a", "b"]);
    }
}
