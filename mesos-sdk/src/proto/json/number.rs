//! A number of JSON, and what Mesos makes of it where a field has another type.

/// A number as picojson, Mesos' parser, has it: whole where 64 bits with a sign hold it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Whole(i64),
    /// Whole, and to Mesos a double.
    Huge(u64),
    Float(f64),
}

/// Why a text is not a [`Number`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoNumber {
    Syntax,
    /// Beyond what a double can hold.
    Range,
}

const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

impl Number {
    /// Reads digits, signs, points and exponents.
    pub(crate) fn parse(text: &str) -> Result<Self, NoNumber> {
        if let Ok(whole) = text.parse() {
            return Ok(Self::Whole(whole));
        }
        if let Ok(huge) = text.parse() {
            return Ok(Self::Huge(huge));
        }
        match text.parse::<f64>() {
            Ok(float) if float.is_infinite() => Err(NoNumber::Range),
            Ok(float) => Ok(Self::Float(float)),
            Err(_) => Err(NoNumber::Syntax),
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "a field of this type holds no more")]
    pub(crate) fn as_f64(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Huge(huge) => huge as f64,
            Self::Float(float) => float,
        }
    }

    /// Returns the same number, if `T` holds it.
    pub(crate) fn exact<T: TryFrom<i64> + TryFrom<u64>>(self) -> Option<T> {
        match self {
            Self::Whole(whole) => T::try_from(whole).ok(),
            Self::Huge(huge) => T::try_from(huge).ok(),
            Self::Float(float) if float.fract() == 0.0 && (-TWO_TO_63..TWO_TO_63).contains(&float) => {
                T::try_from(self.as_i64()).ok()
            }
            Self::Float(_) => None,
        }
    }

    /// Converts as the processor does: a fraction is cut off.
    #[allow(clippy::cast_possible_truncation, reason = "as documented")]
    pub(crate) fn as_i64(self) -> i64 {
        match self {
            Self::Whole(whole) => whole,
            Self::Float(float) if (-TWO_TO_63..TWO_TO_63).contains(&float) => float as i64,
            Self::Float(_) => i64::MIN,
            Self::Huge(_) => Self::Float(self.as_f64()).as_i64(),
        }
    }

    #[allow(clippy::cast_sign_loss, reason = "a negative number wraps around")]
    pub(crate) fn as_u64(self) -> u64 {
        match self {
            Self::Float(float) if float >= TWO_TO_63 => {
                Self::Float(float - TWO_TO_63).as_i64() as u64 ^ (1 << 63)
            }
            Self::Huge(_) => Self::Float(self.as_f64()).as_u64(),
            _ => self.as_i64() as u64,
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "as documented for 64 bits")]
    pub(crate) fn as_i32(self) -> i32 {
        match self {
            Self::Whole(whole) => whole as i32,
            Self::Huge(_) | Self::Float(_) => i32::try_from(self.as_i64()).unwrap_or(i32::MIN),
        }
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "as documented for 64 bits")]
    pub(crate) fn as_u32(self) -> u32 {
        self.as_i64() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_numbers_as_picojson_has_them() {
        for (text, number) in [
            ("007", Ok(Number::Whole(7))),
            ("-0", Ok(Number::Whole(0))),
            ("1.", Ok(Number::Float(1.0))),
            ("-.5", Ok(Number::Float(-0.5))),
            ("1e9", Ok(Number::Float(1e9))),
            ("9223372036854775807", Ok(Number::Whole(i64::MAX))),
            ("9223372036854775808", Ok(Number::Huge(1 << 63))),
            ("18446744073709551616", Ok(Number::Float(2.0 * TWO_TO_63))),
            ("1e999", Err(NoNumber::Range)),
            ("1e", Err(NoNumber::Syntax)),
            ("1-1", Err(NoNumber::Syntax)),
            ("", Err(NoNumber::Syntax)),
        ] {
            assert_eq!(Number::parse(text), number, "{text}");
        }
    }

    #[test]
    fn numbers_become_what_x86_64_makes_of_them() {
        assert_eq!(Number::Float(1.5).as_u32(), 1);
        assert_eq!(Number::Float(-1.5).as_i64(), -1);
        assert_eq!(Number::Whole(-1).as_u32(), u32::MAX);
        assert_eq!(Number::Whole(-1).as_u64(), u64::MAX);
        assert_eq!(Number::Whole(4_294_967_297).as_u32(), 1);
        assert_eq!(Number::Float(1e300).as_i64(), i64::MIN);
        assert_eq!(Number::Float(TWO_TO_63).as_u64(), 1 << 63);
        assert_eq!(Number::Float(2.0 * TWO_TO_63).as_u64(), 0);
        assert_eq!(Number::Float(1e300).as_i32(), i32::MIN);
        assert_eq!(Number::Huge((1 << 63) + 1).as_u64(), 1 << 63);
    }

    #[test]
    fn numbers_that_fit_are_the_same() {
        assert_eq!(Number::Float(1.0).exact(), Some(1_u32));
        assert_eq!(Number::Float(1.5).exact::<u32>(), None);
        assert_eq!(Number::Whole(-1).exact::<u64>(), None);
        assert_eq!(Number::Huge(u64::MAX).exact(), Some(u64::MAX));
        assert_eq!(Number::Float(f64::NAN).exact::<i64>(), None);
        assert_eq!(Number::Float(1e300).exact::<i64>(), None);
    }
}
