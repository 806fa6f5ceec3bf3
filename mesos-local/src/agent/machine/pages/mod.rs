//! The pages of an agent.

mod executors;
mod metrics;
mod state;

use std::time::Duration;

use serde_json::{Value, json};

use super::Machine;
use crate::pages::{flags, metrics as by_name};

/// A page about what the agent knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    State,
    Containers,
    Flags,
    Metrics,
    /// Which paths of files there are, and what they lead to.
    Files,
}

impl Machine {
    /// Returns the content of a page.
    pub(crate) fn page(&mut self, now: Duration, page: Page) -> Value {
        self.now = now;
        match page {
            Page::State => self.state_page(),
            Page::Containers => self.containers_page(),
            Page::Flags => json!({"flags": flags(self.get_flags().flags)}),
            Page::Metrics => by_name(self.get_metrics().metrics),
            Page::Files => self.files_page(),
        }
    }
}
