//! What can go wrong with a request.

use std::{io, time::Duration};

use http::StatusCode;

use crate::page_url::PageUrl;

/// Why a page was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The site's `robots.txt` asks crawlers to leave the page alone.
    #[error("the robots.txt of {0} asks not to fetch this page")]
    Disallowed(String),
    /// The site can not say what it allows; that is taken for no.
    #[error("{0} responded with {1} for its robots.txt, so no page of it may be fetched for now")]
    RobotsUnavailable(String, StatusCode),
    /// No connection, or it broke.
    #[error("no connection to {0}")]
    Connection(String, #[source] io::Error),
    /// The other side does not speak HTTP, or the connection broke in the middle.
    #[error("the response of {0} broke off")]
    Http(String, #[source] hyper::Error),
    /// The certificate is not trusted, or TLS is not possible at all.
    #[error("no safe connection to {0}")]
    Tls(String, #[source] io::Error),
    /// The site took too long.
    #[error("{0} did not respond within {1:?}")]
    Timeout(String, Duration),
    /// A response other than 200 or a redirect.
    #[error("{0} responded with {1}")]
    Status(String, StatusCode),
    /// The page is larger than the limit.
    #[error("the page is larger than {0} bytes")]
    TooLarge(usize),
    /// Not a page, but a picture for example.
    #[error("this is {0}, not an HTML page")]
    NotHtml(String),
    /// A redirect to nowhere.
    #[error("the page redirects to a place that can't be understood")]
    BadRedirect,
    /// A redirect to another site, or from https back to http.
    #[error("the page redirects to {0}, which is another site or a less safe one")]
    OtherSite(PageUrl),
    /// Too many redirects.
    #[error("the page redirects more than {0} times")]
    TooManyRedirects(usize),
    /// The program was built without feature `https`.
    #[error("this pinspider was built without https")]
    NoHttps,
}

impl FetchError {
    /// Returns whether the same request may succeed later.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Connection(..) | Self::Http(..) | Self::Timeout(..) | Self::RobotsUnavailable(..) => true,
            Self::Status(_, status) => status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS,
            _ => false,
        }
    }
}
