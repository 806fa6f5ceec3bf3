//! All shapes of tasks that wait.

use std::sync::Arc;

use super::cluster::Cluster;
use super::index::{Index, Look};
use super::shape::Shape;
use super::shape_key::ShapeKey;
use super::table::Table;
use crate::{Strategy, Task};

/// All shapes of tasks that wait, and what they find their places in.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    shapes: Table<ShapeKey, Shape>,
    indexes: Table<Look, Index>,
}

/// How many indexes have something in them at most.
const MAX_FILLED: usize = 64;

impl Shapes {
    /// The number of a task's shape.
    pub(crate) fn of(&mut self, cluster: &mut Cluster, task: Arc<Task>) -> usize {
        let indexes = &mut self.indexes;
        let index = |look| indexes.number(look, Index::new);
        self.shapes.number(ShapeKey(task), |key| cluster.shape(key.0, index))
    }

    pub(crate) fn get(&mut self, number: usize) -> &mut Shape {
        &mut self.shapes.all[number]
    }

    pub(crate) fn len(&self) -> usize {
        self.shapes.all.len()
    }

    /// The best place for a task of a shape, if any does.
    pub(crate) fn pick(&mut self, number: usize, cluster: &Cluster) -> Option<usize> {
        let shape = &mut self.shapes.all[number];
        shape.look_around(cluster);
        if shape.exceeds_group_limit(cluster) || shape.still_fails(cluster) {
            return None;
        }
        let index = &mut self.indexes.all[shape.index];
        let is_ordered = !matches!(cluster.settings.strategy, Strategy::Own(_));
        let best = if is_ordered && index.pays(cluster.requirements.get(shape.requirement)) {
            index.refresh(cluster);
            shape.search(cluster, index)
        } else {
            shape.scan(cluster)
        };
        shape.last = best;
        shape.failed = best.is_none().then(|| (cluster.now(), cluster.departures));
        best
    }

    /// Empties the indexes if too many have something in them.
    pub(crate) fn forget_indexes(&mut self) {
        if self.indexes.all.iter().filter(|index| index.is_filled()).count() > MAX_FILLED {
            self.indexes.all.iter_mut().for_each(Index::clear);
        }
    }
}
