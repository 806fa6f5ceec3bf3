//! Which ports a task gets.

use mesos_sdk::proto::v1::value::Range;
use mesos_sdk::resources::Ranges;

use crate::PortNeeds;

/// Returns the fixed ports, then the lowest free ones; `None` if there are too few.
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
    let wanted = chosen.len().saturating_add(needs.dynamic);
    let allowed = allowed(&needs.within);
    for range in free.iter().flat_map(|ranges| ranges.as_slice()) {
        for (begin, end) in within(range, &allowed) {
            let numbers = (begin..=end).filter(|port| !needs.fixed.contains(port));
            chosen.extend(numbers.take(wanted - chosen.len()));
        }
    }
    (chosen.len() == wanted).then_some(chosen)
}

/// Returns the parts of a range that are within the wanted ones.
fn within<'a>(range: &'a Range, wanted: &'a Ranges) -> impl Iterator<Item = (u64, u64)> + use<'a> {
    let parts = wanted.as_slice().iter();
    let parts = parts.map(|wanted| (range.begin.max(wanted.begin), range.end.min(wanted.end)));
    parts.filter(|(begin, end)| begin <= end)
}

/// Returns the wanted ranges, with overlapping ones merged; without any, all numbers.
fn allowed(wanted: &[(u64, u64)]) -> Ranges {
    let all = [(0, u64::MAX)];
    let wanted = if wanted.is_empty() { &all } else { wanted };
    Ranges::from(wanted.iter().map(|(begin, end)| Range { begin: *begin, end: *end }).collect::<Vec<_>>())
}
