use peer::{Response, Server};

use super::*;

const NO_GAP: Duration = Duration::ZERO;
const LIMITS: Limits = Limits { time: Duration::from_millis(300), size: 1000, redirects: 2 };

/// A site that gives each path the response that `responses` lists, as `(path, status line and
/// headers, body)`.
fn site(responses: &'static [(&str, &str, &str)]) -> (String, Server) {
    let server = Server::scripted(move |received| {
        let head = &received.request.head;
        assert!(head.contains("user-agent: pinspider/"), "{head}");
        let found = responses.iter().find(|(path, ..)| *path == received.request.path());
        match found.map_or(("404 Not Found", "no"), |(_, status, body)| (status, body)) {
            ("never", _) => Response::with(""),
            (status, body) => {
                let length = body.len();
                Response::closing(format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}"))
            }
        }
    });
    let server = server.unwrap();
    (format!("http://{}", server.address()), server)
}

async fn fetch(base: &str, path: &str) -> Result<Fetched, FetchError> {
    Fetcher::new(LIMITS).page(&PageUrl::parse(&format!("{base}{path}")).unwrap(), NO_GAP).await
}

#[tokio::test]
async fn a_page_and_the_end_of_its_redirects() {
    let (base, _site) = site(&[
        ("/a", "301 Moved\r\nLocation: b/", ""),
        ("/b/", "302 Found\r\nLocation: zoë", ""),
        ("/b/zo%C3%AB", "200 OK\r\nContent-Type: Text/HTML; charset=utf-8", "<p>zoë"),
    ]);
    let page = fetch(&base, "/a").await.unwrap();
    assert_eq!((page.url.path(), page.html.as_str()), ("/b/zo%C3%AB", "<p>zoë"));
}

#[tokio::test]
async fn robots_txt_is_read_once_and_obeyed() {
    let (base, site) = site(&[
        ("/robots.txt", "200 OK", "User-agent: *\nDisallow: /b"),
        ("/a", "302 Found\r\nLocation: /b", ""),
        ("/c", "200 OK", "c"),
    ]);
    let fetcher = Fetcher::new(LIMITS);
    let page = |path: &str| PageUrl::parse(&format!("{base}{path}")).unwrap();
    assert!(matches!(fetcher.page(&page("/b"), NO_GAP).await, Err(FetchError::Disallowed(_))));
    assert_eq!(site.connections(), 1);
    assert!(matches!(fetcher.page(&page("/a"), NO_GAP).await, Err(FetchError::Disallowed(_))));
    assert!(fetcher.page(&page("/c"), NO_GAP).await.is_ok());
    assert_eq!(site.connections(), 3);
}

#[tokio::test]
async fn site_in_trouble_is_left_alone_for_a_while() {
    let (base, site) = site(&[("/robots.txt", "500 Oops", ""), ("/a", "200 OK", "a")]);
    let error = fetch(&base, "/a").await.unwrap_err();
    assert!(matches!(error, FetchError::RobotsUnavailable(..)) && error.is_temporary());
    assert_eq!(site.connections(), 1);
}

#[tokio::test]
async fn requests_to_a_host_keep_their_distance() {
    let (base, _site) = site(&[("/a", "200 OK", "a")]);
    let url = PageUrl::parse(&format!("{base}/a")).unwrap();
    let fetcher = Fetcher::new(LIMITS);
    let gap = Duration::from_millis(50);
    let started = Instant::now();
    let (one, two) = tokio::join!(fetcher.page(&url, gap), fetcher.page(&url, gap));
    assert!(one.is_ok() && two.is_ok());
    // robots.txt and two pages: two gaps.
    assert!(started.elapsed() >= 2 * gap);
}

#[tokio::test]
async fn failures_state_whether_to_retry() {
    const LONG: &str = match str::from_utf8(&[b'x'; 1001]) {
        Ok(text) => text,
        Err(_) => "",
    };
    let (base, _site) = site(&[
        ("/500", "500 Internal Server Error", ""),
        ("/never", "never", ""),
        ("/long", "200 OK", LONG),
        ("/png", "200 OK\r\nContent-Type: image/png", "png"),
        ("/loop", "302 Found\r\nLocation: /loop", ""),
        ("/away", "302 Found\r\nLocation: http://elsewhere.example/", ""),
        ("/nowhere", "302 Found\r\nLocation: data:x", ""),
        ("/unsaid", "302 Found", ""),
        ("/junk", "junk", ""),
    ]);
    for (path, words, temporary) in [
        ("/500", "responded with 500", true),
        ("/404", "responded with 404", false),
        ("/never", "did not respond within 300ms", true),
        ("/long", "larger than 1000 bytes", false),
        ("/png", "image/png, not an HTML page", false),
        ("/loop", "more than 2 times", false),
        ("/away", "elsewhere.example/, which is another site", false),
        ("/nowhere", "can't be understood", false),
        ("/unsaid", "can't be understood", false),
        ("/junk", "broke off", true),
    ] {
        let error = fetch(&base, path).await.unwrap_err();
        assert!(error.to_string().contains(words), "{path}: {error}");
        assert_eq!(error.is_temporary(), temporary, "{path}");
    }
}

#[tokio::test]
async fn refused_connection_is_a_connection_error() {
    let base = format!("http://{}", peer::unused_address().unwrap());
    let error = fetch(&base, "/a").await.unwrap_err();
    assert!(matches!(error, FetchError::Connection(..)) && error.is_temporary());
}
