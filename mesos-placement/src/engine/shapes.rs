//! All shapes of tasks that wait.

use std::sync::Arc;

use super::cluster::Cluster;
use super::shape::Shape;
use super::shape_key::ShapeKey;
use super::table::Table;
use crate::Task;

/// All shapes of tasks that wait.
#[derive(Debug, Default)]
pub(crate) struct Shapes(Table<ShapeKey, Shape>);

impl Shapes {
    /// The number of a task's shape.
    pub(crate) fn of(&mut self, cluster: &mut Cluster, task: &Arc<Task>) -> usize {
        self.0.number(ShapeKey(Arc::clone(task)), |key| cluster.shape(&key.0))
    }

    pub(crate) fn get(&mut self, number: usize) -> &mut Shape {
        &mut self.0.all[number]
    }

    pub(crate) fn len(&self) -> usize {
        self.0.all.len()
    }
}
