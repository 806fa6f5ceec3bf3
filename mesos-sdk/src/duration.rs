//! Mesos' text form of durations: `5secs`, `1.5mins`, `2hrs`.

use std::time::Duration;

/// A text that is no duration of Mesos.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no duration: write a number and ns, us, ms, secs, mins, hrs, days or weeks, as in 5secs")]
pub struct InvalidDuration(String);

const UNITS: [(&str, f64); 8] = [
    ("ns", 1e-9),
    ("us", 1e-6),
    ("ms", 1e-3),
    ("secs", 1.0),
    ("mins", 60.0),
    ("hrs", 3_600.0),
    ("days", 86_400.0),
    ("weeks", 604_800.0),
];

/// Reads a duration as Mesos writes it into the environment of executors.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(mesos_sdk::duration::parse("1.5mins")?, Duration::from_secs(90));
/// # Ok::<(), mesos_sdk::duration::InvalidDuration>(())
/// ```
pub fn parse(text: &str) -> Result<Duration, InvalidDuration> {
    let invalid = || InvalidDuration(text.to_owned());
    let split = text.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(invalid)?;
    let (number, unit) = text.split_at(split);
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(invalid)?;
    let number: f64 = number.trim().parse().map_err(|_| invalid())?;
    Duration::try_from_secs_f64(number * factor).map_err(|_| invalid())
}

/// Writes a duration in the largest unit that leaves a whole number.
pub fn format(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    let scales: [(&str, u128); 8] = [
        ("weeks", 604_800_000_000_000),
        ("days", 86_400_000_000_000),
        ("hrs", 3_600_000_000_000),
        ("mins", 60_000_000_000),
        ("secs", 1_000_000_000),
        ("ms", 1_000_000),
        ("us", 1_000),
        ("ns", 1),
    ];
    let whole = scales.iter().find(|(_, scale)| nanos >= *scale && nanos.is_multiple_of(*scale));
    whole.map_or_else(|| "0ns".to_owned(), |(unit, scale)| format!("{}{unit}", nanos / scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn env3_all_units_and_fractions() {
        for (text, seconds) in
            [("5secs", 5.0), ("15mins", 900.0), ("250ms", 0.25), ("1.5hrs", 5400.0), ("2weeks", 1_209_600.0)]
        {
            assert_eq!(parse(text), Ok(Duration::from_secs_f64(seconds)));
        }
    }

    #[test]
    fn env3_what_is_no_duration_is_refused() {
        for text in ["", "5", "secs", "5 parsecs", "-1secs", "1e400secs"] {
            assert!(parse(text).unwrap_err().to_string().contains("5secs"), "{text}");
        }
    }

    #[test]
    fn env3_written_and_read_back() {
        for duration in [Duration::ZERO, Duration::from_millis(1500), Duration::from_secs(900)] {
            assert_eq!(parse(&format(duration)), Ok(duration));
        }
        assert_eq!(format(Duration::from_secs(900)), "15mins");
    }
}
