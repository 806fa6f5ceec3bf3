//! Results as text, in the form of the first pinspider.

use std::fmt::Write;

use serde::Serialize;

use crate::profile::{Board, Profile};

/// Returns a profile: `userprofile :` and a JSON object.
pub fn profile(profile: &Profile) -> String {
    format!("userprofile :{}", pretty(profile))
}

/// Returns boards: `userboard :` and JSON objects in the way that Java prints a list.
pub fn boards(boards: &[Board]) -> String {
    let objects: Vec<String> = boards.iter().map(pretty).collect();
    format!("userboard :[{}]", objects.join(", "))
}

/// Formats JSON as Gson prints it: indented by two, and without the two line ends that JavaScript
/// knows beyond JSON. Other control characters, which a terminal may obey, are escaped as well.
fn pretty(value: &impl Serialize) -> String {
    // These types have nothing that JSON can't hold.
    let json = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut text = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' => {
                // Writing to a string does not fail.
                let _ = write!(text, "\\u{:04x}", u32::from(letter));
            }
            _ => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Image;

    #[test]
    fn profile_fields_are_in_order() {
        let text = profile(&Profile {
            bio: "Breaking <news> & \"quotes\"\u{2028}".to_owned(),
            name: "TechCrunch".to_owned(),
            followers_count: "56,333".to_owned(),
            ..Profile::default()
        });
        let expected = r#"userprofile :{
  "bio": "Breaking <news> & \"quotes\"\u2028",
  "website": "",
  "boardsCount": "",
  "facebook": "",
  "twitter": "",
  "followersCount": "56,333",
  "followingCount": "",
  "noOfLikes": "",
  "location": "",
  "name": "TechCrunch",
  "pinsCount": ""
}"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let text =
            profile(&Profile { bio: "\u{1b}[2J\u{7f}\u{9b}2J\u{a0}".to_owned(), ..Profile::default() });
        assert!(text.contains("\"bio\": \"\\u001b[2J\\u007f\\u009b2J\u{a0}\""), "{text}");
    }

    #[test]
    fn boards_are_printed_as_a_list_of_java() {
        let gadgets = Board {
            title: "Gadgets".to_owned(),
            href: "/techcrunch/gadgets/".to_owned(),
            board_cover: Image::new("", "c.jpg"),
            board_thumbs: Some(vec![Image::new("one", "1.jpg"), Image::new("two", "2.jpg")]),
            pin_count: "3".to_owned(),
            ..Board::default()
        };
        let bare = Board { title: "Bare".to_owned(), board_thumbs: None, ..Board::default() };
        let expected = r#"userboard :[{
  "title": "Gadgets",
  "boardByFullName": "",
  "href": "/techcrunch/gadgets/",
  "boardCover": {
    "alt": "",
    "src": "c.jpg"
  },
  "boardThumbs": [
    {
      "alt": "one",
      "src": "1.jpg"
    },
    {
      "alt": "two",
      "src": "2.jpg"
    }
  ],
  "pinCount": "3"
}, {
  "title": "Bare",
  "boardByFullName": "",
  "href": "",
  "boardCover": {},
  "pinCount": ""
}]"#;
        assert_eq!(boards(&[gadgets, bare]), expected);
        assert_eq!(boards(&[]), "userboard :[]");
    }
}
