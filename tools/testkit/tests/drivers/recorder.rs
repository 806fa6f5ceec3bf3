//! A recorder of metrics that a test can read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::{
    Counter, CounterFn as _, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString,
    Unit,
};

/// A metric, as it is described.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Described {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) unit: String,
}

/// What was recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorded(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    described: BTreeSet<Described>,
    counters: BTreeMap<Key, Arc<AtomicU64>>,
    gauges: BTreeMap<Key, Arc<AtomicU64>>,
    histograms: BTreeMap<Key, Arc<Count>>,
}

/// Counts the values of a histogram.
#[derive(Debug, Default)]
struct Count(AtomicU64);

impl HistogramFn for Count {
    fn record(&self, value: f64) {
        assert!(value >= 0.0, "{value}");
        self.0.increment(1);
    }
}

impl Recorded {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn described(&self) -> BTreeSet<Described> {
        self.inner().described.clone()
    }

    /// The names of all metrics of this framework that were recorded, each with its labels' names.
    pub(crate) fn labels(&self, framework: &str) -> BTreeMap<String, BTreeSet<String>> {
        let inner = self.inner();
        let keys = inner.counters.keys().chain(inner.gauges.keys()).chain(inner.histograms.keys());
        let own = keys.filter(|key| has(key, &[("framework", framework)]));
        own.map(|key| (key.name().to_owned(), key.labels().map(|label| label.key().to_owned()).collect()))
            .collect()
    }

    /// The sum of a counter, or the number of values of a histogram, over all with these labels.
    pub(crate) fn sum(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        let inner = self.inner();
        let is_wanted = |key: &Key| key.name() == name && has(key, labels);
        let counters = inner.counters.iter().filter(|(key, _)| is_wanted(key));
        let counters: u64 = counters.map(|(_, counter)| counter.load(Ordering::Relaxed)).sum();
        let histograms = inner.histograms.iter().filter(|(key, _)| is_wanted(key));
        counters + histograms.map(|(_, count)| count.0.load(Ordering::Relaxed)).sum::<u64>()
    }

    /// The sum of a gauge over all with these labels.
    pub(crate) fn gauge(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let inner = self.inner();
        let gauges = inner.gauges.iter().filter(|(key, _)| key.name() == name && has(key, labels));
        gauges.map(|(_, gauge)| f64::from_bits(gauge.load(Ordering::Relaxed))).sum()
    }

    fn describe(&self, kind: &'static str, name: &KeyName, unit: Option<Unit>, description: &SharedString) {
        assert!(!description.is_empty(), "{name:?}");
        let unit = unit.map(|unit| unit.as_str().to_owned()).unwrap_or_default();
        self.inner().described.insert(Described { name: name.as_str().to_owned(), kind, unit });
    }
}

fn has(key: &Key, labels: &[(&str, &str)]) -> bool {
    labels
        .iter()
        .all(|(name, value)| key.labels().any(|label| label.key() == *name && label.value() == *value))
}

impl Recorder for Recorded {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe("counter", &name, unit, &description);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe("gauge", &name, unit, &description);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe("histogram", &name, unit, &description);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Arc::clone(self.inner().counters.entry(key.clone()).or_default()))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(Arc::clone(self.inner().gauges.entry(key.clone()).or_default()))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Arc::clone(self.inner().histograms.entry(key.clone()).or_default()))
    }
}
