//! The pages of the leading master.

mod agents;
mod frameworks;
mod metrics;
mod roles;
mod state;
mod summary;
mod tasks;

use serde_json::{Value, json};

use super::Master;
use crate::pages::{Query, flags, message, messages, metrics as by_name};

/// A page about the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    State,
    StateSummary,
    Agents,
    Frameworks,
    Tasks,
    Roles,
    Weights,
    Quota,
    MaintenanceSchedule,
    MaintenanceStatus,
    Flags,
    Metrics,
}

impl Master {
    /// Returns the content of a page.
    pub(crate) fn page(&self, page: Page, query: &Query) -> Value {
        match page {
            Page::State => self.state(),
            Page::StateSummary => self.state_summary(),
            Page::Agents => self.agents_page(query),
            Page::Frameworks => self.frameworks_page(query),
            Page::Tasks => self.tasks_page(query),
            Page::Roles => self.roles_page(),
            Page::Weights => messages(&self.roles.weights()),
            Page::Quota => message(&self.roles.quotas.status()),
            Page::MaintenanceSchedule => message(self.maintenance.schedule()),
            Page::MaintenanceStatus => message(&self.maintenance_status()),
            Page::Flags => json!({"flags": flags(self.get_flags().flags)}),
            Page::Metrics => by_name(self.get_metrics().metrics),
        }
    }
}
