//! Counted repetitions.

/// Reads `{2}`, `{2,}` or `{2,3}` at the beginning of a text. Returns the bounds and its length.
pub(super) fn counted(text: &str) -> Option<((u32, Option<u32>), usize)> {
    let (bounds, _) = text.strip_prefix('{')?.split_once('}')?;
    let parsed = match bounds.split_once(',') {
        None => number(bounds).map(|exactly| (exactly, Some(exactly)))?,
        Some((min, "")) => (number(min)?, None),
        Some((min, max)) => (number(min)?, Some(number(max)?)),
    };
    Some((parsed, bounds.len() + 2))
}

/// Reads a number without leading zeros and sign, of at most nine digits, as RE2 does.
fn number(text: &str) -> Option<u32> {
    let is_plain =
        text.bytes().all(|byte| byte.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    text.parse().ok().filter(|number| is_plain && *number < 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn only_plain_numbers_count() {
        assert_eq!(counted("{2}a"), Some(((2, Some(2)), 3)));
        assert_eq!(counted("{2,}"), Some(((2, None), 4)));
        assert_eq!(counted("{0,10}"), Some(((0, Some(10)), 6)));
        for text in ["", "{", "{}", "{,2}", "{01}", "{+1}", "{1,+2}", "{1", "{1,2,3}", "{ 1}", "{1234567890}"]
        {
            assert_eq!(counted(text), None, "{text}");
        }
    }
}
