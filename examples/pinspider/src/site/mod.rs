//! A small site in the manner of Pinterest, served on loopback: what pinspider crawls when no URL
//! is named.

mod canvas;
mod motif;
mod pages;
mod people;
mod picture;
mod shown;

use std::{convert::Infallible, io};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::page_url::PageUrl;
use people::{PEOPLE, Person};

const ROBOTS: &str = "# This site is for crawlers.\nUser-agent: *\nAllow: /\n";

/// The running site. It ends when this value is dropped.
#[derive(Debug)]
pub struct Site {
    start: PageUrl,
    server: JoinHandle<()>,
}

/// What the site has at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its media type.
    pub content_type: &'static str,
    /// The content.
    pub body: String,
}

impl Site {
    /// Serves the site on a free port of loopback.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let first = PEOPLE.first().map_or("", |person| person.username.as_str());
        let address = format!("http://{}/{first}/", listener.local_addr()?);
        let start = PageUrl::parse(&address).map_err(io::Error::other)?;
        let server = tokio::spawn(async move {
            // A connection that can't be taken is the client's trouble, not the site's end.
            loop {
                if let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream));
                }
            }
        });
        Ok(Self { start, server })
    }

    /// Returns the page of the first user; all others can be reached from it.
    pub fn first_page(&self) -> &PageUrl {
        &self.start
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Returns what the site has at a path; `None` when it has nothing there.
pub fn find(path: &str) -> Option<Found> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let html = |body| Found { content_type: "text/html; charset=utf-8", body };
    match segments.as_slice() {
        [] => Some(html(pages::front())),
        ["robots.txt"] => Some(Found { content_type: "text/plain", body: ROBOTS.to_owned() }),
        [username] => Person::named(username).map(|person| html(pages::user(person))),
        ["img", username, slug, number] => picture(username, slug, number),
        _ => None,
    }
}

fn picture(username: &str, slug: &str, number: &str) -> Option<Found> {
    let board = Person::named(username)?.boards.iter().find(|board| board.slug() == slug)?;
    let number = number.strip_suffix(".svg")?.parse().ok().filter(|&number| number <= pages::THUMBS)?;
    let body = picture::svg(board, number);
    Some(Found { content_type: "image/svg+xml", body })
}

async fn serve(stream: TcpStream) {
    let service = service_fn(|request| async move { Ok::<_, Infallible>(response(&request)) });
    // A connection that breaks ends; there is nobody to report it to.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

fn response(request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let found = find(request.uri().path());
    let status = if found.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let found =
        found.unwrap_or_else(|| Found { content_type: "text/plain", body: "nothing here\n".to_owned() });
    let mut response = Response::new(Full::from(found.body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(found.content_type));
    response
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        fetch::{Fetcher, Limits},
        page::UserPage,
    };

    /// The parser reads from each page what the page was written from.
    #[test]
    fn every_page_is_read_as_it_is_meant() {
        for person in PEOPLE.iter() {
            let url = PageUrl::parse(&format!("http://127.0.0.1:8000/{}/", person.username)).unwrap();
            let page = UserPage::read(&find(url.path()).unwrap().body, &url).unwrap();
            assert_eq!((&page.profile.name, &page.profile.bio), (&person.full_name, &person.about));
            assert_eq!(page.profile.boards_count, person.boards.len().to_string());
            assert_eq!(page.profile.pins_count.replace(',', ""), person.pins().to_string());
            let links: Vec<&str> = page.links.iter().filter_map(|link| link.segments().next()).collect();
            assert_eq!(links, person.follows);
            let boards = page.boards.boards().unwrap();
            let titles: Vec<&String> = boards.iter().map(|board| &board.title).collect();
            assert_eq!(titles, person.boards.iter().map(|board| &board.name).collect::<Vec<_>>());
            for image in boards.iter().flat_map(|b| b.board_thumbs.iter().flatten().chain([&b.board_cover])) {
                assert_eq!(find(image.src.as_deref().unwrap()).unwrap().content_type, "image/svg+xml");
            }
        }
    }

    #[tokio::test]
    async fn site_listens_on_loopback() {
        let site = Site::start().await.unwrap();
        let fetcher = Fetcher::new(Limits::default());
        let page = fetcher.page(site.first_page(), Duration::ZERO).await.unwrap();
        assert!(page.html.contains("UserProfileHeader"));
        let missing = site.first_page().join("/nobody/").unwrap();
        assert!(fetcher.page(&missing, Duration::ZERO).await.unwrap_err().to_string().contains("404"));
    }
}
