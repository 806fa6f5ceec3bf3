//! Fetching pages politely: robots.txt is obeyed, requests to a host keep a distance, everything
//! has a limit.

mod error;
mod exchange;
mod pace;
mod robots;
#[cfg(test)]
mod tests;
#[cfg(feature = "https")]
mod tls;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::{StatusCode, header};
use tokio::{
    sync::OnceCell,
    time::{Instant, sleep, timeout},
};

pub use error::FetchError;
pub use exchange::USER_AGENT;
pub use pace::Pace;
pub use robots::Robots;

use crate::page_url::PageUrl;
use exchange::Response;

/// The name that a site's robots.txt may use for pinspider.
pub const ROBOTS_NAME: &str = "pinspider";

/// What no request may exceed.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The time for one request and its response, connecting included.
    pub time: Duration,
    /// The size of a response in bytes.
    pub size: usize,
    /// The number of redirects for a page.
    pub redirects: usize,
}

impl Default for Limits {
    /// Returns limits of 10 seconds, 8 MiB and 5 redirects.
    fn default() -> Self {
        Self { time: Duration::from_secs(10), size: 8 << 20, redirects: 5 }
    }
}

/// A page as it was found.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Where it is, after redirects.
    pub url: PageUrl,
    /// Its source.
    pub html: String,
}

/// Fetches pages, and remembers of each host what it allows and when it was asked last.
#[derive(Debug)]
pub struct Fetcher {
    limits: Limits,
    started: Instant,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
}

#[derive(Debug, Default)]
struct Host {
    pace: Mutex<Pace>,
    robots: OnceCell<Robots>,
}

impl Fetcher {
    /// Creates a fetcher that has not asked any host yet.
    pub fn new(limits: Limits) -> Self {
        Self { limits, started: Instant::now(), hosts: Mutex::default() }
    }

    /// Fetches a page. Requests to one host, that for its robots.txt included, begin at least `gap`
    /// apart.
    pub async fn page(&self, url: &PageUrl, gap: Duration) -> Result<Fetched, FetchError> {
        let host = self.host(url);
        let robots = host.robots.get_or_try_init(|| self.robots(url, gap)).await?;
        let (url, response) = self.follow(url, gap, |hop| robots.allows(hop.path())).await?;
        if response.status != StatusCode::OK {
            return Err(FetchError::Status(url.authority(), response.status));
        }
        let kind = response.header(header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim();
        if !matches!(&*kind.to_ascii_lowercase(), "" | "text/html" | "application/xhtml+xml") {
            return Err(FetchError::NotHtml(kind.to_owned()));
        }
        Ok(Fetched { url, html: String::from_utf8_lossy(&response.body).into_owned() })
    }

    /// Returns what the site allows. A refusal to show it allows everything; a server in trouble,
    /// nothing (RFC 9309).
    async fn robots(&self, url: &PageUrl, gap: Duration) -> Result<Robots, FetchError> {
        let Some(file) = url.join("/robots.txt") else { return Ok(Robots::default()) };
        let (url, response) = self.follow(&file, gap, |_| true).await?;
        match response.status {
            StatusCode::OK => Ok(Robots::parse(&String::from_utf8_lossy(&response.body), ROBOTS_NAME)),
            status if status.is_server_error() => Err(FetchError::RobotsUnavailable(url.authority(), status)),
            _ => Ok(Robots::default()),
        }
    }

    /// Asks for a page and follows redirects within its site; each hop must be `allowed`.
    async fn follow(
        &self,
        start: &PageUrl,
        gap: Duration,
        allowed: impl Fn(&PageUrl) -> bool,
    ) -> Result<(PageUrl, Response), FetchError> {
        let mut url = start.clone();
        for _ in 0..=self.limits.redirects {
            if !allowed(&url) {
                return Err(FetchError::Disallowed(url.authority()));
            }
            let response = self.get(&url, gap).await?;
            if !is_redirect(response.status) {
                return Ok((url, response));
            }
            let location = response.location().ok_or(FetchError::BadRedirect)?;
            url = redirected(&url, &location)?;
        }
        Err(FetchError::TooManyRedirects(self.limits.redirects))
    }

    async fn get(&self, url: &PageUrl, gap: Duration) -> Result<Response, FetchError> {
        let wait = {
            let host = self.host(url);
            let mut pace = host.pace.lock().unwrap_or_else(PoisonError::into_inner);
            pace.reserve(self.started.elapsed(), gap)
        };
        sleep(wait).await;
        let response = timeout(self.limits.time, exchange::get(url, self.limits.size)).await;
        response.unwrap_or_else(|_| Err(FetchError::Timeout(url.authority(), self.limits.time)))
    }

    fn host(&self, url: &PageUrl) -> Arc<Host> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(hosts.entry(url.authority()).or_default())
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn redirected(from: &PageUrl, location: &str) -> Result<PageUrl, FetchError> {
    let to = from.join(location).ok_or(FetchError::BadRedirect)?;
    let as_safe = to.is_tls() || !from.is_tls();
    if to.same_site(from) && as_safe { Ok(to) } else { Err(FetchError::OtherSite(to)) }
}
