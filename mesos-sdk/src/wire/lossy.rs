//! JSON that is not valid text: Mesos writes strings as they are, so bytes that are not UTF-8 come
//! along, and half of a UTF-16 pair does as well.

/// Returns `json` with U+FFFD in place of what is not text; `None` if all of it is text.
pub(crate) fn repaired(json: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(json);
    let repaired = without_lone_surrogates(&text);
    (repaired.as_bytes() != json).then_some(repaired)
}

fn without_lone_surrogates(text: &str) -> String {
    let mut repaired = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        repaired.push_str(before);
        let (kept, length) = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => (&escape[..12], 12),
            (Some(0xd800..0xe000), _) => ("\\ufffd", 6),
            _ => {
                let length = escape.chars().take(2).map(char::len_utf8).sum();
                (&escape[..length], length)
            }
        };
        repaired.push_str(kept);
        rest = &escape[length..];
    }
    repaired.push_str(rest);
    repaired
}

/// Returns the number in an escape such as `\u20ac`.
fn unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_left_as_it_is() {
        for text in [r#"{"a":"b"}"#, r#""\ud83d\ude00 \u00e9 é \\ud800 \\\\ud800 \n""#, "\"\\", "\"\\u12", ""]
        {
            assert_eq!(repaired(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn invalid_utf_8_becomes_replacement_characters() {
        for (json, wanted) in [
            (&b"\"r\xe9pertoire\""[..], "\"r\u{fffd}pertoire\""),
            (b"\"\xff\xfe\\\xff\"", "\"\u{fffd}\u{fffd}\\\u{fffd}\""),
            (br#""\ud800""#, r#""\ufffd""#),
            (br#""\uDC00\ud800\ud83d\ude00\ud83d\n""#, r#""\ufffd\ufffd\ud83d\ude00\ufffd\n""#),
            (br#""\\\ud800x""#, r#""\\\ufffdx""#),
            (br#""\ud800\u0041""#, r#""\ufffd\u0041""#),
        ] {
            assert_eq!(repaired(json).as_deref(), Some(wanted));
        }
    }
}
