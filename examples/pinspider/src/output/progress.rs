//! How the crawl goes, on standard error: bars on a terminal, otherwise lines.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Shows how far a crawl is.
#[derive(Debug, Clone)]
pub enum Progress {
    /// For people who watch.
    Bars {
        /// Both bars.
        all: MultiProgress,
        /// Pages that were read.
        pages: ProgressBar,
        /// Users who are done.
        users: ProgressBar,
    },
    /// For logs.
    Lines,
}

impl Progress {
    /// Creates bars for so many users if standard error is a terminal, and otherwise lines.
    pub fn new(wanted: u64) -> Self {
        if !io::stderr().is_terminal() {
            return Self::Lines;
        }
        let all = MultiProgress::new();
        let bar = |name: &'static str, colour: &str| {
            let template =
                format!("{{spinner}} {{prefix:8}} [{{bar:32.{colour}}}] {{pos}}/{{len}} {{wide_msg}}");
            let style =
                ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
            let bar =
                all.add(ProgressBar::new(wanted)).with_style(style.progress_chars("━╸ ")).with_prefix(name);
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        };
        let pages = bar("profiles", "magenta");
        let users = bar("boards", "cyan");
        Self::Bars { all, pages, users }
    }

    /// Prints a line that stays.
    pub fn line(&self, text: &str) {
        // Standard error may be closed; the crawl goes on, its results are elsewhere.
        let _ = match self {
            Self::Bars { all, .. } => all.println(text),
            Self::Lines => writeln!(io::stderr(), "pinspider: {text}"),
        };
    }

    /// Shows a line until the next one.
    pub fn status(&self, text: String) {
        match self {
            Self::Bars { pages, .. } => pages.set_message(text),
            Self::Lines => self.line(&text),
        }
    }

    /// Counts one more page as read.
    pub fn page_read(&self) {
        if let Self::Bars { pages, .. } = self {
            pages.inc(1);
        }
    }

    /// Counts one more user as done.
    pub fn user_done(&self) {
        if let Self::Bars { users, .. } = self {
            users.inc(1);
        }
    }

    /// Prints something else to the terminal, while the bars are hidden.
    pub fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        match self {
            Self::Bars { all, .. } => all.suspend(print),
            Self::Lines => print(),
        }
    }

    /// Takes the bars away.
    pub fn finish(&self) {
        if let Self::Bars { pages, users, .. } = self {
            pages.finish_and_clear();
            users.finish_and_clear();
        }
    }
}
