//! Regular expressions in the syntax of RE2, which Mesos uses: what it accepts is accepted with its
//! meaning, and what it refuses is refused in its words.

mod alternatives;
mod class;
mod counted;
mod cursor;
mod escape;
mod groups;
mod parser;
mod size;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, Look};

use super::limits::{MAX_REGEX, MAX_REGEX_COMPILED, MAX_REGEX_PATTERN, MAX_REGEX_PROGRAM};

/// The error of RE2 for a pattern that needs more memory than it may have.
const TOO_LARGE: &str = "pattern too large - compile failed";

/// Compiles a pattern for a whole text. The error is in Mesos' words.
pub(super) fn whole(pattern: &str) -> Result<Regex, String> {
    let failed = |reason| format!("Failed to construct regex from pattern '{pattern}': {reason}");
    if pattern.len() > MAX_REGEX_PATTERN {
        return Err(failed(TOO_LARGE.to_owned()));
    }
    let parsed = parser::parse(pattern).map_err(failed)?;
    let size = size::of(&parsed);
    if size > MAX_REGEX_PROGRAM && size <= MAX_REGEX_COMPILED {
        return Err(format!(
            "Regex '{pattern}' is too complex: program size of {size} is larger than maximum of \
             {MAX_REGEX_PROGRAM} allowed"
        ));
    }
    let compiled = if size > MAX_REGEX_COMPILED { None } else { compile(parsed) };
    compiled.ok_or_else(|| failed(TOO_LARGE.to_owned()))
}

