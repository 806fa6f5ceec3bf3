//! JSON as picojson, Mesos' parser, reads it: numbers that begin with zeros or end with a point are
//! fine, text is any bytes, the last of two values of one key holds, and only so many levels and
//! values are.

use std::borrow::Cow;

use crate::budget;
use crate::proto::json::number::{NoNumber, Number};

/// Objects and lists within each other.
const MAX_DEPTH: usize = 200;

/// Values in one text, whatever the memory that they may take: each may be but two bytes of it.
const MAX_VALUES: usize = 8 << 20;

#[derive(Debug)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, [u8]>),
    List(Vec<Value<'a>>),
    /// By key, each of which is there once.
    Object(Vec<(Cow<'a, [u8]>, Value<'a>)>),
}

/// Reads one value; the error is in Mesos' words.
pub(super) fn parse(text: &[u8]) -> Result<Value<'_>, String> {
    parse_with(text, false)
}

/// Reads one value as Mesos writes it: what is not a number is a bare `NaN` there, which Mesos
/// itself can't read.
pub(super) fn parse_written(text: &[u8]) -> Result<Value<'_>, String> {
    parse_with(text, true)
}

fn parse_with(text: &[u8], takes_nan: bool) -> Result<Value<'_>, String> {
    let mut parser = Parser { text, at: 0, values: 0, takes_nan };
    let value = parser.value(0).map_err(|problem| parser.words(&problem))?;
    // A number ends where something else begins, which picojson has then read.
    let end = parser.at + usize::from(matches!(value, Value::Number(_)) && parser.at < text.len());
    let visible = text.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
    if end == visible {
        return Ok(value);
    }
    let rest = text.get(end..visible).or_else(|| text.get(end..)).unwrap_or_default();
    let rest = String::from_utf8_lossy(rest);
    Err(format!("Parsed JSON included non-whitespace trailing characters: {rest}"))
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    values: usize,
    takes_nan: bool,
}

