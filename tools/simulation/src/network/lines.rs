//! Connections: who speaks on them, and what becomes of what is said.

use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use crate::dice::Dice;
use crate::plan::Weather;

/// Lets faults reach a connection that is open.
#[derive(Debug, Default)]
pub(crate) struct Switch {
    pub(super) cut: Notify,
    deaf: AtomicBool,
    /// Both ends are on one machine, where nothing is lost that is not broken.
    is_local: bool,
}

impl Switch {
    pub(super) fn new(is_local: bool) -> Self {
        Self { is_local, ..Self::default() }
    }

    pub(super) fn cut(&self) {
        self.cut.notify_one();
    }

    pub(super) fn deafen(&self) {
        self.deaf.store(!self.is_local, Ordering::Relaxed);
    }

    pub(super) async fn unless_deaf(&self) {
        if self.deaf.load(Ordering::Relaxed) {
            pending::<()>().await;
        }
    }
}

/// Which connection it is.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) speaker: Speaker,
    pub(crate) number: u32,
    /// The master that it leads to.
    pub(crate) master: usize,
}

impl Line {
    /// Whether both ends are on one machine.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.speaker, Speaker::Executor(_))
    }
}

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Speaker {
    /// One life of the scheduler, with the masters.
    Scheduler(u32),
    /// An executor, with its agent.
    Executor(String),
}

impl fmt::Display for Speaker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheduler(life) => write!(formatter, "S{life}"),
            Self::Executor(name) => write!(formatter, "E{name}"),
        }
    }
}

/// All open connections, for faults that hit them all.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    open: Vec<Arc<Switch>>,
    numbered: u32,
}

impl Lines {
    /// Breaks all connections.
    pub(crate) fn cut(&mut self) {
        self.open.drain(..).for_each(|switch| switch.cut());
    }

    /// Nothing moves on them any more.
    pub(crate) fn deafen(&mut self) {
        self.open.iter().for_each(|switch| switch.deafen());
    }

    /// A further one, and its number.
    pub(super) fn add(&mut self, is_local: bool) -> (Arc<Switch>, u32) {
        let switch = Arc::new(Switch::new(is_local));
        self.open.retain(|other| Arc::strong_count(other) > 1);
        self.open.push(Arc::clone(&switch));
        self.numbered += 1;
        (switch, self.numbered)
    }
}

/// What the network does with a request.
#[derive(Debug)]
pub(crate) enum Fate {
    /// So many bytes of it arrive, after a time; what comes then is `after`.
    Arrives { bytes: usize, delay: Duration, after: After },
    /// This comes back instead.
    Answered(u16, Option<String>, &'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    Answer,
    Break,
    Silence,
}

/// What the network does with what a peer sends on one connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Downstream {
    /// After so many bytes it is over, in this way.
    pub(crate) budget: Option<(usize, After)>,
    /// How large pieces are at most.
    pub(crate) piece: usize,
}

impl Downstream {
    /// Everything, as it comes.
    pub(crate) fn fair() -> Self {
        Self { budget: None, piece: usize::MAX }
    }

    pub(super) fn is_fair(&self) -> bool {
        self.budget.is_none() && self.piece == usize::MAX
    }

    pub(crate) fn new(dice: &mut Dice, weather: &Weather) -> Self {
        let after = match (dice.chance(weather.cut_answer), dice.chance(weather.half_open)) {
            (true, _) => Some(After::Break),
            (false, true) => Some(After::Silence),
            (false, false) => None,
        };
        let bytes = dice.time(Duration::from_secs(6)).as_millis();
        let budget = after.map(|after| (usize::try_from(bytes).unwrap_or(0), after));
        let piece = if dice.chance(weather.split) { 1 + dice.below(300) } else { usize::MAX };
        Self { budget, piece }
    }
}
