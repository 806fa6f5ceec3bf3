//! What pinspider shows: results on standard output, everything else on standard error, and files.

pub mod json;
pub mod news;
pub mod printer;
pub mod progress;
pub mod report;
pub mod result_file;
pub mod text;

use crate::{
    page_url::PageUrl,
    profile::{Board, Profile},
    work::Kind,
};
use news::News;
use printer::Printer;
use progress::Progress;

/// Shows a crawl to the user.
#[derive(Debug)]
pub struct Output {
    progress: Progress,
    printer: Option<Printer>,
    visited: usize,
    wanted: usize,
    failures: Vec<(PageUrl, String)>,
}

impl Output {
    /// Creates the output of a crawl of `wanted` users.
    pub fn new(wanted: usize) -> Self {
        let progress = Progress::new(u64::try_from(wanted).unwrap_or(u64::MAX));
        let printer = Some(Printer::start(progress.clone()));
        Self { progress, printer, visited: 0, wanted, failures: Vec::new() }
    }

    /// Prints a line for the user.
    pub fn line(&self, text: &str) {
        self.progress.line(text);
    }

    /// Shows what has happened.
    pub fn report(&mut self, news: News) {
        match news {
            News::Launched { task, kind, url } => {
                self.progress.status(format!("task {task}: {} of {}", noun(kind), url.user_name()));
            }
            News::Read(_) => self.progress.page_read(),
            News::Visited { url, profile, boards } => self.visited(&url, &profile, &boards),
            News::Retrying { kind, url, reason, tries } => {
                let text =
                    format!("the {} of {} failed, try {}: {reason}", noun(kind), url.user_name(), tries + 1);
                self.progress.line(&text);
            }
            News::GaveUp { url, reason } => {
                self.progress.line(&format!("{url} can't be visited: {reason}"));
                self.failures.push((url, reason));
            }
            News::Waiting => self.progress.line("still waiting for an offer with 1 CPU and 128 MB"),
            News::MasterLost => self.progress.line("the master has been gone for too long: giving up"),
        }
    }

    /// Takes the progress away: from now on there are only lines. What is still to be printed is
    /// the printer's.
    pub fn finish(&mut self) -> Option<Printer> {
        self.progress.finish();
        self.printer.take()
    }

    /// Returns the users who could not be visited, with the reasons.
    pub fn failures(&self) -> &[(PageUrl, String)] {
        &self.failures
    }

    /// Returns whether results can't be printed any more; [`Printer::finish`] returns the reason.
    pub fn is_broken(&self) -> bool {
        self.printer.as_ref().is_some_and(Printer::is_broken)
    }

    fn visited(&mut self, url: &PageUrl, profile: &Profile, boards: &[Board]) {
        self.visited += 1;
        if let Some(printer) = &self.printer {
            printer.print(format!("{}\n{}", text::profile(profile), text::boards(boards)));
        }
        self.progress.user_done();
        self.progress.status(format!("{} of {}: {url}", self.visited, self.wanted));
    }
}

fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Profile => "profile",
        Kind::Boards => "boards",
    }
}
