//! Which resources a place has too little of.

use mesos_sdk::resources::Scalar;

use super::cluster::Cluster;
use super::shape::Shape;
use crate::{Reason, Shortage};

impl Shape {
    /// Which resources a place has too little of, or why it has none at all.
    pub(super) fn shortages(&self, cluster: &Cluster, place: usize) -> Vec<Reason> {
        let (pool, claim) = (&cluster.sites[place].pool, &cluster.amounts[self.claim].claim);
        let needs_any = self.amounts.iter().any(|(_, asked)| *asked > 0) || self.is_particular;
        if needs_any && !pool.pieces.is_empty() {
            if !pool.pieces.iter().any(|piece| claim.takes_role(piece)) {
                return vec![Reason::Role];
            }
            if pool.usable(claim).next().is_none() {
                return vec![if claim.wants_reservation() { Reason::Reservation } else { Reason::Role }];
            }
        }
        let amounts = &cluster.amounts[self.claim];
        let short = self.amounts.iter().filter(|(column, asked)| amounts.free(*column)[place] < *asked);
        let mut names: Vec<_> = short.map(|(column, _)| amounts.name(*column)).collect();
        if self.is_particular && !names.contains(&"ports") && !pool.has_ports(claim, &self.task.needs) {
            names.push("ports");
        }
        if self.is_particular && !names.contains(&"disk") && !pool.has_volumes(claim, &self.task.needs) {
            names.push("disk");
        }
        names.into_iter().map(|name| self.shortage(cluster, place, name)).collect()
    }

    fn shortage(&self, cluster: &Cluster, place: usize, name: &str) -> Reason {
        let site = &cluster.sites[place];
        // Ports are counted, all else is in thousandths.
        let amount = |number: i64| match name {
            "ports" => Scalar::from_thousandths(number.saturating_mul(1000)),
            _ => Scalar::from_thousandths(number),
        };
        let asked = self.task.needs.amount(name);
        let (used, total) = (site.used(name), site.total(name));
        let shortage =
            Shortage { name: name.to_owned(), asked: amount(asked), used: amount(used), total: amount(total) };
        Reason::Resource(shortage)
    }
}
