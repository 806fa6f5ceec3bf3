//! Results as one JSON document.

use serde::Serialize;

use crate::{
    frontier::User,
    page_url::PageUrl,
    profile::{Board, Profile},
};

#[derive(Serialize)]
struct Entry<'a> {
    user: &'a str,
    url: &'a PageUrl,
    profile: &'a Profile,
    boards: &'a [Board],
}

/// Returns the users as a JSON list, each with `user`, `url`, `profile` and `boards`.
pub fn document<'a>(users: impl Iterator<Item = &'a User>) -> Result<String, serde_json::Error> {
    let entry = |user: &'a User| {
        let profile = user.profile.as_ref()?;
        Some(Entry { user: user.url.user_name(), url: &user.url, profile, boards: &user.boards })
    };
    let entries: Vec<Entry<'_>> = users.filter_map(entry).collect();
    serde_json::to_string_pretty(&entries).map(|document| document + "\n")
}
