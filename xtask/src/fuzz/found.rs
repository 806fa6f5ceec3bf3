//! What libFuzzer prints at the end.

use std::fmt;

/// How much of a failed target's output is shown: from its panic on, which a long stack follows …
const PANIC_LINES: usize = 8;
/// … and of the end, which has the input.
const LAST_LINES: usize = 40;

#[derive(Clone)]
pub(super) struct Found {
    pub(super) target: String,
    /// How many files its corpus has.
    inputs: usize,
    pub(super) runs: u64,
    per_second: u64,
    /// The end of the output, if it found something.
    pub(super) failure: Option<String>,
}

impl Found {
    pub(super) fn read(target: &str, inputs: usize, output: &str, good: bool) -> Self {
        let statistic = |name: &str| {
            let value = output.lines().rev().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name));
            value.and_then(|value| value.trim_start_matches(':').trim().parse().ok()).unwrap_or(0)
        };
        Self {
            target: target.to_owned(),
            inputs,
            runs: statistic("number_of_executed_units"),
            per_second: statistic("average_exec_per_sec"),
            failure: (!good).then(|| failure(output)),
        }
    }
}

fn failure(output: &str) -> String {
    let lines: Vec<_> = output.lines().collect();
    let end = lines.len().saturating_sub(LAST_LINES);
    let panic = lines.iter().position(|line| line.contains("panicked at")).unwrap_or(end).min(end);
    let (panic, last) = (&lines[panic..end.min(panic + PANIC_LINES)], &lines[end..]);
    [panic, last].concat().join("\n")
}

impl fmt::Display for Found {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, inputs, runs, per_second, failure } = self;
        let end = if failure.is_some() { "FAILED" } else { "ok" };
        write!(formatter, "{target:<16} {runs:>10} runs {per_second:>7}/s  corpus {inputs:>3} files  {end}")
    }
}

#[cfg(test)]
mod tests {
    use super::Found;

    const OUTPUT: &str = "#1 INITED\nDone 7 runs in 61 second(s)\nstat::number_of_executed_units: 1234\n\
                        stat::average_exec_per_sec:     20\nstat::new_units_added:          3\n";

    #[test]
    fn the_statistics_are_read() {
        let found = Found::read("recordio", 8, OUTPUT, true);
        assert_eq!((found.runs, found.per_second, found.failure.is_none()), (1234, 20, true));
        assert!(found.to_string().ends_with("corpus   8 files  ok"), "{found}");
    }

    #[test]
    fn a_failure_keeps_the_end_of_the_output() {
        let found = Found::read("recordio", 8, &format!("{}it panicked", "line\n".repeat(99)), false);
        let failure = found.failure.as_deref().unwrap();
        assert!(failure.ends_with("it panicked") && failure.lines().count() == super::LAST_LINES);
    }

    #[test]
    fn a_failure_keeps_its_panic() {
        let output = format!("thread panicked at a.rs:1:\nbecause\n{}the input", "line\n".repeat(99));
        let failure = Found::read("recordio", 8, &output, false).failure.unwrap();
        assert!(
            failure.starts_with("thread panicked at a.rs:1:\nbecause\n") && failure.ends_with("the input")
        );
    }
}
