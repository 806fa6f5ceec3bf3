//! What a large embedded cluster costs whoever asks it.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use super::results::{mebibytes, median};
use super::suite::grouped;
use crate::cluster::{Question, Response, Size};
use crate::measure::Reading;

const QUESTIONS: [(Question, &str, &str); 4] = [
    (Question::Offers, "offers", "SUBSCRIBE, OFFERS of all agents, DECLINE"),
    (Question::Tasks, "tasks", "SUBSCRIBE, RECONCILE, an UPDATE for each task"),
    (Question::Agents, "agents", "GET_AGENTS by an operator"),
    (Question::State, "state", "GET_STATE by an operator"),
];

/// Returns a table with a row for each question in each size, given as agents and tasks on each.
pub(super) fn table(sizes: impl IntoIterator<Item = (usize, usize)>, rounds: usize) -> Result<String> {
    let mut text = String::from(
        "| agents | tasks | asked | response MiB | wall s | own CPU s | kernel s | peak MiB | held MiB | for each | own CPU µs | held bytes |\n\
         |--:|--:|---|--:|--:|--:|--:|--:|--:|---|--:|--:|\n",
    );
    for (agents, tasks) in sizes {
        let cluster = Cluster::start(Size { agents, tasks, run_tasks: false })?;
        let mut rows: Vec<Vec<Response>> = vec![Vec::new(); QUESTIONS.len()];
        for _ in 0..rounds {
            for (row, (_, name, _)) in rows.iter_mut().zip(QUESTIONS) {
                row.push(cluster.ask(name)?);
            }
        }
        for (row, (question, _, what)) in rows.iter().zip(QUESTIONS) {
            // Writing to memory does not fail.
            let _ = writeln!(
                text,
                "| {} | {} | {what} | {} |",
                grouped(agents),
                grouped(agents * tasks),
                cells(row, question, (agents, agents * tasks))
            );
        }
        cluster.end()?;
    }
    Ok(text)
}

fn cells(responses: &[Response], question: Question, (agents, tasks): (usize, usize)) -> String {
    let of = |value: fn(&Response) -> f64| median(responses.iter().map(value).collect()).unwrap_or_default();
    let (own, kernel) = (of(|response| response.reading.own), of(|response| response.reading.kernel));
    let held = of(|response| mib(response.reading.held));
    let (wall, peak) = (of(|response| response.reading.wall), of(|response| mib(response.reading.peak)));
    let bytes = of(|response| mebibytes(response.bytes));
    let (each, count) = match question {
        Question::Offers | Question::Agents => ("agent", agents),
        Question::Tasks | Question::State => ("task", tasks),
    };
    #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^52")]
    let count = count as f64;
    // Handlers return what they received.
    let keeps = matches!(question, Question::Agents | Question::State);
    let held_each = if keeps { format!("{:.0}", held * f64::from(1 << 20) / count) } else { String::new() };
    let micros = own * 1e6 / count;
    format!(
        "{bytes:.1} | {wall:.2} | {own:.3} | {kernel:.3} | {peak:.0} | {held:.0} | {each} | {micros:.2} | {held_each}"
    )
}

fn mib(bytes: u64) -> f64 {
    mebibytes(usize::try_from(bytes).unwrap_or(usize::MAX))
}

/// A cluster in a separate process, so that its memory is not that of its clients.
pub(super) struct Cluster {
    process: Child,
    output: BufReader<ChildStdout>,
    pub(super) address: String,
    size: Vec<String>,
}

impl Cluster {
    pub(super) fn start(size: Size) -> Result<Self> {
        let Size { agents, tasks, run_tasks } = size;
        let mut size = vec![format!("--agents={agents}"), format!("--tasks={tasks}")];
        size.extend(run_tasks.then(|| "--run-tasks".to_owned()));
        let started = std::time::Instant::now();
        let mut process = Command::new(std::env::current_exe()?)
            .arg("cluster")
            .args(&size)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut output = BufReader::new(process.stdout.take().context("no output")?);
        let mut address = String::new();
        output.read_line(&mut address)?;
        ensure!(!address.is_empty(), "the cluster has not started");
        let (agents, tasks) = (grouped(agents), grouped(agents * tasks));
        eprintln!("an embedded cluster of {agents} agents with {tasks} tasks, in {:.1?}", started.elapsed());
        Ok(Self { process, output, address: address.trim().to_owned(), size })
    }

    fn ask(&self, question: &str) -> Result<Response> {
        let mut asking = Command::new(std::env::current_exe()?);
        asking.args(["ask", &self.address, question]).args(&self.size);
        let output = asking.stderr(Stdio::inherit()).output()?;
        let response: Response =
            serde_json::from_slice(&output.stdout).with_context(|| format!("asked for {question}"))?;
        let Reading { wall, own, kernel, .. } = response.reading;
        eprintln!("    {question:8} {wall:.2} s, {own:.2} s own, {kernel:.2} s in the kernel");
        Ok(response)
    }

    pub(super) fn end(mut self) -> Result<()> {
        drop(self.process.stdin.take());
        let mut needed = String::new();
        self.output.read_to_string(&mut needed)?;
        self.process.wait()?;
        let needed = needed.trim().parse().map(mib).unwrap_or_default();
        eprintln!("    the cluster itself has needed {needed:.0} MiB");
        Ok(())
    }
}
