//! The functions and the cases of a source file.

use std::mem;

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::backends::Backends;

/// What a source file contains.
#[derive(Default)]
pub(super) struct Source {
    pub(super) functions: Vec<Function>,
    /// The cases of each `cases!`, with the backends on which they run.
    pub(super) cases: Vec<(String, Backends)>,
}

/// A function, possibly in the input of a macro.
#[derive(Default)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) is_test: bool,
    /// The tags in `statement::proves`.
    pub(super) tags: Vec<String>,
}

impl Source {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let tokens = text.parse().map_err(|error| anyhow!("{error}"))?;
        let mut source = Self::default();
        source.read(tokens);
        Ok(source)
    }

    fn read(&mut self, tokens: TokenStream) {
        let mut attributes = Vec::new();
        let mut before = [String::new(), String::new()];
        for tree in tokens {
            match (&tree, before.each_ref().map(String::as_str)) {
                (TokenTree::Group(attribute), [_, "#"]) => attributes.push(attribute.stream()),
                (TokenTree::Group(list), ["cases", "!"]) => self.cases.extend(cases(list.stream())),
                (TokenTree::Group(group), _) => {
                    if group.delimiter() == Delimiter::Brace {
                        attributes.clear();
                    }
                    self.read(group.stream());
                }
                (TokenTree::Ident(name), [_, "fn"]) => {
                    self.functions.push(Function::new(name.to_string(), mem::take(&mut attributes)));
                }
                (TokenTree::Punct(end), _) if end.as_char() == ';' => attributes.clear(),
                _ => {}
            }
            let text = if let TokenTree::Group(_) = tree { String::new() } else { tree.to_string() };
            before = [mem::take(&mut before[1]), text];
        }
    }
}

impl Function {
    fn new(name: String, attributes: Vec<TokenStream>) -> Self {
        let mut function = Self { name, ..Self::default() };
        for attribute in attributes {
            let (path, arguments) = split(attribute);
            match path.last().map(String::as_str) {
                Some("test") => function.is_test = true,
                Some("proves") => function.tags.extend(arguments),
                _ => {}
            }
        }
        function
    }
}

/// Returns the words in the path and in the arguments of an attribute.
fn split(attribute: TokenStream) -> (Vec<String>, Vec<String>) {
    let (mut path, mut arguments) = (Vec::new(), Vec::new());
    for tree in attribute {
        match tree {
            TokenTree::Ident(word) => path.push(word.to_string()),
            TokenTree::Group(group) => arguments.extend(words(group.stream())),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    (path, arguments)
}

fn words(tokens: TokenStream) -> impl Iterator<Item = String> {
    tokens.into_iter().filter_map(|tree| match tree {
        TokenTree::Ident(word) => Some(word.to_string()),
        TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    })
}

fn cases(list: TokenStream) -> Vec<(String, Backends)> {
    let (mut found, mut backends, mut words) = (Vec::new(), Backends::BOTH, Vec::new());
    for tree in list {
        match tree {
            TokenTree::Ident(word) => words.push(word.to_string()),
            TokenTree::Punct(colon) if colon.as_char() == ':' => {
                backends = Backends::of(&mem::take(&mut words).join(" "));
            }
            _ => found.extend(words.drain(..).map(|case| (case, backends))),
        }
    }
    found.extend(words.into_iter().map(|case| (case, backends)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_have_their_backends() {
        let text = "testkit::cases![\n    one, // why\n    two;\n    embedded only: three; several masters: four; real only: five\n];";
        let cases = Source::parse(text).unwrap().cases;
        let found: Vec<_> = cases.iter().map(|(name, backends)| (name.as_str(), backends.name())).collect();
        assert_eq!(
            found,
            [("one", "both"), ("two", "both"), ("three", "embedded"), ("four", "real"), ("five", "real")]
        );
    }

    #[test]
    fn tests_are_found_with_their_tags() {
        let text = "#![a] mod tests {
            #[statement::proves(ack3, async)]
            #[test]
            fn one() { fn two() {} }
            #[tokio::test(start_paused = true)]
            pub(crate) async fn three() {}
            #[test] const X: u8 = 1;
            proptest! { #[statement::proves(fix)] #[test] fn four(x in 1..) {} }
            // #[test] fn five() {}
            call: fn (u8),
        }";
        let functions = Source::parse(text).unwrap().functions;
        let found: Vec<_> =
            functions.iter().map(|one| (one.name.as_str(), one.is_test, one.tags.join(" "))).collect();
        let wanted =
            [("one", true, "ack3 async"), ("two", false, ""), ("three", true, ""), ("four", true, "fix")];
        assert_eq!(found, wanted.map(|(name, is_test, tags)| (name, is_test, tags.to_owned())));
    }
}
