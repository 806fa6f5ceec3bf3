//! What pinspider shows: results on standard output, everything else on standard error, and files.

pub mod json;
pub mod progress;
pub mod report;
pub mod result_file;
pub mod text;

use std::io;

use crate::{
    crawl::action::News,
    page_url::PageUrl,
    profile::{Board, Profile},
    work::Kind,
};
use progress::Progress;

/// Shows a crawl to the user.
#[derive(Debug)]
pub struct Output {
    progress: Progress,
    visited: usize,
    wanted: usize,
    failures: Vec<(PageUrl, String)>,
    broken: Option<io::Error>,
}

impl Output {
    /// For a crawl of `wanted` users.
    pub fn new(wanted: usize) -> Self {
        let progress = Progress::new(u64::try_from(wanted).unwrap_or(u64::MAX));
        Self { progress, visited: 0, wanted, failures: Vec::new(), broken: None }
    }

    /// A line for the user.
    pub fn line(&self, text: &str) {
        self.progress.line(text);
    }

    /// Shows what has happened.
    pub fn tell(&mut self, news: News) {
        match news {
            News::Launched { task, kind, url } => {
                self.progress.passing(format!("task {task}: {} of {}", noun(kind), url.user_name()));
            }
            News::Read { .. } => self.progress.page(),
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

    /// Takes the progress away; from now on there are only lines.
    pub fn finish(&mut self) {
        self.progress.finish();
    }

    /// The users who could not be visited, with the reasons.
    pub fn failures(&self) -> &[(PageUrl, String)] {
        &self.failures
    }

    /// Why results could not be printed.
    pub fn broken(&self) -> Option<&io::Error> {
        self.broken.as_ref()
    }

    fn visited(&mut self, url: &PageUrl, profile: &Profile, boards: &[Board]) {
        self.visited += 1;
        let printed = self
            .progress
            .result(&text::profile(profile))
            .and_then(|()| self.progress.result(&text::boards(boards)));
        self.broken = self.broken.take().or(printed.err());
        self.progress.user();
        self.progress.passing(format!("{} of {}: {url}", self.visited, self.wanted));
    }
}

fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Profile => "profile",
        Kind::Boards => "boards",
    }
}
