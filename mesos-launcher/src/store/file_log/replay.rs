//! What a file contains: the records, and where its sound part ends.

use std::io::{self, Read};

use super::frame::{Entry, HEADER, Header, MAX_FRAME};
use super::window::Window;
use crate::store::{Change, Epoch, Records};

/// The first line of a file.
pub(super) const MAGIC: &str = "mesos-launcher log 1\n";
/// How it begins in every version.
pub(super) const BEGIN: &str = "mesos-launcher log ";

/// The contents of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Replay {
    pub(super) epoch: Epoch,
    pub(super) records: Records,
    /// The length of its sound part. What follows is a write that the disk did not complete, and
    /// that was therefore never confirmed.
    pub(super) length: usize,
}

/// Why the records in a file can't be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Damage {
    /// It was written by a newer version.
    Newer,
    /// It begins as no log does.
    Foreign,
    /// It is damaged at this offset.
    At(usize, &'static str),
}

/// Reads a file. A torn end is left out; anything else that is not as it was written is damage.
pub(super) fn replay(file: impl Read) -> io::Result<Result<Replay, Damage>> {
    let mut window = Window::new(file);
    if let Err(damage) = check_first_line(window.fill(MAGIC.len())?) {
        return Ok(Err(damage));
    }
    let mut replay = Replay { length: MAGIC.len(), ..Replay::default() };
    loop {
        window.clear();
        match next(&mut window)? {
            Err(why) => return Ok(Err(Damage::At(replay.length, why))),
            Ok(None) => return Ok(Ok(replay)),
            Ok(Some(body)) => {
                if let Err(why) = add(&mut replay, body) {
                    return Ok(Err(Damage::At(replay.length, why)));
                }
            }
        }
    }
}

fn check_first_line(line: &[u8]) -> Result<(), Damage> {
    match line.starts_with(BEGIN.as_bytes()) && line.ends_with(b"\n") {
        _ if line == MAGIC.as_bytes() => Ok(()),
        true if line.len() == MAGIC.len() => Err(Damage::Newer),
        _ => Err(Damage::Foreign),
    }
}

/// Adds what the body of a frame contains.
fn add(replay: &mut Replay, body: &[u8]) -> Result<(), &'static str> {
    let entry: Entry = serde_json::from_slice(body).map_err(|_| "the entry is not of this version")?;
    if entry.epoch < replay.epoch {
        return Err("the entry is of an earlier epoch than the one before");
    }
    replay.epoch = entry.epoch;
    replay.length += HEADER + body.len() + 1;
    Change::apply_all(entry.changes, &mut replay.records);
    Ok(())
}

/// Returns the body of the frame that the window is at; `None` where the sound part of the file
/// ends.
fn next<R: Read>(window: &mut Window<R>) -> io::Result<Result<Option<&[u8]>, &'static str>> {
    if let Some(header) = Header::read(window.fill(HEADER)?) {
        if header.frame() > MAX_FRAME {
            return Ok(Err("the entry is longer than any that is written"));
        }
        if header.body(window.fill(header.frame())?).is_some() {
            return Ok(Ok(header.body(window.bytes())));
        }
    }
    let rest = window.fill(MAX_FRAME + 1)?;
    // Before a write is confirmed, the next one does not begin.
    match rest.len() <= MAX_FRAME && is_torn(rest) {
        true => Ok(Ok(None)),
        false => Ok(Err("the checksum is wrong")),
    }
}

/// Returns whether this is the beginning of a frame that the disk did not complete: it is too
/// short, or parts of it are zeros, and there is no sound frame behind it. One zero may be a byte
/// that was damaged.
fn is_torn(rest: &[u8]) -> bool {
    let (is_short, frame) = match Header::read(rest) {
        Some(header) => (rest.len() < header.frame(), header.frame().min(rest.len())),
        None => (rest.len() < HEADER, HEADER.min(rest.len())),
    };
    let has_holes = || rest[..frame].iter().filter(|byte| **byte == 0).nth(1).is_some();
    (is_short || has_holes()) && !has_sound_frame(rest)
}

fn has_sound_frame(rest: &[u8]) -> bool {
    let frames = (1..rest.len()).map(|at| &rest[at..]);
    frames.into_iter().any(|bytes| Header::read(bytes).is_some_and(|header| header.body(bytes).is_some()))
}

#[cfg(test)]
mod tests {
    use super::super::frame::frame;
    use super::*;

    fn replay(bytes: &[u8]) -> Result<Replay, Damage> {
        super::replay(bytes).unwrap()
    }

