//! The syntax of RE2 with Perl's extensions.

use regex_syntax::hir::{Capture, Class, Dot, Hir, Look, Repetition};

use super::super::limits::MAX_REGEX_NESTING;
use super::TOO_LARGE;
use super::class::{between, class, folded, group};
use super::counted::counted;
use super::cursor::Cursor;
use super::escape::escape;

/// The most that a repetition, or repetitions within each other, may make of one thing.
const MAX_REPEAT: u32 = 1000;

/// Parses a pattern. The error is in RE2's words.
pub(super) fn parse(pattern: &str) -> Result<Hir, String> {
    let mut parser = Parser::new(pattern);
    while parser.cursor.peek().is_some() {
        parser.step()?;
    }
    match parser.groups.is_empty() {
        true => Ok(parser.group.close().hir),
        false => Err(format!("missing ): {pattern}")),
    }
}

/// A part of a pattern.
struct Item {
    hir: Hir,
    /// How many times the counted repetitions in it repeat one thing at most.
    copies: u32,
}

/// A group that is open.
#[derive(Default)]
struct Group {
    alternatives: Vec<Item>,
    items: Vec<Item>,
    /// Its number, if it is a capturing one.
    capture: Option<u32>,
    /// The flags around it.
    flags: Flags,
}

#[derive(Clone, Copy, Default)]
struct Flags {
    folds_case: bool,
    is_multi_line: bool,
    dot_is_any: bool,
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    /// The groups around the present one.
    groups: Vec<Group>,
    group: Group,
    flags: Flags,
    captures: u32,
    /// Where the repetition operator that was just read begins.
    operator: Option<usize>,
}

impl Group {
    fn end_alternative(&mut self) {
        let items = std::mem::take(&mut self.items);
        let copies = most_copies(&items);
        self.alternatives
            .push(Item { hir: Hir::concat(items.into_iter().map(|item| item.hir).collect()), copies });
    }

    fn close(mut self) -> Item {
        self.end_alternative();
        let copies = most_copies(&self.alternatives);
        let hir = Hir::alternation(self.alternatives.into_iter().map(|item| item.hir).collect());
        let hir = match self.capture {
            Some(index) => Hir::capture(Capture { index, name: None, sub: Box::new(hir) }),
            None => hir,
        };
        Item { hir, copies }
    }
}

fn most_copies(items: &[Item]) -> u32 {
    items.iter().map(|item| item.copies).max().unwrap_or(1)
}

impl<'a> Parser<'a> {
    fn new(pattern: &'a str) -> Self {
        let (cursor, flags) = (Cursor::new(pattern), Flags::default());
        Self { cursor, groups: Vec::new(), group: Group::default(), flags, captures: 0, operator: None }
    }

    fn step(&mut self) -> Result<(), String> {
        let operator = self.operator.take();
        let Some(next) = self.cursor.peek() else { return Ok(()) };
        match next {
            '(' if self.cursor.rest().starts_with("(?") => return self.perl_group(),
            '[' => {
                let class = class(&mut self.cursor, self.flags.folds_case)?;
                self.push(Hir::class(Class::Unicode(class)));
                return Ok(());
            }
            '\\' => return self.backslash(),
            '*' | '+' | '?' => return self.repeat(operator),
            '{' => {
                if let Some((bounds, length)) = counted(self.cursor.rest()) {
                    return self.repeat_counted(operator, bounds, length);
                }
            }
            _ => {}
        }
        self.cursor.bump();
        match next {
            '(' => return self.open(true),
            ')' => return self.close(),
            '|' => self.group.end_alternative(),
            '^' => self.push(Hir::look(if self.flags.is_multi_line { Look::StartLF } else { Look::Start })),
            '$' => self.push(Hir::look(if self.flags.is_multi_line { Look::EndLF } else { Look::End })),
            '.' => {
                let dot = if self.flags.dot_is_any { Dot::AnyChar } else { Dot::AnyCharExceptLF };
                self.push(Hir::dot(dot));
            }
            other => self.literal(other.into()),
        }
        Ok(())
    }

    fn push(&mut self, hir: Hir) {
        self.group.items.push(Item { hir, copies: 1 });
    }

    fn literal(&mut self, code: u32) {
        let character = folded(between(code, code), self.flags.folds_case);
        self.push(Hir::class(Class::Unicode(character)));
    }

    fn open(&mut self, captures: bool) -> Result<(), String> {
        self.captures += u32::from(captures);
        if self.groups.len() >= MAX_REGEX_NESTING {
            return Err(TOO_LARGE.to_owned());
        }
        let capture = captures.then_some(self.captures);
        let group = Group { capture, flags: self.flags, ..Group::default() };
        self.groups.push(std::mem::replace(&mut self.group, group));
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        let Some(around) = self.groups.pop() else {
            return Err(format!("unexpected ): {}", self.cursor.rest_from(0)));
        };
        let group = std::mem::replace(&mut self.group, around);
        self.flags = group.flags;
        self.group.items.push(group.close());
        Ok(())
    }

