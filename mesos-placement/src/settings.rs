//! How a round of placement goes.

use std::collections::BTreeMap;
use std::time::Duration;

use mesos_sdk::resources::Scalar;

use crate::{Fit, OwnStrategy};

/// What holds for all tasks.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// Which of several agents that will do is chosen.
    pub strategy: Strategy,
    /// Which of several agents that are equally good is chosen: without it the one that was known
    /// first, else one that depends on this number.
    pub seed: Option<u64>,
    /// How many tasks get a place in one round at most; the others wait for the next one.
    pub max_placements: Option<usize>,
    /// Whether agents with planned maintenance take tasks.
    pub maintenance: Option<Maintenance>,
    /// Whether agents with GPUs take tasks that need none.
    pub gpus: Gpus,
    /// If set, tasks run in one region.
    pub home: Option<Home>,
    /// What all tasks of a group may use together, by the group's name and the resource's.
    pub group_limits: BTreeMap<String, BTreeMap<String, Scalar>>,
    /// Whether groups without a limit get no place at all.
    pub refuse_unlisted_groups: bool,
}

/// Which of several agents that will do is chosen; preferences come first, and the agents' order
/// decides at last.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Strategy {
    /// The first one.
    #[default]
    First,
    /// The one that is used most afterwards.
    Pack(Shares),
    /// The one that is used least afterwards.
    Spread(Shares),
    /// The one that has most left of what the task asks most for: agents with many cpus for each
    /// GPU take the tasks that need them, and the others keep theirs for tasks that need few,
    /// so that no agent runs out of one resource while the rest of it lies idle.
    ///
    /// It compares the sums of `asked * free` of these resources, each in parts of what an agent
    /// has on average.
    Align(Shares),
    /// The one that a function likes best.
    Own(OwnStrategy),
}

impl Strategy {
    /// Takes the agent with the highest score.
    ///
    /// ```
    /// use mesos_placement::{Placer, Settings, Strategy};
    ///
    /// let mut settings = Settings::default();
    /// settings.strategy = Strategy::own(|fit| {
    ///     let cpus = fit.amount("cpus");
    ///     cpus.total - cpus.used - cpus.asked
    /// });
    /// let placer = Placer::new(settings)?;
    /// # Ok::<(), mesos_placement::PlacementError>(())
    /// ```
    pub fn own(score: impl Fn(&Fit<'_>) -> f64 + Send + Sync + 'static) -> Self {
        Self::Own(OwnStrategy::new(score))
    }
}

/// The resources whose used shares are compared, each with its weight. One that a task does not ask
/// for counts only if it is `cpus` or `mem`.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::exhaustive_structs, reason = "it is a list, and is written as one")]
pub struct Shares(pub Vec<(String, f64)>);

impl Default for Shares {
    fn default() -> Self {
        Self::over(["cpus", "mem"])
    }
}

impl Shares {
    /// Creates shares of these resources, all with the same weight.
    pub fn over<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self(names.into_iter().map(|name| (name.into(), 1.0)).collect())
    }
}

/// When agents with a planned unavailability take no tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Maintenance {
    /// The time now, since the Unix epoch.
    pub now: Duration,
    /// How long before the unavailability begins.
    pub margin: Duration,
}

impl Maintenance {
    /// Creates the settings for the time `now`, since the Unix epoch.
    pub fn new(now: Duration, margin: Duration) -> Self {
        Self { now, margin }
    }
}

/// Whether agents with GPUs take tasks that need none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gpus {
    /// They do.
    #[default]
    Share,
    /// They do not.
    Keep,
}

/// The region that tasks run in. Agents without a fault domain take them all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Home {
    /// The region's name.
    Region(String),
    /// It is not known: agents with a region are refused.
    Unknown,
}
