//! What was asked for, as it is kept: the same for batches and services.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::retry::{Backoff, Retry};
use crate::task::Task;

/// How long a task whose agent is unreachable is waited for.
pub(crate) const REPLACE_AFTER: Duration = Duration::from_secs(300);

/// A batch or a service. Each task, or instance of the one task of a service, has a slot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spec {
    pub(crate) name: String,
    pub(crate) tasks: Vec<Task>,
    pub(crate) slots: usize,
    pub(crate) terms: Terms,
}

/// What holds for all slots of a workload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) kind: Kind,
    pub(crate) priority: i32,
    /// How long a run whose agent is unreachable is waited for.
    pub(crate) replace_after: Duration,
}

/// What a workload is, and when its slots get another run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// After failures, up to limits.
    Batch(BatchTerms),
    /// After each end.
    Service(Backoff),
}

/// What holds for all tasks of a batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct BatchTerms {
    pub(crate) retry: Retry,
    pub(crate) at_once: Option<usize>,
    pub(crate) may_fail: Option<f64>,
    pub(crate) at_most_once: bool,
}

impl Terms {
    /// Returns the terms of a batch, unless it is a service.
    pub(crate) fn batch(&self) -> Option<&BatchTerms> {
        match &self.kind {
            Kind::Batch(terms) => Some(terms),
            Kind::Service(_) => None,
        }
    }

    pub(crate) fn is_service(&self) -> bool {
        matches!(self.kind, Kind::Service(_))
    }

    /// Returns how many slots may have a run at the same time.
    pub(crate) fn at_once(&self) -> usize {
        self.batch().and_then(|terms| terms.at_once).unwrap_or(usize::MAX)
    }

    /// Returns the longest time that a slot waits for its next run.
    pub(crate) fn longest_wait(&self) -> Duration {
        match &self.kind {
            Kind::Batch(terms) => terms.retry.backoff.longest(),
            Kind::Service(backoff) => backoff.longest_scattered(),
        }
    }

    /// Returns "batch" or "service".
    pub(crate) fn kind_name(&self) -> &'static str {
        match &self.kind {
            Kind::Batch(_) => "batch",
            Kind::Service(_) => "service",
        }
    }
}
