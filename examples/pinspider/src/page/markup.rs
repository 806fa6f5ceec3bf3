//! A page's elements, found by class or by name.
//!
//! The tokens come from html5gum, which follows the HTML standard; the tree is the small part of
//! the standard's that is needed to read texts and attributes: elements that are never closed, and
//! end tags that may be left out. Pages are made by anybody: there are limits on how deep a page
//! is, how many elements it has, and how much of it is looked at.

use std::{cell::Cell, collections::BTreeMap, ops::Range};

use html5gum::{DefaultEmitter, HtmlString, Span, StartTag, Token, Tokenizer};

use super::open_elements::{closes, is_void, separates};

/// How deep elements may be nested, as in browsers: one that would be deeper ends the innermost one
/// first. It keeps the work on tags that are never closed in proportion to the page.
const MAX_DEPTH: usize = 512;

/// How many elements and texts a page may have. Each takes about 100 bytes of memory, also if it is
/// `<b>` in the page; a page of 5,000 boards has 75,000.
pub const MAX_NODES: usize = 200_000;

/// How much may be looked at to read one page, in elements and bytes of text. Pages take far less
/// than they have bytes, unless they are made so that elements of a class are nested.
const MAX_LOOKS: usize = 32 << 20;

/// A page as a list of elements and texts in the order of their beginnings.
#[derive(Debug)]
pub struct Markup<'a> {
    source: &'a str,
    nodes: Vec<Node>,
    /// How much may still be looked at.
    looks: Cell<usize>,
}

/// One element of a page.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a> {
    page: &'a Markup<'a>,
    index: usize,
    tag: &'a Tag,
}

#[derive(Debug)]
enum Node {
    Text(String),
    Tag(Tag),
}

#[derive(Debug)]
struct Tag {
    name: String,
    attributes: BTreeMap<String, String>,
    /// Its descendants' places in the list of nodes.
    inside: Range<usize>,
    /// Its place in the source, from `<` to the end of its end tag.
    source: Range<usize>,
}

impl<'a> Markup<'a> {
    /// Reads a page. Any text is one, as in a browser, so this never fails. A page that is too long
    /// is empty, and not [read](Self::is_read).
    pub fn parse(source: &'a str) -> Self {
        let mut builder = Builder {
            page: Self { source, nodes: Vec::new(), looks: Cell::new(MAX_LOOKS) },
            open: Vec::new(),
        };
        let mut emitter = DefaultEmitter::<usize>::new_with_span();
        emitter.naively_switch_states(true);
        for token in Tokenizer::new_with_emitter(source, emitter) {
            if builder.page.nodes.len() >= MAX_NODES {
                builder.page.looks.set(0);
                break;
            }
            match token {
                Ok(Token::StartTag(tag)) => builder.start(&tag),
                Ok(Token::EndTag(tag)) => builder.end(&text(&tag.name), tag.span),
                Ok(Token::String(string)) => builder.page.nodes.push(Node::Text(text(&string))),
                Ok(Token::Comment(_) | Token::Doctype(_) | Token::Error(_)) => {}
                Err(never) => match never {},
            }
        }
        builder.close_down_to(0, source.len());
        builder.page
    }

    /// Returns all elements of a class, in their order.
    pub fn by_class<'s>(&'s self, class: &str) -> impl Iterator<Item = Element<'s>> {
        self.elements(0..self.nodes.len()).filter(move |element| element.has_class(class))
    }

    /// Returns all elements of a name in lower case, in their order.
    pub fn by_name<'s>(&'s self, name: &str) -> impl Iterator<Item = Element<'s>> {
        self.elements(0..self.nodes.len()).filter(move |element| element.tag.name == name)
    }

    /// Returns whether all that was asked for was found: none of it was too much to look at.
    pub fn is_read(&self) -> bool {
        self.looks.get() > 0
    }

    /// Returns whether it has too many elements and texts.
    pub fn is_too_long(&self) -> bool {
        self.nodes.len() >= MAX_NODES
    }

    /// Returns whether so much more may be looked at.
    fn look(&self, much: usize) -> bool {
        self.looks.set(self.looks.get().saturating_sub(much));
        self.is_read()
    }

    fn elements(&self, range: Range<usize>) -> impl Iterator<Item = Element<'_>> {
        range.take_while(|_| self.look(1)).filter_map(|index| match self.nodes.get(index) {
            Some(Node::Tag(tag)) => Some(Element { page: self, index, tag }),
            _ => None,
        })
    }
}

