//! Settings of a placer.

use std::collections::BTreeMap;
use std::time::Duration;

use mesos_sdk::resources::Scalar;

use crate::{CustomStrategy, Fit};

/// Settings of a [`Placer`](crate::Placer), which hold for all tasks.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// Which of several suitable agents is chosen.
    pub strategy: Strategy,
    /// Chooses among equally good agents in an order that depends on this number. By default, the
    /// agent that was known first is chosen.
    pub seed: Option<u64>,
    /// The largest number of tasks that one round places; the others wait for the next round.
    /// Unlimited by default.
    pub max_placements: Option<usize>,
    /// When agents with planned maintenance take no tasks. By default, maintenance does not matter.
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

/// Which of several suitable agents is chosen. Preferences come first, and among equals the order
/// in which the agents became known decides.
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
    /// The one to which a function gives the highest score.
    Custom(CustomStrategy),
}

impl Strategy {
    /// Takes the agent with the highest score.
    ///
    /// ```
    /// use mesos_placement::{Placer, Settings, Strategy};
    ///
    /// let mut settings = Settings::default();
    /// settings.strategy = Strategy::custom(|fit| {
    ///     let cpus = fit.amount("cpus");
    ///     cpus.total - cpus.used - cpus.asked
    /// });
    /// let placer = Placer::new(settings)?;
    /// # Ok::<(), mesos_placement::PlacementError>(())
    /// ```
    pub fn custom(score: impl Fn(&Fit<'_>) -> f64 + Send + Sync + 'static) -> Self {
        Self::Custom(CustomStrategy::new(score))
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
