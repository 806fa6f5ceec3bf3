//! Deliberate defects, each of which must be caught.

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use mesos_sdk::defects::{Defect, switch_on};
use simulation::run;

use crate::options::Options;

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
        for line in &report.history {
            println!("{line}");
        }
        println!("{:?}", report.broken);
        return Some(ExitCode::SUCCESS);
    }
    options.defects.then(|| all(options))
}

fn all(options: &Options) -> ExitCode {
    let next = AtomicUsize::new(0);
    let escaped: Mutex<Vec<&str>> = Mutex::default();
    let threads =
        options.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((defect, name, text)) = Defect::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let catch = hunt(*defect, options.seed);
                    print(name, text, catch.as_ref(), options.seed);
                    if catch.is_none() {
                        escaped.lock().unwrap_or_else(PoisonError::into_inner).push(name);
                    }
                }
            });
        }
    });
    let escaped = escaped.into_inner().unwrap_or_else(PoisonError::into_inner);
    let all = Defect::ALL.len();
    println!("{} of {all} defects are caught within {RUNS} runs", all - escaped.len());
    if escaped.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn hunt(defect: Defect, first: u64) -> Catch {
    switch_on(Some(defect));
    let catch = (first..first + RUNS)
        .find_map(|seed| run(seed, false).broken.into_iter().next().map(|what| (seed, what)));
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
