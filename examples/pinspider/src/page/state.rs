//! Pages of today's kind: everything is in a JSON state that a script element carries.

use serde::{Deserialize, Serialize};

use super::{
    json_text::{Text, values_in_order},
    markup::Markup,
};
use crate::{
    page_url::PageUrl,
    profile::{Board, Image, Profile},
};

/// The ids of the script elements that carry the state, the present one first.
pub const SCRIPTS: [&str; 2] = ["__PWS_INITIAL_PROPS__", "__PWS_DATA__"];

/// The part of the state that pinspider reads: users and boards, in the page's order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    #[serde(deserialize_with = "values_in_order")]
    users: Vec<UserState>,
    #[serde(deserialize_with = "values_in_order")]
    boards: Vec<BoardState>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct UserState {
    id: Text,
    username: Text,
    full_name: Text,
    about: Text,
    location: Text,
    website_url: Text,
    facebook_url: Text,
    twitter_url: Text,
    board_count: Text,
    pin_count: Text,
    like_count: Text,
    follower_count: Text,
    following_count: Text,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct BoardState {
    name: Text,
    url: Text,
    pin_count: Text,
    owner: Owner,
    image_cover_url: Text,
    pin_thumbnail_urls: Option<Vec<Text>>,
}

/// Whose board it is: the user, or the user's id alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Owner {
    User {
        #[serde(default)]
        id: Text,
        #[serde(default)]
        username: Text,
    },
    Id(Text),
}

impl Default for Owner {
    fn default() -> Self {
        Self::Id(Text::default())
    }
}

/// The script's JSON: the state itself, or in the older kind below `props`.
#[derive(Deserialize)]
struct Script {
    #[serde(rename = "initialReduxState")]
    state: Option<State>,
    props: Option<Box<Script>>,
}

/// Returns the state on a page of this kind; `None` when the page is of another kind.
pub fn find(page: &Markup<'_>) -> Option<Result<State, serde_json::Error>> {
    let script = SCRIPTS.iter().find_map(|id| page.by_name("script").find(|e| e.attribute("id") == *id))?;
    match serde_json::from_str::<Script>(&script.raw_text()) {
        Ok(script) => script.state.or_else(|| script.props.and_then(|props| props.state)).map(Ok),
        Err(error) => Some(Err(error)),
    }
}

impl State {
    /// Splits the state in that of the user whose page it is, with the user's boards, and the other
    /// users' names. `None` when the page's user is not in it.
    pub fn split(self, url: &PageUrl) -> Option<(Self, Vec<String>)> {
        let named = |user: &UserState| url.segments().any(|part| part.eq_ignore_ascii_case(&user.username));
        let only = self.users.len() == 1;
        let place = self.users.iter().position(named).or(only.then_some(0))?;
        let mut others = self.users;
        let user = others.remove(place);
        let boards = self.boards.into_iter().filter(|board| board.owner.is(&user)).collect();
        let usernames =
            others.into_iter().map(|user| user.username.to_string()).filter(|n| !n.is_empty()).collect();
        Some((Self { users: vec![user], boards }, usernames))
    }

    /// Returns the profile of the first user.
    pub fn profile(&self) -> Option<Profile> {
        self.users.first().map(|user| Profile {
            bio: user.about.to_string(),
            website: user.website_url.to_string(),
            boards_count: user.board_count.to_string(),
            facebook: user.facebook_url.to_string(),
            twitter: user.twitter_url.to_string(),
            followers_count: user.follower_count.to_string(),
            following_count: user.following_count.to_string(),
            no_of_likes: user.like_count.to_string(),
            location: user.location.to_string(),
            name: user.full_name.to_string(),
            pins_count: user.pin_count.to_string(),
        })
    }

    /// Returns the boards, as boards of the first user.
    pub fn boards(&self) -> Vec<Board> {
        let owner = self.users.first().map(|user| user.full_name.to_string()).unwrap_or_default();
        self.boards.iter().map(|board| board.read(&owner)).collect()
    }
}

impl BoardState {
    fn read(&self, owner: &str) -> Board {
        let thumbs = self.pin_thumbnail_urls.as_deref().unwrap_or_default();
        Board {
            title: self.name.to_string(),
            board_by_full_name: owner.to_owned(),
            href: self.url.to_string(),
            board_cover: Image::new(&*self.name, &*self.image_cover_url),
            board_thumbs: (!thumbs.is_empty())
                .then(|| thumbs.iter().map(|src| Image::new("", &**src)).collect()),
            pin_count: self.pin_count.to_string(),
        }
    }
}

impl Owner {
    fn is(&self, user: &UserState) -> bool {
        let (id, username) = match self {
            Self::User { id, username } => (&**id, &**username),
            Self::Id(id) => (&**id, ""),
        };
        let unnamed = id.is_empty() && username.is_empty();
        unnamed
            || (!id.is_empty() && *id == *user.id)
            || (!username.is_empty() && *username == *user.username)
    }
}