impl<'a> Element<'a> {
    /// Returns the elements of a class inside this one.
    pub fn by_class(self, class: &str) -> impl Iterator<Item = Element<'a>> {
        self.page.elements(self.tag.inside.clone()).filter(move |element| element.has_class(class))
    }

    /// Returns the elements of a name in lower case inside this one.
    pub fn by_name(self, name: &str) -> impl Iterator<Item = Element<'a>> {
        self.page.elements(self.tag.inside.clone()).filter(move |element| element.tag.name == name)
    }

    /// Returns an attribute's value, empty when the element lacks it.
    pub fn attribute(self, name: &str) -> &'a str {
        let value = self.tag.attributes.get(name).map_or("", String::as_str);
        if self.page.look(value.len()) { value } else { "" }
    }

    /// Returns the text inside, blanks and line ends made single blanks, the way a browser shows
    /// it.
    pub fn text(self) -> String {
        let raw = self.nodes().fold(String::new(), |mut out, node| {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Tag(tag) if separates(&tag.name) => out.push(' '),
                Node::Tag(_) => {}
            }
            out
        });
        raw.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Returns the text inside as it stands in the source, for scripts.
    pub fn raw_text(self) -> String {
        self.nodes().map(|node| if let Node::Text(text) = node { text.as_str() } else { "" }).collect()
    }

    fn nodes(self) -> impl Iterator<Item = &'a Node> {
        let nodes = self.page.nodes.get(self.tag.inside.clone()).unwrap_or_default();
        nodes.iter().take_while(move |node| match node {
            Node::Text(text) => self.page.look(text.len()),
            Node::Tag(_) => self.page.look(1),
        })
    }

    /// Returns the element's own source.
    pub fn source(self) -> &'a str {
        self.page.source.get(self.tag.source.clone()).unwrap_or_default()
    }

    /// Returns whether `other` is inside this element.
    pub fn contains(self, other: Element<'_>) -> bool {
        self.tag.inside.contains(&other.index)
    }

    fn has_class(self, class: &str) -> bool {
        self.attribute("class").split_ascii_whitespace().any(|one| one == class)
    }
}

struct Builder<'a> {
    page: Markup<'a>,
    /// The elements that are still open, outermost first, by their place in the list of nodes.
    open: Vec<usize>,
}

impl Builder<'_> {
    fn start(&mut self, tag: &StartTag<usize>) {
        let name = text(&tag.name);
        self.close_implied(&name, tag.span.start);
        let index = self.page.nodes.len();
        let attributes = tag.attributes.iter().map(|(name, value)| (text(name), text(value))).collect();
        let empty = tag.self_closing || is_void(&name);
        let (inside, source) = (index + 1..index + 1, tag.span.start..tag.span.end);
        self.page.nodes.push(Node::Tag(Tag { name, attributes, inside, source }));
        if !empty {
            if self.open.len() >= MAX_DEPTH {
                self.close_down_to(MAX_DEPTH - 1, tag.span.start);
            }
            self.open.push(index);
        }
    }

    fn end(&mut self, name: &str, span: Span<usize>) {
        let matching = self.open.iter().rposition(|&index| self.name(index) == name);
        if let Some(depth) = matching {
            self.close_down_to(depth + 1, span.start);
            self.close_down_to(depth, span.end);
        }
    }

    fn close_implied(&mut self, new: &str, at: usize) {
        while let Some(depth) = closes(new, self.open.iter().map(|&index| self.name(index))) {
            self.close_down_to(depth, at);
        }
    }

    fn close_down_to(&mut self, depth: usize, at: usize) {
        let end = self.page.nodes.len();
        for index in self.open.drain(depth.min(self.open.len())..) {
            if let Some(Node::Tag(tag)) = self.page.nodes.get_mut(index) {
                tag.inside.end = end;
                tag.source.end = at;
            }
        }
    }

    fn name(&self, index: usize) -> &str {
        match self.page.nodes.get(index) {
            Some(Node::Tag(tag)) => &tag.name,
            _ => "",
        }
    }
}

fn text(bytes: &HtmlString) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
