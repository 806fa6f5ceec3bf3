//! Notices that nothing of a batch or service runs because no agent suits it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::progress::Standing;

/// After which time somebody should look at it.
const PATIENCE: Duration = Duration::from_secs(10);

/// The workloads of which nothing runs although there were offers.
#[derive(Debug, Default)]
pub(crate) struct Stalls(BTreeMap<String, Stall>);

#[derive(Debug)]
struct Stall {
    since: Duration,
    is_reported: bool,
}

impl Stalls {
    /// Looks at a workload, and logs once why nothing of it runs.
    pub(crate) fn look(&mut self, now: Duration, name: &str, standing: &Standing) {
        if let Some(reasons) = self.reasons(now, name, standing) {
            tracing::warn!(workload = name, %reasons, "nothing runs of a batch or service, because no agent suits it: ask for less, or add agents");
        }
    }

    /// Returns when to look again.
    pub(crate) fn due(&self) -> Option<Duration> {
        let unreported = self.0.values().filter(|stall| !stall.is_reported);
        unreported.map(|stall| stall.since.saturating_add(PATIENCE)).min()
    }

    fn reasons(&mut self, now: Duration, name: &str, standing: &Standing) -> Option<String> {
        if standing.progress.running > 0 || standing.has_ended {
            self.0.remove(name);
            return None;
        }
        let Some(stall) = self.0.get_mut(name) else {
            if standing.refusals.is_some() {
                self.0.insert(name.to_owned(), Stall { since: now, is_reported: false });
            }
            return None;
        };
        if stall.is_reported || now < stall.since.saturating_add(PATIENCE) {
            return None;
        }
        let Some(refusals) = &standing.refusals else {
            // It waits for something else now.
            self.0.remove(name);
            return None;
        };
        stall.is_reported = true;
        Some(refusals.to_string().replace('\n', "; "))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use mesos_placement::Refusals;

    use super::*;
    use crate::progress::Progress;

    fn standing(running: usize, refusals: bool) -> Standing {
        let progress = Progress { tasks: 3, running, ..Progress::default() };
        Standing { progress, refusals: refusals.then(Arc::<Refusals>::default), ..Standing::default() }
    }

    #[test]
    fn reports_once_until_something_runs() {
        let (mut stalls, start) = (Stalls::default(), Duration::from_secs(5));
        let waits = standing(0, true);
        assert_eq!((stalls.reasons(start, "b", &waits), stalls.due()), (None, Some(start + PATIENCE)));
        assert_eq!(stalls.reasons(start + PATIENCE / 2, "b", &waits), None);
        assert!(stalls.reasons(start + PATIENCE, "b", &waits).is_some());
        assert_eq!((stalls.reasons(start + PATIENCE * 2, "b", &waits), stalls.due()), (None, None));
        assert_eq!(stalls.reasons(start + PATIENCE * 3, "b", &standing(1, true)), None);
        assert_eq!(stalls.reasons(start + PATIENCE * 4, "b", &waits), None);
        assert!(stalls.reasons(start + PATIENCE * 5, "b", &waits).is_some());
    }

    #[test]
    fn waiting_for_something_else_is_not_reported() {
        let mut stalls = Stalls::default();
        assert_eq!(stalls.reasons(Duration::ZERO, "b", &standing(0, false)), None);
        assert_eq!(stalls.due(), None);
        assert_eq!(stalls.reasons(Duration::ZERO, "b", &standing(0, true)), None);
        assert_eq!(stalls.reasons(PATIENCE, "b", &standing(0, false)), None);
        assert_eq!(stalls.due(), None);
    }
}
