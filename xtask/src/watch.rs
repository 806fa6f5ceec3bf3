//! Commands whose output is shown as it comes, and some of it kept.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

use anyhow::{Context, Result};

/// Runs a command to its end; gives the lines of its two outputs for which `keep` holds.
pub(crate) fn run(command: &mut Command, keep: fn(&str) -> bool) -> Result<(ExitStatus, Vec<String>)> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {command:?}"))?;
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    let kept = thread::scope(|scope| {
        let errors = scope.spawn(|| pass_on(errors, io::stderr(), keep));
        let mut kept = pass_on(output, io::stdout(), keep);
        kept.extend(errors.join().unwrap_or_default());
        kept
    });
    Ok((child.wait()?, kept))
}

fn pass_on(from: Option<impl Read>, mut to: impl Write, keep: fn(&str) -> bool) -> Vec<String> {
    let mut kept = Vec::new();
    let lines = from.into_iter().flat_map(|from| BufReader::new(from).split(b'\n'));
    for line in lines.map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        // Whoever listened has gone: the command still runs to its end.
        let _ = writeln!(to, "{line}");
        if keep(&line) {
            kept.push(line);
        }
    }
    kept
}
