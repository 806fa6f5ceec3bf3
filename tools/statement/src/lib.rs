//! The attribute with which tests name the statements about Mesos that they prove.

use proc_macro::{TokenStream, TokenTree};

/// Names the statements of `docs/protocol.md` that a test proves, by their tags:
/// `#[statement::proves(ack3, v0ack)]`.
///
/// The attribute leaves the test as it is. `cargo xtask protocol` reads it and refuses tags that
/// the page does not list.
#[proc_macro_attribute]
pub fn proves(tags: TokenStream, test: TokenStream) -> TokenStream {
    let is_list = tags.clone().into_iter().enumerate().all(|(at, tree)| match tree {
        TokenTree::Ident(_) => at % 2 == 0,
        TokenTree::Punct(comma) => at % 2 == 1 && comma.as_char() == ',',
        TokenTree::Group(_) | TokenTree::Literal(_) => false,
    });
    match is_list && !tags.is_empty() {
        true => test,
        false => "compile_error!(\"expected tags: #[statement::proves(ack3, v0ack)]\");"
            .parse()
            .unwrap_or_default(),
    }
}
