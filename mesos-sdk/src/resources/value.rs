//! Mesos' text form of values: `4.5`, `[1-10, 20-20]`, `{a, b}`.

use crate::proto::v1;
use crate::proto::v1::Value;
use crate::proto::v1::value::{Range, Set, Text, Type};

use super::ranges;

/// A text that is not a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a value: {fault}")]
pub struct ValueError {
    text: String,
    fault: &'static str,
}

/// Reads a value: a number is a scalar, `[…]` are ranges, `{…}` is a set, anything else is text.
///
/// Spaces have no meaning. Ranges come out sorted and coalesced.
pub fn parse(text: &str) -> Result<Value, ValueError> {
    let dense = text.replace(' ', "");
    parse_dense(&dense).map_err(|fault| ValueError { text: text.to_owned(), fault })
}

fn parse_dense(text: &str) -> Result<Value, &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    if [('{', '}'), ('[', ']'), ('(', ')')].iter().any(|(open, close)| !is_balanced(text, *open, *close)) {
        return Err("its brackets do not match");
    }
    match (text.find('['), text.find('{')) {
        (Some(0), _) => parse_ranges(text),
        (None, Some(0)) => Ok(parse_set(text)),
        (None, None) => parse_scalar(text),
        _ => Err("a bracket must be its first character"),
    }
}

fn is_balanced(text: &str, open: char, close: char) -> bool {
    let mut depth = 0_usize;
    for character in text.chars() {
        if character == open {
            depth += 1;
        } else if character == close {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            }
        }
    }
    depth == 0
}

fn parse_ranges(text: &str) -> Result<Value, &'static str> {
    let numbers = tokens(text, &['[', ']', '-', ',', '\n']).map(parse_number);
    let numbers =
        numbers.collect::<Option<Vec<_>>>().ok_or("ranges are of whole numbers, as in [1-10, 20-20]")?;
    let pairs = numbers.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return Err("a range has a begin and an end, as in [1-10, 20-20]");
    }
    let mut range = pairs.map(|pair| Range { begin: pair[0], end: pair[1] }).collect();
    ranges::coalesce(&mut range);
    Ok(Value { r#type: Type::Ranges.into(), ranges: Some(v1::value::Ranges { range }), ..Value::default() })
}

fn parse_number(text: &str) -> Option<u64> {
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) if !digits.starts_with('+') => u64::from_str_radix(digits, 16).ok(),
        _ => text.parse().ok(),
    }
}

fn parse_set(text: &str) -> Value {
    let item = tokens(text, &['{', '}', ',', '\n']).map(str::to_owned).collect();
    Value { r#type: Type::Set.into(), set: Some(Set { item }), ..Value::default() }
}

fn parse_scalar(text: &str) -> Result<Value, &'static str> {
    // To Mesos a number that is too large for a double is none, unlike one that is infinite by
    // name.
    let is_too_large = |value: f64| value.is_infinite() && text.contains(|c: char| c.is_ascii_digit());
    let Some(value) = text.parse().ok().filter(|value| !is_too_large(*value)) else {
        let text = Some(Text { value: text.to_owned() });
        return Ok(Value { r#type: Type::Text.into(), text, ..Value::default() });
    };
    if !value.is_finite() {
        return Err("a number must be finite");
    }
    if value.is_subnormal() {
        return Err("the number is too small to be distinguished from zero");
    }
    if value < 0.0 {
        return Err("a number must not be negative");
    }
    let scalar = Some(v1::value::Scalar { value });
    Ok(Value { r#type: Type::Scalar.into(), scalar, ..Value::default() })
}

/// Returns the pieces between the delimiters that are not empty.
pub(super) fn tokens<'a>(text: &'a str, delimiters: &'a [char]) -> impl Iterator<Item = &'a str> {
    text.split(delimiters).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Ranges;

    fn kind(text: &str) -> Type {
        parse(text).unwrap().r#type()
    }

    #[test]
    fn the_first_character_decides_the_type() {
        assert_eq!([kind("4.5"), kind("1e3"), kind("-0")], [Type::Scalar; 3]);
        assert_eq!([kind("[]"), kind("[ 1-2 ]"), kind("[1-2, [3-4]]")], [Type::Ranges; 3]);
        assert_eq!([kind("{}"), kind("{a,\nb}")], [Type::Set; 2]);
        assert_eq!([kind("4.5x"), kind("a,b"), kind("(a)")], [Type::Text; 3]);
        assert_eq!([kind("1e999"), kind("-1e999"), kind(&"9".repeat(400))], [Type::Text; 3]);
    }

    #[statement::proves(range)]
    #[test]
    fn ranges_are_read_in_any_order_and_base() {
        let ranges = parse("[7-8, 0x1-4, 4-5]").unwrap().ranges.unwrap();
        assert_eq!(Ranges::from(ranges).to_string(), "[1-5, 7-8]");
    }

    #[test]
    fn invalid_value_is_refused_with_a_reason() {
        for (text, reason) in [
            ("  ", "empty"),
            ("{a,b}}", "brackets"),
            ("[1-2]]", "brackets"),
            ("}{", "brackets"),
            ("a{b}", "first character"),
            ("a[1-2]", "first character"),
            ("[1-2b]", "whole numbers"),
            ("[1-2, 3]", "begin and an end"),
            ("-nan", "finite"),
            ("infinity", "finite"),
            ("-1", "negative"),
            ("1e-310", "too small"),
        ] {
            assert!(parse(text).unwrap_err().to_string().contains(reason), "{text}");
        }
    }
}
