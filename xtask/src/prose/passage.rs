//! The prose in a Rust file: documentation comments and texts of string literals.

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

/// Returns the passages of a Rust file, except for those of its tests.
pub(super) fn of_rust(file: &str) -> Result<Vec<Passage>> {
    let tokens = TokenStream::from_str(file).map_err(|error| anyhow!("{error}"))?;
    let mut passages = Passages::default();
    passages.collect(tokens);
    passages.finish();
    Ok(passages.found)
}

#[derive(Default)]
struct Passages {
    found: Vec<Passage>,
    /// The lines of a documentation comment so far.
    comment: Option<Passage>,
    next_line: usize,
}

impl Passages {
    fn collect(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) if is_of_tests(&group) => {
                    // Skips the item that the attribute belongs to.
                    tokens.by_ref().find(ends_item);
                }
                TokenTree::Group(group) => match documentation(&group) {
                    Some(text) => self.comment_line(group.span_open().start().line, &text),
                    None => self.collect(group.stream()),
                },
                TokenTree::Literal(literal) => {
                    let line = literal.span().start().line;
                    if let Lit::Str(text) = Lit::new(literal) {
                        self.finish();
                        self.found.push(Passage { line, text: text.value() });
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
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

fn ends_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Ident(_) | TokenTree::Literal(_) => false,
    }
}
