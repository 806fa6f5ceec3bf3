//! Command line options.

use std::num::ParseIntError;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;

/// The value of --day without a number.
const TODAY: &str = "today";

/// The number of seeds that belong to each day. Smaller seeds belong to no day.
const SEEDS_OF_A_DAY: u64 = 1_000_000_000;

/// Simulates schedulers, executors and a cluster, with faults that follow from a seed.
#[derive(Parser)]
pub(super) struct Options {
    /// Number of runs, with consecutive seeds beginning at --seed
    #[arg(long, default_value_t = 10_000)]
    pub(super) runs: u64,
    /// The first seed; with --day, counted from the day's first one
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Use the seeds of a day: today, or the given number of days since 1970-01-01 UTC
    #[arg(long, num_args = 0..=1, default_missing_value = TODAY, value_parser = day)]
    pub(super) day: Option<u64>,
    /// Print the whole history of each run
    #[arg(long)]
    pub(super) show: bool,
    /// Number of threads [default: number of cores]
    #[arg(long)]
    pub(super) threads: Option<usize>,
    /// Number of failed runs after which to stop
    #[arg(long, default_value_t = 5)]
    pub(super) failures: usize,
    /// Hunt each deliberate defect, and check that all are caught
    #[arg(long)]
    pub(super) defects: bool,
    /// Print the history of the first run with this deliberate defect
    #[arg(long)]
    pub(super) defect: Option<String>,
}

impl Options {
    /// Returns the first seed. With `--day` it also prints how to repeat the same runs on another
    /// day.
    pub(super) fn first_seed(&self) -> u64 {
        let Some(day) = self.day else { return self.seed };
        println!("seeds of day {day}; to repeat: --day {day} --seed {} --runs {}", self.seed, self.runs);
        seed_of(day, self.seed)
    }
}

/// Parses the argument of `--day`.
fn day(text: &str) -> Result<u64, ParseIntError> {
    if text == TODAY { Ok(today()) } else { text.parse() }
}

/// Returns the number of the current day.
fn today() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400)
}

/// Returns the day's seed with this number.
fn seed_of(day: u64, seed: u64) -> u64 {
    day.saturating_mul(SEEDS_OF_A_DAY).saturating_add(seed)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::{Options, seed_of, today};

    #[test]
    fn each_day_has_its_own_seeds() {
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
    fn seeds_are_fixed_without_a_day() {
        let options = Options::parse_from(["simulation", "--runs", "10"]);
        assert_eq!(options.first_seed(), 1);
    }
}
