//! Whether a scheduler needs more and more.

use super::Table;
use crate::history::{Event, Line};

/// How often a life must have been measured, about once a second, to mean anything.
const ENOUGH: usize = 12;
/// How many measurements make one value, which is the one in their middle.
const TOGETHER: usize = 5;
/// How much more memory a life may need at its end than after the first third of it. The driver
/// remembers the ids of updates, and this framework its tasks: some hundred bytes each.
const MORE_KIBIBYTES: u64 = 8 << 10;
/// How many more files may be open.
const MORE_FILES: u64 = 16;

impl Table {
    /// Checks each life against itself.
    pub(super) fn check_flat(&mut self, history: &[Line], is_wanted: bool) {
        let mut lives = Vec::<(u32, Vec<(u64, u64)>)>::new();
        for line in history {
            let Event::Measured { life, kibibytes, files } = line.event else { continue };
            match lives.iter_mut().find(|(known, _)| *known == life) {
                Some((_, measured)) => measured.push((kibibytes, files)),
                None => lives.push((life, vec![(kibibytes, files)])),
            }
        }
        lives.retain(|(_, measured)| measured.len() >= ENOUGH);
        self.add(
            "lives of the scheduler long enough to measure",
            lives.len(),
            !lives.is_empty() || !is_wanted,
        );
        for (life, measured) in &lives {
            let of_memory = ends(measured.iter().map(|(kibibytes, _)| *kibibytes));
            let of_files = ends(measured.iter().map(|(_, files)| *files));
            let what = format!("life {life}, {} s", measured.len());
            let (first, last) = of_memory;
            let is_flat = last <= first + MORE_KIBIBYTES;
            self.add(&format!("{what}: memory"), format!("{first} → {last} KiB"), is_flat);
            let (first, last) = of_files;
            self.add(&format!("{what}: open files"), format!("{first} → {last}"), last <= first + MORE_FILES);
        }
    }
}

/// Returns the values after the first third, and at the end.
fn ends(values: impl Iterator<Item = u64>) -> (u64, u64) {
    let values: Vec<_> = values.collect();
    let warm = values.len() / 3;
    (median(&values[warm..warm + TOGETHER]), median(&values[values.len() - TOGETHER..]))
}

fn median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}
