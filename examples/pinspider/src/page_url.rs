//! The address of a page: absolute, http or https, without user name, password or fragment.

use std::fmt;

use http::Uri;
use serde::{Deserialize, Serialize};
use url::{ParseError, Position, Url};

/// The absolute address of a page.
///
/// Two addresses that differ by a slash at the end only are equal as [`PageUrl::key`]s.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageUrl(Url);

/// Why a text is not a [`PageUrl`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageUrlError {
    /// It does not begin with `http://` or `https://`.
    #[error("`{0}` is not the URL of a page: write it with http:// or https:// in front")]
    Scheme(String),
    /// It is malformed in another way.
    #[error("`{0}` is malformed as a URL: {1}")]
    Malformed(String, String),
    /// It carries a user name or a password, which would end up in logs and reports.
    #[error("the URL must not carry a user name or password")]
    UserInfo,
}

impl PageUrl {
    /// Parses an absolute address.
    pub fn parse(text: &str) -> Result<Self, PageUrlError> {
        let text = text.trim();
        let scheme = text.split_once("://").map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest));
        let Some(("http" | "https", rest)) = scheme.as_ref().map(|(scheme, rest)| (scheme.as_str(), *rest))
        else {
            return Err(if may_have_credentials(text) {
                PageUrlError::UserInfo
            } else {
                PageUrlError::Scheme(text.to_owned())
            });
        };
        // Browsers look for the host behind any number of slashes.
        let url = if rest.starts_with(['/', '\\']) { Err(ParseError::EmptyHost) } else { Url::parse(text) };
        url.map_err(|error| malformed(text, error)).and_then(Self::of)
    }

    fn of(mut url: Url) -> Result<Self, PageUrlError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(PageUrlError::Scheme(url.to_string()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(PageUrlError::UserInfo);
        }
        url.set_fragment(None);
        let page = Self(url);
        // Requests hold to it.
        match page.path().parse::<Uri>() {
            Ok(_) => Ok(page),
            Err(error) => Err(PageUrlError::Malformed(page.to_string(), error.to_string())),
        }
    }

    /// Returns the address that a link on this page leads to; `None` when it is not a link to a
    /// page (`mailto:` for example).
    pub fn join(&self, link: &str) -> Option<Self> {
        self.0.join(link).ok().and_then(|url| Self::of(url).ok())
    }

    /// Returns the parts of the path between slashes, empty ones left out.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.path().split('/').filter(|segment| !segment.is_empty())
    }

    /// Returns the user's name in the address of a user's page: its last part.
    pub fn user_name(&self) -> &str {
        let name = self.segments().next_back().unwrap_or("/");
        name.strip_suffix(".html").unwrap_or(name)
    }

    /// Returns whether both addresses belong to one site: the same host but for a leading `www.`,
    /// and the same port but for the change from http to https.
    pub fn same_site(&self, other: &Self) -> bool {
        self.bare_host() == other.bare_host() && self.0.port() == other.0.port()
    }

    /// Returns what distinguishes pages: neither the scheme, nor a leading `www.`, nor a slash at
    /// the end counts.
    pub fn key(&self) -> String {
        let port = self.0.port().map(|p| format!(":{p}")).unwrap_or_default();
        format!("{}{port}{}", self.bare_host(), self.path().trim_end_matches('/'))
    }

    /// Returns whether the page is reached by https.
    pub fn is_tls(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Returns the host name or address, in lower case, without the port; an IPv6 address keeps its
    /// brackets.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Returns the port, that of the scheme when the address names none.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or_default()
    }

    /// Returns host and port as in the `Host` field of an HTTP request.
    pub fn authority(&self) -> String {
        self.0[Position::BeforeHost..Position::AfterPort].to_owned()
    }

    /// Returns path and query, beginning with a slash.
    pub fn path(&self) -> &str {
        &self.0[Position::BeforePath..Position::AfterQuery]
    }

    fn bare_host(&self) -> &str {
        self.host().strip_prefix("www.").unwrap_or(self.host())
    }
}

