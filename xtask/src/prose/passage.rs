//! The prose in a Rust file: comments, and the string literals of everything but tests.

use std::mem;
use std::str::FromStr as _;

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::Lit;

/// Text that is read as a whole.
pub(super) struct Passage {
    /// The line of the file in which it begins.
    pub(super) line: usize,
    pub(super) text: String,
}

/// Returns the passages of a Rust file, except for the string literals of tests.
pub(super) fn of_rust(file: &str, is_test: bool) -> Result<Vec<Passage>> {
    let tokens = TokenStream::from_str(file).map_err(|error| anyhow!("{error}"))?;
    let mut passages = Passages::default();
    passages.collect(tokens, is_test);
    passages.finish();
    passages.found.extend(plain_comments(file));
    Ok(passages.found)
}

/// Returns the comments that are not documentation, which the lexer drops, unless they stand behind
/// code.
fn plain_comments(file: &str) -> Vec<Passage> {
    let mut comments = Passages::default();
    for (line, text) in (1..).zip(file.lines()) {
        let text = text.trim_start().strip_prefix("//");
        if let Some(text) = text.filter(|text| !text.starts_with(['/', '!'])) {
            comments.comment_line(line, text);
        }
    }
    comments.finish();
    comments.found
}

#[derive(Default)]
struct Passages {
    found: Vec<Passage>,
    /// The lines of a documentation comment so far.
    comment: Option<Passage>,
    next_line: usize,
}

impl Passages {
    fn collect(&mut self, tokens: TokenStream, is_test: bool) {
        let mut tokens = tokens.into_iter();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) if is_of_tests(&group) => self.collect(item(&mut tokens), true),
                TokenTree::Group(group) => match documentation(&group) {
                    Some(text) => self.comment_line(group.span_open().start().line, &text),
                    None => self.collect(group.stream(), is_test),
                },
                TokenTree::Literal(literal) if !is_test => {
                    let line = literal.span().start().line;
                    if let Lit::Str(text) = Lit::new(literal) {
                        self.finish();
                        self.found.push(Passage { line, text: text.value() });
                    }
                }
                TokenTree::Literal(_) | TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }

    /// Adds a line to the comment above it, or begins another comment.
    fn comment_line(&mut self, line: usize, text: &str) {
        if self.comment.is_none() || line != self.next_line {
            self.finish();
            self.comment = Some(Passage { line, text: String::new() });
        }
        self.next_line = line + 1;
        if let Some(comment) = &mut self.comment {
            comment.text += text;
            comment.text.push('\n');
        }
    }

    fn finish(&mut self) {
        self.found.extend(mem::take(&mut self.comment));
    }
}

/// Returns the text of `[doc = "text"]`, which the lexer makes of a comment.
fn documentation(group: &Group) -> Option<String> {
    let mut tokens = group.stream().into_iter();
    match (tokens.next()?, tokens.next()?, tokens.next()?) {
        (TokenTree::Ident(name), TokenTree::Punct(_), TokenTree::Literal(text))
            if group.delimiter() == Delimiter::Bracket && name == "doc" =>
        {
            match Lit::new(text) {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            }
        }
        _ => None,
    }
}

fn is_of_tests(group: &Group) -> bool {
    group.delimiter() == Delimiter::Bracket && group.stream().to_string().replace(' ', "") == "cfg(test)"
}

/// Takes the tokens of the item that an attribute belongs to.
fn item(tokens: &mut impl Iterator<Item = TokenTree>) -> TokenStream {
    let mut item = Vec::new();
    for token in tokens {
        item.push(token);
        if item.last().is_some_and(ends_item) {
            break;
        }
    }
    item.into_iter().collect()
}

fn ends_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}
