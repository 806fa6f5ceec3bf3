//! The address of a page: absolute, http or https, without user name, password or fragment.

use std::fmt;

use http::Uri;
use serde::{Deserialize, Serialize};

/// The absolute address of a page.
///
/// Two addresses that differ by a slash at the end only are equal as [`PageUrl::key`]s.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageUrl {
    tls: bool,
    host: String,
    port: Option<u16>,
    path: String,
}

/// Why a text is no [`PageUrl`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageUrlError {
    /// It does not begin with `http://` or `https://`.
    #[error("`{0}` is no URL of a page: write it with http:// or https:// in front")]
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
        let (page, _fragment) = text.split_once('#').unwrap_or((text, ""));
        let tls = match page.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase()).as_deref() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(PageUrlError::Scheme(text.to_owned())),
        };
        let malformed = |why: &str| PageUrlError::Malformed(text.to_owned(), why.to_owned());
        if page.ends_with("://") {
            return Err(malformed("it names no host"));
        }
        let uri: Uri = escaped(page).parse().map_err(|e: http::uri::InvalidUri| malformed(&e.to_string()))?;
        let authority = uri.authority().ok_or_else(|| malformed("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(PageUrlError::UserInfo);
        }
        let host = authority.host().to_ascii_lowercase();
        if host.is_empty() {
            return Err(malformed("it names no host"));
        }
        let port = port(authority.as_str(), authority.host()).map_err(malformed)?;
        let path = uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        Ok(Self { tls, host, port: port.filter(|&p| p != default_port(tls)), path })
    }

    /// The address that a link on this page leads to; `None` when it is no link to a page (`mailto:` for example).
    pub fn join(&self, link: &str) -> Option<Self> {
        let link = link.trim();
        if has_scheme(link) {
            return Self::parse(link).ok();
        }
        let scheme = if self.tls { "https" } else { "http" };
        if link.starts_with("//") {
            return Self::parse(&format!("{scheme}:{link}")).ok();
        }
        let path = if link.starts_with('/') { link.to_owned() } else { self.relative(link) };
        Self::parse(&format!("{scheme}://{}{}", self.authority(), without_dots(&path))).ok()
    }

    /// The parts of the path between slashes, empty ones left out.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        let path = self.path.split('?').next().unwrap_or_default();
        path.split('/').filter(|segment| !segment.is_empty())
    }

    /// The user's name in the address of a user's page: its last part.
    pub fn user_name(&self) -> &str {
        let name = self.segments().next_back().unwrap_or("/");
        name.strip_suffix(".html").unwrap_or(name)
    }

    /// Whether both addresses belong to one site: the same host but for a leading `www.`, and the same port
    /// but for the change from http to https.
    pub fn same_site(&self, other: &Self) -> bool {
        let bare = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
        bare(&self.host) == bare(&other.host) && self.port == other.port
    }

    /// What tells pages apart: neither the scheme, nor a leading `www.`, nor a slash at the end counts.
    pub fn key(&self) -> String {
        let host = self.host.strip_prefix("www.").unwrap_or(&self.host);
        let port = self.port.map(|p| format!(":{p}")).unwrap_or_default();
        format!("{host}{port}{}", self.path.trim_end_matches('/'))
    }

    /// Whether the page is reached by https.
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// The host name or address, in lower case, without the port; an IPv6 address keeps its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, that of the scheme when the address names none.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(default_port(self.tls))
    }

    /// Host and port as an HTTP request's `Host` field names them.
    pub fn authority(&self) -> String {
        self.port.map_or_else(|| self.host.clone(), |port| format!("{}:{port}", self.host))
    }

    /// Path and query, beginning with a slash.
    pub fn path(&self) -> &str {
        &self.path
    }

    fn relative(&self, link: &str) -> String {
        let path = self.path.split('?').next().unwrap_or("/");
        if link.is_empty() || link.starts_with(['?', '#']) {
            return format!("{path}{link}");
        }
        let folder = path.rfind('/').map_or("/", |slash| &path[..=slash]);
        format!("{folder}{link}")
    }
}

impl fmt::Display for PageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
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

fn default_port(tls: bool) -> u16 {
    if tls { 443 } else { 80 }
}

/// `http::Uri` lets a port of 70000 pass as none: it has to be read here.
fn port(authority: &str, host: &str) -> Result<Option<u16>, &'static str> {
    match authority.get(host.len()..).unwrap_or_default().strip_prefix(':') {
        None | Some("") => Ok(None),
        Some(digits) => digits.parse().map(Some).map_err(|_| "its port is no number from 1 to 65535"),
    }
}

fn has_scheme(link: &str) -> bool {
    let name = link.split(['/', '?', '#']).next().unwrap_or_default();
    name.contains(':')
}

/// Blanks and everything beyond ASCII as `%XX`, as browsers send it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte == b' ' || !byte.is_ascii() {
            out.extend(['%', hex_digit(byte >> 4), hex_digit(byte & 15)]);
        } else {
            out.push(char::from(byte));
        }
    }
    out
}

fn hex_digit(value: u8) -> char {
    char::from_digit(u32::from(value), 16).unwrap_or('0').to_ascii_uppercase()
}

/// The path with `.` and `..` resolved, as links on a page may contain them.
fn without_dots(path: &str) -> String {
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    for (index, segment) in segments.iter().enumerate() {
        match *segment {
            "." | ".." => {
                if *segment == ".." {
                    kept.pop();
                }
                if index + 1 == segments.len() {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    format!("/{}{query}", kept.join("/"))
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
    fn refuses_what_is_no_page() {
        let refused = |text: &str| PageUrl::parse(text).unwrap_err().to_string();
        assert!(refused("www.pinterest.com/techcrunch").contains("http://"));
        assert!(refused("ftp://a/b").contains("http://"));
        assert!(refused("http://").contains("malformed"));
        assert!(refused("http:///x").contains("malformed"));
        assert!(refused("http://a:70000/x").contains("port"));
        assert!(refused("http://user:secret@a/x").contains("password"));
        assert!(!refused("http://user:secret@a/x").contains("secret"));
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
