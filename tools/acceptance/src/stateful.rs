//! An instance of the service with volumes: adds a line to a file in its volume when it starts, and
//! writes down what it has found there.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::history::Event;
use crate::journal::Journal;

/// The folder of the volume.
pub(crate) const VOLUME: &str = "data";
const STARTS: &str = "starts";
/// From one sign of life to the next.
const BEAT: Duration = Duration::from_millis(100);

/// Runs until it is killed.
pub(crate) fn run(mut evidence: Journal) -> Result<()> {
    let instance = std::env::var("INSTANCE")?.parse()?;
    let starts = add_start(&Path::new(VOLUME).join(STARTS), &start(instance, std::process::id()))?;
    evidence.write(&[Event::Found { instance, starts: starts.join(",") }])?;
    loop {
        sleep(BEAT);
        evidence.write(&[Event::Works { instance }])?;
    }
}

/// Returns the line of a start.
pub(crate) fn start(instance: usize, pid: u32) -> String {
    format!("{instance}.{pid}")
}

/// Adds a line to a file, and returns all lines, once they are on the disk.
fn add_start(path: &Path, line: &str) -> Result<Vec<String>> {
    let mut file = open(path).with_context(|| path.display().to_string())?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let line = format!("{line}\n");
    file.write_all(line.as_bytes())?;
    file.sync_all()?;
    Ok((text + &line).lines().map(str::to_owned).collect())
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_start_adds_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(STARTS);
        assert_eq!(add_start(&path, &start(1, 70)).unwrap(), ["1.70"]);
        assert_eq!(add_start(&path, &start(1, 71)).unwrap(), ["1.70", "1.71"]);
    }
}
