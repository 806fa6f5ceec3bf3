//! What the tasks write, as they write it.

use std::io::{self, Write};
use std::time::Duration;

use futures::StreamExt as _;
use mesos_sdk::operator::{MasterOperator, Sandbox};
use mesos_sdk::proto::v1::{FrameworkId, TaskId};
use mesos_sdk::{Error, ErrorKind};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How often it is asked for more.
const POLL: Duration = Duration::from_millis(200);
/// How long the rest of the output may take after the end of the task.
const REST: Duration = Duration::from_secs(10);
/// How much of a line is printed in one piece, in bytes.
const MAX_LINE: usize = 64 << 10;

/// Where output comes from, and how it is printed.
pub(crate) struct Output {
    operator: MasterOperator,
    /// Whether the lines begin with the task's id.
    has_ids: bool,
}

/// The output of a task, which is printed until the task has ended.
pub(crate) struct Following {
    ended: watch::Sender<bool>,
    work: JoinHandle<Result<(), Error>>,
}

impl Output {
    pub(crate) fn new(operator: MasterOperator, has_ids: bool) -> Self {
        Self { operator, has_ids }
    }

    /// Begins to print what a task writes.
    pub(crate) fn follow(&self, framework: FrameworkId, task: TaskId) -> Following {
        let (ended, is_ended) = watch::channel(false);
        let prefix = if self.has_ids { format!("{task} | ") } else { String::new() };
        let operator = self.operator.clone();
        let work = tokio::spawn(async move {
            let sandbox = operator.sandbox(&framework, &task).await?;
            let (out, err) = (Lines::new(&prefix, io::stdout()), Lines::new(&prefix, io::stderr()));
            let stdout = print(&sandbox, "stdout", out, is_ended.clone());
            let stderr = print(&sandbox, "stderr", err, is_ended);
            tokio::try_join!(stdout, stderr).map(drop)
        });
        Following { ended, work }
    }
}

impl Following {
    /// Prints the rest, after the task has ended.
    pub(crate) async fn finish(self) -> Result<(), Error> {
        self.ended.send_replace(true);
        let late = || Error::new(ErrorKind::Timeout, format!("it has not arrived within {REST:?}"));
        match timeout(REST, self.work).await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(Error::new(ErrorKind::Stopped, panic.to_string())),
            Err(_) => Err(late()),
        }
    }
}

/// Prints a file until the task has ended, and to its end then.
async fn print(
    sandbox: &Sandbox,
    file: &str,
    mut lines: Lines<impl Write>,
    mut ended: watch::Receiver<bool>,
) -> Result<(), Error> {
    let mut offset = 0;
    loop {
        let is_last = *ended.borrow_and_update();
        let mut chunks = sandbox.file(file).starting_at(offset);
        while let Some(chunk) = chunks.next().await {
            let chunk = match chunk {
                Err(error) if error.kind() == ErrorKind::NotFound => break,
                chunk => chunk?,
            };
            offset = offset.saturating_add(chunk.len() as u64);
            lines.add(&chunk);
        }
        if is_last {
            lines.end();
            return Ok(());
        }
        // It ends early when the task does.
        let _ = timeout(POLL, ended.changed()).await;
    }
}

/// A stream to which the output of several tasks goes, line by line if it has a prefix.
struct Lines<W> {
    prefix: Vec<u8>,
    line: Vec<u8>,
    writer: W,
}

impl<W: Write> Lines<W> {
    fn new(prefix: &str, writer: W) -> Self {
        Self { prefix: prefix.as_bytes().to_vec(), line: Vec::new(), writer }
    }

    fn add(&mut self, bytes: &[u8]) {
        if self.prefix.is_empty() {
            self.write(bytes);
            return;
        }
        self.line.extend_from_slice(bytes);
        while let Some(end) = self.line.iter().position(|byte| *byte == b'\n') {
            let rest = self.line.split_off(end + 1);
            self.write_line();
            self.line = rest;
        }
        if self.line.len() > MAX_LINE {
            self.end();
        }
    }

    /// Writes what is left of a line.
    fn end(&mut self) {
        if !self.line.is_empty() {
            self.line.push(b'\n');
            self.write_line();
        }
    }

    fn write_line(&mut self) {
        let line = [self.prefix.as_slice(), &self.line].concat();
        self.write(&line);
        self.line.clear();
    }

    /// A reader that has gone, such as `head`, does not end the commands.
    fn write(&mut self, bytes: &[u8]) {
        let _ = self.writer.write_all(bytes).and_then(|()| self.writer.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(prefix: &str, chunks: &[&str]) -> String {
        let mut lines = Lines::new(prefix, Vec::new());
        for chunk in chunks {
            lines.add(chunk.as_bytes());
        }
        lines.end();
        String::from_utf8(lines.writer).unwrap()
    }

    #[test]
    fn lines_begin_with_the_task() {
        assert_eq!(printed("a | ", &["one\ntw", "o\n", "\nend"]), "a | one\na | two\na | \na | end\n");
        assert_eq!(printed("a | ", &[]), "");
    }

    #[test]
    fn output_of_one_task_is_printed_as_it_is() {
        assert_eq!(printed("", &["one\ntw", "o"]), "one\ntwo");
    }

    #[test]
    fn long_lines_are_printed_in_pieces() {
        let long = "x".repeat(MAX_LINE + 1);
        assert_eq!(printed("a | ", &[&long, "y\n"]), format!("a | {long}\na | y\n"));
    }
}
