//! Hunts the defects that `cargo xtask simulate --defects` has patched into a copy of the sources.
//! A thread has the defect that it is named after.

use std::panic::catch_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::runs::run;
use super::search::search;
use super::shell::Defect;

/// The environment variable that holds the folder of the patches.
const FOLDER: &str = "MESOS_LAUNCHER_DEFECTS";
/// The number of runs, and of steps, within which a defect must be caught.
const RUNS: u64 = 5000;
const STEPS: usize = 3;

/// Hunts the defect of this thread, and returns the run and the number of steps that caught it.
fn hunt() -> (Option<u64>, Option<usize>) {
    let runs = (0..RUNS).find(|seed| catch_unwind(|| run(*seed, Defect::None)).is_err());
    (runs, (1..=STEPS).find(|steps| search(*steps, Defect::None).is_err()))
}

/// Hunts them all, as many at a time as there are cores.
fn hunt_all(folder: &Path) -> Vec<(String, Option<u64>, Option<usize>)> {
    let names = folder.read_dir().unwrap().map(|patch| patch.unwrap().path());
    let names: Vec<_> = names.map(|path| path.file_stem().unwrap().display().to_string()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let next = || names.get(next.fetch_add(1, Ordering::Relaxed)).cloned();
        std::iter::from_fn(next).map(hunt_one).collect::<Vec<_>>()
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut found: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    found.sort();
    found
}

fn hunt_one(name: String) -> (String, Option<u64>, Option<usize>) {
    let (run, steps) = thread::Builder::new().name(name.clone()).spawn(hunt).unwrap().join().unwrap();
    (name, run, steps)
}

#[test]
fn patched_defects_are_caught() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    std::panic::set_hook(Box::new(|_| {}));
    let found = hunt_all(Path::new(&folder));
    drop(std::panic::take_hook());
    for (name, run, steps) in &found {
        let run = run.map_or("in no run".to_owned(), |run| format!("in run {run}"));
        let steps = steps.map_or("no search".to_owned(), |steps| format!("within {steps} steps"));
        println!("{name}: caught {run}, {steps}");
    }
    let missed: Vec<_> = found.iter().filter(|(_, run, steps)| run.is_none() && steps.is_none()).collect();
    assert!(missed.is_empty(), "{missed:?}");
}
