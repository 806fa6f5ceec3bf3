//! How many tasks there are with each value of a key.

use std::collections::BTreeMap;

use foldhash::HashMap;

use super::interner::Interner;
use super::keys::NONE;
use crate::State;
use crate::select::Selected;

/// What is known of a task when it is counted.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) namespace: String,
    pub(crate) state: State,
}

/// Which tasks are counted, and by what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Counted {
    pub(crate) select: Selected,
    pub(crate) version: Option<String>,
    pub(crate) counts_stopping: bool,
    pub(crate) key: usize,
    /// Only tasks on agents that meet this requirement and have values for these keys.
    pub(crate) within: Option<(usize, Vec<usize>)>,
}

impl Counted {
    /// Returns whether a task is one of them, wherever it is.
    pub(crate) fn takes(&self, task: &Profile) -> bool {
        let takes_state = self.counts_stopping || task.state != State::Stopping;
        let takes_version = self.version.as_ref().is_none_or(|version| *version == task.version);
        takes_state && takes_version && self.selects(task)
    }

    fn selects(&self, task: &Profile) -> bool {
        match &self.select {
            Selected::Group { group, namespace } => *group == task.group && *namespace == task.namespace,
            Selected::Labels(tests, namespaces) => {
                namespaces.contains(&task.namespace) && tests.iter().all(|test| test.is_met(&task.labels))
            }
            Selected::None => false,
        }
    }
}

/// How many tasks there are with each value.
#[derive(Debug)]
pub(crate) struct Counter {
    pub(crate) counted: Counted,
    by_value: Vec<usize>,
    /// All that are counted, also without a value.
    pub(crate) total: usize,
    /// How many values there are tasks with.
    pub(crate) values: usize,
    /// The values in the order in which the tasks came.
    order: BTreeMap<u64, u32>,
}

impl Counter {
    pub(crate) fn new(counted: Counted) -> Self {
        Self { counted, by_value: Vec::new(), total: 0, values: 0, order: BTreeMap::new() }
    }

    pub(crate) fn of(&self, value: u32) -> usize {
        self.by_value.get(value as usize).copied().unwrap_or(0)
    }

    /// Returns the value of the task that came first.
    pub(crate) fn first(&self) -> Option<u32> {
        self.order.values().next().copied()
    }

    /// Returns the lowest number of tasks that any value with tasks has.
    pub(crate) fn lowest(&self) -> usize {
        self.by_value.iter().copied().filter(|count| *count > 0).min().unwrap_or(0)
    }

    /// Returns how many values have more tasks than this.
    pub(crate) fn above(&self, count: usize) -> usize {
        self.by_value.iter().filter(|there| **there > count).count()
    }

    /// Counts a task, or stops counting it.
    pub(crate) fn set(&mut self, number: u64, value: u32, counts: bool) {
        match counts {
            true => self.add(number, value),
            false => self.remove(number, value),
        }
    }

    fn add(&mut self, number: u64, value: u32) {
        self.total += 1;
        if value == NONE {
            return;
        }
        let index = value as usize;
        if index >= self.by_value.len() {
            self.by_value.resize(index + 1, 0);
        }
        self.by_value[index] += 1;
        self.values += usize::from(self.by_value[index] == 1);
        self.order.insert(number, value);
    }

    fn remove(&mut self, number: u64, value: u32) {
        self.total = self.total.saturating_sub(1);
        if self.order.remove(&number).is_some()
            && let Some(count) = self.by_value.get_mut(value as usize)
        {
            *count = count.saturating_sub(1);
            self.values -= usize::from(*count == 0);
        }
    }
}

/// All counters, found by the tasks that they may count.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    table: Interner<Counted, Counter>,
    of_group: HashMap<String, Vec<usize>>,
    /// Those that select by labels.
    others: Vec<usize>,
}

impl Counters {
    pub(crate) fn known(&self, counted: &Counted) -> Option<usize> {
        self.table.known(counted)
    }

    pub(crate) fn add(&mut self, counter: Counter) -> usize {
        let select = counter.counted.select.clone();
        let number = self.table.number(counter.counted.clone(), |_| counter);
        match select {
            Selected::Group { group, .. } => self.of_group.entry(group).or_default().push(number),
            Selected::Labels(..) | Selected::None => self.others.push(number),
        }
        number
    }

    pub(crate) fn get(&self, number: usize) -> &Counter {
        self.table.get(number)
    }

    pub(crate) fn len(&self) -> usize {
        self.table.all.len()
    }

    pub(crate) fn set(&mut self, counter: usize, number: u64, value: u32, counts: bool) {
        self.table.all[counter].set(number, value, counts);
    }

    pub(crate) fn that_may_take(&self, task: &Profile) -> Vec<usize> {
        let of_group = self.of_group.get(&task.group);
        of_group.into_iter().flatten().chain(&self.others).copied().collect()
    }
}
