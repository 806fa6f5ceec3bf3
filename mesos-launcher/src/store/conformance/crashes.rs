//! What a crash of the machine leaves of a store in files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fastrand::Rng;

use super::rules::{has, open, write};
use super::workload::changes;
use super::{Violation, ensure, volumes};
use crate::store::{Change, Records, Store, StoreErrorKind};

/// How many writes are recorded, before those of volumes.
const WRITES: usize = 8;
/// How many beginnings of each write are tried.
const CUTS: usize = 12;
/// How many bits are flipped.
const FLIPS: usize = 200;

/// The files of a folder by their names.
type Files = BTreeMap<String, Vec<u8>>;

/// The files after a write that was confirmed, and the records then.
struct Snapshot {
    files: Files,
    records: Records,
}

/// Tests a store that keeps its records in the files of a folder, which exists and is empty: `make`
/// returns one for a folder.
///
/// Tests what a crash leaves that has interrupted a write: beginnings of what was written, also
/// when the file has its new length already and the rest of it is zeros. The records must be those
/// before the write or those after it, and the next write must succeed. A flipped bit in a file
/// must not change a record: the store refuses the file as
/// [`Corrupt`](StoreErrorKind::Corrupt), or the records are as they were.
///
/// `scratch` is a folder for copies. It only takes files that grow into account.
///
/// # Errors
///
/// The first promise that the store breaks, or a problem with the folder.
pub async fn check_files<S: Store>(make: impl Fn(&Path) -> S, scratch: &Path) -> Result<(), Violation> {
    let snapshots = record(&make, &scratch.join("recorded")).await?;
    let folder = scratch.join("crashed");
    for pair in snapshots.windows(2) {
        for files in interrupted(&pair[0].files, &pair[1].files) {
            restore(&folder, &files)?;
            after_crash(&make(&folder), &pair[0].records, &pair[1].records).await?;
        }
    }
    match snapshots.last() {
        Some(last) => flipped_bits_are_found(make, &folder, last).await,
        None => Ok(()),
    }
}

/// Writes, and copies the files after each write.
async fn record<S: Store>(make: impl Fn(&Path) -> S, folder: &Path) -> Result<Vec<Snapshot>, Violation> {
    restore(folder, &Files::new())?;
    let (store, mut random, mut records) = (make(folder), Rng::with_seed(2), Records::new());
    let epoch = open(&store).await?.epoch;
    let mut snapshots = vec![Snapshot { files: copy(folder)?, records: records.clone() }];
    let some = (0..WRITES)
        .map(|number| [vec![Change::put("last", format!("{number}"))], changes(&mut random)].concat());
    for changes in some.chain(volumes::writes()) {
        write(&store, epoch, changes.clone()).await?;
        Change::apply_all(changes, &mut records);
        snapshots.push(Snapshot { files: copy(folder)?, records: records.clone() });
    }
    Ok(snapshots)
}

/// Returns what the files may be while they change from `before` to `after`.
fn interrupted<'s>(before: &'s Files, after: &'s Files) -> impl Iterator<Item = Files> + 's {
    let grown = after.iter().filter_map(|(name, bytes)| {
        let old = before.get(name).filter(|old| bytes.starts_with(old))?;
        Some((name, old.len(), bytes))
    });
    grown.flat_map(move |(name, old, bytes)| {
        cuts(old, bytes.len()).flat_map(move |length| {
            // The last byte may not matter, and one zero may be damage.
            let is_hole = bytes.len() - length > 2;
            [false, true].into_iter().filter(move |zeros| is_hole || !zeros).map(move |zeros| {
                let mut torn = bytes[..length].to_vec();
                torn.resize(if zeros { bytes.len() } else { length }, 0);
                let mut files = before.clone();
                files.insert(name.clone(), torn);
                files
            })
        })
    })
}

/// Returns lengths from `old` to below `new`, with the first and the last one.
fn cuts(old: usize, new: usize) -> impl Iterator<Item = usize> {
    let step = (new - old).div_ceil(CUTS).max(1);
    (old..new).step_by(step).chain(new.checked_sub(1).filter(|last| *last > old))
}

async fn after_crash(store: &impl Store, before: &Records, after: &Records) -> Result<(), Violation> {
    let opened = open(store).await?;
    let mut records = opened.records;
    ensure(records == *before || records == *after, || {
        format!("after a write was interrupted, there are {records:?}, neither {before:?} nor {after:?}")
    })?;
    let next = Change::put("next", "1");
    write(store, opened.epoch, vec![next.clone()]).await?;
    next.apply(&mut records);
    has(store, &records, "after the write that followed an interrupted one").await.map(drop)
}

async fn flipped_bits_are_found<S: Store>(
    make: impl Fn(&Path) -> S,
    folder: &Path,
    sound: &Snapshot,
) -> Result<(), Violation> {
    let mut random = Rng::with_seed(3);
    let names: Vec<_> = sound.files.iter().filter(|(_, bytes)| !bytes.is_empty()).collect();
    ensure(!names.is_empty(), || "the store keeps nothing in its folder".to_owned())?;
    for _ in 0..FLIPS {
        let (name, bytes) = names[random.usize(..names.len())];
        let (mut files, bit) = (sound.files.clone(), random.usize(..bytes.len() * 8));
        files.entry(name.clone()).and_modify(|bytes| bytes[bit / 8] ^= 1 << (bit % 8));
        restore(folder, &files)?;
        let found = make(folder).open().await;
        let is_sound = match &found {
            Ok(opened) => opened.records == sound.records,
            Err(error) => matches!(error.kind(), StoreErrorKind::Corrupt | StoreErrorKind::TooNew),
        };
        ensure(is_sound, || format!("with bit {bit} of {name} flipped, opening the store is {found:?}"))?;
    }
    Ok(())
}

fn copy(folder: &Path) -> Result<Files, Violation> {
    let read = || -> std::io::Result<Files> {
        let mut files = Files::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            files.insert(entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?);
        }
        Ok(files)
    };
    read().map_err(|error| problem(folder, &error))
}

/// Makes a folder contain exactly these files.
fn restore(folder: &Path, files: &Files) -> Result<(), Violation> {
    let make = || -> std::io::Result<()> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        files.iter().try_for_each(|(name, bytes)| fs::write(folder.join(name), bytes))
    };
    make().map_err(|error| problem(folder, &error))
}

fn problem(folder: &Path, error: &std::io::Error) -> Violation {
    Violation(format!("the folder {} can't be used for the test: {error}", folder.display()))
}
