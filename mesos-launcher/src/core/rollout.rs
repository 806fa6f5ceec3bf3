//! What is stored of a rollout.

use serde::{Deserialize, Serialize};

use super::version::Version;

/// Which version the instances of a service are to have, and how far that is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Rollout {
    pub(super) stage: Stage,
    /// The version that all instances had last.
    pub(super) stable: Version,
    /// The version that was submitted last.
    pub(super) submitted: Version,
    /// The last version that there was: no number is used twice.
    pub(super) last: Version,
    pub(super) is_promoted: bool,
    pub(super) is_paused: bool,
    /// How many failures of the version that instances are to have were counted.
    pub(super) failures: u32,
    /// The last of them, or who rolled back.
    pub(super) reason: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Stage {
    #[default]
    Done,
    Rolling,
    RollingBack,
    RolledBack,
}

impl Rollout {
    /// Returns the version that instances are to have.
    pub(super) fn target(&self) -> Version {
        if self.stage == Stage::Rolling { self.submitted } else { self.stable }
    }

    /// Returns whether instances are given another version, or that is paused.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Rolling | Stage::RollingBack)
    }

    pub(super) fn is_active(&self) -> bool {
        self.is_open() && !self.is_paused
    }

    /// Returns this rollout at the beginning of a stage.
    pub(super) fn at(&self, stage: Stage) -> Self {
        Self { stage, is_promoted: false, is_paused: false, failures: 0, reason: None, ..self.clone() }
    }

    /// Returns a rollout of another version, instead of this one.
    pub(super) fn of(&self, submitted: Version) -> Self {
        let stage = if submitted == self.stable && !self.is_open() { Stage::Done } else { Stage::Rolling };
        Self { submitted, last: self.last.max(submitted), ..self.at(stage) }
    }

    /// Counts a failure.
    pub(super) fn add_failure(&mut self, reason: String) {
        self.failures = self.failures.saturating_add(1);
        self.reason = Some(reason);
    }
}
