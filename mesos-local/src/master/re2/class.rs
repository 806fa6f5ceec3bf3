//! Classes of characters.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::cursor::Cursor;
use super::escape::escape;
use super::groups;

/// The surrogates, which are code points without a character.
const SURROGATES: std::ops::RangeInclusive<u32> = 0xd800..=0xdfff;

/// Reads a class at its bracket.
pub(super) fn class(cursor: &mut Cursor<'_>, folds: bool) -> Result<ClassUnicode, String> {
    let whole = cursor.rest();
    let missing = || format!("missing ]: {whole}");
    cursor.bump();
    let is_negated = cursor.eat("^");
    let mut found = ClassUnicode::empty();
    let mut is_first = true;
    while is_first || cursor.peek() != Some(']') {
        if cursor.peek().is_none() {
            return Err(missing());
        }
        is_first = false;
        let item = match named(cursor, folds)? {
            Some(group) => group,
            None => folded(range(cursor, &missing)?, folds),
        };
        found.union(&item);
    }
    cursor.bump();
    Ok(signed(found, is_negated))
}

/// Reads a group that has a name.
fn named(cursor: &mut Cursor<'_>, folds: bool) -> Result<Option<ClassUnicode>, String> {
    match posix(cursor, folds)? {
        Some(group) => Ok(Some(group)),
        None => group(cursor, folds),
    }
}

fn posix(cursor: &mut Cursor<'_>, folds: bool) -> Result<Option<ClassUnicode>, String> {
    let Some((name, _)) = cursor.rest().strip_prefix("[:").and_then(|rest| rest.split_once(":]")) else {
        return Ok(None);
    };
    let (is_negated, positive) = without_caret(name);
    let group =
        groups::posix(positive).ok_or_else(|| format!("invalid character class range: [:{name}:]"))?;
    cursor.eat(&format!("[:{name}:]"));
    Ok(Some(signed(folded(group, folds), is_negated)))
}

/// Reads a group behind a backslash: one of Unicode, or one of Perl.
pub(super) fn group(cursor: &mut Cursor<'_>, folds: bool) -> Result<Option<ClassUnicode>, String> {
    let Some(letter) = cursor.rest().strip_prefix('\\').and_then(|rest| rest.chars().next()) else {
        return Ok(None);
    };
    if let 'p' | 'P' = letter {
        return unicode(cursor, folds).map(Some);
    }
    let Some(group) = groups::perl(letter.to_ascii_lowercase()) else { return Ok(None) };
    cursor.bump();
    cursor.bump();
    Ok(Some(signed(folded(group, folds), letter.is_ascii_uppercase())))
}

fn unicode(cursor: &mut Cursor<'_>, folds: bool) -> Result<ClassUnicode, String> {
    let start = cursor.at();
    let is_negated = cursor.rest().starts_with(r"\P");
    cursor.bump();
    cursor.bump();
    let invalid = |whole: &str| format!("invalid character class range: {whole}");
    let rest = cursor.rest();
    let name = match rest.strip_prefix('{') {
        None => rest.chars().next().map_or("", |letter| &rest[..letter.len_utf8()]),
        Some(braced) => braced.split_once('}').ok_or_else(|| invalid(cursor.rest_from(start)))?.0,
    };
    cursor.eat(&if rest.starts_with('{') { format!("{{{name}}}") } else { name.to_owned() });
    let (has_caret, name) = without_caret(name);
    let group = groups::unicode(name).ok_or_else(|| invalid(cursor.since(start)))?;
    Ok(signed(folded(group, folds), is_negated != has_caret))
}

fn without_caret(name: &str) -> (bool, &str) {
    name.strip_prefix('^').map_or((false, name), |name| (true, name))
}

/// Reads a character, or the first and the last of a range.
fn range(cursor: &mut Cursor<'_>, missing: &impl Fn() -> String) -> Result<ClassUnicode, String> {
    let start = cursor.at();
    let first = character(cursor, missing)?;
    let is_range =
        cursor.rest().starts_with('-') && cursor.rest().len() > 1 && !cursor.rest().starts_with("-]");
    if !is_range {
        return Ok(between(first, first));
    }
    cursor.bump();
    let last = character(cursor, missing)?;
    if last < first {
        return Err(format!("invalid character class range: {}", cursor.since(start)));
    }
    Ok(between(first, last))
}

fn character(cursor: &mut Cursor<'_>, missing: &impl Fn() -> String) -> Result<u32, String> {
    match cursor.peek() {
        None => Err(missing()),
        Some('\\') => escape(cursor),
        Some(other) => {
            cursor.bump();
            Ok(other.into())
        }
    }
}

/// Returns the characters between two codes.
pub(super) fn between(first: u32, last: u32) -> ClassUnicode {
    let first = if SURROGATES.contains(&first) { SURROGATES.end() + 1 } else { first };
    let last = if SURROGATES.contains(&last) { SURROGATES.start() - 1 } else { last };
    match (char::from_u32(first), char::from_u32(last)) {
        (Some(first), Some(last)) if first <= last => {
            ClassUnicode::new([ClassUnicodeRange::new(first, last)])
        }
        _ => ClassUnicode::empty(),
    }
}

/// Returns the class with what differs from it in case alone, if that is wanted.
pub(super) fn folded(mut class: ClassUnicode, folds: bool) -> ClassUnicode {
    if folds {
        // The tables are there.
        let _ = class.try_case_fold_simple();
    }
    class
}

fn signed(mut class: ClassUnicode, is_negated: bool) -> ClassUnicode {
    if is_negated {
        class.negate();
    }
    class
}
