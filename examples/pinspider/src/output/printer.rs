//! Results on standard output, printed by a separate thread: the reader may be slow, and the crawl
//! goes on meanwhile.

use std::{
    io::{self, IsTerminal, Write},
    sync::mpsc::{Receiver, Sender, channel},
    thread::{self, JoinHandle},
};

use super::progress::Progress;

/// Prints results. What waits to be printed is bounded by the number of users that are wanted.
#[derive(Debug)]
pub struct Printer {
    results: Sender<String>,
    thread: JoinHandle<io::Result<()>>,
}

impl Printer {
    /// Starts printing; `progress` steps aside on a terminal.
    pub fn start(progress: Progress) -> Self {
        let (results, waiting) = channel();
        Self { results, thread: thread::spawn(move || print_all(&waiting, &progress)) }
    }

    /// Prints a result, soon.
    pub fn print(&self, result: String) {
        // When the thread has ended, `finish` returns why.
        let _ = self.results.send(result);
    }

    /// Returns whether nothing can be printed any more, as when standard output is a pipe whose
    /// reader has gone.
    pub fn is_broken(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits until everything is printed.
    ///
    /// # Errors
    /// When standard output can't be written.
    pub fn finish(self) -> io::Result<()> {
        drop(self.results);
        self.thread.join().unwrap_or_else(|_| Err(io::Error::other("the printing thread has panicked")))
    }
}

fn print_all(results: &Receiver<String>, progress: &Progress) -> io::Result<()> {
    let mut out = io::stdout();
    let shares_the_terminal = out.is_terminal();
    for result in results {
        let mut print = || writeln!(out, "{result}").and_then(|()| out.flush());
        if shares_the_terminal { progress.suspend(print)? } else { print()? }
    }
    Ok(())
}
