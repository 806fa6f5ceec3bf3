//! The pages that every process of Mesos has.

use super::{FilesPage, Query};
use crate::server::HttpResponse;

/// A page that masters and agents have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Common {
    Version,
    Metrics,
    System,
    Files(FilesPage),
    Logging,
    Profiler,
}

/// Where each is.
pub(crate) const COMMON: &[(&str, Common)] = &[
    ("/version", Common::Version),
    ("/metrics/snapshot", Common::Metrics),
    ("/system/stats.json", Common::System),
    ("/files/debug", Common::Files(FilesPage::Debug)),
    ("/files/browse", Common::Files(FilesPage::Browse)),
    ("/files/read", Common::Files(FilesPage::Read)),
    ("/files/download", Common::Files(FilesPage::Download)),
    ("/logging/toggle", Common::Logging),
    ("/profiler/start", Common::Profiler),
    ("/profiler/stop", Common::Profiler),
];

/// Checks how long metrics may take. They take no time here, but what is not a duration is refused.
pub(crate) fn check_timeout(query: &Query) -> Result<(), HttpResponse> {
    let Some(text) = query.get("timeout") else { return Ok(()) };
    check_duration(text)
        .map_err(|reason| HttpResponse::bad_request(format!("Invalid timeout '{text}': {reason}.\n")))
}

/// Shows the level of the log, or takes another one for a while. There is one level here, so
/// nothing changes.
pub(crate) fn toggle_logging(query: &Query) -> HttpResponse {
    match (query.get("level"), query.get("duration")) {
        (None, None) => HttpResponse::text(http::StatusCode::OK, "0\n"),
        (None, _) => HttpResponse::bad_request("Expecting 'level=value' in query.\n"),
        (_, None) => HttpResponse::bad_request("Expecting 'duration=value' in query.\n"),
        (Some(level), Some(duration)) => match check_level(level).and_then(|()| check_duration(duration)) {
            Ok(()) => HttpResponse::ok(),
            Err(reason) => HttpResponse::bad_request(format!("{reason}.\n")),
        },
    }
}

/// Refuses to profile, like a Mesos that was built without gperftools.
pub(crate) fn refuse_to_profile() -> HttpResponse {
    HttpResponse::bad_request(
        "Perftools is disabled. To enable perftools, configure libprocess with --enable-perftools.\n",
    )
}

fn check_level(text: &str) -> Result<(), String> {
    match text.parse::<i64>() {
        Ok(level) if level < 0 => Err(format!("Invalid level '{text}'")),
        Ok(_) => Ok(()),
        Err(_) => Err(not_a_number(text)),
    }
}

/// Checks a duration like Mesos, which reads no sign.
fn check_duration(text: &str) -> Result<(), String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    match (unit.is_empty(), number.parse::<f64>()) {
        (true, _) => Err(format!("Invalid duration '{text}'")),
        (_, Err(_)) => Err(not_a_number(number)),
        _ => mesos_sdk::duration::parse(text).map(drop).map_err(|_| unknown_unit(unit)),
    }
}

fn unknown_unit(unit: &str) -> String {
    let units = "'ns', 'us', 'ms', 'secs', 'mins', 'hrs', 'days', and 'weeks'";
    format!("Unknown duration unit '{unit}'; supported units are {units}")
}

fn not_a_number(text: &str) -> String {
    format!("Failed to convert '{text}' to number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_refused_in_mesos_words() {
        for (text, reason) in [
            ("x", "Failed to convert '' to number"),
            ("", "Invalid duration ''"),
            ("-1secs", "Failed to convert '' to number"),
            ("5", "Invalid duration '5'"),
        ] {
            assert_eq!(check_duration(text).unwrap_err(), reason, "{text}");
        }
        assert_eq!(check_duration("1.5mins"), Ok(()));
    }

    #[test]
    fn a_level_is_a_number_from_zero_on() {
        assert_eq!(check_level("x").unwrap_err(), "Failed to convert 'x' to number");
        assert_eq!(check_level("-1").unwrap_err(), "Invalid level '-1'");
        assert_eq!(check_level("9"), Ok(()));
    }
}
