//! What is measured.

use mesos_sdk::wire::Encoding;

use crate::orders::Until;
use crate::stream::Mix;

/// A stream, and what clients do with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Workload {
    pub(super) name: &'static str,
    pub(super) mix: Mix,
    pub(super) events: usize,
    pub(super) encoding: Encoding,
    pub(super) until: Until,
    /// So many that whoever waits for each answer would take minutes.
    pub(super) is_long: bool,
}

impl Workload {
    /// Returns the name for people.
    pub(super) fn title(&self) -> String {
        let encoding = match self.encoding {
            Encoding::Json => "JSON",
            _ => "protobuf",
        };
        let Self { name, events, .. } = self;
        match self.mix {
            Mix::Offers(each) => {
                format!("{name}: {} OFFERS of {}, {encoding}", grouped(*events), grouped(each))
            }
            Mix::Updates => format!("{name}: {} UPDATE, {encoding}", grouped(*events)),
            Mix::Small | Mix::Cluster { .. } => {
                format!("{name}: {} of the smallest, {encoding}", grouped(*events))
            }
        }
    }
}

/// Returns all of them, or a tenth of each.
pub(super) fn workloads(quick: bool) -> Vec<Workload> {
    let all: [(&str, Mix, usize, Until, bool); 7] = [
        ("decoded", Mix::Small, 1_000_000, Until::Teardown, false),
        ("decoded", Mix::Updates, 200_000, Until::Teardown, false),
        ("decoded", Mix::Offers(10), 20_000, Until::Teardown, false),
        ("acknowledged", Mix::Updates, 40_000, Until::Answers, false),
        ("acknowledged", Mix::Updates, 200_000, Until::Answers, true),
        ("declined", Mix::Offers(10), 20_000, Until::Answers, false),
        ("declined", Mix::Offers(10_000), 1, Until::Answers, false),
    ];
    let encodings = [Encoding::Protobuf, Encoding::Json];
    let pairs = all.iter().flat_map(|one| encodings.map(|encoding| (*one, encoding)));
    let workloads = pairs.map(|((name, mix, events, until, is_long), encoding)| {
        let events = if quick { events.div_ceil(10) } else { events };
        Workload { name, mix, events, encoding, until, is_long }
    });
    workloads.collect()
}

/// Formats a number as `1,000,000`.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}
