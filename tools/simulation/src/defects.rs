//! Deliberate defects, each of which must be caught.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use mesos_sdk::defects::{Defect, switch_on};
use simulation::run;

use super::Options;

/// In so many runs a defect is caught, or it escapes.
const RUNS: u64 = 10_000;

/// Where and by what a defect was caught.
type Catch = Option<(u64, String)>;

/// Does what the options say of defects, if anything.
pub(super) fn defects(options: &Options) -> Option<ExitCode> {
    if let Some(name) = &options.defect {
        let known = Defect::ALL.iter().find(|(_, known, _)| known == name);
        let Some((defect, ..)) = known else {
            eprintln!("there is no defect {name:?}");
            return Some(ExitCode::FAILURE);
        };
        switch_on(Some(*defect));
        let report = run(options.seed, true);
        report.history.iter().for_each(|line| println!("{line}"));
        println!("{:?}", report.broken);
        return Some(ExitCode::SUCCESS);
    }
    options.defects.then(|| all(options))
}

fn all(options: &Options) -> ExitCode {
    let next = AtomicUsize::new(0);
    let caught: Mutex<Vec<(usize, Catch)>> = Mutex::default();
    let threads =
        options.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((defect, name, text)) = Defect::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let catch = hunt(*defect, options.seed);
                    print(name, text, catch.as_ref(), options.seed);
                    let index = usize::from(catch.is_some());
                    caught.lock().unwrap_or_else(PoisonError::into_inner).push((index, catch));
                }
            });
        }
    });
    let caught = caught.into_inner().unwrap_or_else(PoisonError::into_inner);
    let escaped = caught.iter().filter(|(_, catch)| catch.is_none()).count();
    println!("{} of {} defects are caught within {RUNS} runs", caught.len() - escaped, caught.len());
    if escaped == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn hunt(defect: Defect, first: u64) -> Catch {
    switch_on(Some(defect));
    let runs = AtomicU64::new(0);
    let catch = (first..first + RUNS).find_map(|seed| {
        runs.fetch_add(1, Ordering::Relaxed);
        run(seed, false).broken.into_iter().next().map(|what| (seed, what))
    });
    switch_on(None);
    catch
}

fn print(name: &str, text: &str, catch: Option<&(u64, String)>, first: u64) {
    match catch {
        Some((seed, what)) => {
            println!("{name:<26} caught in run {:>5} (seed {seed}): {what}", seed - first + 1)
        }
        None => println!("{name:<26} ESCAPES in {RUNS} runs: {text}"),
    }
}
