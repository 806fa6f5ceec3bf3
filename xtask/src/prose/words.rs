//! The words to avoid, and where a passage has them.

use super::passage::Passage;

/// What a native reader stumbles over, and what to write instead.
const AVOID: &[(&str, &str)] = &[
    ("told", "say who learns, receives or returns what"),
    ("tell", "reports, returns, shows, distinguishes"),
    ("tells", "reports, returns, shows, distinguishes"),
    ("says", "states, reports, returns, shows"),
    ("said", "state who sent, reported or requested what"),
    ("anew", "again, from the start, a new …"),
    ("for ever", "forever, indefinitely"),
    ("come again", "is resent, repeated, delivered again"),
    ("comes again", "is resent, repeated, delivered again"),
    ("of its own", "its own …, separate"),
    ("of their own", "their own …, separate"),
    ("of one's own", "your own …"),
    ("made-up", "virtual, simulated, invented"),
    ("ciphers of old", "legacy cipher suites"),
    ("judge", "test backend"),
    ("judges", "test backends; decides, checks"),
    ("judged", "tested on both backends; decided, checked"),
    ("hear of", "learn of"),
    ("hears of", "learns of"),
    ("heard of", "learned of"),
    ("mend", "fix, repair"),
    ("mends", "fixes, repairs"),
    ("mended", "fixed, repaired"),
    ("in the large", "at scale"),
    ("for want of", "without, because there is no"),
    ("be it", "whether"),
    ("by and by", "eventually"),
    ("is no", "is not a"),
    ("are no", "are not"),
    ("was no", "was not a"),
    ("were no", "were not"),
    ("speaks no", "does not use"),
    ("names no", "does not name"),
];

/// Idioms that contain them.
const FINE: &[&str] = &[
    "there is no",
    "there are no",
    "there was no",
    "there were no",
    "is no longer",
    "are no longer",
    "was no longer",
    "were no longer",
];

/// A phrase to avoid.
pub(super) struct Found {
    pub(super) line: usize,
    pub(super) phrase: &'static str,
    pub(super) instead: &'static str,
}

/// Finds the phrases to avoid in a passage, wherever its lines break, but not in its code and
/// addresses.
pub(super) fn to_avoid(passage: &Passage) -> Vec<Found> {
    let words = words(passage);
    let avoid = AVOID.iter().flat_map(|&(phrase, instead)| {
        let found = places(&words, phrase).filter(|&at| !is_fine(&words, at, phrase));
        found.map(|at| Found { line: words[at].line, phrase, instead }).collect::<Vec<_>>()
    });
    avoid.collect()
}

/// A word in lower case; an empty one is where a sentence, a part of it or a paragraph ends.
struct Word {
    line: usize,
    text: String,
}

fn words(passage: &Passage) -> Vec<Word> {
    let mut words = Vec::new();
    for (line, text) in (passage.line..).zip(prose(&passage.text).lines()) {
        for chunk in text.split_whitespace().filter(|chunk| !chunk.contains("://")) {
            let parts = chunk.split(|letter: char| !is_of_word(letter));
            words.extend(parts.map(|part| Word { line, text: part.to_lowercase() }));
        }
        if text.trim().is_empty() {
            words.push(Word { line, text: String::new() });
        }
    }
    words
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '\'' | '_')
}

/// Blanks code, and the targets of links, but keeps the lines.
fn prose(text: &str) -> String {
    let mut is_code = false;
    let lines = text.lines().map(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        if is_fence || is_code { "" } else { line }
    });
    let lines = lines.collect::<Vec<_>>().join("\n");
    let paragraphs = lines.split("\n\n").map(|text| blank(&blank(text, "`", "`"), "](", ")"));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// Puts a full stop in place of what stands between `open` and `close`.
fn blank(text: &str, open: &str, close: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, hidden)) = rest.split_once(open) {
        let Some((hidden, after)) = hidden.split_once(close) else { break };
        shown += before;
        shown.push('.');
        shown.extend(hidden.chars().filter(|letter| *letter == '\n'));
        rest = after;
    }
    shown + rest
}

fn places<'w>(words: &'w [Word], phrase: &'w str) -> impl Iterator<Item = usize> + 'w {
    let wanted = phrase.split(' ').count();
    let begins = words.windows(wanted).enumerate();
    begins.filter(move |(_, window)| is_phrase(window, phrase)).map(|(at, _)| at)
}

fn is_phrase(window: &[Word], phrase: &str) -> bool {
    window.iter().map(|word| word.text.as_str()).eq(phrase.split(' '))
}

/// Returns whether the phrase at this place is part of an idiom.
fn is_fine(words: &[Word], at: usize, phrase: &str) -> bool {
    let end = at + phrase.split(' ').count();
    FINE.iter()
        .any(|fine| places(words, fine).any(|begin| begin <= at && end <= begin + fine.split(' ').count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, &'static str)> {
        let passage = Passage { line: 1, text: text.to_owned() };
        to_avoid(&passage).iter().map(|found| (found.line, found.phrase)).collect()
    }

    #[test]
    fn phrases_are_found_across_lines() {
        assert_eq!(found("A b.\nThe update comes\nagain."), [(2, "comes again")]);
        assert_eq!(found("It says what is no\naddress."), [(1, "says"), (1, "is no")]);
    }

    #[test]
    fn idioms_are_fine() {
        assert_eq!(found("There is no leader. It is no longer there."), []);
        assert_eq!(found("It is no leader."), [(1, "is no")]);
    }

    #[test]
    fn code_and_addresses_are_not_prose() {
        let text = "See `told`, [judge](tools/judges) and http://a/told.\n```text\nanew\n```\n`a\nsaid` b";
        assert_eq!(found(text), [(1, "judge")]);
    }

    #[test]
    fn a_phrase_does_not_span_sentences() {
        assert_eq!(found("What it is. No leader.\n\nTwo come\n\nagain."), []);
    }
}
