//! The metrics of the drivers, which the `metrics` crate hands to the program's recorder.

mod list;

use std::time::{Duration, SystemTime};

use metrics::{Gauge, Label, SharedString, Unit, counter, gauge, histogram};

pub(crate) use list::*;

/// A metric: its name, and what a recorder learns about it.
pub(crate) struct Metric {
    name: &'static str,
    kind: Kind,
    unit: Unit,
    description: &'static str,
}

#[derive(Clone, Copy)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Metric {
    /// Adds to a counter.
    pub(crate) fn add(&self, labels: Vec<Label>, number: usize) {
        counter!(self.name, labels).increment(u64::try_from(number).unwrap_or(u64::MAX));
    }

    /// Adds a duration to a histogram.
    pub(crate) fn observe(&self, labels: Vec<Label>, duration: Duration) {
        histogram!(self.name, labels).record(duration);
    }

    /// Returns a gauge.
    pub(crate) fn gauge(&self, labels: Vec<Label>) -> Gauge {
        gauge!(self.name, labels)
    }

    fn describe(&self) {
        let (name, unit, description) = (self.name, self.unit, self.description);
        match self.kind {
            Kind::Counter => metrics::describe_counter!(name, unit, description),
            Kind::Gauge => metrics::describe_gauge!(name, unit, description),
            Kind::Histogram => metrics::describe_histogram!(name, unit, description),
        }
    }
}

/// The labels that all metrics of a driver have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels {
    driver: &'static str,
    framework: Option<SharedString>,
}

impl Labels {
    /// Creates the labels of a `scheduler` or `executor`, with the framework's name if it is known,
    /// and describes all metrics.
    pub(crate) fn new(driver: &'static str, framework: Option<&str>) -> Self {
        for metric in ALL {
            metric.describe();
        }
        Self { driver, framework: framework.map(|name| SharedString::from_shared(name.into())) }
    }

    /// Returns these labels and further ones.
    pub(crate) fn with<const N: usize>(&self, further: [(&'static str, &'static str); N]) -> Vec<Label> {
        let framework = self.framework.clone().map(|name| Label::new("framework", name));
        let further = further.into_iter().map(|(name, value)| Label::from_static_parts(name, value));
        [Label::from_static_parts("driver", self.driver)]
            .into_iter()
            .chain(framework)
            .chain(further)
            .collect()
    }
}

/// Returns the point in time `at`, as it is `now`, in seconds since 1970, or NaN if there is none.
pub(crate) fn timestamp(now: Duration, at: Option<Duration>) -> f64 {
    let age = at.map_or(f64::NAN, |at| now.saturating_sub(at).as_secs_f64());
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since_1970.as_secs_f64() - age
}

/// Returns a number for a gauge.
#[allow(clippy::cast_precision_loss, reason = "the numbers are far below 2⁵³")]
pub(crate) fn number(number: usize) -> f64 {
    number as f64
}
