//! What is asked of the program.

use std::num::ParseIntError;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;

/// What --day stands for without a number.
const TODAY: &str = "today";

/// Each day has seeds of its own, as many as this; those below are of no day.
const SEEDS_OF_A_DAY: u64 = 1_000_000_000;

/// Simulates schedulers, executors and a cluster, with all that can go wrong.
#[derive(Parser)]
pub(super) struct Options {
    /// How many runs, with the seeds from --seed on
    #[arg(long, default_value_t = 10_000)]
    pub(super) runs: u64,
    /// The first seed; with --day, the first one of the day
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Take the seeds of a day, today's unless its number is given; days are counted from 1970 on, in UTC
    #[arg(long, num_args = 0..=1, default_missing_value = TODAY, value_parser = day)]
    pub(super) day: Option<u64>,
    /// Print the whole history of each run
    #[arg(long)]
    pub(super) show: bool,
    /// How many threads; as many as there are cores unless told otherwise
    #[arg(long)]
    pub(super) threads: Option<usize>,
    /// How many failures are enough
    #[arg(long, default_value_t = 5)]
    pub(super) failures: usize,
    /// Switch on one deliberate defect after the other, and see each of them caught
    #[arg(long)]
    pub(super) defects: bool,
    /// Switch on this deliberate defect, and print the history of the first run
    #[arg(long)]
    pub(super) defect: Option<String>,
}

impl Options {
    /// The first seed. That of a day is printed, so that the same runs can be repeated on another day.
    pub(super) fn first_seed(&self) -> u64 {
        let Some(day) = self.day else { return self.seed };
        println!("seeds of day {day}; again: --day {day} --seed {} --runs {}", self.seed, self.runs);
        seed_of(day, self.seed)
    }
}

/// The day of this name or number.
fn day(text: &str) -> Result<u64, ParseIntError> {
    if text == TODAY { Ok(today()) } else { text.parse() }
}

/// The number of the current day.
fn today() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400)
}

/// One of the seeds of a day.
fn seed_of(day: u64, seed: u64) -> u64 {
    day.saturating_mul(SEEDS_OF_A_DAY).saturating_add(seed)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::{Options, seed_of, today};

    #[test]
    fn a_day_has_seeds_of_its_own() {
        let options =
            Options::parse_from(["simulation", "--day", "20785", "--seed", "7", "--runs", "1000000"]);
        assert_eq!(options.first_seed(), 20_785_000_000_007);
        assert_ne!(seed_of(20_785, 1_000_000), seed_of(20_786, 1));
    }

    #[test]
    fn the_day_is_today_unless_it_is_given() {
        let options = Options::parse_from(["simulation", "--day", "--runs", "10"]);
        assert_eq!(options.first_seed(), seed_of(today(), 1));
    }

    #[test]
    fn without_a_day_the_seeds_are_the_same_on_every_day() {
        let options = Options::parse_from(["simulation", "--runs", "10"]);
        assert_eq!(options.first_seed(), 1);
    }
}
