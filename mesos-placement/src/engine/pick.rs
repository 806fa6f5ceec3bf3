//! Choosing the best place for a task of a shape.

use std::cmp::Reverse;

use super::check::{Check, GroupCheck};
use super::cluster::Cluster;
use super::free_amounts::FreeAmounts;
use super::index::Index;
use super::part::{Block, Part};
use super::score::Score;
use super::shape::Shape;
use super::view::View;

/// The best suitable place so far.
type Best = Option<(Score, Reverse<usize>)>;

impl Shape {
    /// Brings everything that the shape knows about the cluster up to date.
    pub(crate) fn refresh(&mut self, cluster: &Cluster) {
        for repelled in self.repelled_seen..cluster.repelled.len() {
            let mine = cluster.repelled.get(repelled).counted.takes(&self.footprint.profile);
            self.repelled_by.extend(mine.then_some(repelled));
        }
        self.repelled_seen = cluster.repelled.len();
        let has_new_agents = self.agent_changes.replace(cluster.agent_changes) != Some(cluster.agent_changes);
        let requirement = self.requirement;
        let mut update = |group: &mut GroupCheck| {
            if has_new_agents && !group.spread_keys.is_empty() {
                group.find_domains(cluster, requirement);
            }
            group.find_lowest(cluster);
        };
        self.checks.iter_mut().for_each(|check| check.each_group(&mut update));
        self.preferences.iter_mut().for_each(|preference| preference.each_group(&mut update));
    }

    /// Returns whether no place was suitable the last time, and none has improved since.
    pub(crate) fn still_fails(&mut self, cluster: &Cluster) -> bool {
        let Some((then, releases)) = self.failed else { return false };
        if then == cluster.next_change() {
            return releases == cluster.releases;
        }
        // A change elsewhere improves a place only for some constraints, or when a task ends.
        if releases != cluster.releases || self.checks.iter().any(Check::may_turn) {
            return false;
        }
        let Some(news) = cluster.changed_since(then) else { return false };
        let (view, requirement) = (self.view(cluster), cluster.requirements.get(self.requirement));
        let mut news = news.filter(|place| requirement.is_met(*place) && self.fits(cluster, &view, *place));
        let fails = news.next().is_none();
        self.failed = fails.then(|| (cluster.next_change(), releases));
        fails
    }

    /// Returns whether a place that meets the requirement has room and is allowed; see
    /// [`Shape::suits`].
    fn fits(&self, cluster: &Cluster, view: &View<'_>, place: usize) -> bool {
        let amounts = &cluster.free_amounts[self.claim];
        view.has_room(place)
            && (!self.depends_on_pieces || self.has_pieces(cluster, place, amounts))
            && (self.task.executor.is_none() || self.has_room_for_executor(cluster, place))
            && !self.mixes_roles(cluster, place)
    }

    fn has_pieces(&self, cluster: &Cluster, place: usize, amounts: &FreeAmounts) -> bool {
        let (pool, needs) = (&cluster.agents[place].pool, &self.task.needs);
        let claim = &amounts.claim;
        pool.has_ports(claim, needs) && pool.has_volumes(claim, needs) && pool.has_persistent(claim, needs)
    }

    /// Finds the best place by scoring each.
    pub(crate) fn scan(&self, cluster: &Cluster) -> Option<usize> {
        let (mut best, view) = (None, self.view(cluster));
        for place in cluster.requirements.get(self.requirement).places() {
            if self.fits(cluster, &view, place) {
                let score = self.score(cluster, &view, place);
                self.weigh(cluster, (score, place), &mut best);
            }
        }
        best.map(|(_, place)| place.0)
    }

    /// Finds the best place in an index.
    pub(crate) fn search(&self, cluster: &Cluster, index: &Index) -> Option<usize> {
        let (mut best, view) = (None, self.view(cluster));
        self.try_last(cluster, &view, &mut best);
        for part in index.parts() {
            if part.any().is_some_and(|place| self.may_be_at(cluster, place)) {
                self.search_part(cluster, &view, part, &mut best);
            }
        }
        best.map(|(_, place)| place.0)
    }

    /// Tries the place that was best the last time: the better the first candidate, the fewer
    /// others have to be checked.
    fn try_last(&self, cluster: &Cluster, view: &View<'_>, best: &mut Best) {
        let Some(place) = self.last else { return };
        if cluster.requirements.get(self.requirement).is_met(place) && self.fits(cluster, view, place) {
            self.weigh(cluster, (self.score(cluster, view, place), place), best);
        }
    }

    /// Checks the constraints that hold for all places of a part or for none.
    fn may_be_at(&self, cluster: &Cluster, place: usize) -> bool {
        let mut shared = self.checks.iter().filter(|check| check.is_shared());
        shared.all(|check| check.holds(cluster, place))
    }

    fn search_part(&self, cluster: &Cluster, view: &View<'_>, part: &Part, best: &mut Best) {
        // The places after a suitable one are not better if they tie on preferences and follow the
        // strategy's order.
        let is_in_order = self.preferences_tie && view.has_one_order();
        for block in part.blocks(&self.asked) {
            if self.preferences_tie && best.is_some() && self.best_of(cluster, view, block) <= *best {
                if is_in_order {
                    return;
                }
                continue;
            }
            for place in block.places().filter(|place| self.fits(cluster, view, *place)) {
                let score = self.score(cluster, view, place);
                if self.weigh(cluster, (score, place), best) && is_in_order {
                    return;
                }
            }
        }
    }

    /// Returns an upper bound for the places of a block, if all tie on preferences.
    fn best_of(&self, cluster: &Cluster, view: &View<'_>, block: &Block) -> Best {
        let first = block.places().next()?;
        let score = Score {
            preference: self.preference(cluster, first),
            strategy: view.strategy_score_at_most(block, first),
        };
        Some((score, Reverse(block.lowest)))
    }

    /// Takes a place that fits if it is suitable and better than the best so far. Returns whether
    /// it is suitable, or need not be checked.
    fn weigh(&self, cluster: &Cluster, (score, place): (Score, usize), best: &mut Best) -> bool {
        let candidate = Some((score, Reverse(place)));
        if candidate < *best {
            return true;
        }
        let suits = self.suits(cluster, place);
        if suits {
            *best = candidate;
        }
        suits
    }
}
