//! Which links of a page lead to other users.

use std::collections::HashSet;

use super::markup::Markup;
use crate::page_url::PageUrl;

/// Paths of Pinterest that look like a user's and are none.
const NOT_USERS: [&str; 22] = [
    "_saved",
    "about",
    "business",
    "categories",
    "create",
    "explore",
    "following",
    "help",
    "ideas",
    "join",
    "login",
    "logout",
    "pin",
    "popular",
    "privacy",
    "search",
    "settings",
    "signup",
    "terms",
    "today",
    "topics",
    "videos",
];

/// The longest name of a user in a link, in bytes.
const MAX_NAME: usize = 64;

/// Returns the pages of other users that the page at `url` links to, each once, in the page's
/// order: pages of the same site that are neighbours of the page itself, as `/zoe/` is of `/adam/`.
/// `others` are users whom the page names otherwise.
pub(super) fn users(page: &Markup<'_>, url: &PageUrl, others: &[String]) -> Vec<PageUrl> {
    let anchors = page.by_name("a").filter_map(|anchor| url.join(anchor.attribute("href")));
    let named = others.iter().filter_map(|name| neighbour(url, name));
    let mut seen = HashSet::from([url.key()]);
    anchors.chain(named).filter(|link| is_user(link, url)).filter(|link| seen.insert(link.key())).collect()
}

/// Returns the page of the user `name` beside the page at `url`.
fn neighbour(url: &PageUrl, name: &str) -> Option<PageUrl> {
    let path: Vec<&str> = folder(url).chain([name]).collect();
    url.join(&format!("/{}/", path.join("/")))
}

fn is_user(link: &PageUrl, page: &PageUrl) -> bool {
    let beside = folder(link).eq(folder(page)) && link.same_site(page) && !link.path().contains('?');
    beside && link.segments().next_back().is_some_and(is_name)
}

fn folder(url: &PageUrl) -> impl Iterator<Item = &str> {
    let mut segments = url.segments();
    segments.next_back();
    segments
}

fn is_name(segment: &str) -> bool {
    let name = segment.strip_suffix(".html").unwrap_or(segment);
    let legal = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    legal && !name.is_empty() && name.len() <= MAX_NAME && !NOT_USERS.contains(&name)
}
