//! Reading a user's page, of the kind of 2014 ([`classes`]) or of today's ([`state`]).

pub mod classes;
mod json_text;
mod links;
pub mod markup;
mod open_elements;
pub mod state;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::{
    page_url::PageUrl,
    profile::{Board, Profile},
};
use markup::Markup;
use state::State;

/// What a user's page holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPage {
    /// The user's profile.
    pub profile: Profile,
    /// The pages of other users that it links to, each once, in the page's order.
    pub links: Vec<PageUrl>,
    /// The part of the page that the user's boards are read from.
    pub boards: BoardsPart,
}

/// The part of a page that holds the boards, to be read by [`BoardsPart::boards`], here or
/// elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoardsPart {
    /// The source of the elements, of a page of 2014.
    Markup(String),
    /// The user and the boards, of a page of today.
    State(State),
}

/// Why a page can't be read.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// It has the marks of neither kind.
    #[error(
        "this is not the page of a Pinterest user: it has neither an element of class `{}` nor a script `{}` with a state",
        classes::HEADER,
        state::SCRIPTS[0]
    )]
    NotPinterest,
    /// It is of today's kind, but its state can't be read.
    #[error("the page's JSON state is broken")]
    State(#[source] serde_json::Error),
    /// It is of today's kind, but not about the user.
    #[error("the page's state does not hold the user that the address names")]
    NoUser,
    /// Its elements are nested in such a way that reading it would take too long.
    #[error("the page is too intricate to be read: too many of its elements are nested")]
    TooIntricate,
    /// It has too many elements.
    #[error("the page is too long to be read: it has more than {} elements and texts", markup::MAX_NODES)]
    TooLong,
}

impl UserPage {
    /// Reads the page at `url` from its HTML source.
    pub fn read(html: &str, url: &PageUrl) -> Result<Self, PageError> {
        let page = Markup::parse(html);
        if let Some(profile) = classes::profile(&page) {
            let boards = BoardsPart::Markup(classes::boards_source(&page));
            let links = links::users(&page, url, &[]);
            return complete(&page, Self { profile, links, boards });
        }
        let state = state::find(&page);
        let state = complete(&page, state)?.ok_or(PageError::NotPinterest)?.map_err(PageError::State)?;
        let (state, others) = state.split(url).ok_or(PageError::NoUser)?;
        let profile = state.profile().ok_or(PageError::NoUser)?;
        let links = links::users(&page, url, &others);
        complete(&page, Self { profile, links, boards: BoardsPart::State(state) })
    }
}

/// Returns what was found on a page, if the whole page was parsed.
fn complete<T>(page: &Markup<'_>, found: T) -> Result<T, PageError> {
    match page.is_read() {
        true => Ok(found),
        false if page.is_too_long() => Err(PageError::TooLong),
        false => Err(PageError::TooIntricate),
    }
}

impl BoardsPart {
    /// Returns the boards, in the page's order.
    ///
    /// # Errors
    /// [`PageError::TooIntricate`] and [`PageError::TooLong`].
    pub fn boards(&self) -> Result<Vec<Board>, PageError> {
        match self {
            Self::Markup(source) => {
                let page = Markup::parse(source);
                let boards = classes::boards(&page);
                complete(&page, boards)
            }
            Self::State(state) => Ok(state.boards()),
        }
    }
}
