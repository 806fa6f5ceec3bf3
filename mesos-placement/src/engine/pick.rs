//! The best place for a task of a shape.

use super::cluster::Cluster;
use super::heap::{Candidates, Entry};
use super::score::Score;
use super::shape::Shape;

impl Shape {
    /// The best place for a task of this shape, if any does.
    pub(crate) fn pick(&mut self, cluster: &Cluster) -> Option<usize> {
        self.look_around(cluster);
        if self.exceeds_group_limit(cluster) {
            return None;
        }
        // To keep the places in order pays for several tasks only.
        if self.waiting <= 1 && self.candidates.is_fresh(cluster) {
            return self.scan(cluster);
        }
        let mut candidates = std::mem::take(&mut self.candidates);
        let best = self.best(cluster, &mut candidates);
        self.candidates = candidates;
        best.map(|entry| entry.place.0)
    }

    /// Brings all that it knows of the cluster up to date.
    pub(crate) fn look_around(&mut self, cluster: &Cluster) {
        for repelled in self.repelled_seen..cluster.repelled.len() {
            let mine = cluster.repelled.get(repelled).counted.takes(&self.profile);
            self.repelled_by.extend(mine.then_some(repelled));
        }
        self.repelled_seen = cluster.repelled.len();
        let has_new_agents = self.arrivals.replace(cluster.arrivals) != Some(cluster.arrivals);
        let requirement = self.requirement;
        let mut update = |group: &mut super::check::GroupCheck| {
            if has_new_agents && !group.spread_keys.is_empty() {
                group.find_domains(cluster, requirement);
            }
            group.find_lowest(cluster);
        };
        self.checks.iter_mut().for_each(|check| check.each_group(&mut update));
        self.tastes.iter_mut().for_each(|taste| taste.each_group(&mut update));
    }

    /// The best place, found by a look at each.
    fn scan(&mut self, cluster: &Cluster) -> Option<usize> {
        let (mut best, mut any_fits) = (None, false);
        let view = self.view(cluster);
        for place in cluster.requirements.get(self.requirement).places() {
            if !self.fits(cluster, &view, place) {
                continue;
            }
            any_fits = true;
            let score = self.score(cluster, &view, place);
            if best.is_none_or(|(best, _)| score > best) && self.suits(cluster, place) {
                best = Some((score, place));
            }
        }
        if !any_fits {
            self.candidates.none(cluster);
        }
        best.map(|(_, place)| place)
    }

    /// Looks at the places that changed.
    fn gather(&mut self, cluster: &Cluster, candidates: &mut Candidates) {
        // What was set aside may do again.
        if std::mem::replace(&mut self.departures, cluster.departures) != cluster.departures {
            candidates.clear();
        }
        let (requirement, view) = (cluster.requirements.get(self.requirement), self.view(cluster));
        let fits = |place: &usize| self.fits(cluster, &view, *place);
        if let Some(news) = candidates.news(cluster) {
            for place in news.filter(|place| requirement.is_met(*place)).filter(fits) {
                candidates.add(cluster, place, self.score(cluster, &view, place));
            }
        } else {
            let places = requirement.places().filter(fits);
            candidates.fill(cluster, places.map(|place| (place, self.score(cluster, &view, place))));
        }
    }

    fn best(&mut self, cluster: &Cluster, candidates: &mut Candidates) -> Option<Entry> {
        self.gather(cluster, candidates);
        let mut best: Option<Entry> = None;
        for part in candidates.parts() {
            while let Some(entry) = part.best(cluster) {
                let place = entry.place.0;
                if self.turns_down(cluster, place) {
                    break;
                }
                if self.suits(cluster, place) {
                    let taste = entry.score.taste.saturating_add(self.taste(cluster, place, true));
                    let entry = Entry { score: Score { taste, ..entry.score }, ..entry };
                    best = best.max(Some(entry));
                    break;
                }
                // It will not do before a task ends somewhere.
                part.heap.pop();
            }
        }
        best
    }

    /// Whether something is against it that may change when other places get tasks.
    fn turns_down(&self, cluster: &Cluster, place: usize) -> bool {
        let mut turning = self.checks.iter().filter(|check| check.may_turn());
        turning.any(|check| !check.holds(cluster, place))
    }
}
