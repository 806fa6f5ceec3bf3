//! Mesos' text form of durations: `5secs`, `1.5mins`, `2hrs`.

use std::time::Duration;

/// A text that is no duration of Mesos.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no duration: write a number and ns, us, ms, secs, mins, hrs, days or weeks, as in 5secs")]
pub struct InvalidDuration(String);

const UNITS: [(&str, Duration); 8] = [
    ("weeks", Duration::from_secs(604_800)),
    ("days", Duration::from_secs(86_400)),
    ("hrs", Duration::from_secs(3_600)),
    ("mins", Duration::from_secs(60)),
    ("secs", Duration::from_secs(1)),
    ("ms", Duration::from_millis(1)),
    ("us", Duration::from_micros(1)),
    ("ns", Duration::from_nanos(1)),
];

const NANOS_PER_SECOND: u128 = 1_000_000_000;

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
    let (_, unit) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(invalid)?;
    let number = number.trim();
    // Nothing of a whole number gets lost; a fraction is as near as a floating point number comes.
    let length = match number.parse() {
        Ok(whole) => multiply(*unit, whole),
        Err(_) => number
            .parse::<f64>()
            .ok()
            .and_then(|number| Duration::try_from_secs_f64(number * unit.as_secs_f64()).ok()),
    };
    length.ok_or_else(invalid)
}

fn multiply(unit: Duration, by: u128) -> Option<Duration> {
    let nanos = unit.as_nanos().checked_mul(by)?;
    let seconds = u64::try_from(nanos / NANOS_PER_SECOND).ok()?;
    Some(Duration::new(seconds, u32::try_from(nanos % NANOS_PER_SECOND).ok()?))
}

/// Writes a duration in the largest unit that leaves a whole number; read again it is the same.
pub fn format(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    let mut units = UNITS.iter().map(|(name, unit)| (name, unit.as_nanos()));
    let whole = units.find(|(_, unit)| nanos >= *unit && nanos.is_multiple_of(*unit));
    whole.map_or_else(|| "0ns".to_owned(), |(name, unit)| format!("{}{name}", nanos / unit))
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
        // The long ones have more digits than a floating point number.
        let long = [Duration::from_nanos(1_234_567_890_123_456_789), Duration::MAX];
        for duration in
            [Duration::ZERO, Duration::from_millis(1500), Duration::from_secs(900)].into_iter().chain(long)
        {
            assert_eq!(parse(&format(duration)), Ok(duration));
        }
        assert_eq!(format(Duration::from_secs(900)), "15mins");
    }
}
