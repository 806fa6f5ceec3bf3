//! Lengths of time that come from elsewhere: Mesos' text form (`5secs`, `1.5mins`, `2hrs`), and
//! arithmetic that saturates.
//!
//! Whatever a peer or a user sends, a calculation with it must not panic: `std`'s operators do, and
//! so do `Duration::from_secs_f64` and its like. The libraries use these functions and
//! `Duration::saturating_add` instead, to which clippy holds them.

use std::time::Duration;

use tokio::time::Instant;

/// A text that is not a duration of Mesos.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a duration: write a number and ns, us, ms, secs, mins, hrs, days or weeks, as in 5secs"
)]
pub struct DurationError(String);

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

/// Longer than anybody waits.
const FAR: Duration = Duration::from_secs(30 * 365 * 86_400);
const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// Reads a duration as Mesos writes it into the environment of executors. A negative one, which an
/// agent writes whose own arithmetic overflowed, counts as zero.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(mesos_sdk::duration::parse("1.5mins")?, Duration::from_secs(90));
/// # Ok::<(), mesos_sdk::duration::DurationError>(())
/// ```
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let invalid = || DurationError(text.to_owned());
    let (negative, magnitude) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let split = magnitude.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(invalid)?;
    let (number, unit) = magnitude.split_at(split);
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
    match negative {
        true => length.map(|_| Duration::ZERO),
        false => length,
    }
    .ok_or_else(invalid)
}

/// Returns so many seconds. A negative number or not-a-number gives zero; a number that is too
/// large gives the maximum.
///
/// ```
/// use std::time::Duration;
/// use mesos_sdk::duration::from_secs;
/// assert_eq!(from_secs(1.5), Duration::from_millis(1500));
/// assert_eq!([from_secs(-1.0), from_secs(f64::NAN), from_secs(1e300)], [Duration::ZERO, Duration::ZERO, Duration::MAX]);
/// ```
pub fn from_secs(seconds: f64) -> Duration {
    let otherwise = if seconds > 0.0 { Duration::MAX } else { Duration::ZERO };
    Duration::try_from_secs_f64(seconds).unwrap_or(otherwise)
}

/// Returns the time that is `length` after `start`, or 30 years if that is longer: timers know no
/// later one. For the other crates of this project.
#[doc(hidden)]
pub fn after(start: Instant, length: Duration) -> Instant {
    start.checked_add(length.min(FAR)).unwrap_or(start)
}

/// Returns that part of `whole`; `share` is from 0 to 1.
pub(crate) fn share_of(whole: Duration, share: f64) -> Duration {
    from_secs(whole.as_secs_f64() * share).min(whole)
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

    proptest::proptest! {
        #[test]
        fn no_input_from_a_peer_panics(bits: u64, secs: u64, nanos in 0_u32..1_000_000_000, share in 0.0..=1.0) {
            let (seconds, length) = (f64::from_bits(bits), Duration::new(secs, nanos));
            let read = from_secs(seconds);
            proptest::prop_assert!(read.is_zero() || seconds > 0.0);
            let now = Instant::now();
            proptest::prop_assert!(after(now, read) >= now && after(now, length) >= now);
            proptest::prop_assert!(share_of(length, share) <= length);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_latest_time_is_one_that_timers_know() {
        let (now, latest) = (Instant::now(), after(Instant::now(), Duration::MAX));
        assert_eq!(latest.duration_since(now), FAR);
        tokio::time::timeout_at(latest, std::future::pending::<()>()).await.unwrap_err();
    }

    #[statement::proves(env3)]
    #[test]
    fn all_units_and_fractions() {
        for (text, seconds) in
            [("5secs", 5.0), ("15mins", 900.0), ("250ms", 0.25), ("1.5hrs", 5400.0), ("2weeks", 1_209_600.0)]
        {
            assert_eq!(parse(text), Ok(Duration::from_secs_f64(seconds)));
        }
    }

    #[statement::proves(env3)]
    #[test]
    fn invalid_duration_is_refused() {
        for text in ["", "5", "secs", "5 parsecs", "--1secs", "-1", "1e400secs"] {
            assert!(parse(text).unwrap_err().to_string().contains("5secs"), "{text}");
        }
    }

    #[statement::proves(env3)]
    #[test]
    fn overflow_of_the_agent_is_not_a_duration() {
        assert_eq!(parse("-15250.2844491646weeks"), Ok(Duration::ZERO));
    }

    #[statement::proves(env3)]
    #[test]
    fn round_trips() {
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