    /// Returns a file of three writes, and where each of them ends.
    fn file() -> (Vec<u8>, Vec<usize>) {
        let (mut bytes, mut ends) = (MAGIC.as_bytes().to_vec(), vec![MAGIC.len()]);
        for number in 1..=3 {
            let changes =
                vec![Change::put("a", format!("{number}")), Change::put(format!("k{number}"), "\0 \n é")];
            bytes.extend(frame(&Entry { epoch: Epoch(number), changes }).unwrap());
            ends.push(bytes.len());
        }
        (bytes, ends)
    }

    fn after(writes: usize) -> Replay {
        let (bytes, ends) = file();
        replay(&bytes[..ends[writes]]).unwrap()
    }

    #[test]
    fn prefix_is_all_writes_that_it_contains() {
        let (bytes, ends) = file();
        for length in MAGIC.len()..=bytes.len() {
            let whole = ends.iter().filter(|end| **end <= length).count() - 1;
            assert_eq!(replay(&bytes[..length]), Ok(after(whole)), "{length} bytes");
        }
    }

    #[test]
    fn zeros_at_the_end_are_cut() {
        let (bytes, ends) = file();
        for length in ends[2]..ends[3] - 2 {
            let mut torn = bytes[..length].to_vec();
            torn.resize(bytes.len() + 4096, 0);
            assert_eq!(replay(&torn), Ok(after(2)), "{length} bytes");
        }
    }

    #[test]
    fn frame_whose_beginning_was_not_written_is_cut() {
        let (mut bytes, ends) = file();
        bytes[ends[2]..ends[2] + 40].fill(0);
        assert_eq!(replay(&bytes), Ok(after(2)));
    }

    #[test]
    fn hole_in_the_middle_is_an_error() {
        let (mut bytes, ends) = file();
        bytes[ends[1]..ends[1] + 40].fill(0);
        assert_eq!(replay(&bytes), Err(Damage::At(ends[1], "the checksum is wrong")));
    }

    #[test]
    fn flipped_bit_is_an_error_or_changes_nothing() {
        let (bytes, _) = file();
        let sound = after(3);
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(replay(&flipped).is_err() || replay(&flipped) == Ok(after(3)), "bit {bit}: {sound:?}");
        }
    }

    #[test]
    fn deeply_nested_entry_is_an_error() {
        let body = format!(r#"{{"epoch":1,"changes":{}"#, "[".repeat(1 << 20));
        let checked = format!("{:08x} {:08x}", body.len(), crc32fast::hash(body.as_bytes()));
        let own = crc32fast::hash(checked.as_bytes());
        let bytes = format!("{MAGIC}{checked} {own:08x}\n{body}\n");
        let damage = Damage::At(MAGIC.len(), "the entry is not of this version");
        assert_eq!(replay(bytes.as_bytes()), Err(damage));
    }

    #[test]
    fn newer_version_is_recognized() {
        assert_eq!(replay(b"mesos-launcher log 2\nwhatever"), Err(Damage::Newer));
    }

    #[test]
    fn foreign_file_is_not_read_further() {
        struct Endless(u64);
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0 += buffer.len() as u64;
                assert!(self.0 < 1 << 16, "it reads on");
                buffer.fill(0);
                Ok(buffer.len())
            }
        }
        assert_eq!(super::replay(Endless(0)).unwrap(), Err(Damage::Foreign));
        for short in ["", "meso", "mesos-launcher log 1", "mesos-launcher log 1 "] {
            assert_eq!(replay(short.as_bytes()), Err(Damage::Foreign), "{short:?}");
        }
    }

    #[test]
    fn length_beyond_the_limit_is_damage() {
        let checked = format!("{:08x} {:08x}", MAX_FRAME - HEADER, 0);
        let own = crc32fast::hash(checked.as_bytes());
        let bytes = format!("{MAGIC}{checked} {own:08x}\n");
        let why = "the entry is longer than any that is written";
        assert_eq!(replay(bytes.as_bytes()), Err(Damage::At(MAGIC.len(), why)));
    }

    #[test]
    fn earlier_epoch_is_an_error() {
        let mut bytes = MAGIC.as_bytes().to_vec();
        for epoch in [2, 1] {
            bytes.extend(frame(&Entry { epoch: Epoch(epoch), changes: Vec::new() }).unwrap());
        }
        assert!(matches!(replay(&bytes), Err(Damage::At(offset, _)) if offset > MAGIC.len()));
    }
}
