//! `cargo xtask simulate` runs this.

use std::num::ParseIntError;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Parser;
use simulation::{Report, run};

/// How many lines of a failed run's history are printed, unless all are wanted.
const LAST_LINES: usize = 60;

/// What --day stands for without a number.
const TODAY: &str = "today";

/// Each day has seeds of its own, as many as this; those below are of no day.
const SEEDS_OF_A_DAY: u64 = 1_000_000_000;

/// By the clock on the wall, a run that takes longer goes in circles.
const LONGEST_RUN: Duration = Duration::from_secs(60);

/// Simulates schedulers, executors and a cluster, with all that can go wrong.
#[derive(Parser)]
struct Options {
    /// How many runs, with the seeds from --seed on
    #[arg(long, default_value_t = 10_000)]
    runs: u64,
    /// The first seed; with --day, the first one of the day
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Take the seeds of a day, today's unless its number is given; days are counted from 1970 on, in UTC
    #[arg(long, num_args = 0..=1, default_missing_value = TODAY, value_parser = day)]
    day: Option<u64>,
    /// Print the whole history of each run
    #[arg(long)]
    show: bool,
    /// How many threads; as many as there are cores unless told otherwise
    #[arg(long)]
    threads: Option<usize>,
    /// How many failures are enough
    #[arg(long, default_value_t = 5)]
    failures: usize,
    /// Switch on one deliberate defect after the other, and see each of them caught
    #[arg(long)]
    defects: bool,
    /// Switch on this deliberate defect
    #[arg(long)]
    defect: Option<String>,
}

impl Options {
    /// The first seed. That of a day is printed, so that the same runs can be repeated on another day.
    fn first_seed(&self) -> u64 {
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

/// The seed of the run that a thread is at, and since when.
type UnderWay = Mutex<Option<(u64, Instant)>>;

fn main() -> ExitCode {
    let options = Options::parse();
    if let Some(done) = defects(&options) {
        return done;
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if options.show { 1 } else { options.threads.unwrap_or(cores) };
    let first = options.first_seed();
    let (next, failed, began) = (AtomicU64::new(first), Mutex::new(0_usize), Instant::now());
    let end = first.saturating_add(options.runs);
    let under_way: Vec<_> = (0..threads).map(|_| Mutex::new(None)).collect();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (options, next, failed) = (&options, &next, &failed);
        let set_off = |under_way| scope.spawn(move || work(options, next, end, (failed, under_way)));
        let workers: Vec<_> = under_way.iter().map(set_off).collect();
        scope.spawn(|| watch(&under_way, &is_over));
        for worker in workers {
            let panicked = worker.join().is_err();
            *failed.lock().unwrap_or_else(PoisonError::into_inner) += usize::from(panicked);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let done = next.load(Ordering::Relaxed).min(end) - first;
    let seconds = began.elapsed().as_secs_f64();
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    #[allow(clippy::cast_precision_loss, reason = "it is for people")]
    let speed = done as f64 / seconds;
    println!("{done} runs in {seconds:.1} s ({speed:.0} a second, {threads} threads), {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(not(mesos_sdk_defects))]
fn defects(options: &Options) -> Option<ExitCode> {
    (options.defects || options.defect.is_some()).then(|| {
        eprintln!("there are no defects in this build: use cargo xtask simulate --defects");
        ExitCode::FAILURE
    })
}

#[cfg(mesos_sdk_defects)]
use defects::defects;
#[cfg(mesos_sdk_defects)]
mod defects;

fn work(options: &Options, next: &AtomicU64, end: u64, (failed, under_way): (&Mutex<usize>, &UnderWay)) {
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        let enough = *failed.lock().unwrap_or_else(PoisonError::into_inner) >= options.failures;
        if seed >= end || enough {
            return;
        }
        *under_way.lock().unwrap_or_else(PoisonError::into_inner) = Some((seed, Instant::now()));
        let report = run(seed, options.show);
        *under_way.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if options.show {
            for line in &report.history {
                println!("{line}");
            }
            println!("seed {seed}: {:016x} after {:?}", report.hash, report.lasted);
        }
        if !report.broken.is_empty() {
            // The same again, with its history.
            let report = if options.show { report } else { run(seed, true) };
            // One after the other, as they come.
            let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
            *failed += 1;
            print_failure(&report, options.show);
        }
    }
}

/// Ends the program if a run does not end: something goes in circles while no time passes.
fn watch(under_way: &[UnderWay], is_over: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(50));
        for run in under_way {
            let run = *run.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((seed, _)) = run.filter(|(_, since)| since.elapsed() > LONGEST_RUN) {
                println!("seed {seed} does not end: something goes in circles");
                std::process::exit(1);
            }
        }
    }
}

fn print_failure(report: &Report, shown: bool) {
    let Report { seed, broken, history, .. } = report;
    println!("\nseed {seed} fails:");
    for what in broken {
        println!("  {what}");
    }
    if !shown {
        println!("the last of {} lines:", history.len());
        let from = history.len().saturating_sub(LAST_LINES);
        for line in &history[from..] {
            println!("  {line}");
        }
    }
    println!("again: cargo xtask simulate --seed {seed} --runs 1 --show");
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
