//! Whether one scheduler of several leads at a time, and the next one soon.

use super::Table;
use crate::history::{Event, Line};

/// How long it may take from the end of a leader to the next one, in milliseconds: ZooKeeper gives
/// up a session after 10 s and at most one tick, of 2 s by default, and the next leader then reads
/// the records. The rest is for a busy machine.
const TAKEN_OVER_WITHIN: u64 = 20_000;
/// For how long after trouble with ZooKeeper nothing is expected of an election, in milliseconds:
/// sessions end, and begin again.
const TROUBLED_FOR: u64 = 20_000;

/// What is known at a moment of the history.
#[derive(Debug, Default)]
struct Election {
    leader: Option<usize>,
    /// Since when the leader is dead or frozen.
    vacant: Option<u64>,
    /// The same, of those that were killed: until the next one has launched something.
    idle: Option<u64>,
    /// How many faults between schedulers and ZooKeeper there are, and when there was the last one.
    troubles: usize,
    troubled: Option<u64>,
    times: usize,
    /// How long it took until another one led.
    takeovers: Vec<u64>,
    /// How long it took from a kill until the next one's first task ran.
    launches: Vec<u64>,
}

impl Table {
    /// Checks how long a cluster was without a leader.
    pub(super) fn check_leaders(&mut self, history: &[Line]) {
        let mut election = Election::default();
        for line in history {
            election.see(line);
        }
        if election.times == 0 {
            return;
        }
        self.add_row("times that a scheduler began to lead", election.times);
        let longest = election.takeovers.iter().max().copied().unwrap_or(0);
        self.add("a dead or frozen leader is replaced within", spread(&election.takeovers), {
            longest <= TAKEN_OVER_WITHIN
        });
        self.add_row("from a kill to the first task of the next one", spread(&election.launches));
    }
}

impl Election {
    fn see(&mut self, line: &Line) {
        match &line.event {
            Event::Leads { scheduler } => self.led_by(*scheduler, line.at),
            Event::Fault { text } => self.suffer(text, line.at),
            Event::Run { .. } if self.vacant.is_none() => {
                self.launches.extend(self.idle.take().map(|since| line.at - since));
            }
            _ => {}
        }
    }

    fn led_by(&mut self, scheduler: usize, at: u64) {
        self.times += 1;
        self.leader = Some(scheduler);
        let Some(since) = self.vacant.take() else { return };
        let is_troubled = self.troubles > 0 || self.troubled.is_some_and(|last| last + TROUBLED_FOR > since);
        match is_troubled {
            true => self.idle = None,
            false => self.takeovers.push(at - since),
        }
    }

    fn suffer(&mut self, text: &str, at: u64) {
        let words: Vec<_> = text.split(' ').collect();
        let is_leader = |number: &str| number.parse().ok() == self.leader;
        match words[..] {
            ["kill", "scheduler", number] if is_leader(number) => {
                (self.vacant, self.idle) = (Some(at), Some(at));
            }
            ["freeze", "scheduler", number] if is_leader(number) => self.vacant = Some(at),
            ["end", "freeze", "scheduler", number] if is_leader(number) => self.vacant = None,
            // Nobody stands by while the one that is started takes over.
            ["intrude", ..] => (self.vacant, self.idle) = (None, None),
            ["refused", ..] => {}
            _ if text.contains("zookeeper") || text.contains("to store") => {
                self.troubled = Some(at);
                match words.first() {
                    Some(&"end") => self.troubles = self.troubles.saturating_sub(1),
                    _ => self.troubles += 1,
                }
            }
            _ => {}
        }
    }
}

/// Returns how many there are, the least, the median and the most.
fn spread(times: &[u64]) -> String {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let (Some(least), Some(most)) = (sorted.first(), sorted.last()) else { return "none".to_owned() };
    let seconds = |time: &u64| format!("{}.{} s", time / 1000, time % 1000 / 100);
    let median = seconds(&sorted[sorted.len() / 2]);
    format!("{} ({}, median {median}, {} times)", seconds(most), seconds(least), sorted.len())
}