    fn backslash(&mut self) -> Result<(), String> {
        for (escape, hir) in [
            (r"\b", Hir::look(Look::WordAscii)),
            (r"\B", Hir::look(Look::WordAsciiNegate)),
            (r"\A", Hir::look(Look::Start)),
            (r"\z", Hir::look(Look::End)),
            (r"\C", Hir::dot(Dot::AnyByte)),
        ] {
            if self.cursor.eat(escape) {
                self.push(hir);
                return Ok(());
            }
        }
        if self.cursor.eat(r"\Q") {
            while !self.cursor.eat(r"\E")
                && let Some(next) = self.cursor.bump()
            {
                self.literal(next.into());
            }
            return Ok(());
        }
        if let Some(class) = group(&mut self.cursor, self.flags.folds_case)? {
            self.push(Hir::class(Class::Unicode(class)));
        } else {
            let code = escape(&mut self.cursor)?;
            self.literal(code);
        }
        Ok(())
    }

    /// Reads `(?P<name>`, `(?flags:` or `(?flags)`.
    fn perl_group(&mut self) -> Result<(), String> {
        let start = self.cursor.at();
        if let Some(named) = self.cursor.rest().strip_prefix("(?P<") {
            let invalid = |text: &str| format!("invalid named capture group: {text}");
            let (name, _) = named.split_once('>').ok_or_else(|| invalid(self.cursor.rest_from(start)))?;
            self.cursor.eat(&format!("(?P<{name}>"));
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return Err(invalid(self.cursor.since(start)));
            }
            return self.open(true);
        }
        self.cursor.eat("(?");
        match self.flags() {
            Some((flags, ends_with_colon)) => {
                if ends_with_colon {
                    self.open(false)?;
                }
                self.flags = flags;
                Ok(())
            }
            None => Err(format!("invalid perl operator: {}", self.cursor.since(start))),
        }
    }

    /// Reads flags and what ends them, a colon or a parenthesis.
    fn flags(&mut self) -> Option<(Flags, bool)> {
        let (mut flags, mut is_set, mut any_unset) = (self.flags, true, true);
        loop {
            let flag = self.cursor.bump()?;
            match flag {
                'i' => flags.folds_case = is_set,
                'm' => flags.is_multi_line = is_set,
                's' => flags.dot_is_any = is_set,
                // Which repetition takes more makes no difference to whether a whole text matches.
                'U' => {}
                '-' if is_set => {
                    (is_set, any_unset) = (false, false);
                    continue;
                }
                ':' | ')' => return any_unset.then_some((flags, flag == ':')),
                _ => return None,
            }
            any_unset = true;
        }
    }

    fn repeat(&mut self, operator: Option<usize>) -> Result<(), String> {
        let start = self.cursor.at();
        let bounds = match self.cursor.bump() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            _ => (0, Some(1)),
        };
        self.end_operator(operator)?;
        let item = self.repeated(start)?;
        self.push_repeated(item, bounds, 1);
        Ok(())
    }

    fn repeat_counted(
        &mut self,
        operator: Option<usize>,
        (min, max): (u32, Option<u32>),
        length: usize,
    ) -> Result<(), String> {
        let start = self.cursor.at();
        self.cursor.skip(length);
        self.end_operator(operator)?;
        let invalid = format!("invalid repetition size: {}", self.cursor.since(start));
        if max.is_some_and(|max| max < min || max > MAX_REPEAT) || min > MAX_REPEAT {
            return Err(invalid);
        }
        let item = self.repeated(start)?;
        let times = max.unwrap_or(min).max(1);
        let copies = item.copies.saturating_mul(times);
        if times > 1 && copies > MAX_REPEAT {
            return Err(invalid);
        }
        self.push_repeated(item, (min, max), times);
        Ok(())
    }

    /// Reads a question mark, and checks that the operator does not follow on another one.
    fn end_operator(&mut self, operator: Option<usize>) -> Result<(), String> {
        self.cursor.eat("?");
        match operator {
            Some(first) => Err(format!("bad repetition operator: {}", self.cursor.since(first))),
            None => Ok(()),
        }
    }

    /// Takes what the operator that begins at `start` repeats.
    fn repeated(&mut self, start: usize) -> Result<Item, String> {
        self.operator = Some(start);
        let missing = || format!("no argument for repetition operator: {}", self.cursor.since(start));
        self.group.items.pop().ok_or_else(missing)
    }

    fn push_repeated(&mut self, Item { hir, copies }: Item, (min, max): (u32, Option<u32>), times: u32) {
        let hir = Hir::repetition(Repetition { min, max, greedy: true, sub: Box::new(hir) });
        self.group.items.push(Item { hir, copies: copies.saturating_mul(times) });
    }
}
