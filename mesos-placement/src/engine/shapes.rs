//! All shapes of tasks that wait.

use std::borrow::Cow;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use foldhash::HashMap;
use foldhash::fast::RandomState;

use super::cluster::Cluster;
use super::index::{Index, IndexKey};
use super::interner::Interner;
use super::shape::Shape;
use super::shape_key::ShapeKey;
use crate::{Strategy, Task};

/// All shapes of tasks that wait, and the indexes in which they find their places.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    all: Vec<Shape>,
    /// The numbers of the shapes with each hash.
    numbers: HashMap<u64, Vec<usize>>,
    hasher: RandomState,
    indexes: Interner<IndexKey, Index>,
}

/// How many indexes are filled at most.
const MAX_FILLED: usize = 64;

impl Shapes {
    /// Returns the number of a task's shape. Most tasks have a known one, which is found without
    /// copying the task.
    pub(crate) fn of(&mut self, cluster: &mut Cluster, task: Cow<'_, Task>) -> usize {
        let hash = self.hasher.hash_one(ShapeKey(&task));
        let alike = self.numbers.entry(hash).or_default();
        let is_it = |number: &&usize| ShapeKey(&self.all[**number].task) == ShapeKey(&task);
        if let Some(known) = alike.iter().find(is_it) {
            return *known;
        }
        let indexes = &mut self.indexes;
        let shape = cluster.shape(Arc::new(task.into_owned()), |look| indexes.number(look, Index::new));
        self.all.push(shape);
        alike.push(self.all.len() - 1);
        self.all.len() - 1
    }

    pub(crate) fn get(&mut self, number: usize) -> &mut Shape {
        &mut self.all[number]
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Returns the best place for a task of a shape, if any is suitable.
    pub(crate) fn pick(&mut self, number: usize, cluster: &Cluster) -> Option<usize> {
        let shape = &mut self.all[number];
        shape.refresh(cluster);
        if shape.exceeds_group_limit(cluster) || shape.still_fails(cluster) {
            return None;
        }
        let index = &mut self.indexes.all[shape.index];
        let is_ordered = !matches!(cluster.settings.strategy, Strategy::Custom(_));
        let best = if is_ordered && index.pays(cluster.requirements.get(shape.requirement)) {
            index.refresh(cluster);
            shape.search(cluster, index)
        } else {
            shape.scan(cluster)
        };
        shape.last = best;
        shape.failed = best.is_none().then(|| (cluster.next_change(), cluster.releases));
        best
    }

    /// Empties the indexes if too many are filled.
    pub(crate) fn forget_indexes(&mut self) {
        if self.indexes.all.iter().filter(|index| index.is_filled()).count() > MAX_FILLED {
            self.indexes.all.iter_mut().for_each(Index::clear);
        }
    }
}
