//! The master itself: its health, settings, metrics and logging.

use std::time::Duration;

use super::MasterOperator;
use crate::operator::calls::calls;

calls! { MasterOperator of master;
    /// Returns whether the master is healthy. An unhealthy master does not respond.
    Ask get_health() = GetHealth -> get_health: GetHealth;

    /// Returns the flags that the master was started with.
    Ask get_flags() = GetFlags -> get_flags: GetFlags;

    /// Returns the master's version and build of Mesos.
    Ask get_version() = GetVersion -> get_version: GetVersion;

    /// Returns the master's metrics. With a `timeout`, metrics that are not ready in time are left
    /// out; without one, the call waits for all of them, up to
    /// [`ClientOptions::call_timeout`](crate::ClientOptions::call_timeout).
    Ask get_metrics(timeout: Option<Duration>) = GetMetrics {
        get_metrics: GetMetrics { timeout: timeout.map(Into::into) }
    } -> get_metrics: GetMetrics;

    /// Returns the master's logging level: 0 is the normal one, 3 the most verbose.
    Ask get_logging_level() = GetLoggingLevel -> get_logging_level: GetLoggingLevel;

    /// Changes the master's logging level for a while. Fails with `Rejected` if the level is lower
    /// than the one that the master was started with.
    Change set_logging_level(level: u32, duration: Duration) = SetLoggingLevel {
        set_logging_level: SetLoggingLevel { level, duration: duration.into() }
    };

    /// Returns the master that responds, and since when it leads.
    Ask get_master() = GetMaster -> get_master: GetMaster;
}
