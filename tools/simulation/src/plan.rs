//! What the seed decides before a run: how large the world is, and how bad.

use std::time::Duration;

use crate::dice::Dice;

/// How often, of 1000 times, something happens on the network.
#[derive(Clone, Debug, Default)]
pub(crate) struct Weather {
    /// A connection can't be opened, or hangs in opening.
    pub(crate) refused: u32,
    /// A request is cut at any byte, or all of it arrives and no answer comes back.
    pub(crate) cut_request: u32,
    /// A request vanishes and nothing breaks.
    pub(crate) swallowed: u32,
    /// Something on the way answers in place of the peer.
    pub(crate) answered: u32,
    /// Bytes come later.
    pub(crate) delayed: u32,
    /// Bytes come in small pieces.
    pub(crate) split: u32,
    /// What a peer sends breaks off at any byte …
    pub(crate) cut_answer: u32,
    /// … or nothing comes any more, and nothing breaks.
    pub(crate) half_open: u32,
    /// An event of the stream, or an answer, comes twice.
    pub(crate) repeated: u32,
    /// The longest delay.
    pub(crate) longest_delay: Duration,
}

/// How often, of 1000 times, a handler does what handlers do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manners {
    pub(crate) fails: u32,
    pub(crate) panics: u32,
    pub(crate) slow: u32,
    pub(crate) holds: u32,
    pub(crate) longest_work: Duration,
}

/// Something that befalls the cluster or a scheduler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    KillAgent(usize),
    RestartAgent(usize),
    FreezeAgent(usize),
    ThawAgent(usize),
    KillExecutor,
    /// Another master leads, which knows nothing.
    Elect(usize),
    /// Nobody leads.
    LoseLeader,
    /// The leader has not recovered yet.
    Recover,
    /// The leader leads again.
    Lead,
    CutStreams,
    CutConnections,
    /// Nothing moves on any open connection, and nothing breaks.
    Deafen,
    Heartbeats(bool),
    /// The scheduler's process ends after so many more polls.
    Crash(u32),
    /// A second instance of the scheduler starts beside the first.
    SecondInstance,
    LeaveForAnother,
    /// The scheduler's process is stopped, and goes on.
    Freeze,
    Thaw,
    /// The master says a lot while the handler is at work.
    Flood,
}

/// How a run ends once all is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Stop,
    Leave,
    /// By a stop before all is well.
    StopInTrouble,
}

/// A run to be.
#[derive(Clone, Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and they come in all combinations"
)]
pub(crate) struct Plan {
    pub(crate) agents: usize,
    pub(crate) masters: usize,
    pub(crate) tasks: u32,
    /// How many operations on offered resources there are to do.
    pub(crate) operations: u32,
    pub(crate) trouble: Duration,
    pub(crate) checkpoint: bool,
    pub(crate) chosen_id: bool,
    pub(crate) partition_aware: bool,
    /// In seconds.
    pub(crate) failover_timeout: f64,
    pub(crate) watches_leader: bool,
    pub(crate) event_limit: usize,
    pub(crate) store_fails: u32,
    /// The store may once, when a scheduler starts, give what it held before.
    pub(crate) store_is_stale: bool,
    pub(crate) weather: Weather,
    pub(crate) manners: Manners,
    /// Agents are slow to take connections, and executors have something to say just then.
    pub(crate) slow_agents: bool,
    pub(crate) faults: Vec<(Duration, Fault)>,
    pub(crate) ending: Ending,
}

