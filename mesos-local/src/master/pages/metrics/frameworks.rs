//! Metrics of single frameworks, also of those that are remembered after their end.

use mesos_sdk::proto::v1::offer::operation;
use mesos_sdk::proto::v1::scheduler::{call, event};
use mesos_sdk::proto::v1::{Metric, TaskState};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::super::super::Master;
use super::super::super::framework::Framework;
use super::types;
use crate::pages::count;
use crate::tally::Tally;

/// What Mesos encodes in the name of a framework, beside control characters and what is not ASCII.
const ENCODED: AsciiSet = CONTROLS
    .remove(0x7f)
    .add(b'$')
    .add(b'&')
    .add(b'+')
    .add(b',')
    .add(b'/')
    .add(b':')
    .add(b';')
    .add(b'=')
    .add(b'?')
    .add(b'@')
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'#')
    .add(b'%')
    .add(b'{')
    .add(b'}')
    .add(b'|')
    .add(b'\\')
    .add(b'^')
    .add(b'~')
    .add(b'[')
    .add(b']')
    .add(b'`');

impl Master {
    pub(super) fn framework_metrics(&self) -> Vec<Metric> {
        let frameworks = || self.frameworks.values().chain(&self.completed);
        let principals = frameworks().filter_map(|framework| framework.info.principal.as_deref());
        // They count messages of the API before v1 only.
        let messages = principals.flat_map(|principal| {
            ["processed", "received"].map(|what| count(format!("frameworks/{principal}/messages_{what}"), 0))
        });
        messages.chain(frameworks().flat_map(of_framework)).collect()
    }
}

fn of_framework(framework: &Framework) -> Vec<Metric> {
    let (counters, active) = (&framework.counters, by_state(framework));
    let mut numbers = vec![
        ("subscribed".to_owned(), u64::from(framework.is_connected())),
        ("calls".to_owned(), counters.calls.total()),
        ("events".to_owned(), counters.events.total()),
        ("operations".to_owned(), counters.operations.total()),
        ("offers/sent".to_owned(), counters.offers_sent),
        ("offers/accepted".to_owned(), counters.offers_accepted),
        ("offers/declined".to_owned(), counters.offers_declined),
        ("offers/rescinded".to_owned(), counters.offers_rescinded),
    ];
    let mut add = |group: &str, name: &str, number| {
        numbers.push((format!("{group}/{}", name.to_lowercase()), number));
    };
    types::<call::Type>(1).for_each(|kind| add("calls", kind.as_str_name(), counters.calls.of(&kind)));
    types::<event::Type>(1).for_each(|kind| add("events", kind.as_str_name(), counters.events.of(&kind)));
    types::<operation::Type>(1)
        .for_each(|kind| add("operations", kind.as_str_name(), counters.operations.of(&kind)));
    for state in types::<TaskState>(0) {
        match state.is_terminal() {
            true => add("tasks/terminal", state.as_str_name(), counters.ended_tasks.of(&state)),
            false => add("tasks/active", state.as_str_name(), active.of(&state)),
        }
    }
    for role in framework.roles() {
        let is_suppressed = framework.suppressed.contains(&role);
        // Roles are written as they are.
        numbers.push((format!("roles/{role}/suppressed"), u64::from(is_suppressed)));
    }
    let name = utf8_percent_encode(&framework.info.name, &ENCODED);
    let prefix = format!("master/frameworks/{name}/{}", framework.id());
    numbers.into_iter().map(|(name, number)| count(format!("{prefix}/{name}"), number)).collect()
}

/// Counts the tasks by their states.
fn by_state(framework: &Framework) -> Tally<TaskState> {
    let mut states = Tally::default();
    let tasks = framework.tasks.values().chain(framework.unreachable_tasks.values());
    tasks.for_each(|task| states.count(task.state));
    states
}
