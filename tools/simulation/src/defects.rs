//! Deliberate defects of the drivers, each of which must be caught.
//!
//! `cargo xtask simulate --defects` applies the patches in `defects/` to a copy of the sources and
//! runs this program there. A thread has the defect that it is named after.

use std::num::NonZero;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;
use std::{fs, io, iter, panic, thread};

use simulation::{Report, run};

use crate::options::Options;

/// The patches. The first line of each describes it.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/defects");

/// The number of runs within which a defect must be caught.
const RUNS: u64 = 10_000;

struct Defect {
    /// The file name of the patch, without its extension.
    name: String,
    description: String,
}

impl Defect {
    /// Returns the defects, sorted by name.
    fn all() -> io::Result<Vec<Self>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(FOLDER)? {
            let path = entry?.path();
            let description = fs::read_to_string(&path)?.lines().next().unwrap_or_default().to_owned();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            all.push(Self { name, description });
        }
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(all)
    }

    /// Runs one seed after the other until a check fails, prints that check, and returns whether
    /// one failed.
    fn hunt(&self, first: u64) -> io::Result<bool> {
        let (name, seeds) = (&self.name, first..first + RUNS);
        let failed =
            self.on_thread(|| seeds.map(|seed| run(seed, false)).find(|report| !report.broken.is_empty()))?;
        match &failed {
            Some(Report { seed, broken, .. }) => {
                let (run, what) = (seed - first + 1, broken.first().map_or("", String::as_str));
                println!("{name:<27} caught in run {run:>5} (seed {seed}): {what}");
            }
            None => println!("{name:<27} ESCAPES in {RUNS} runs: {}", self.description),
        }
        Ok(failed.is_some())
    }

    /// Runs `work` on a thread that has the defect.
    fn on_thread<T: Send>(&self, work: impl FnOnce() -> T + Send) -> io::Result<T> {
        thread::scope(|scope| {
            let thread = thread::Builder::new().name(self.name.clone()).spawn_scoped(scope, work)?;
            Ok(joined(thread))
        })
    }
}

/// Runs what the options request with defects, if anything.
pub(super) fn defects(options: &Options) -> Option<ExitCode> {
    let done = match &options.defect {
        Some(name) => show(name, options.seed),
        None if options.defects => hunt_all(options),
        None => return None,
    };
    Some(done.unwrap_or_else(|error| {
        eprintln!("cannot simulate the defects of {FOLDER}: {error}");
        ExitCode::FAILURE
    }))
}

/// Prints the history of a run with this defect.
fn show(name: &str, seed: u64) -> io::Result<ExitCode> {
    let all = Defect::all()?;
    let Some(defect) = all.iter().find(|defect| defect.name == name) else {
        eprintln!("there is no defect {name:?}");
        return Ok(ExitCode::FAILURE);
    };
    let report = defect.on_thread(|| run(seed, true))?;
    for line in &report.history {
        println!("{line}");
    }
    println!("{:?}", report.broken);
    Ok(ExitCode::SUCCESS)
}

fn hunt_all(options: &Options) -> io::Result<ExitCode> {
    let (all, next) = (Defect::all()?, AtomicUsize::new(0));
    let threads = options.threads.unwrap_or_else(|| thread::available_parallelism().map_or(1, NonZero::get));
    let hunt = || {
        let rest = iter::from_fn(|| all.get(next.fetch_add(1, Ordering::Relaxed)));
        rest.map(|defect| Ok(usize::from(defect.hunt(options.seed)?))).sum::<io::Result<usize>>()
    };
    let caught = thread::scope(|scope| {
        let hunters: Vec<_> = (0..threads).map(|_| scope.spawn(hunt)).collect();
        hunters.into_iter().map(joined).sum::<io::Result<usize>>()
    })?;
    println!("{caught} of {} defects are caught within {RUNS} runs", all.len());
    Ok(if caught == all.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Joins a thread: returns its result, or propagates its panic.
fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic))
}
