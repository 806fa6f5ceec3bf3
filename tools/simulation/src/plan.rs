//! What the seed decides before a run: the size of the world, and its faults.

use std::time::Duration;

use crate::rng::Rng;

/// How many times in 1000 something happens on the network.
#[derive(Clone, Debug, Default)]
pub(crate) struct NetworkFaults {
    /// A connection is refused, or hangs while it is being opened.
    pub(crate) refused: u32,
    /// A request is cut at any byte, or arrives whole and gets no response.
    pub(crate) cut_request: u32,
    /// A request vanishes, and the connection stays open.
    pub(crate) swallowed: u32,
    /// Something in between responds in place of the peer.
    pub(crate) intercepted: u32,
    /// Bytes are delayed.
    pub(crate) delayed: u32,
    /// Bytes arrive in small pieces.
    pub(crate) split: u32,
    /// The peer's bytes break off, at any byte, with the connection …
    pub(crate) cut_response: u32,
    /// … or stop, while the connection stays open.
    pub(crate) half_open: u32,
    /// An event of the stream, or a response, is duplicated.
    pub(crate) repeated: u32,
    /// The longest delay.
    pub(crate) longest_delay: Duration,
}

/// How many times in 1000 a handler misbehaves.
#[derive(Clone, Debug, Default)]
pub(crate) struct HandlerFaults {
    pub(crate) fails: u32,
    pub(crate) panics: u32,
    pub(crate) slow: u32,
    pub(crate) holds: u32,
    pub(crate) longest_work: Duration,
}

/// A fault that is injected into the cluster or a scheduler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    KillAgent(usize),
    RestartAgent(usize),
    FreezeAgent(usize),
    ThawAgent(usize),
    KillExecutor,
    /// Another master becomes the leader, with an empty state.
    Elect(usize),
    /// No master leads.
    LoseLeader,
    /// The leader has not recovered yet.
    Recover,
    /// The leader leads again.
    Lead,
    DropEventStreams,
    CutConnections,
    /// No bytes pass on any open connection, and none breaks.
    Deafen,
    StopHeartbeats,
    ResumeHeartbeats,
    /// The scheduler's process ends after this many more polls.
    Crash(u32),
    /// A second instance of the scheduler starts beside the first.
    SecondInstance,
    LeaveForAnother,
    /// The scheduler's process is stopped …
    Freeze,
    Thaw,
    /// The master sends many events while the handler is at work.
    Flood,
}

/// How a run ends after convergence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Stop,
    Leave,
    /// The scheduler is stopped while faults still happen.
    StopInTrouble,
}

/// What happens in a run.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "the flags are independent of each other")]
pub(crate) struct Plan {
    pub(crate) agents: usize,
    pub(crate) masters: usize,
    pub(crate) tasks: u32,
    /// The number of operations on offered resources to do.
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
    /// Whether the store may once return its previous id when a scheduler starts.
    pub(crate) store_is_stale: bool,
    pub(crate) network_faults: NetworkFaults,
    pub(crate) handler_faults: HandlerFaults,
    /// Whether agents are slow to accept connections while executors send updates.
    pub(crate) slow_agents: bool,
    pub(crate) faults: Vec<(Duration, Fault)>,
    pub(crate) ending: Ending,
}

