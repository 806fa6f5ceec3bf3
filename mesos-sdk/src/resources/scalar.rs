//! Scalar values in fixed point: what Mesos calculates with.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub, SubAssign};

use crate::proto::v1;

const PER_UNIT: i64 = 1000;
const PER_UNIT_F64: f64 = 1000.0;

/// An amount of a scalar resource with three decimals: cpus, or megabytes of `mem` and `disk`.
///
/// Mesos rounds every scalar to the nearest thousandth, halves away from zero, before it compares
/// or adds; so does this type, and sums are exact. Beyond ±9.2 quadrillion (9.2e15) amounts stay at
/// that limit.
///
/// ```
/// use mesos_sdk::resources::Scalar;
/// assert_eq!(Scalar::new(0.1) + Scalar::new(0.2), Scalar::new(0.3));
/// assert_eq!(Scalar::new(1.5011).as_f64(), 1.501);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scalar(i64);

impl Scalar {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Returns the nearest amount to `value`; not-a-number counts as zero.
    #[expect(clippy::cast_possible_truncation, reason = "the cast keeps to the limits of i64, as documented")]
    pub fn new(value: f64) -> Self {
        Self((value * PER_UNIT_F64).round() as i64)
    }

    /// Creates an amount of so many thousandths.
    pub const fn from_thousandths(thousandths: i64) -> Self {
        Self(thousandths)
    }

    /// Returns the amount in thousandths.
    pub const fn thousandths(self) -> i64 {
        self.0
    }

    /// Returns the amount as the double that Mesos would write.
    #[expect(clippy::cast_precision_loss, reason = "the wire carries doubles: exact up to 9e12")]
    pub fn as_f64(self) -> f64 {
        (self.0 / PER_UNIT) as f64 + (self.0 % PER_UNIT) as f64 / PER_UNIT_F64
    }

    /// Returns so many whole units.
    pub(super) fn whole(units: u64) -> Self {
        Self(i64::try_from(units).map_or(i64::MAX, |units| units.saturating_mul(PER_UNIT)))
    }
}

impl From<f64> for Scalar {
    fn from(value: f64) -> Self {
        Self::new(value)
    }
}

impl From<v1::value::Scalar> for Scalar {
    fn from(scalar: v1::value::Scalar) -> Self {
        Self::new(scalar.value)
    }
}

impl From<Scalar> for v1::value::Scalar {
    fn from(scalar: Scalar) -> Self {
        Self { value: scalar.as_f64() }
    }
}

impl Add for Scalar {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Scalar {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl AddAssign for Scalar {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Scalar {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Scalar {
    fn sum<I: Iterator<Item = Self>>(scalars: I) -> Self {
        scalars.fold(Self::ZERO, Add::add)
    }
}

/// Fifteen significant digits at most, as a C++ stream writes a double.
impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: usize = 15;
        let scientific = format!("{:.*e}", DIGITS - 1, self.as_f64());
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        // The smallest amount is 0.001: no exponent is below -3, where a stream would change its
        // form too.
        match exponent.parse::<usize>() {
            Ok(exponent) if exponent >= DIGITS => write!(f, "{}e+{exponent:02}", trimmed(mantissa)),
            Ok(exponent) => f.write_str(trimmed(&format!("{:.*}", DIGITS - 1 - exponent, self.as_f64()))),
            Err(_) => f.write_str(trimmed(&format!("{:.3}", self.as_f64()))),
        }
    }
}

fn trimmed(decimals: &str) -> &str {
    if decimals.contains('.') { decimals.trim_end_matches('0').trim_end_matches('.') } else { decimals }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[statement::proves(fix)]
    #[test]
    fn three_decimals_halves_away_from_zero() {
        for (value, thousandths) in
            [(1.5011, 1501), (1.5015, 1502), (-1.5015, -1502), (0.0005, 1), (0.0004, 0), (-0.0004, 0)]
        {
            assert_eq!(Scalar::new(value).thousandths(), thousandths, "{value}");
        }
    }

    #[statement::proves(fix2)]
    #[test]
    fn sums_are_exact() {
        assert_eq!(Scalar::new(0.1) + Scalar::new(0.2), Scalar::new(0.3));
        let total: Scalar = std::iter::repeat_n(Scalar::new(0.1), 100_000).sum();
        assert_eq!(total, Scalar::new(10_000.0));
        assert_eq!(total - Scalar::new(0.0004), total);
    }

    #[test]
    fn amounts_keep_to_their_limits() {
        assert_eq!(Scalar::new(f64::MAX) + Scalar::new(1.0), Scalar::from_thousandths(i64::MAX));
        assert_eq!(Scalar::new(f64::NAN), Scalar::ZERO);
        assert_eq!(Scalar::whole(u64::MAX), Scalar::from_thousandths(i64::MAX));
    }

    #[test]
    fn printed_as_a_cpp_stream_does() {
        for (value, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (1.234, "1.234"),
            (0.001, "0.001"),
            (-2.5, "-2.5"),
            (100.0, "100"),
            (99_999_999_999.999_4, "99999999999.999"),
            (1_234_567_890_123.456, "1234567890123.46"),
            (1e15, "1e+15"),
            (1.5e15, "1.5e+15"),
        ] {
            assert_eq!(Scalar::new(value).to_string(), text);
        }
    }
}
