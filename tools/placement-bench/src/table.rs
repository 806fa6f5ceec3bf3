//! What is measured, and how it is printed.

use std::time::{Duration, Instant};

use anyhow::Result;
use mesos_placement::{Placer, Round, Task};

use crate::floor::Floor;
use crate::outcome::Outcome;

/// Measures workloads and prints a line for each.
pub(crate) struct Table {
    rounds: usize,
    only: String,
}

impl Table {
    pub(crate) fn new(rounds: usize, only: &str) -> Self {
        Self { rounds, only: only.to_owned() }
    }

    pub(crate) fn header() {
        println!(
            "{:<44} {:>9} {:>9} {:>7} {:>9} {:>8} {:>9} {:>8}",
            "workload", "ours", "floor", "ratio", "placed", "agents", "(floor)", "(agents)"
        );
    }

    pub(crate) fn wants(&self, name: &str) -> bool {
        name.contains(&self.only)
    }

    /// Returns the medians of what the placer and the floor take for the same tasks, and what they
    /// place.
    pub(crate) fn compare(
        &self,
        name: &str,
        tasks: &[Task],
        placer: impl Fn() -> Result<Placer>,
        floor: &Floor,
    ) -> Result<Outcome> {
        if !self.wants(name) {
            return Ok(Outcome::default());
        }
        let (mut ours, mut floors) = (Vec::new(), Vec::new());
        let (mut outcome, mut least) = (Outcome::default(), Outcome::default());
        for _ in 0..self.rounds {
            let (time, round) = place(placer()?, tasks)?;
            ours.push(time);
            outcome = Outcome::of(&round);
            let start = Instant::now();
            least = floor.run();
            floors.push(start.elapsed());
        }
        Self::line(name, median(ours), median(floors), outcome, least);
        Ok(outcome)
    }

    fn line(name: &str, ours: Duration, floor: Duration, outcome: Outcome, least: Outcome) {
        let ratio = ours.as_secs_f64() / floor.as_secs_f64();
        println!(
            "{name:<44} {:>6.1} ms {:>6.1} ms {ratio:>7.3} {:>9} {:>8} {:>9} {:>8}",
            milliseconds(ours),
            milliseconds(floor),
            outcome.placed,
            outcome.agents,
            least.placed,
            least.agents
        );
    }

    /// Returns the median of what one more step takes after the first round, beside the floor.
    pub(crate) fn step(
        &self,
        name: &str,
        placer: impl Fn() -> Result<Placer>,
        step: impl Fn(&mut Placer) -> Result<()>,
        floor: &Floor,
    ) -> Result<()> {
        if !self.wants(name) {
            return Ok(());
        }
        let (mut ours, mut floors) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            let mut placer = placer()?;
            let start = Instant::now();
            step(&mut placer)?;
            ours.push(start.elapsed());
            let start = Instant::now();
            floor.run();
            floors.push(start.elapsed());
        }
        Self::line(name, median(ours), median(floors), Outcome::default(), Outcome::default());
        Ok(())
    }

    /// Returns how many tasks a second, and how much longer twice as many on twice as many agents
    /// take.
    pub(crate) fn growth(
        &self,
        name: &str,
        run: impl Fn(usize) -> Result<(Placer, Vec<Task>)>,
    ) -> Result<()> {
        if !self.wants(name) {
            return Ok(());
        }
        let mut medians = Vec::new();
        let mut placed = 0;
        for scale in [1, 2] {
            let mut times = Vec::new();
            for _ in 0..self.rounds {
                let (ready, tasks) = run(scale)?;
                let (time, round) = place(ready, &tasks)?;
                times.push(time);
                placed = if scale == 1 { round.assigned.len() } else { placed };
            }
            medians.push(median(times));
        }
        let (once, twice) = (medians[0].as_secs_f64(), medians[1].as_secs_f64());
        #[expect(clippy::cast_precision_loss, reason = "a few thousand tasks")]
        let rate = placed as f64 / once;
        println!(
            "{name:<44} {:>6.1} ms {rate:>12.0} tasks/s, twice the size: {:.2} times as long",
            once * 1e3,
            twice / once
        );
        Ok(())
    }
}

fn place(mut placer: Placer, tasks: &[Task]) -> Result<(Duration, Round)> {
    let tasks = tasks.to_vec();
    let start = Instant::now();
    for task in tasks {
        placer.submit(task)?;
    }
    let round = placer.place();
    placer.explain();
    Ok((start.elapsed(), round))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
