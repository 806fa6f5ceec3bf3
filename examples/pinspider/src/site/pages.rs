//! The pages of the built-in site, as Pinterest's were in 2014 and as they are today.

use serde_json::{Map, Value, json};

use super::people::{Kind, PEOPLE, Person, PersonsBoard};
use crate::{counts::grouped, html::Escaped};

/// How many small pictures a board shows.
pub(super) const THUMBS: u32 = 4;

const STYLE: &str = include_str!("style.css");

/// Returns a user's page.
pub(super) fn user(person: &Person) -> String {
    let content = match person.kind {
        Kind::Of2014 => of_2014(person),
        Kind::Today => of_today(
            person,
            "__PWS_INITIAL_PROPS__",
            &json!({ "initialReduxState": state(person), "context": {} }),
        ),
        Kind::Older => {
            of_today(person, "__PWS_DATA__", &json!({ "props": { "initialReduxState": state(person) } }))
        }
    };
    page(&person.full_name, &content)
}

/// Returns the page with everybody on it.
pub(super) fn front() -> String {
    let link = |person: &Person| user_link(&person.username, &person.full_name);
    page(
        "pinspider's own site",
        &format!("<h1>Everybody</h1><ul>{}</ul>", PEOPLE.iter().map(link).collect::<String>()),
    )
}

fn page(title: &str, content: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title><style>{STYLE}</style></head>\n\
         <body>\n{content}\n</body></html>\n",
        Escaped(title)
    )
}

fn of_2014(person: &Person) -> String {
    let link = |class: &str, url: &str| match url {
        "" => String::new(),
        url => format!("  <a class=\"{class}\" href=\"{0}\">{0}</a>\n", Escaped(url)),
    };
    let count = |number: u32, what: &str| format!("<li>{} {what}</li>", grouped(&number.to_string()));
    let boards = u32::try_from(person.boards.len()).unwrap_or(u32::MAX);
    format!(
        "<div class=\"UserProfileHeader\">\n  <h1 class=\"fixedHeaderName\">{}</h1>\n  <p class=\"aboutText\">{}</p>\n\
         {}{}{}  <span class=\"locationWrapper\">{}</span>\n</div>\n<ul class=\"UserInfoBar\">{}{}{}{}{}</ul>\n{}\n{}",
        Escaped(&person.full_name),
        Escaped(&person.about),
        link("website", &person.website),
        link("facebook", &person.facebook),
        link("twitter", &person.twitter),
        Escaped(&person.location),
        count(boards, "Boards"),
        count(person.pins(), "Pins"),
        count(person.likes, "Likes"),
        count(person.followers, "Followers"),
        count(person.following, "Following"),
        person.boards.iter().map(|board| board_of_2014(person, board)).collect::<String>(),
        follows(person)
    )
}

fn board_of_2014(person: &Person, board: &PersonsBoard) -> String {
    let (name, slug) = (Escaped(&board.name), board.slug());
    let thumb = |n: u32| format!("<img src=\"{}\" alt=\"{name}, pin {n}\">", picture(person, &slug, n));
    format!(
        "<div class=\"Board\">\n  <a href=\"/{}/{slug}/\"><h3 class=\"boardName\"><span class=\"title\">{name}</span></h3></a>\n\
         \x20 <span class=\"fullName\">{}</span>\n  <img class=\"boardCover\" src=\"{}\" alt=\"{name}\">\n\
         \x20 <div class=\"boardThumbs\">{}</div>\n  <span class=\"PinCount\">{} pins</span>\n</div>\n",
        person.username,
        Escaped(&person.full_name),
        picture(person, &slug, 0),
        (1..=THUMBS).map(thumb).collect::<String>(),
        grouped(&board.pins.to_string())
    )
}

/// Returns what a browser would build the page from; the text around it is for people who have
/// scripts switched off.
fn of_today(person: &Person, script: &str, state: &Value) -> String {
    // `</script>` in a text would end the element.
    let state = state.to_string().replace("</", "<\\/");
    format!(
        "<h1>{}</h1><p>{}</p>\n<script id=\"{script}\" type=\"application/json\">{state}</script>\n{}",
        Escaped(&person.full_name),
        Escaped(&person.about),
        follows(person)
    )
}

fn state(person: &Person) -> Value {
    let boards: Map<String, Value> =
        person.boards.iter().zip(1..).map(|(board, n)| (id(person, n), board_state(person, board))).collect();
    let user = json!({
        "id": id(person, 0), "username": person.username, "full_name": person.full_name, "about": person.about,
        "location": person.location, "website_url": person.website, "twitter_url": person.twitter,
        "board_count": person.boards.len(), "pin_count": person.pins(), "follower_count": person.followers,
        "following_count": person.following,
    });
    json!({ "users": { id(person, 0): user }, "boards": boards })
}

fn board_state(person: &Person, board: &PersonsBoard) -> Value {
    let slug = board.slug();
    json!({
        "name": board.name, "url": format!("/{}/{slug}/", person.username), "pin_count": board.pins,
        "owner": { "id": id(person, 0), "username": person.username },
        "image_cover_url": picture(person, &slug, 0),
        "pin_thumbnail_urls": (1..=THUMBS).map(|n| picture(person, &slug, n)).collect::<Vec<_>>(),
    })
}

/// Returns an id as Pinterest's are: a long number. The last digits are those of a board, or 0 for
/// the person.
fn id(person: &Person, number: usize) -> String {
    let place = PEOPLE.iter().position(|other| other.username == person.username).unwrap_or_default();
    format!("{}", 424_242_000_000 + place * 1000 + number)
}

fn picture(person: &Person, slug: &str, number: u32) -> String {
    format!("/img/{}/{slug}/{number}.svg", person.username)
}

fn follows(person: &Person) -> String {
    let names = person.follows.iter().filter_map(|username| Person::named(username));
    let links: String = names.map(|other| user_link(&other.username, &other.full_name)).collect();
    format!("<h2>Follows</h2><ul class=\"follows\">{links}</ul>")
}

fn user_link(username: &str, full_name: &str) -> String {
    format!("<li><a href=\"/{username}/\">{}</a></li>", Escaped(full_name))
}
