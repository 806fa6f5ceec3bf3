//! What is read from a user's page: the profile and the boards, with the JSON fields of the first
//! pinspider in its order.

use serde::{Deserialize, Serialize};

/// A user's profile. All fields are text as the page shows it (`56,333`), empty where the page
/// shows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Profile {
    /// How users describe themselves.
    pub bio: String,
    /// The address of the user's own site.
    pub website: String,
    /// How many boards the user has.
    pub boards_count: String,
    /// The address of the user's Facebook page.
    pub facebook: String,
    /// The address of the user's Twitter page.
    pub twitter: String,
    /// How many users follow this one.
    pub followers_count: String,
    /// How many users this one follows.
    pub following_count: String,
    /// How many pins the user likes; pages of today no longer show it.
    pub no_of_likes: String,
    /// Where the user lives.
    pub location: String,
    /// The full name.
    pub name: String,
    /// How many pins the user has.
    pub pins_count: String,
}

/// One board of a user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Board {
    /// The board's name.
    pub title: String,
    /// The full name of whose board it is.
    pub board_by_full_name: String,
    /// The link to the board's own page, as the page has it.
    pub href: String,
    /// The large picture.
    pub board_cover: Image,
    /// The small pictures: absent when the page has a place for them that is empty, one empty
    /// [`Image`] when it has no such place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub board_thumbs: Option<Vec<Image>>,
    /// How many pins the board has.
    pub pin_count: String,
}

/// A picture on a page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Image {
    /// The text that stands in for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
    /// Where it is, as the page has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src: Option<String>,
}

impl Image {
    /// Creates a picture at `src` with the text `alt`.
    pub fn new(alt: impl Into<String>, src: impl Into<String>) -> Self {
        Self { alt: Some(alt.into()), src: Some(src.into()) }
    }
}