fn malformed(text: &str, error: ParseError) -> PageUrlError {
    let why = match error {
        ParseError::EmptyHost => "it has no host".to_owned(),
        ParseError::InvalidPort => "its port is not a number from 1 to 65535".to_owned(),
        error => error.to_string(),
    };
    if may_have_credentials(text) {
        PageUrlError::UserInfo
    } else {
        PageUrlError::Malformed(text.to_owned(), why)
    }
}

/// Returns whether the text may contain credentials, which errors must not show: what comes before
/// an @.
fn may_have_credentials(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
}

impl fmt::Display for PageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for PageUrl {
    type Error = PageUrlError;

    fn try_from(text: String) -> Result<Self, PageUrlError> {
        Self::parse(&text)
    }
}

impl From<PageUrl> for String {
    fn from(url: PageUrl) -> Self {
        url.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> PageUrl {
        PageUrl::parse(text).unwrap()
    }

    #[test]
    fn reads_and_prints_addresses() {
        for text in ["http://a/", "https://a.b:8443/x/y?z=1", "http://[::1]:80a/", "http://127.0.0.1:8000/x"]
        {
            match PageUrl::parse(text) {
                Ok(url) => assert_eq!(url.to_string(), text),
                Err(e) => assert!(text.contains("80a"), "{text}: {e}"),
            }
        }
        assert_eq!(url("HTTP://WWW.A.org:80").to_string(), "http://www.a.org/");
        assert_eq!(url("http://a/b#c").path(), "/b");
        assert_eq!(url("http://a/zoë").path(), "/zo%C3%AB");
    }

    #[test]
    fn other_addresses_are_refused() {
        let refused = |text: &str| PageUrl::parse(text).unwrap_err().to_string();
        assert!(refused("www.pinterest.com/techcrunch").contains("http://"));
        assert!(refused("ftp://a/b").contains("http://"));
        assert!(refused("http://").contains("malformed"));
        assert!(refused("http:///x").contains("malformed"));
        assert!(refused("http://a:70000/x").contains("port"));
        assert!(refused("http://user:secret@a/x").contains("password"));
        for text in ["http://user:secret@a/x", "http://user:secret@a:70000", "ftp://user:secret@a/x"] {
            assert!(!refused(text).contains("secret"), "{text}");
        }
        assert!(refused("").contains("http://"));
        assert!(refused("http://a<b/").contains("malformed"));
    }

    #[test]
    fn joins_links_as_a_browser_does() {
        let page = url("https://a.org/one/two?q=1");
        let joined = |link: &str| page.join(link).map(|u| u.to_string());
        assert_eq!(joined("/x/"), Some("https://a.org/x/".to_owned()));
        assert_eq!(joined("x"), Some("https://a.org/one/x".to_owned()));
        assert_eq!(joined("../x/./y"), Some("https://a.org/x/y".to_owned()));
        assert_eq!(joined(".."), Some("https://a.org/".to_owned()));
        assert_eq!(joined("x?to=http://c/"), Some("https://a.org/one/x?to=http://c/".to_owned()));
        assert_eq!(joined("?to=http://c/"), Some("https://a.org/one/two?to=http://c/".to_owned()));
        assert_eq!(joined(""), Some("https://a.org/one/two?q=1".to_owned()));
        assert_eq!(joined("HTTP://C/x"), Some("http://c/x".to_owned()));
        assert_eq!(joined("http://me:hush@c/x"), None);
        assert_eq!(joined(&"x".repeat(1 << 17)), None);
        assert_eq!(joined("?q=2"), Some("https://a.org/one/two?q=2".to_owned()));
        assert_eq!(joined("//b.org/x"), Some("https://b.org/x".to_owned()));
        assert_eq!(joined("http://c/x"), Some("http://c/x".to_owned()));
        assert_eq!(joined("mailto:someone@a.org"), None);
        assert_eq!(joined("javascript:void(0)"), None);
    }

    #[test]
    fn knows_one_site_and_one_page_by_its_key() {
        assert!(url("http://www.a.org/x").same_site(&url("https://a.org/y")));
        assert!(!url("http://a.org/x").same_site(&url("http://a.org:8080/x")));
        assert!(!url("http://a.org/x").same_site(&url("http://b.a.org/x")));
        assert_eq!(url("http://www.a.org/x/").key(), url("https://a.org/x").key());
        assert_ne!(url("http://a.org/x").key(), url("http://a.org/y").key());
    }
}
