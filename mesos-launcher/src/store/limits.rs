//! How large keys, records and writes may be.

use super::{Change, StoreError, StoreErrorKind};

/// The longest key, in bytes.
pub const MAX_KEY: usize = 512;
/// The largest record, in bytes: stores such as ZooKeeper refuse more than 1 MiB together with the
/// rest of the request.
pub const MAX_RECORD: usize = 512 << 10;
/// The largest write, in bytes of keys and records.
pub const MAX_WRITE: usize = 64 << 20;

/// Checks a write against the limits, as every store has to before it changes anything: a key has
/// 1 to [`MAX_KEY`] bytes, a record has at most [`MAX_RECORD`], and a write at most [`MAX_WRITE`].
///
/// # Errors
///
/// [`TooLarge`](StoreErrorKind::TooLarge), with the key and the limit.
pub fn check(changes: &[Change]) -> Result<(), StoreError> {
    changes.iter().try_for_each(one)?;
    let size: usize = changes.iter().map(size).sum();
    match size <= MAX_WRITE {
        true => Ok(()),
        false => {
            Err(too_large(format!("a write of {size} bytes is refused: at most {MAX_WRITE} are allowed")))
        }
    }
}

fn one(change: &Change) -> Result<(), StoreError> {
    let (key, record) = (change.key(), size(change) - change.key().len());
    if key.is_empty() || key.len() > MAX_KEY {
        let begin: String = key.chars().take(40).collect();
        let length = key.len();
        return Err(too_large(format!("the key {begin:?}… has {length} bytes: it must have 1 to {MAX_KEY}")));
    }
    match record <= MAX_RECORD {
        true => Ok(()),
        false => Err(too_large(format!(
            "the record {key} of {record} bytes is refused: at most {MAX_RECORD} are allowed"
        ))),
    }
}

fn size(change: &Change) -> usize {
    match change {
        Change::Put(key, record) => key.len() + record.len(),
        Change::Delete(key) => key.len(),
    }
}

fn too_large(text: String) -> StoreError {
    StoreError::new(StoreErrorKind::TooLarge, text)
}