enum Problem {
    Syntax,
    Range,
    TooMany,
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Result<Value<'a>, Problem> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err(Problem::TooMany);
        }
        self.skip_space();
        match self.peek().ok_or(Problem::Syntax)? {
            b'n' => self.word(b"null").map(|()| Value::Null),
            b't' => self.word(b"true").map(|()| Value::Bool(true)),
            b'f' => self.word(b"false").map(|()| Value::Bool(false)),
            b'"' => self.string().map(Value::Text),
            b'[' => self.list(depth),
            b'{' => self.object(depth),
            b'0'..=b'9' | b'-' => self.number(),
            b'N' if self.takes_nan => self.word(b"NaN").map(|()| Value::Number(Number::Float(f64::NAN))),
            _ => Err(Problem::Syntax),
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value<'a>, Problem> {
        self.open(depth)?;
        let mut items = Vec::new();
        if self.expect(b']') {
            return Ok(Value::List(items));
        }
        loop {
            let item = self.value(depth + 1)?;
            budget::room(&mut items, || 0).map_err(|budget::Exceeded| Problem::TooMany)?;
            items.push(item);
            if !self.expect(b',') {
                break;
            }
        }
        self.require(b']')?;
        Ok(Value::List(items))
    }

    fn object(&mut self, depth: usize) -> Result<Value<'a>, Problem> {
        self.open(depth)?;
        let mut entries = Vec::new();
        if self.expect(b'}') {
            return Ok(Value::Object(entries));
        }
        loop {
            self.skip_space();
            let key = if self.peek() == Some(b'"') { self.string()? } else { return Err(Problem::Syntax) };
            self.require(b':')?;
            let value = self.value(depth + 1)?;
            budget::room(&mut entries, || 0).map_err(|budget::Exceeded| Problem::TooMany)?;
            entries.push((key, value));
            if !self.expect(b',') {
                break;
            }
        }
        self.require(b'}')?;
        // The last of two is what is kept.
        entries.reverse();
        entries.sort_by(|one, other| one.0.cmp(&other.0));
        entries.dedup_by(|later, kept| later.0 == kept.0);
        Ok(Value::Object(entries))
    }

    fn open(&mut self, depth: usize) -> Result<(), Problem> {
        self.at += 1;
        if depth < MAX_DEPTH { Ok(()) } else { Err(Problem::Syntax) }
    }

    fn number(&mut self) -> Result<Value<'a>, Problem> {
        let is_part = |byte: &&u8| matches!(**byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(is_part).count();
        self.at += length;
        let text = rest.get(..length).and_then(|text| str::from_utf8(text).ok()).unwrap_or_default();
        Number::parse(text).map(Value::Number).map_err(|error| match error {
            NoNumber::Syntax => Problem::Syntax,
            NoNumber::Range => Problem::Range,
        })
    }

    fn string(&mut self) -> Result<Cow<'a, [u8]>, Problem> {
        self.at += 1;
        let mut unescaped: Option<Vec<u8>> = None;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let plain =
                rest.iter().take_while(|byte| **byte >= b' ' && !matches!(byte, b'"' | b'\\')).count();
            let piece = rest.get(..plain).unwrap_or_default();
            self.at += plain;
            match (self.peek(), &mut unescaped) {
                (Some(b'"'), whole) => {
                    self.at += 1;
                    return Ok(whole.take().map_or(Cow::Borrowed(piece), |mut whole| {
                        whole.extend_from_slice(piece);
                        Cow::Owned(whole)
                    }));
                }
                (Some(b'\\'), whole) => {
                    let whole = whole.get_or_insert_default();
                    whole.extend_from_slice(piece);
                    self.escaped(whole)?;
                }
                _ => return Err(Problem::Syntax),
            }
        }
    }

    fn escaped(&mut self, to: &mut Vec<u8>) -> Result<(), Problem> {
        self.at += 1;
        let escape = self.peek().ok_or(Problem::Syntax)?;
        self.at += 1;
        to.push(match escape {
            b'"' | b'\\' | b'/' => escape,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let character = self.code_point()?;
                to.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err(Problem::Syntax),
        });
        Ok(())
    }

    /// Reads one `uXXXX`, or two that are a surrogate pair.
    fn code_point(&mut self) -> Result<char, Problem> {
        let first = self.four_digits()?;
        let code = match first {
            0xd800..0xdc00 => {
                self.exactly(b'\\')?;
                self.exactly(b'u')?;
                let second = self.four_digits()?;
                let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400).ok_or(Problem::Syntax)?;
                0x1_0000 + ((first - 0xd800) << 10) + low
            }
            _ => first,
        };
        char::from_u32(code).ok_or(Problem::Syntax)
    }

    fn four_digits(&mut self) -> Result<u32, Problem> {
        (0..4).try_fold(0, |code, _| {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16)).ok_or(Problem::Syntax)?;
            self.at += 1;
            Ok(code << 4 | digit)
        })
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Problem> {
        word.iter().try_for_each(|byte| self.exactly(*byte))
    }

    fn exactly(&mut self, byte: u8) -> Result<(), Problem> {
        let same = self.peek() == Some(byte);
        self.at += usize::from(same);
        if same { Ok(()) } else { Err(Problem::Syntax) }
    }

    fn require(&mut self, byte: u8) -> Result<(), Problem> {
        self.skip_space();
        self.exactly(byte)
    }

    fn expect(&mut self, byte: u8) -> bool {
        self.require(byte).is_ok()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn words(&self, problem: &Problem) -> String {
        match problem {
            Problem::Range => "Value out of range".to_owned(),
            Problem::TooMany => format!("more than {MAX_VALUES} values"),
            Problem::Syntax => {
                let read = self.at.min(self.text.len().saturating_sub(1));
                let before = self.text.get(..read).unwrap_or_default();
                let line = before.split(|byte| *byte == b'\n').count();
                let rest = self.text.get(self.at..).unwrap_or_default().iter();
                let near = rest.take_while(|byte| **byte != b'\n').filter(|byte| **byte >= b' ').copied();
                let near = String::from_utf8_lossy(&near.collect::<Vec<_>>()).into_owned();
                format!("syntax error at line {line} near: {near}")
            }
        }
    }
}
