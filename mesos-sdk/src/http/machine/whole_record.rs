//! A record that is a chunk of its own, as a master writes each of its events.

use std::ops::Range;

/// Numbers of more digits are left to those who read any.
const MAX_DIGITS: usize = 7;

/// Where the record lies if `bytes` begin with a chunk that is one, of at most `limit` bytes, and have all of its bytes.
/// `None` says nothing about them.
pub(super) fn whole_record(bytes: &[u8], limit: usize) -> Option<Range<usize>> {
    let (size, chunk) = number(bytes, 16, b"\r\n")?;
    let (length, line) = number(&bytes[chunk..], 10, b"\n")?;
    let begin = chunk + line;
    let is_whole = line + length == size && length <= limit && bytes.len() - begin >= length;
    is_whole.then_some(begin..begin + length)
}

/// The number in a line that ends with `end`, and how many bytes that line has.
fn number(bytes: &[u8], radix: u32, end: &[u8]) -> Option<(usize, usize)> {
    let mut number = 0;
    for (digits, byte) in bytes.iter().enumerate().take(MAX_DIGITS + 1) {
        match char::from(*byte).to_digit(radix) {
            Some(digit) => number = number * radix as usize + digit as usize,
            None if digits > 0 && bytes[digits..].starts_with(end) => {
                return Some((number, digits + end.len()));
            }
            None => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_a_chunk_is_found() {
        for (bytes, found) in [
            (&b"7\r\n5\nhello\r\n"[..], Some(5..10)),
            (b"7\r\n5\nhello", Some(5..10)),
            (b"2\r\n0\n", Some(5..5)),
            (b"00D\r\n10\n0123456789", Some(8..18)),
        ] {
            assert_eq!(whole_record(bytes, 10), found, "{bytes:?}");
        }
    }

    #[test]
    fn whatever_else_there_is_it_is_left_to_others() {
        for bytes in [
            &b""[..],
            b"7",
            b"7\r",
            b"7\r\n",
            b"7\r\n5",
            b"7\r\n5\nhell",
            b"7;of=it\r\n5\nhello",
            b"7 \r\n5\nhello",
            b"7\n5\nhello",
            b"7\r\n5\r\nhello",
            b"\r\n5\nhello",
            b"7\r\n\nhello",
            b"1\r\n\n",
            b"8\r\n5\nhello2",
            b"6\r\n5\nhello",
            b"e\r\n11\nhello hello",
            b"00000007\r\n5\nhello",
            b"ffffffffffffffff\r\n5\nhello",
        ] {
            assert_eq!(whole_record(bytes, 10), None, "{bytes:?}");
        }
    }
}
