//! How large RE2's program for a pattern is.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look};
use regex_syntax::utf8::Utf8Sequences;

use super::alternatives::{self, Alternative};

/// The instruction that fails, and the one that matches.
const ALWAYS: usize = 2;
/// The loop in front of a pattern that need not match at the beginning.
const LOOP: usize = 2;
/// Instructions for all characters that are not of ASCII.
const BEYOND_ASCII: usize = 6;

/// Returns how many instructions the program has. This is exact for most patterns. RE2 adds some
/// between loops that follow one another, and merges more of some alternatives.
pub(super) fn of(hir: &Hir) -> usize {
    let items = match hir.kind() {
        HirKind::Concat(items) => items.as_slice(),
        _ => std::slice::from_ref(hir),
    };
    let is_look = |item: &Hir, look| *item.kind() == HirKind::Look(look);
    let (begins, items) = match items {
        [first, rest @ ..] if is_look(first, Look::Start) => (true, rest),
        items => (false, items),
    };
    let items = match items {
        [rest @ .., last] if is_look(last, Look::End) => rest,
        items => items,
    };
    // A text that the pattern has to begin with is looked for without the program.
    let (is_stripped, items) = match items {
        [first, rest @ ..] if begins && matches!(first.kind(), HirKind::Literal(_)) => (true, rest),
        items => (false, items),
    };
    let front = if begins && !is_stripped { 0 } else { LOOP };
    items.iter().map(instructions).fold(ALWAYS + front, usize::saturating_add)
}

fn instructions(hir: &Hir) -> usize {
    let sum = |items: &[Hir]| items.iter().map(instructions).fold(0, usize::saturating_add);
    match hir.kind() {
        HirKind::Empty => 0,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Unicode(class)) => of_class(class),
        HirKind::Class(Class::Bytes(class)) => class.ranges().len(),
        HirKind::Look(_) => 1,
        HirKind::Capture(capture) => instructions(&capture.sub).saturating_add(2),
        HirKind::Concat(items) => sum(items),
        HirKind::Alternation(items) => {
            let items: Vec<_> = items.iter().map(alternative).collect();
            alternatives::instructions(&items)
        }
        HirKind::Repetition(repetition) => {
            let once = instructions(&repetition.sub);
            let (times, further) = match (repetition.min, repetition.max) {
                (0, None) => (1, 0),
                (min, None) => (min, 1),
                (min, Some(max)) => (max, max.saturating_sub(min)),
            };
            once.saturating_mul(times as usize).saturating_add(further as usize)
        }
    }
}

fn alternative(hir: &Hir) -> Alternative<'_> {
    let (first, rest) = match hir.kind() {
        HirKind::Concat(items) => items.split_first().unwrap_or((hir, &[])),
        _ => (hir, &[][..]),
    };
    let rest = rest.iter().map(instructions).fold(0, usize::saturating_add);
    match first.kind() {
        HirKind::Literal(literal) => Alternative { text: &literal.0, rest },
        _ => Alternative { text: &[], rest: instructions(first).saturating_add(rest) },
    }
}

/// Counts ranges of bytes. What several characters begin or end with is there once.
fn of_class(class: &ClassUnicode) -> usize {
    let (mut beginnings, mut ends) = (BTreeSet::new(), BTreeSet::new());
    let mut beyond = 0;
    let folds = folds_ascii(class);
    for range in class.iter().filter(|range| !(folds && 'A' <= range.start() && range.end() <= 'Z')) {
        for sequence in Utf8Sequences::new(range.start(), ascii_of(*range, &mut beyond)) {
            let bytes: Vec<_> = sequence.as_slice().iter().map(|range| (range.start, range.end)).collect();
            for (index, (first, last)) in bytes.iter().enumerate() {
                match index + 1 == bytes.len() || (index > 0 && first < last) {
                    true => ends.insert(bytes[index..].to_vec()),
                    false => beginnings.insert(bytes[..=index].to_vec()),
                };
            }
        }
    }
    beginnings.len().saturating_add(ends.len()).saturating_add(beyond)
}

/// Returns whether a class has the same letters of ASCII in both cases, which one instruction
/// matches.
fn folds_ascii(class: &ClassUnicode) -> bool {
    let contains = |letter| class.iter().any(|range| range.start() <= letter && letter <= range.end());
    ('a'..='z').all(|letter| contains(letter) == contains(letter.to_ascii_uppercase()))
}

/// Returns the last character of a range. If the range covers all beyond ASCII, that is the last
/// one of ASCII, and `beyond` is set to what the others take.
fn ascii_of(range: ClassUnicodeRange, beyond: &mut usize) -> char {
    if range.start() <= '\u{80}' && range.end() == char::MAX {
        *beyond = BEYOND_ASCII;
        return '\u{7f}';
    }
    range.end()
}

#[cfg(test)]
mod tests {
    use super::super::parser;
    use super::*;

    #[test]
    fn programs_have_the_size_of_re2() {
        for (pattern, size) in [
            ("abc", 7),
            (".", 12),
            ("a.*", 13),
            ("[a-z]+", 6),
            ("[a-z]*", 5),
            ("[a-z]?", 6),
            ("[a-z]{2,4}", 10),
            ("(a?){5}", 24),
            ("a|b", 5),
            ("ab|cd", 8),
            ("abc|abd", 7),
            ("foo|bar|baz", 11),
            ("(us|eu)-(east|west)-[0-9]+", 24),
            (r"192.168.(1[0-9]|3[4-7]|[1-9]|4[2-9]|[1-4][0-9]|5[3-8]|20[4-7]|53[0-5]).1", 54),
            ("a{2,}b", 8),
            ("(a|)b", 9),
            ("a{0}", 4),
            (r"host[0-9]{1,3}\.example\.com", 25),
            ("rack-(a|b|c|d)", 12),
            ("^foo.*", 12),
            ("^[ab]*c$", 4),
            ("foo$", 7),
            ("(?i)k", 8),
            ("(?i)abc", 7),
            (r"\w+", 8),
            (r"\S+", 15),
            ("[^/]+/[^/]+", 23),
            (r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}", 27),
            (".{10}", 84),
            ("é", 6),
            (r"\C", 5),
            (r"\Babc\b", 9),
            ("((a|b)c)*", 10),
            (r".*\.example\.com", 24),
            ("zone-[0-9]+[a-z]?", 13),
        ] {
            assert_eq!(of(&parser::parse(pattern).unwrap()), size, "{pattern}");
        }
    }
}
