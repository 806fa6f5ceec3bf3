//! Runs simulations, for `cargo xtask simulate`.

mod defects;
mod options;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Parser as _;
use defects::defects;
use options::Options;
use simulation::{Report, run};

/// The number of lines of a failed run's history that are printed without `--show`.
const LAST_LINES: usize = 60;

/// The real time after which a run is considered an endless loop.
const LONGEST_RUN: Duration = Duration::from_secs(60);

/// The seed of the run that a thread is doing, and when it began.
type UnderWay = Mutex<Option<(u64, Instant)>>;

fn main() -> ExitCode {
    let options = Options::parse();
    if !cfg!(mesos_sdk_simulation) {
        eprintln!("this build does not derive ids from the seed: use cargo xtask simulate");
        return ExitCode::FAILURE;
    }
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
    #[allow(clippy::cast_precision_loss, reason = "it is only displayed")]
    let speed = done as f64 / seconds;
    println!("{done} runs in {seconds:.1} s ({speed:.0} a second, {threads} threads), {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

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
            // Repeats the run with its history.
            let report = if options.show { report } else { run(seed, true) };
            // Holding the lock keeps the output of two failures apart.
            let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
            *failed += 1;
            print_failure(&report, options.show);
        }
    }
}

/// Ends the program if a run takes too long in real time: something loops while no virtual time
/// passes.
fn watch(under_way: &[UnderWay], is_over: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(50));
        for run in under_way {
            let run = *run.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((seed, _)) = run.filter(|(_, since)| since.elapsed() > LONGEST_RUN) {
                println!("seed {seed} does not end: something loops");
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
    println!("to repeat: cargo xtask simulate --seed {seed} --runs 1 --show");
}
