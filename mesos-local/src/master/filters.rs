//! What a framework has declined, and for how long.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mesos_sdk::duration::from_secs;
use mesos_sdk::proto::v1;
use mesos_sdk::resources::Resources;

use super::limits::{ALLOCATION_INTERVAL, DEFAULT_REFUSE_SECONDS, MAX_FILTERS, MAX_REFUSE_SECONDS};

/// The filters of one framework, by role and agent.
#[derive(Debug, Default)]
pub(super) struct Filters(BTreeMap<(String, String), Vec<Filter>>);

#[derive(Debug)]
struct Filter {
    refused: Resources,
    until: Duration,
}

impl Filters {
    /// Offers no more than `refused`, which are allocated to no role, are not made again before the
    /// filter ends.
    pub(super) fn refuse(
        &mut self,
        (role, agent): (&str, &str),
        refused: Resources,
        asked: &v1::Filters,
        now: Duration,
    ) {
        let length = length(asked);
        if length.is_zero() || refused.is_empty() {
            return;
        }
        // It covers the next allocation at least, or it would have no effect.
        let until = now.saturating_add(length.max(ALLOCATION_INTERVAL));
        let filters = self.0.entry((role.to_owned(), agent.to_owned())).or_default();
        if filters.len() >= MAX_FILTERS {
            filters.remove(0);
        }
        filters.push(Filter { refused, until });
    }

    /// Returns whether an offer of these resources has been declined; `offered` are allocated to no
    /// role.
    pub(super) fn apply(&self, role: &str, agent: &str, offered: &Resources) -> bool {
        let filters = self.0.get(&(role.to_owned(), agent.to_owned()));
        filters.is_some_and(|filters| filters.iter().any(|filter| filter.refused.contains(offered)))
    }

    /// Forgets filters that have ended; one that ends right now still applies to this allocation.
    pub(super) fn expire(&mut self, now: Duration) {
        self.0.retain(|_, filters| {
            filters.retain(|filter| filter.until >= now);
            !filters.is_empty()
        });
    }

    /// Returns how many filters there are for a role.
    pub(super) fn count(&self, role: &str) -> usize {
        self.0.iter().filter(|((of, _), _)| of == role).map(|(_, filters)| filters.len()).sum()
    }

    pub(super) fn clear_role(&mut self, role: &str) {
        self.0.retain(|(of, _), _| of != role);
    }

    pub(super) fn retain_roles(&mut self, roles: &BTreeSet<String>) {
        self.0.retain(|(role, _), _| roles.contains(role));
    }

    pub(super) fn forget_agent(&mut self, agent: &str) {
        self.0.retain(|(_, of), _| of != agent);
    }
}

/// Returns how long to filter: at most a year, and the default if the number is not valid.
pub(super) fn length(asked: &v1::Filters) -> Duration {
    let seconds = asked.refuse_seconds.unwrap_or(DEFAULT_REFUSE_SECONDS);
    let seconds = if seconds > MAX_REFUSE_SECONDS { MAX_REFUSE_SECONDS } else { seconds };
    from_secs(if seconds >= 0.0 { seconds } else { DEFAULT_REFUSE_SECONDS })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000);

    fn resources(text: &str) -> Resources {
        text.parse().unwrap()
    }

    fn refused(seconds: Option<f64>) -> Filters {
        let mut filters = Filters::default();
        let asked = v1::Filters { refuse_seconds: seconds };
        filters.refuse(("*", "S0"), resources("cpus:4;mem:100"), &asked, NOW);
        filters
    }

    /// Returns the last of some times at which the filter still applies, in seconds after it was
    /// created.
    fn lasts(seconds: Option<f64>) -> u64 {
        let applies = |after: &u64| {
            let mut filters = refused(seconds);
            filters.expire(NOW + Duration::from_secs(*after));
            filters.apply("*", "S0", &resources("cpus:4;mem:100"))
        };
        [31_536_001, 31_536_000, 6, 5, 2, 1].into_iter().find(applies).unwrap_or(0)
    }

    #[statement::proves(filter5)]
    #[test]
    fn default_is_5_seconds() {
        assert_eq!(lasts(None), 5);
    }

    #[statement::proves(filtercap)]
    #[test]
    fn filters_last_a_year_at_most() {
        assert_eq!(lasts(Some(1e12)), 31_536_000);
        assert_eq!(lasts(Some(-1.0)), 5);
        assert_eq!(lasts(Some(f64::NAN)), 5);
        assert!(!refused(Some(0.0)).apply("*", "S0", &resources("cpus:4")));
    }

    #[statement::proves(filtermin)]
    #[test]
    fn filters_last_one_allocation_at_least() {
        assert_eq!(lasts(Some(0.001)), 1);
    }

    #[test]
    fn filter_is_for_the_same_or_fewer_resources() {
        let filters = refused(None);
        assert!(filters.apply("*", "S0", &resources("cpus:1;mem:100")));
        assert!(!filters.apply("*", "S0", &resources("cpus:5;mem:100")));
        assert!(!filters.apply("*", "S1", &resources("cpus:1")));
        assert!(!filters.apply("a", "S0", &resources("cpus:1")));
    }
}
