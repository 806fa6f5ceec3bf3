//! The people on the built-in site. They are invented, like everything about them.

use std::sync::LazyLock;

use serde::Deserialize;

use super::shown::Motif;

/// The people on the site; the first is where a crawl starts.
// The file is part of the program, and a test reads it: it can't be malformed here.
pub(super) static PEOPLE: LazyLock<Vec<Person>> =
    LazyLock::new(|| serde_json::from_str(include_str!("people.json")).unwrap_or_default());

/// Somebody with a page.
#[derive(Debug, Deserialize)]
pub(super) struct Person {
    pub(super) username: String,
    pub(super) full_name: String,
    pub(super) kind: Kind,
    pub(super) location: String,
    pub(super) about: String,
    pub(super) website: String,
    pub(super) facebook: String,
    pub(super) twitter: String,
    pub(super) followers: u32,
    pub(super) following: u32,
    pub(super) likes: u32,
    /// Whom the page links to, by username.
    pub(super) follows: Vec<String>,
    pub(super) boards: Vec<PersonsBoard>,
}

/// What kind of page somebody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// As Pinterest's were in 2014.
    #[serde(rename = "2014")]
    Of2014,
    /// As they are today.
    Today,
    /// As they were shortly before.
    Older,
}

/// A board on somebody's page.
#[derive(Debug, Deserialize)]
pub(super) struct PersonsBoard {
    pub(super) name: String,
    pub(super) pins: u32,
    pub(super) motif: Motif,
    /// The main colour of its pictures, in degrees of the colour circle.
    pub(super) hue: u32,
}

impl Person {
    /// Returns the person with a username.
    pub(super) fn named(username: &str) -> Option<&'static Self> {
        PEOPLE.iter().find(|person| person.username == username)
    }

    /// Returns how many pins are on all boards together.
    pub(super) fn pins(&self) -> u32 {
        self.boards.iter().map(|board| board.pins).sum()
    }
}

impl PersonsBoard {
    /// Returns the name as a part of an address.
    pub(super) fn slug(&self) -> String {
        let words = self.name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn all_kinds_of_people_exist_with_boards() {
        assert!(PEOPLE.len() >= 20);
        for kind in [Kind::Of2014, Kind::Today, Kind::Older] {
            assert!(PEOPLE.iter().any(|person| person.kind == kind), "{kind:?}");
        }
        assert!(PEOPLE.iter().all(|person| !person.boards.is_empty()));
    }

    #[test]
    fn everybody_is_found_from_the_first() {
        let mut found = BTreeSet::new();
        let mut next = vec![PEOPLE[0].username.as_str()];
        while let Some(username) = next.pop() {
            if found.insert(username) {
                next.extend(Person::named(username).unwrap().follows.iter().map(String::as_str));
            }
        }
        assert_eq!(found, PEOPLE.iter().map(|person| person.username.as_str()).collect());
        assert_eq!(found.len(), PEOPLE.len());
    }
}
