//! Which ports a task gets.

use mesos_sdk::proto::v1::value::Range;
use mesos_sdk::resources::Ranges;

use crate::PortNeeds;

/// The fixed ports, then the lowest free ones; `None` if there are too few.
pub(crate) fn choose(free: &[&Ranges], needs: &PortNeeds) -> Option<Vec<u64>> {
    if needs.dynamic == 0 && needs.fixed.is_empty() {
        return Some(Vec::new());
    }
    let is_free = |port: u64| {
        let port = Ranges::from(vec![Range { begin: port, end: port }]);
        free.iter().any(|ranges| ranges.contains(&port))
    };
    if !needs.fixed.iter().all(|port| is_free(*port)) {
        return None;
    }
    let mut chosen = needs.fixed.clone();
    let wanted = chosen.len() + needs.dynamic;
    for range in free.iter().flat_map(|ranges| ranges.as_slice()) {
        for (begin, end) in within(range, &needs.within) {
            let numbers = (begin..=end).filter(|port| !needs.fixed.contains(port));
            chosen.extend(numbers.take(wanted - chosen.len()));
        }
    }
    (chosen.len() == wanted).then_some(chosen)
}

/// The parts of a range that are within any of the wanted ones, which do not overlap.
fn within(range: &Range, wanted: &[(u64, u64)]) -> Vec<(u64, u64)> {
    if wanted.is_empty() {
        return vec![(range.begin, range.end)];
    }
    let parts = wanted.iter().map(|(begin, end)| (range.begin.max(*begin), range.end.min(*end)));
    parts.filter(|(begin, end)| begin <= end).collect()
}
