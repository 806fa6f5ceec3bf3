//! `robots.txt`, after RFC 9309: what a site asks crawlers not to fetch.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What is compared in its escaped form, beside what is not ASCII.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ');

/// How many bytes of the file are read: as many as RFC 9309 asks for. Rules take more memory than
/// their text.
const MAX_FILE: usize = 500 << 10;

/// The rules of a site for one crawler.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Robots {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    allow: bool,
    pattern: String,
}

impl Robots {
    /// Returns the rules in `text` for the crawler called `agent`: those of all groups that name
    /// it, else those for `*`. What is beyond the limit is ignored.
    pub fn parse(text: &str, agent: &str) -> Self {
        let text = String::from_utf8_lossy(text.as_bytes().get(..MAX_FILE).unwrap_or(text.as_bytes()));
        let mut named: Option<Vec<Rule>> = None;
        let mut general = Vec::new();
        let mut group = Group::default();
        for line in text.trim_start_matches('\u{feff}').lines() {
            let Some((field, value)) = line.split('#').next().and_then(|line| line.split_once(':')) else {
                continue;
            };
            let (field, value) = (field.trim().to_ascii_lowercase(), value.trim());
            match field.as_str() {
                "user-agent" => group.name(value, agent),
                "allow" | "disallow" => {
                    group.open = false;
                    let rule = Rule { allow: field == "allow", pattern: comparable(value) };
                    if group.named {
                        named.get_or_insert_default().push(rule.clone());
                    }
                    if group.general {
                        general.push(rule);
                    }
                }
                _ => {}
            }
        }
        Self { rules: named.unwrap_or(general) }
    }

    /// Returns whether the path (with its query) may be fetched. The longest matching rule decides;
    /// of two equally long ones, the one that allows.
    pub fn allows(&self, path: &str) -> bool {
        let path = comparable(path);
        let matching =
            self.rules.iter().filter(|rule| !rule.pattern.is_empty() && matches(&rule.pattern, &path));
        matching.max_by_key(|rule| (rule.pattern.len(), rule.allow)).is_none_or(|rule| rule.allow)
    }
}

/// The group of lines that is being read: whom its `User-agent` lines name.
#[derive(Default)]
struct Group {
    open: bool,
    named: bool,
    general: bool,
}

impl Group {
    fn name(&mut self, value: &str, agent: &str) {
        if !self.open {
            *self = Self { open: true, ..Self::default() };
        }
        self.named |= value.eq_ignore_ascii_case(agent);
        self.general |= value == "*";
    }
}

/// Returns a path or a pattern in the form in which they are compared: whether a letter is escaped
/// makes no difference.
fn comparable(text: &str) -> String {
    let escaped = utf8_percent_encode(text, ESCAPED).to_string();
    let mut comparable = String::with_capacity(escaped.len());
    let mut rest = escaped.as_str();
    while let Some((plain, after)) = rest.split_once('%') {
        comparable.push_str(plain);
        let octet = octet(after);
        match octet {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                comparable.push(char::from(byte));
            }
            Some(_) => comparable.extend(["%", &after[..2].to_ascii_uppercase()]),
            None => comparable.push('%'),
        }
        rest = if octet.is_some() { &after[2..] } else { after };
    }
    comparable + rest
}

/// Returns the octet that the two digits after a `%` stand for.
fn octet(text: &str) -> Option<u8> {
    let digits = text.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}

/// Returns whether a path matches a pattern, in which `*` stands for anything and a `$` at the end
/// for the path's end.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, to_the_end) = pattern.strip_suffix('$').map_or((pattern, false), |pattern| (pattern, true));
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| path.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if to_the_end && parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    !to_the_end || rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(text: &str, path: &str) -> bool {
        Robots::parse(text, "pinspider").allows(path)
    }

    #[test]
    fn empty_file_allows_everything() {
        assert!(
            allowed("", "/x")
                && allowed("<html>404</html>", "/x")
                && allowed("User-agent: *\nDisallow:", "/x")
        );
    }

    #[test]
    fn rules_beyond_the_limit_are_ignored() {
        let text = format!("User-agent: *\nDisallow: /a\n{}\nDisallow: /b", "é\n".repeat(MAX_FILE / 3 + 1));
        assert!(!allowed(&text, "/a") && allowed(&text, "/b"));
        assert!(!allowed(&text.replace('é', ""), "/b"));
    }

    #[test]
    fn own_group_replaces_the_general_one() {
        let text = "User-agent: *\nDisallow: /\n\nUser-agent: other\nuser-agent: PinSpider # us\nDisallow: /secret\n";
        assert!(allowed(text, "/open") && !allowed(text, "/secret/x"));
        assert!(!Robots::parse(text, "another").allows("/open"));
        assert!(!Robots::parse(text, "other").allows("/secret"));
    }

    #[test]
    fn groups_of_one_name_are_one() {
        let text = "User-agent: pinspider\nDisallow: /a\nUser-agent: x\nDisallow: /c\nUser-agent: pinspider\nDisallow: /b";
        assert!(!allowed(text, "/a") && !allowed(text, "/b") && allowed(text, "/c"));
    }

    #[test]
    fn longest_rule_wins_and_allow_breaks_ties() {
        let text = "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /c\nAllow: /c";
        assert!(!allowed(text, "/a/x") && allowed(text, "/a/b/c") && allowed(text, "/c"));
    }

    #[test]
    fn stars_and_ends() {
        let text = "User-agent: *\nDisallow: /*.png$\nDisallow: /x/*/y\nDisallow: /end$";
        assert!(!allowed(text, "/a/b.png") && allowed(text, "/a.png?size=1"));
        assert!(!allowed(text, "/x/1/2/yes") && allowed(text, "/x/y"));
        assert!(!allowed(text, "/end") && allowed(text, "/ending"));
    }

    #[test]
    fn escapes_make_no_difference() {
        let text = "User-agent: *\nDisallow: /zoë\nDisallow: /%7ea/\nDisallow: /a%2fb\nDisallow: /c d\nDisallow: /100%\n";
        for path in ["/zo%C3%AB", "/zo%c3%ab/x", "/~a/b", "/%7Ea/", "/a%2Fb", "/c%20d", "/100%"] {
            assert!(!allowed(text, path), "{path}");
        }
        assert!(allowed(text, "/a/b") && allowed(text, "/zo") && allowed(text, "/100"));
    }
}
