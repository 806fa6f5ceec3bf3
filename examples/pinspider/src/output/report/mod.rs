//! The report: one page that shows profiles and boards, and needs nothing but a browser.

mod pictures;

use std::fmt::{self, Display, Formatter};

pub use pictures::Source;

use crate::{
    counts::{counted, grouped},
    frontier::User,
    html::Escaped,
    page_url::PageUrl,
    profile::{Board, Image, Profile},
};

const STYLE: &str = include_str!("style.css");

/// How many thumbnails a board shows.
const THUMBS: usize = 4;

/// What a report is about; it prints as an HTML page.
#[derive(Debug)]
pub struct Report<'a> {
    /// The users who were visited.
    pub users: Vec<&'a User>,
    /// Those who could not be, and why.
    pub failures: &'a [(PageUrl, String)],
    /// Where the crawl began.
    pub start: &'a PageUrl,
    /// How the site is reached.
    pub source: Source,
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let boards: usize = self.users.iter().map(|user| user.boards.len()).sum();
        write!(
            f,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n<title>Pinspider: {users}</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n<header class=\"top\">\n<h1>Pinspider</h1>\n\
             <p>{users} and {boards}, found from link to link, beginning with {}</p>\n<nav>",
            self.beginning(),
            users = counted(self.users.len(), "user"),
            boards = counted(boards, "board"),
        )?;
        self.people(f, |f, user, profile| {
            write!(
                f,
                "<a href=\"#{}\" {}>{}</a>",
                anchor(user),
                Hue(&profile.name),
                Escaped(name(user, profile))
            )
        })?;
        f.write_str("</nav>\n</header>\n<main>\n")?;
        self.people(f, |f, user, profile| self.person(f, user, profile))?;
        self.failures(f)?;
        f.write_str("</main>\n</body>\n</html>\n")
    }
}

impl Report<'_> {
    fn beginning(&self) -> String {
        match self.source {
            Source::Web => format!("<code>{}</code>", Escaped(self.start)),
            Source::BuiltIn => format!("@{} of pinspider's built-in site", Escaped(self.start.user_name())),
        }
    }

    fn people(
        &self,
        f: &mut Formatter<'_>,
        show: impl Fn(&mut Formatter<'_>, &User, &Profile) -> fmt::Result,
    ) -> fmt::Result {
        let people = self.users.iter().filter_map(|user| Some((user, user.profile.as_ref()?)));
        people.into_iter().try_for_each(|(user, profile)| show(f, user, profile))
    }

    fn person(&self, f: &mut Formatter<'_>, user: &User, profile: &Profile) -> fmt::Result {
        let shown = name(user, profile);
        let initials: String =
            shown.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect();
        write!(
            f,
            "<section id=\"{}\" class=\"person\" {}>\n<header>\n<span class=\"avatar\" aria-hidden=\"true\">{}</span>\n\
             <div class=\"about\">\n<h2>{}</h2>\n<p class=\"where\"><span>@{}</span>",
            anchor(user),
            Hue(&profile.name),
            Escaped(initials),
            Link(self.source.page(&user.url.to_string(), &user.url).as_deref(), shown),
            Escaped(user.url.user_name())
        )?;
        if !profile.location.is_empty() {
            write!(f, "<span>{}</span>", Escaped(&profile.location))?;
        }
        write!(f, "</p>\n<p class=\"bio\">{}</p>\n<p class=\"links\">", Escaped(&profile.bio))?;
        for (url, label) in [
            (&profile.website, bare(&profile.website)),
            (&profile.facebook, "Facebook"),
            (&profile.twitter, "Twitter"),
        ] {
            if PageUrl::parse(url).is_ok() {
                write!(f, "{}", Link(Some(url.as_str()), label))?;
            }
        }
        f.write_str("</p>\n</div>\n<dl>")?;
        for (what, count) in counts(profile) {
            if !count.is_empty() {
                write!(f, "<div><dd>{}</dd><dt>{what}</dt></div>", Escaped(grouped(count)))?;
            }
        }
        f.write_str("</dl>\n</header>\n<ul class=\"boards\">\n")?;
        user.boards.iter().try_for_each(|board| self.board(f, board, &user.url))?;
        f.write_str("</ul>\n</section>\n")
    }

    fn board(&self, f: &mut Formatter<'_>, board: &Board, base: &PageUrl) -> fmt::Result {
        f.write_str("<li class=\"board\">\n<div class=\"cover\">")?;
        self.picture(f, &board.board_cover, base)?;
        f.write_str("</div>\n<div class=\"thumbs\">")?;
        for thumb in board.board_thumbs.iter().flatten().take(THUMBS) {
            self.picture(f, thumb, base)?;
        }
        let page = self.source.page(&board.href, base);
        let title = Link(page.as_deref(), &board.title);
        write!(f, "</div>\n<h3>{title}</h3>\n<p>{}</p>\n</li>\n", Escaped(pins(&board.pin_count)))
    }

    fn picture(&self, f: &mut Formatter<'_>, image: &Image, base: &PageUrl) -> fmt::Result {
        let Some(src) = self.source.picture(image, base) else { return Ok(()) };
        let alt = image.alt.as_deref().unwrap_or_default();
        write!(f, "<img loading=\"lazy\" src=\"{}\" alt=\"{}\">", Escaped(src), Escaped(alt))
    }

    fn failures(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.failures.is_empty() {
            return Ok(());
        }
        f.write_str("<section class=\"failures\">\n<h2>Could not be visited</h2>\n<ul>\n")?;
        for (url, reason) in self.failures {
            writeln!(f, "<li><code>{}</code> {}</li>", Escaped(url), Escaped(reason))?;
        }
        f.write_str("</ul>\n</section>\n")
    }
}

