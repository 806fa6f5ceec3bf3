//! The resources that the processes of a container use, as Linux reports them.

use std::fs;
use std::time::Duration;

use mesos_sdk::proto::v1::agent::response::get_containers::Container;
use serde_json::{Value, json};

/// What one group of processes uses.
#[derive(Debug, Default, PartialEq)]
struct Usage {
    user: Duration,
    system: Duration,
    memory: u64,
}

/// Adds to each container what its processes use. Skips containers without a process.
pub(super) fn add_to(containers: &mut Value) {
    for container in containers.as_array_mut().into_iter().flatten() {
        let Some(group) = container["status"]["executor_pid"].as_i64() else { continue };
        let usage = of_group(group);
        container["statistics"]["cpus_user_time_secs"] = json!(usage.user.as_secs_f64());
        container["statistics"]["cpus_system_time_secs"] = json!(usage.system.as_secs_f64());
        container["statistics"]["mem_rss_bytes"] = json!(usage.memory);
    }
}

/// Does the same for containers in an operator response. Nested containers have no statistics.
pub(super) fn add_to_messages(containers: &mut [Container]) {
    for container in containers {
        let process = container.container_status.as_ref().and_then(|status| status.executor_pid);
        if let (Some(group), Some(statistics)) = (process, &mut container.resource_statistics) {
            let usage = of_group(group.into());
            statistics.cpus_user_time_secs = Some(usage.user.as_secs_f64());
            statistics.cpus_system_time_secs = Some(usage.system.as_secs_f64());
            statistics.mem_rss_bytes = Some(usage.memory);
        }
    }
}

fn of_group(group: i64) -> Usage {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let stats = processes.filter_map(|process| fs::read_to_string(process.path().join("stat")).ok());
    let of_group = stats.filter_map(|stat| of_process(&stat)).filter(|(its_group, _)| *its_group == group);
    of_group.fold(Usage::default(), |sum, (_, usage)| Usage {
        user: sum.user.saturating_add(usage.user),
        system: sum.system.saturating_add(usage.system),
        memory: sum.memory.saturating_add(usage.memory),
    })
}

/// Parses `/proc/PID/stat` (see proc(5)) into the group of a process and what it uses.
fn of_process(stat: &str) -> Option<(i64, Usage)> {
    // The name that comes first may contain spaces and parentheses.
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<_> = rest.split(' ').collect();
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    let ticks = rustix::param::clock_ticks_per_second();
    let time =
        |ticked: u64| Duration::from_millis(ticked.saturating_mul(1000).checked_div(ticks).unwrap_or(0));
    let memory = number(21)?.saturating_mul(rustix::param::page_size() as u64);
    let usage = Usage { user: time(number(11)?), system: time(number(12)?), memory };
    Some((fields.get(2)?.parse().ok()?, usage))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_read_whatever_its_name() {
        let stat = "7 (a) b) S 1 42 7 0 -1 4194560 1 0 0 0 150 250 0 0 20 0 1 0 9 8192 3 0 0";
        let (group, usage) = of_process(stat).unwrap();
        let ticks = rustix::param::clock_ticks_per_second();
        assert_eq!(group, 42);
        assert_eq!(usage.user, Duration::from_millis(150_000 / ticks));
        assert_eq!(usage.system, Duration::from_millis(250_000 / ticks));
        assert_eq!(usage.memory, 3 * rustix::param::page_size() as u64);
        assert_eq!(of_process("7 (sh) S"), None);
    }
}
