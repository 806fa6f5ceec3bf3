//! Metrics that masters and agents have in common.

use mesos_sdk::proto::v1::Metric;
use mesos_sdk::resources::{Resources, Scalar};

/// Returns a metric that counts something.
#[expect(clippy::cast_precision_loss, reason = "nothing here is counted that far")]
pub(crate) fn count(name: String, number: u64) -> Metric {
    Metric { name, value: Some(number as f64) }
}

/// Returns the total, the used amount and the used fraction of the usual resources; of `master` or
/// `slave`.
pub(crate) fn resource_metrics(of: &str, total: &Resources, used: &Resources) -> Vec<Metric> {
    let kinds = [
        ("", total.non_revocable(), used.non_revocable()),
        ("_revocable", total.revocable(), used.revocable()),
    ];
    let mut metrics = Vec::new();
    for (suffix, total, used) in &kinds {
        for name in ["cpus", "gpus", "mem", "disk"] {
            let amount = |resources: &Resources| resources.scalar(name).map_or(0.0, Scalar::as_f64);
            let (total, used) = (amount(total), amount(used));
            let part = if total > 0.0 { used / total } else { 0.0 };
            for (what, value) in [("total", total), ("used", used), ("percent", part)] {
                let name = format!("{of}/{name}{suffix}_{what}");
                metrics.push(Metric { name, value: Some(value) });
            }
        }
    }
    metrics
}
