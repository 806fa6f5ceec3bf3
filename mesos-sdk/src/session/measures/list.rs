//! Each metric, with its unit and its description.

use metrics::Unit;

use super::{Kind, Metric};

macro_rules! metrics {
    ($($constant:ident = $kind:ident $name:literal, $unit:ident, $description:literal;)*) => {
        $(
            pub(crate) const $constant: Metric = Metric {
                name: concat!("mesos_sdk_", $name),
                kind: Kind::$kind,
                unit: Unit::$unit,
                description: $description,
            };
        )*

        /// All metrics.
        pub(super) const ALL: &[Metric] = &[$($constant),*];
    };
}

metrics! {
    SUBSCRIBED = Gauge "subscribed", Count, "Whether the driver is subscribed: 1 or 0";
    LAST_EVENT = Gauge "last_event_timestamp_seconds", Seconds,
        "When the last event arrived, including heartbeats, in seconds since 1970";
    EVENTS = Counter "events_total", Count, "Events that have arrived, by type";
    UNDECODABLE_EVENTS = Counter "undecodable_events_total", Count,
        "Events that could not be decoded, and were passed over";
    CALLS = Counter "calls_total", Count, "Calls by type and outcome";
    CALL_DURATION = Histogram "call_duration_seconds", Seconds,
        "Time from sending a call to its response, by type";
    HANDLER_DURATION = Histogram "handler_duration_seconds", Seconds,
        "Time that a method of the scheduler or executor took, by method and outcome";
    QUEUED_EVENTS = Gauge "queued_events", Count,
        "Events whose method has not returned, including the one at work";
    QUEUED_BYTES = Gauge "queued_bytes", Bytes, "Memory that the queued events take, approximately";
    WAITING_CALLS = Gauge "waiting_calls", Count, "Calls that wait for a subscription";
    UNANSWERED_CALLS = Gauge "unanswered_calls", Count, "Calls that were sent and have no response";
    SUBSCRIPTIONS_LOST = Counter "subscriptions_lost_total", Count, "Subscriptions that were lost, by cause";
    SUBSCRIBE_FAILURES = Counter "subscribe_failures_total", Count,
        "Attempts to subscribe that failed, by cause";
    OFFERS_RECEIVED = Counter "offers_received_total", Count, "Offers that have arrived";
    OFFERS_ENDED = Counter "offers_ended_total", Count, "Offers that were accepted, declined, rescinded or lost, by outcome";
    OFFERS_HELD = Gauge "offers_held", Count,
        "Offers that were neither accepted nor declined, and are still valid";
    OLDEST_OFFER = Gauge "oldest_offer_timestamp_seconds", Seconds,
        "When the offer that is held for longest arrived, in seconds since 1970; NaN if none is held";
    TASK_UPDATES = Counter "task_updates_total", Count, "Status updates of tasks, by state";
    TASKS = Gauge "tasks", Count, "Tasks that have not ended, by their last known state";
    TASK_START_DURATION = Histogram "task_start_duration_seconds", Seconds,
        "Time from launching a task to TASK_RUNNING";
    UNACKNOWLEDGED_UPDATES = Gauge "unacknowledged_updates", Count,
        "Tasks whose last status update is not acknowledged";
    OLDEST_UNACKNOWLEDGED_UPDATE = Gauge "oldest_unacknowledged_update_timestamp_seconds", Seconds,
        "When the oldest of the unacknowledged updates arrived, in seconds since 1970; NaN without any";
    RECONCILIATION_UNANSWERED = Gauge "reconciliation_unanswered", Count,
        "Tasks and operations that the reconciliation under way has no state of";
    LAST_RECONCILIATION = Gauge "last_reconciliation_timestamp_seconds", Seconds,
        "When the last reconciliation was complete, in seconds since 1970; NaN before the first";
}
