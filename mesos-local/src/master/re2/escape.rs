//! Escaped characters.

use super::cursor::Cursor;

/// Reads an escape at a backslash. Returns the code of its character, which may be a surrogate.
pub(super) fn escape(cursor: &mut Cursor<'_>) -> Result<u32, String> {
    let start = cursor.at();
    cursor.bump();
    let Some(escaped) = cursor.bump() else { return Err(r"trailing \".to_owned()) };
    let code = match escaped {
        '1'..='7' if !cursor.peek().is_some_and(is_octal) => None,
        '0'..='7' => Some(octal(escaped, cursor)),
        'x' if cursor.rest() == "{" => return Err("invalid UTF-8".to_owned()),
        'x' => hexadecimal(cursor),
        'a' => Some(0x07),
        'f' => Some(0x0c),
        'n' => Some(0x0a),
        'r' => Some(0x0d),
        't' => Some(0x09),
        'v' => Some(0x0b),
        other if other.is_ascii() && !other.is_ascii_alphanumeric() => Some(other.into()),
        _ => None,
    };
    code.ok_or_else(|| format!("invalid escape sequence: {}", cursor.since(start)))
}

fn is_octal(digit: char) -> bool {
    digit.is_digit(8)
}

/// Reads up to two digits that follow on the first.
fn octal(first: char, cursor: &mut Cursor<'_>) -> u32 {
    let mut code = first.to_digit(8).unwrap_or_default();
    for _ in 0..2 {
        let Some(digit) = cursor.peek().and_then(|next| next.to_digit(8)) else { break };
        cursor.bump();
        code = code << 3 | digit;
    }
    code
}

/// Reads two digits, or any number of them in braces.
fn hexadecimal(cursor: &mut Cursor<'_>) -> Option<u32> {
    let first = cursor.bump()?;
    if first != '{' {
        let second = cursor.bump()?;
        return Some(first.to_digit(16)? << 4 | second.to_digit(16)?);
    }
    let mut code = None;
    loop {
        let next = cursor.bump()?;
        let Some(digit) = next.to_digit(16) else { return code.filter(|_| next == '}') };
        code = Some(code.unwrap_or(0) << 4 | digit).filter(|code| *code <= u32::from(char::MAX));
        code?;
    }
}
