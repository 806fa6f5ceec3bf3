//! Metrics of the machine that all of the cluster runs on, as Linux reports them. Metrics that
//! can't be read are left out.

use std::fs;

use mesos_sdk::proto::v1::Metric;
use serde_json::{Value, json};

/// Returns the page `/system/stats.json`.
pub(crate) fn statistics() -> Value {
    read().into_iter().map(|fact| (fact.in_page.to_owned(), fact.value)).collect()
}

/// Returns the same figures as metrics.
pub(crate) fn system_metrics() -> impl Iterator<Item = Metric> {
    read()
        .into_iter()
        .map(|fact| Metric { name: format!("system/{}", fact.metric), value: fact.value.as_f64() })
}

struct Fact {
    in_page: &'static str,
    metric: &'static str,
    value: Value,
}

fn read() -> Vec<Fact> {
    let averages = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let mut averages = averages.split_whitespace().map_while(|average| average.parse::<f64>().ok());
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let found = [
        ("avg_load_1min", "load_1min", averages.next().map(|average| json!(average))),
        ("avg_load_5min", "load_5min", averages.next().map(|average| json!(average))),
        ("avg_load_15min", "load_15min", averages.next().map(|average| json!(average))),
        ("cpus_total", "cpus_total", std::thread::available_parallelism().ok().map(|cpus| json!(cpus))),
        ("mem_total_bytes", "mem_total_bytes", bytes(&memory, "MemTotal:")),
        ("mem_free_bytes", "mem_free_bytes", bytes(&memory, "MemFree:")),
    ];
    let found = found.into_iter();
    found.filter_map(|(in_page, metric, value)| Some(Fact { in_page, metric, value: value? })).collect()
}

fn bytes(memory: &str, name: &str) -> Option<Value> {
    let line = memory.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(json!(kibibytes.saturating_mul(1024)))
}