impl Plan {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        let agents = *dice.pick(&[1, 1, 1, 2, 2, 3]);
        let masters = *dice.pick(&[1, 1, 2, 3]);
        let longest = *dice.pick(&[10_000, 60_000, 200_000]);
        let trouble = Duration::from_millis(dice.between(2_000, longest));
        let weather = if dice.chance(200) { Weather::default() } else { weather(dice) };
        let manners = if dice.chance(300) { Manners::default() } else { manners(dice) };
        Self {
            agents,
            masters,
            tasks: u32::try_from(dice.between(1, 3)).unwrap_or(1),
            operations: *dice.pick(&[0, 0, 1, 2]),
            trouble,
            checkpoint: dice.chance(750),
            chosen_id: dice.chance(500),
            partition_aware: dice.chance(600),
            failover_timeout: *dice.pick(&[1e6, 1e6, 1e6, 1e6, 1e6, 1e6, 1e6, 10.0]),
            watches_leader: dice.chance(500),
            event_limit: *dice.pick(&[1, 2, 8, 1024, 1024]),
            store_fails: *dice.pick(&[0, 0, 0, 0, 100]),
            store_is_stale: dice.chance(100),
            weather,
            manners,
            slow_agents: false,
            faults: faults(dice, trouble, agents, masters),
            ending: *dice.pick(&[Ending::Stop, Ending::Leave, Ending::Leave, Ending::StopInTrouble]),
        }
    }

    /// Has the scheduler's process stopped a few times, long enough for heartbeats to be missing if they were not read.
    pub(crate) fn freeze(&mut self, dice: &mut Dice) {
        for _ in 0..dice.between(1, 2) {
            let at = dice.time(self.trouble);
            let until = at + Duration::from_millis(dice.between(20_000, 120_000));
            self.faults.extend([(at, Fault::Freeze), (until, Fault::Thaw)]);
        }
        self.faults.sort_by_key(|(at, _)| *at);
    }
}

fn weather(dice: &mut Dice) -> Weather {
    let mut often = || *dice.pick(&[0, 0, 0, 10, 50, 200]);
    let (refused, cut_request, swallowed, answered) = (often(), often(), often() / 4, often());
    let (delayed, split, cut_answer, half_open, repeated) = (often(), often(), often(), often() / 4, often());
    let longest_delay = Duration::from_millis(*dice.pick(&[20, 500, 5_000, 45_000]));
    Weather {
        refused,
        cut_request,
        swallowed,
        answered,
        delayed,
        split,
        cut_answer,
        half_open,
        repeated,
        longest_delay,
    }
}

fn manners(dice: &mut Dice) -> Manners {
    let mut often = |most: u32| u32::try_from(dice.between(0, u64::from(most))).unwrap_or(0);
    let (fails, panics, slow, holds) = (often(200), often(20), often(300), often(300));
    let longest_work = Duration::from_millis(*dice.pick(&[5, 1_000, 20_000, 100_000]));
    Manners { fails, panics, slow, holds, longest_work }
}

/// At most a handful, each with its end within the trouble.
fn faults(dice: &mut Dice, trouble: Duration, agents: usize, masters: usize) -> Vec<(Duration, Fault)> {
    let mut faults = Vec::new();
    for _ in 0..*dice.pick(&[0, 1, 1, 2, 3, 5]) {
        let at = dice.time(trouble);
        let until = at + dice.time(trouble.saturating_sub(at));
        let agent = dice.below(agents);
        match dice.below(17) {
            0 | 1 => faults.extend([(at, Fault::KillAgent(agent)), (until, Fault::RestartAgent(agent))]),
            2 => faults.extend([(at, Fault::FreezeAgent(agent)), (until, Fault::ThawAgent(agent))]),
            3 => faults.push((at, Fault::KillExecutor)),
            4 | 5 => faults.push((at, Fault::Elect(dice.below(masters)))),
            6 => faults.extend([(at, Fault::LoseLeader), (until, Fault::Lead)]),
            7 => faults.extend([(at, Fault::Recover), (until, Fault::Lead)]),
            8 => faults.push((at, Fault::CutStreams)),
            9 => faults.push((at, Fault::CutConnections)),
            10 => faults.push((at, Fault::Deafen)),
            11 => faults.extend([(at, Fault::Heartbeats(false)), (until, Fault::Heartbeats(true))]),
            12 | 13 => faults.push((at, Fault::Crash(u32::try_from(dice.between(0, 12)).unwrap_or(0)))),
            14 => faults.push((at, Fault::SecondInstance)),
            15 => faults.push((at, Fault::LeaveForAnother)),
            _ => faults.push((at, Fault::Flood)),
        }
    }
    faults.sort_by_key(|(at, _)| *at);
    faults
}
