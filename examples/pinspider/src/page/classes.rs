//! Pages of the kind of 2014: everything is found by its CSS class.

use super::markup::{Element, Markup};
use crate::profile::{Board, Image, Profile};

/// The element that every user's page of this kind has.
pub const HEADER: &str = "UserProfileHeader";

/// Returns the profile on a page of this kind; `None` when the page is of another kind.
pub fn profile(page: &Markup<'_>) -> Option<Profile> {
    page.by_class(HEADER).next()?;
    let text = |class: &str| page.by_class(class).next().map(Element::text).unwrap_or_default();
    let link = |class: &str| page.by_class(class).next().map_or("", |e| e.attribute("href")).to_owned();
    let items: Vec<Element<'_>> =
        page.by_class("UserInfoBar").next().map(|bar| bar.by_name("li").collect()).unwrap_or_default();
    let count = |index: usize| items.get(index).map(|item| first_word(&item.text())).unwrap_or_default();
    Some(Profile {
        bio: text("aboutText"),
        website: link("website"),
        boards_count: count(0),
        facebook: link("facebook"),
        twitter: link("twitter"),
        followers_count: count(3),
        following_count: count(4),
        no_of_likes: count(2),
        location: text("locationWrapper"),
        name: text("fixedHeaderName"),
        pins_count: count(1),
    })
}

/// Returns the source of a page's boards, without the rest of the page.
pub fn boards_source(page: &Markup<'_>) -> String {
    let mut outer: Option<Element<'_>> = None;
    let mut source = String::new();
    for board in page.by_class("Board") {
        if !outer.is_some_and(|outer| outer.contains(board)) {
            source.push_str(board.source());
            source.push('\n');
            outer = Some(board);
        }
    }
    source
}

/// Returns the boards of a page of this kind; elements of class `Board` without a name are none.
pub fn boards(page: &Markup<'_>) -> Vec<Board> {
    page.by_class("Board").filter_map(board).collect()
}

fn board(element: Element<'_>) -> Option<Board> {
    let name = element.by_class("boardName").next()?;
    let text = |found: Option<Element<'_>>| found.map(Element::text).unwrap_or_default();
    Some(Board {
        title: text(name.by_class("title").next()),
        board_by_full_name: text(element.by_class("fullName").next()),
        href: element.by_name("a").next().map_or("", |link| link.attribute("href")).to_owned(),
        board_cover: element.by_class("boardCover").next().map_or_else(|| Image::new("", ""), image),
        board_thumbs: thumbs(element),
        pin_count: first_word(&text(element.by_class("PinCount").next())),
    })
}

fn thumbs(board: Element<'_>) -> Option<Vec<Image>> {
    let thumbs: Vec<Element<'_>> = board.by_class("boardThumbs").collect();
    if thumbs.is_empty() {
        return Some(vec![Image::default()]);
    }
    let images: Vec<Image> = thumbs.iter().flat_map(|thumbs| thumbs.by_name("img")).map(image).collect();
    (!images.is_empty()).then_some(images)
}

fn image(element: Element<'_>) -> Image {
    Image::new(element.attribute("alt"), element.attribute("src"))
}

fn first_word(text: &str) -> String {
    text.split_whitespace().next().unwrap_or_default().to_owned()
}
