//! Texts that users and agents write.

use std::time::Duration;

use super::messages::explained;
use crate::detect::zookeeper::{Ensemble, MASTERS};
use crate::executor::ExecutorEnvironment;
use crate::proto::v1::value::Range;
use crate::resources::{Attributes, Ranges, ResourceLimits, ResourceQuantities, Scalar, value as values};
use crate::{Address, Error, Master, duration};

/// A secret that no printed text may contain.
const SECRET: &str = "s3cret";

/// The limit below which all digits of a scalar are printed, in thousandths.
const MAX_EXACT: i64 = 1_000_000_000_000_000;

/// Reads masters, with and without ZooKeeper. An address can be printed and read again, unless its
/// path contains an `@`, before which nothing is printed; and a password is never printed.
pub fn address(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(address) = text.parse::<Address>().inspect_err(advises) {
        assert_eq!(address.to_string().parse::<Address>().ok(), Some(address));
    }
    if let Ok(ensemble) = Ensemble::parse(text, &MASTERS).inspect_err(advises)
        && ensemble.credentials.is_none()
        && !ensemble.path.contains('@')
    {
        let again = Ensemble::parse(&ensemble.to_string(), &MASTERS).map(|ensemble| ensemble.to_string());
        assert_eq!(again.ok(), Some(ensemble.to_string()));
    }
    for before in ["zk://", "http://", "https://", ""] {
        keeps_its_secret(&format!("{before}user:{SECRET}@{text}"), text);
        keeps_its_secret(&format!("{text}{SECRET}@h:1/mesos"), text);
    }
}

fn advises(error: &Error) {
    let text = error.to_string();
    assert!(text.contains("write ") || text.contains("leave them out"), "{text}");
}

fn keeps_its_secret(whole: &str, text: &str) {
    let printed = match whole.parse::<Master>() {
        Ok(master) => format!("{master} {master:?}"),
        Err(error) => format!("{error:?}"),
    };
    assert!(text.to_lowercase().contains(SECRET) || !printed.contains(SECRET), "{printed}");
}

/// Reads values of all kinds. The results can be written and read again.
pub fn value(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(length) = duration::parse(text).inspect_err(|error| explained(Err::<(), _>(error))) {
        assert_eq!(duration::parse(&duration::format(length)), Ok(length), "{}", duration::format(length));
    }
    explained(text.parse::<Attributes>());
    explained(text.parse::<ResourceLimits>());
    if let Ok(amounts) = text.parse::<ResourceQuantities>() {
        explained(amounts.to_string().parse::<ResourceQuantities>());
        // As in Mesos, a name may be empty, and 15 digits of large numbers are printed.
        let is_plain = |name: &str, amount: Scalar| !name.is_empty() && amount.thousandths() < MAX_EXACT;
        if !amounts.is_empty() && amounts.iter().all(|(name, amount)| is_plain(name, amount)) {
            assert_eq!(amounts.to_string().parse(), Ok(amounts));
        }
    }
    match values::parse(text) {
        Err(error) => explained(Err::<(), _>(error)),
        Ok(value) => {
            if let Some(ranges) = value.ranges {
                // Other ranges can be read, but are not valid.
                if ranges.range.iter().all(|range| range.begin <= range.end) {
                    check_ranges(&Ranges::from(ranges));
                }
            }
            if let Some(scalar) = value.scalar.map(Scalar::from) {
                assert_eq!(Scalar::from_thousandths(scalar.thousandths()), scalar);
            }
        }
    }
    numbers(data);
}

fn check_ranges(ranges: &Ranges) {
    let again = values::parse(&ranges.to_string()).ok().and_then(|value| value.ranges).map(Ranges::from);
    assert_eq!(again.as_ref(), Some(ranges));
    let mut twice = ranges.clone();
    twice += ranges;
    assert_eq!(twice, *ranges);
    twice -= ranges;
    assert!(twice.is_empty() && ranges.contains(ranges));
}

/// Checks the same for any numbers.
fn numbers(data: &[u8]) {
    let numbers: Vec<u64> = data
        .chunks_exact(8)
        .map(|eight| eight.iter().fold(0, |all, one| all << 8 | u64::from(*one)))
        .collect();
    let ranges =
        numbers.chunks_exact(2).map(|pair| Range { begin: pair[0].min(pair[1]), end: pair[0].max(pair[1]) });
    check_ranges(&ranges.collect::<Vec<_>>().into());
    for number in numbers {
        let length = Duration::from_nanos(number);
        assert_eq!(duration::parse(&duration::format(length)), Ok(length), "{}", duration::format(length));
    }
}

/// Reads the variables of an executor, as `NAME=value` with a NUL after each. An error names the
/// variable, and the printed form does not depend on the token.
pub fn environment(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let find = |name: &str| {
        let variables = text.split('\0').filter_map(|variable| variable.split_once('='));
        variables.filter(|(found, _)| *found == name).map(|(_, value)| value.to_owned()).next()
    };
    match ExecutorEnvironment::from_variables(find) {
        Ok(environment) => {
            let is_token = |name: &str| name == "MESOS_EXECUTOR_AUTHENTICATION_TOKEN";
            let find =
                |name: &str| find(name).map(|value| if is_token(name) { SECRET.to_owned() } else { value });
            let other = ExecutorEnvironment::from_variables(find);
            assert_eq!(other.ok().map(|other| format!("{other:?}")), Some(format!("{environment:?}")));
        }
        Err(error) => assert!(format!("{error:#}").contains("MESOS_"), "{error:#}"),
    }
}
