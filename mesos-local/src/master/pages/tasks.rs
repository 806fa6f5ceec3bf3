//! `/tasks`: the tasks of all frameworks, in the order of their first updates.

use serde_json::{Value, json};

use super::super::Master;
use super::super::framework::Framework;
use super::super::task::Task;
use crate::pages::{Query, task};
use mesos_sdk::proto::v1::TaskStatus;

/// How many tasks are shown unless the query sets a limit, as in Mesos.
const LIMIT: usize = 100;

impl Master {
    pub(super) fn tasks_page(&self, query: &Query) -> Value {
        let frameworks = self.frameworks.values().chain(&self.completed);
        let frameworks = frameworks.filter(|framework| query.selects("framework_id", framework.id()));
        let mut tasks: Vec<_> = frameworks
            .flat_map(Framework::all_tasks)
            .filter(|task| query.selects("task_id", task.id()))
            .collect();
        // Tasks without an update come first, or last in descending order.
        tasks.sort_by(|left, right| first_update(left).total_cmp(&first_update(right)));
        if query.get("order") != Some("asc") {
            tasks.reverse();
        }
        let (offset, limit) = (query.number("offset").unwrap_or(0), query.number("limit").unwrap_or(LIMIT));
        let shown = tasks.into_iter().skip(offset).take(limit);
        json!({"tasks": shown.map(|one| task(&one.describe())).collect::<Vec<_>>()})
    }
}

fn first_update(task: &Task) -> f64 {
    task.statuses.first().map_or(f64::NEG_INFINITY, TaskStatus::timestamp)
}
