//! The master itself: its health, settings, metrics and logging.

use std::time::Duration;

use super::MasterOperator;
use crate::operator::calls::calls;

calls! { MasterOperator of master;
    /// Whether the master is well. One that is not does not answer.
    Ask get_health() = GetHealth -> get_health: GetHealth;

    /// The settings that the master was started with.
    Ask get_flags() = GetFlags -> get_flags: GetFlags;

    /// Which build of Mesos the master is.
    Ask get_version() = GetVersion -> get_version: GetVersion;

    /// The master's metrics. Those that are not there within `timeout` are left out; without one it takes as long as
    /// it takes, up to [`call_timeout`](Self::call_timeout).
    Ask get_metrics(timeout: Option<Duration>) = GetMetrics {
        get_metrics: GetMetrics { timeout: timeout.map(Into::into) }
    } -> get_metrics: GetMetrics;

    /// How much the master logs: 0 is normal, 3 is most.
    Ask get_logging_level() = GetLoggingLevel -> get_logging_level: GetLoggingLevel;

    /// Makes the master log more, or less, for a while. `Rejected` if the level is lower than the one that the master
    /// was started with.
    Change set_logging_level(level: u32, duration: Duration) = SetLoggingLevel {
        set_logging_level: SetLoggingLevel { level, duration: duration.into() }
    };

    /// Which master this is, and since when it leads.
    Ask get_master() = GetMaster -> get_master: GetMaster;
}