impl Plan {
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let agents = *rng.pick(&[1, 1, 1, 2, 2, 3]);
        let masters = *rng.pick(&[1, 1, 2, 3]);
        let longest = *rng.pick(&[10_000, 60_000, 200_000]);
        let trouble = Duration::from_millis(rng.between(2_000, longest));
        let network_faults = if rng.chance(200) { NetworkFaults::default() } else { network_faults(rng) };
        let handler_faults = if rng.chance(300) { HandlerFaults::default() } else { handler_faults(rng) };
        Self {
            agents,
            masters,
            tasks: u32::try_from(rng.between(1, 3)).unwrap_or(1),
            operations: *rng.pick(&[0, 0, 1, 2]),
            trouble,
            checkpoint: rng.chance(750),
            chosen_id: rng.chance(500),
            partition_aware: rng.chance(600),
            failover_timeout: *rng.pick(&[1e6, 1e6, 1e6, 1e6, 1e6, 1e6, 1e6, 10.0]),
            watches_leader: rng.chance(500),
            event_limit: *rng.pick(&[1, 2, 8, 1024, 1024]),
            store_fails: *rng.pick(&[0, 0, 0, 0, 100]),
            store_is_stale: rng.chance(100),
            network_faults,
            handler_faults,
            slow_agents: false,
            faults: faults(rng, trouble, agents, masters),
            ending: *rng.pick(&[Ending::Stop, Ending::Leave, Ending::Leave, Ending::StopInTrouble]),
        }
    }

    /// Adds times during which the scheduler's process is stopped, long enough that heartbeats seem
    /// to be missing if they are not read first.
    pub(crate) fn freeze(&mut self, rng: &mut Rng) {
        for _ in 0..rng.between(1, 2) {
            let at = rng.time(self.trouble);
            let until = at + Duration::from_millis(rng.between(20_000, 120_000));
            self.faults.extend([(at, Fault::Freeze), (until, Fault::Thaw)]);
        }
        self.faults.sort_by_key(|(at, _)| *at);
    }
}

fn network_faults(rng: &mut Rng) -> NetworkFaults {
    let mut often = || *rng.pick(&[0, 0, 0, 10, 50, 200]);
    let (refused, cut_request, swallowed, intercepted) = (often(), often(), often() / 4, often());
    let (delayed, split, cut_response, half_open, repeated) =
        (often(), often(), often(), often() / 4, often());
    let longest_delay = Duration::from_millis(*rng.pick(&[20, 500, 5_000, 45_000]));
    NetworkFaults {
        refused,
        cut_request,
        swallowed,
        intercepted,
        delayed,
        split,
        cut_response,
        half_open,
        repeated,
        longest_delay,
    }
}

fn handler_faults(rng: &mut Rng) -> HandlerFaults {
    let mut often = |most: u32| u32::try_from(rng.between(0, u64::from(most))).unwrap_or(0);
    let (fails, panics, slow, holds) = (often(200), often(20), often(300), often(300));
    let longest_work = Duration::from_millis(*rng.pick(&[5, 1_000, 20_000, 100_000]));
    HandlerFaults { fails, panics, slow, holds, longest_work }
}

/// Returns a handful of faults. Those that last end before `trouble` does.
fn faults(rng: &mut Rng, trouble: Duration, agents: usize, masters: usize) -> Vec<(Duration, Fault)> {
    let mut faults = Vec::new();
    for _ in 0..*rng.pick(&[0, 1, 1, 2, 3, 5]) {
        let at = rng.time(trouble);
        let until = at + rng.time(trouble.saturating_sub(at));
        let agent = rng.below(agents);
        match rng.below(17) {
            0 | 1 => faults.extend([(at, Fault::KillAgent(agent)), (until, Fault::RestartAgent(agent))]),
            2 => faults.extend([(at, Fault::FreezeAgent(agent)), (until, Fault::ThawAgent(agent))]),
            3 => faults.push((at, Fault::KillExecutor)),
            4 | 5 => faults.push((at, Fault::Elect(rng.below(masters)))),
            6 => faults.extend([(at, Fault::LoseLeader), (until, Fault::Lead)]),
            7 => faults.extend([(at, Fault::Recover), (until, Fault::Lead)]),
            8 => faults.push((at, Fault::DropEventStreams)),
            9 => faults.push((at, Fault::CutConnections)),
            10 => faults.push((at, Fault::Deafen)),
            11 => faults.extend([(at, Fault::StopHeartbeats), (until, Fault::ResumeHeartbeats)]),
            12 | 13 => faults.push((at, Fault::Crash(u32::try_from(rng.between(0, 12)).unwrap_or(0)))),
            14 => faults.push((at, Fault::SecondInstance)),
            15 => faults.push((at, Fault::LeaveForAnother)),
            _ => faults.push((at, Fault::Flood)),
        }
    }
    faults.sort_by_key(|(at, _)| *at);
    faults
}
