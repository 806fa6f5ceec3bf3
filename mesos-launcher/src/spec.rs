//! A workload as it was submitted, and as it is stored: the same for batches and services.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::retry::{Backoff, Retry};
use crate::unit::Unit;
use crate::update::Update;

/// The role of resources that are not reserved.
pub(crate) const UNRESERVED: &str = "*";
/// How long a task whose agent is unreachable is waited for.
pub(crate) const REPLACE_AFTER: Duration = Duration::from_secs(300);

/// A batch or a service. Each task, or instance of the one task of a service, has a slot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spec {
    pub(crate) name: String,
    pub(crate) tasks: Vec<Unit>,
    pub(crate) slots: usize,
    pub(crate) policy: Policy,
}

/// The settings that hold for all slots of a workload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Policy {
    pub(crate) kind: Kind,
    pub(crate) priority: i32,
    /// How long a run whose agent is unreachable is waited for.
    pub(crate) replace_after: Duration,
    /// Whether the instances of a service are packed, and not spread over hosts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_packed: bool,
}

/// What a workload is, and when its slots get another run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// After failures, up to limits.
    Batch(BatchPolicy),
    /// After each end.
    Service(ServicePolicy),
}

/// The settings that hold for all instances of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ServicePolicy {
    #[serde(flatten)]
    pub(crate) restart: Backoff,
    #[serde(default)]
    pub(crate) update: Update,
}

/// The settings that hold for all tasks of a batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct BatchPolicy {
    pub(crate) retry: Retry,
    pub(crate) max_concurrent: Option<usize>,
    pub(crate) max_failure_ratio: Option<f64>,
    pub(crate) at_most_once: bool,
    /// Whether its tasks have inputs and results.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_map: bool,
}

impl Policy {
    /// Returns the policy of a batch, unless it is a service.
    pub(crate) fn batch(&self) -> Option<&BatchPolicy> {
        match &self.kind {
            Kind::Batch(policy) => Some(policy),
            Kind::Service(_) => None,
        }
    }

    /// Returns the policy of a service, unless it is a batch.
    pub(crate) fn service(&self) -> Option<&ServicePolicy> {
        match &self.kind {
            Kind::Batch(_) => None,
            Kind::Service(policy) => Some(policy),
        }
    }

    /// Returns whether the slots prefer different hosts.
    pub(crate) fn is_spread(&self) -> bool {
        self.is_service() && !self.is_packed
    }

    pub(crate) fn is_service(&self) -> bool {
        matches!(self.kind, Kind::Service(_))
    }

    /// Returns how many slots may have a run at the same time.
    pub(crate) fn max_concurrent(&self) -> usize {
        self.batch().and_then(|policy| policy.max_concurrent).unwrap_or(usize::MAX)
    }

    /// Returns the longest time that a slot waits for its next run.
    pub(crate) fn longest_wait(&self) -> Duration {
        match &self.kind {
            Kind::Batch(policy) => policy.retry.backoff.longest(),
            Kind::Service(policy) => policy.restart.longest_scattered(),
        }
    }

    /// Returns "batch", "map" or "service".
    pub(crate) fn kind_name(&self) -> &'static str {
        match &self.kind {
            Kind::Batch(policy) if policy.is_map => "map",
            Kind::Batch(_) => "batch",
            Kind::Service(_) => "service",
        }
    }
}
