//! Medians, and the table of them.

use std::fmt::Write as _;

use super::suite::{Workload, grouped};
use super::trial::Trial;

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// Seconds from the first event to the last answer.
    pub(super) wall: f64,
    /// Seconds of the client on the processors.
    pub(super) cpu: f64,
    /// Bytes of memory at most.
    pub(super) memory: u64,
}

impl Run {
    pub(super) fn mebibytes(&self) -> f64 {
        mebibytes(usize::try_from(self.memory).unwrap_or(usize::MAX))
    }
}

impl From<Trial> for Run {
    fn from(trial: Trial) -> Self {
        Self { wall: trial.wall.as_secs_f64(), cpu: trial.usage.cpu, memory: trial.usage.memory }
    }
}

#[allow(clippy::cast_precision_loss, reason = "exact up to 2^52 bytes, and no machine has that much")]
pub(super) fn mebibytes(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// All runs of a client; an entry for each round.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) client: String,
    pub(super) is_floor: bool,
    pub(super) runs: Vec<Result<Run, String>>,
}

impl Row {
    /// Returns the median over all rounds; `None` if one of them failed.
    pub(super) fn median(&self, of: impl Fn(&Run) -> f64) -> Option<f64> {
        let values: Result<Vec<f64>, &String> = self.runs.iter().map(|run| run.as_ref().map(&of)).collect();
        median(values.ok()?)
    }

    /// Returns the median of what each round gives beside the same round of another client.
    pub(super) fn ratio(&self, other: &Self, of: impl Fn(&Run) -> f64) -> Option<f64> {
        let pairs = self.runs.iter().zip(&other.runs);
        median(
            pairs
                .map(|(own, other)| Some(of(own.as_ref().ok()?) / of(other.as_ref().ok()?)))
                .collect::<Option<_>>()?,
        )
    }
}

pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len() % 2 == 1 { upper } else { values[middle - 1].midpoint(upper) })
}

/// Returns the rows of all workloads, in Markdown.
pub(super) fn table(results: &[(Workload, Vec<Row>)]) -> String {
    let mut text = String::from(
        "| what | client | wall s | CPU s | peak MiB | events/s | wall : floor | CPU : floor |\n\
         |---|---|--:|--:|--:|--:|--:|--:|\n",
    );
    for (workload, rows) in results {
        let mut title = workload.title();
        let floor = rows.iter().find(|row| row.is_floor);
        for row in rows {
            let title = std::mem::take(&mut title);
            // Writing to memory does not fail.
            let _ = writeln!(text, "| {title} | {} | {} |", name(row), cells(workload, row, floor));
        }
    }
    text
}

fn name(row: &Row) -> String {
    if row.client == "mesos-sdk" { format!("**{}**", row.client) } else { row.client.clone() }
}

fn cells(workload: &Workload, row: &Row, floor: Option<&Row>) -> String {
    let Some(wall) = row.median(|run| run.wall) else {
        let failed = row.runs.iter().filter(|run| run.is_err()).count();
        return format!("failed {failed} of {} | | | | |", row.runs.len());
    };
    let text =
        |value: Option<f64>, digits: usize| value.map_or(String::new(), |value| format!("{value:.digits$}"));
    let ratio = |of: fn(&Run) -> f64| floor.and_then(|floor| row.ratio(floor, of));
    let cells = [
        text(Some(wall), 3),
        text(row.median(|run| run.cpu), 3),
        text(row.median(Run::mebibytes), 0),
        grouped(per_second(workload.events, wall)),
        text(ratio(|run| run.wall), 2),
        text(ratio(|run| run.cpu), 2),
    ];
    cells.join(" | ")
}

pub(super) fn per_second(events: usize, seconds: f64) -> usize {
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rounded for reading"
    )]
    let rate = (events as f64 / seconds) as usize;
    rate
}

#[cfg(test)]
mod tests {
    use super::{Row, Run, median};

    fn row(walls: &[f64]) -> Row {
        let runs = walls.iter().map(|wall| Ok(Run { wall: *wall, cpu: 1.0, memory: 0 })).collect();
        Row { client: String::new(), is_floor: false, runs }
    }

    #[test]
    fn the_median_is_that_of_sorted_values() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0]), Some(2.5));
        assert_eq!(median(vec![]), None);
    }

    #[test]
    fn a_ratio_is_one_of_the_same_rounds() {
        let (own, floor) = (row(&[2.0, 40.0, 6.0]), row(&[1.0, 10.0, 2.0]));
        assert_eq!(own.ratio(&floor, |run| run.wall), Some(3.0));
    }

    #[test]
    fn one_failed_round_leaves_no_figure() {
        let mut failing = row(&[1.0, 2.0]);
        failing.runs.push(Err("it hung up".to_owned()));
        assert_eq!(failing.median(|run| run.wall), None);
    }
}