fn compile(parsed: Hir) -> Option<Regex> {
    let whole = Hir::concat(vec![Hir::look(Look::Start), parsed, Hir::look(Look::End)]);
    RegexBuilder::new(&whole.to_string()).size_limit(MAX_REGEX).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        // Those with large classes are too large for a master.
        let parsed = parser::parse(pattern).unwrap_or_else(|reason| panic!("{pattern}: {reason}"));
        compile(parsed).expect(pattern).is_match(text.as_bytes())
    }

    #[test]
    fn syntax_of_re2_is_accepted() {
        for (pattern, text) in [
            ("", ""),
            ("a|b", "b"),
            (r"\Qa.b*\E+", "a.b**"),
            (r"\Q\E", ""),
            (r"a\Q|", "a|"),
            (r"\C\C", "é"),
            (r"(?P<name>a)(?P<name>b)", "ab"),
            (r"(?i)straße|É", "é"),
            (r"(?i:a)b", "Ab"),
            (r"(?U)a+?b*", "aab"),
            (r"(?-s).(?s).", "a\n"),
            (r"a(?i)*B", "aaab"),
            (r"(?m)a$\n^b", "a\nb"),
            (r"\Aa\z", "a"),
            (r"^*$+", ""),
            ("a{,2}", "a{,2}"),
            ("{}x{y}a{01}", "{}x{y}a{01}"),
            ("]}", "]}"),
            ("a{0}b{2,}", "bb"),
            (r"\101\x41\x{e9}\07", "AAé\u{7}"),
            (r"\a\f\t\n\r\v", "\u{7}\u{c}\t\n\r\u{b}"),
            (r"\_\-\<\~", "_-<~"),
            ("[]a]+", "]a"),
            ("[^]a]", "\n"),
            ("[a-]+[--/]", "a-."),
            ("[a[b]]", "[]"),
            ("[a&&b]+", "a&b"),
            ("[[:alpha:][:^word:]]+", "a-"),
            ("[[:alpha]+", ":ah["),
            (r"[\d\-x\pL]+", "1-xé"),
            (r"\pN\p{Greek}\P{Greek}\p{^Greek}\p{Any}", "1αab\n"),
            (r"\w\d\s", "a1 "),
            (r"a\b-\B", "a-"),
        ] {
            assert!(matches(pattern, text), "{pattern:?} {text:?}");
        }
    }

    #[test]
    fn classes_of_perl_are_those_of_ascii() {
        for (pattern, text) in [
            (r"\w", "é"),
            (r"\d", "٣"),
            (r"\s", "\u{a0}"),
            (r"\s", "\u{b}"),
            (".", "\n"),
            ("a", "ab"),
            ("a$", "a\n"),
            ("[[:space:]]", "\u{85}"),
            (r"[^\D]", "a"),
            (r"\p{Lu}", "a"),
            (r"(?i)[^k]", "\u{212a}"),
        ] {
            assert!(!matches(pattern, text), "{pattern:?} {text:?}");
        }
        assert!(matches(r"(?i)\p{Lu}[k]", "a\u{212a}"));
    }

    #[test]
    fn refusals_have_the_wording_of_re2() {
        for (pattern, words) in [
            ("(", "missing ): ("),
            ("a)|(b", "unexpected ): a)|(b"),
            ("*", "no argument for repetition operator: *"),
            ("a|*", "no argument for repetition operator: *"),
            ("(?i)+", "no argument for repetition operator: +"),
            ("({2})", "no argument for repetition operator: {2}"),
            ("a**", "bad repetition operator: **"),
            ("a*?+?", "bad repetition operator: *?+?"),
            ("a{2}{3}", "bad repetition operator: {2}{3}"),
            ("a++", "bad repetition operator: ++"),
            ("a{2,1}", "invalid repetition size: {2,1}"),
            ("a{1001}", "invalid repetition size: {1001}"),
            ("((a{100}){10}){2}?", "invalid repetition size: {2}?"),
            ("(?<name>a)", "invalid perl operator: (?<"),
            ("(?=a)", "invalid perl operator: (?="),
            ("(?x)a", "invalid perl operator: (?x"),
            ("(?i-)a", "invalid perl operator: (?i-)"),
            ("(?", "invalid perl operator: (?"),
            ("(?P=name)", "invalid perl operator: (?P"),
            ("(?P<n-e>a)", "invalid named capture group: (?P<n-e>"),
            ("(?P<name", "invalid named capture group: (?P<name"),
            ("a[b", "missing ]: [b"),
            ("[]", "missing ]: []"),
            ("[a-", "missing ]: [a-"),
            ("[b-a]", "invalid character class range: b-a"),
            ("[[:foo:]]", "invalid character class range: [:foo:]"),
            (r"\p{Alphabetic}", r"invalid character class range: \p{Alphabetic}"),
            (r"\p{greek}", r"invalid character class range: \p{greek}"),
            (r"\pX", r"invalid character class range: \pX"),
            (r"\p{L", r"invalid character class range: \p{L"),
            (r"(a)\1", r"invalid escape sequence: \1"),
            (r"\8", r"invalid escape sequence: \8"),
            (r"\Z", r"invalid escape sequence: \Z"),
            (r"\u00e9", r"invalid escape sequence: \u"),
            (r"\h", r"invalid escape sequence: \h"),
            (r"\x4", r"invalid escape sequence: \x4"),
            (r"\x{110000}", r"invalid escape sequence: \x{110000"),
            (r"\x{}", r"invalid escape sequence: \x{}"),
            (r"[\b]", r"invalid escape sequence: \b"),
            (r"\é", r"invalid escape sequence: \é"),
            (r"\p", r"invalid character class range: \p"),
            (r"\", r"trailing \"),
            (r"\pL", "pattern too large - compile failed"),
            ("(a{100}){10}", "pattern too large - compile failed"),
        ] {
            let error = whole(pattern).expect_err(pattern);
            let wanted = format!("Failed to construct regex from pattern '{pattern}': {words}");
            assert_eq!(error, wanted);
        }
    }

    #[test]
    fn programs_have_a_limit() {
        assert!(whole("[a-z]{96}").is_ok());
        let words =
            "Regex '[a-z]{97}' is too complex: program size of 101 is larger than maximum of 100 allowed";
        assert_eq!(whole("[a-z]{97}").unwrap_err(), words);
        let nested = |open: &str, depth: usize| format!("{}a{}", open.repeat(depth), ")".repeat(depth));
        assert!(whole(&nested("(?:", 250)).is_ok());
        let alternatives: Vec<_> = (1..1000).map(|length| "a".repeat(length)).collect();
        let large = [
            nested("(", 251),
            nested("(?:", 251),
            nested("(", 1_000_000),
            "{".repeat(1_000_000),
            "[[:".repeat(1_000_000),
            alternatives.join("|"),
        ];
        for pattern in large {
            assert!(whole(&pattern).unwrap_err().ends_with(TOO_LARGE));
        }
    }
}