/// A link, or the text alone when there is nothing to link to.
struct Link<'a>(Option<&'a str>, &'a str);

impl Display for Link<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(url) => {
                write!(f, "<a href=\"{}\" rel=\"noopener nofollow\">{}</a>", Escaped(url), Escaped(self.1))
            }
            None => write!(f, "{}", Escaped(self.1)),
        }
    }
}

/// A colour derived from a name.
struct Hue<'a>(&'a str);

impl Display for Hue<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let sum = self
            .0
            .bytes()
            .zip(1_u64..)
            .fold(0_u64, |sum, (byte, place)| sum.wrapping_add(u64::from(byte).wrapping_mul(place)));
        write!(f, "style=\"--hue:{}\"", sum.wrapping_mul(37) % 360)
    }
}

fn name<'a>(user: &'a User, profile: &'a Profile) -> &'a str {
    if profile.name.is_empty() { user.url.user_name() } else { &profile.name }
}

fn anchor(user: &User) -> String {
    format!("u-{}", Escaped(user.url.user_name()))
}

fn bare(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or(rest)
}

fn counts(profile: &Profile) -> [(&'static str, &str); 5] {
    [
        ("boards", &profile.boards_count),
        ("pins", &profile.pins_count),
        ("followers", &profile.followers_count),
        ("following", &profile.following_count),
        ("likes", &profile.no_of_likes),
    ]
}

fn pins(count: &str) -> String {
    match count {
        "" => String::new(),
        "1" => "1 pin".to_owned(),
        count => format!("{} pins", grouped(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site;

    /// Returns a report on what the first people of the built-in site show.
    fn users() -> Vec<User> {
        let base = PageUrl::parse("http://127.0.0.1:9/").unwrap();
        let visit = |username: &str| {
            let url = base.join(&format!("/{username}/")).unwrap();
            let page = crate::page::UserPage::read(&site::find(url.path()).unwrap().body, &url).unwrap();
            User::visited(url, page.profile, page.boards.boards().unwrap())
        };
        ["marisol", "otto_lindqvist", "priya-n", "tomasz", "juniper"].map(visit).into()
    }

    fn report(users: &[User], source: Source) -> String {
        let failures = [(users[0].url.join("/gone/").unwrap(), "it responded with <404>".to_owned())];
        Report { users: users.iter().collect(), failures: &failures, start: &users[0].url, source }
            .to_string()
    }

    #[test]
    fn it_shows_everybody_and_every_board() {
        let users = users();
        let page = report(&users, Source::BuiltIn);
        for user in &users {
            assert!(page.contains(&format!("{}</h2>", Escaped(&user.profile.as_ref().unwrap().name))));
            for board in &user.boards {
                assert!(page.contains(&format!("<h3>{}</h3>", Escaped(&board.title))), "{}", board.title);
            }
        }
        assert!(page.contains("it responded with &lt;404&gt;"));
    }

    #[test]
    fn report_on_the_built_in_site_needs_no_site() {
        let page = report(&users(), Source::BuiltIn);
        assert!(page.contains("src=\"data:image/svg+xml,"));
        assert!(!page.contains("src=\"http") && !page.contains("href=\"http://127.0.0.1"));
        let page = report(&users(), Source::Web);
        assert!(
            page.contains("src=\"http://127.0.0.1:9/img/")
                && page.contains("href=\"http://127.0.0.1:9/marisol/")
        );
    }

    #[test]
    fn names_may_be_as_long_as_pages_have_them() {
        let profile = Profile { name: "\u{ff}".repeat(1 << 16), ..Profile::default() };
        let url = PageUrl::parse("http://host/a/").unwrap();
        let user = User::visited(url.clone(), profile, Vec::new());
        let page = Report { users: vec![&user], failures: &[], start: &url, source: Source::Web }.to_string();
        assert!(page.ends_with("</html>\n"));
    }

    #[test]
    fn text_of_pages_stays_text() {
        let evil = "\"><script>alert(1)</script>".to_owned();
        let profile = Profile {
            name: evil.clone(),
            bio: evil.clone(),
            website: "javascript:alert(1)".to_owned(),
            ..Profile::default()
        };
        let board =
            Board { title: evil.clone(), href: evil.clone(), pin_count: evil.clone(), ..Board::default() };
        let url = PageUrl::parse("http://host/a/").unwrap();
        let user = User::visited(url.clone(), profile, vec![board]);
        let page =
            Report { users: vec![&user], failures: &[(url.clone(), evil)], start: &url, source: Source::Web }
                .to_string();
        assert!(!page.contains("<script") && !page.contains("javascript:"), "{page}");
    }
}
