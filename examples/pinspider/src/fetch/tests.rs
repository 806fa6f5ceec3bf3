use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;

const NO_GAP: Duration = Duration::ZERO;
const LIMITS: Limits = Limits { time: Duration::from_millis(300), size: 1000, redirects: 2 };

/// A site that gives each path the response that `responses` lists, as `(path, status line and
/// headers, body)`.
async fn site(responses: &'static [(&str, &str, &str)]) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&requests);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(respond(stream, responses));
        }
    });
    (base, requests)
}

async fn respond(mut stream: TcpStream, responses: &[(&str, &str, &str)]) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.contains("user-agent: pinspider/"), "{head}");
    let path = head.split(' ').nth(1).unwrap();
    let (status, body) = responses
        .iter()
        .find(|(p, ..)| *p == path)
        .map_or(("404 Not Found", "no"), |(_, status, body)| (status, body));
    if status == "never" {
        std::future::pending::<()>().await;
    }
    let text = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(text.as_bytes()).await.unwrap();
}

async fn fetch(base: &str, path: &str) -> Result<Fetched, FetchError> {
    Fetcher::new(LIMITS).page(&PageUrl::parse(&format!("{base}{path}")).unwrap(), NO_GAP).await
}

#[tokio::test]
async fn a_page_and_the_end_of_its_redirects() {
    let (base, _) = site(&[
        ("/a", "301 Moved\r\nLocation: b/", ""),
        ("/b/", "200 OK\r\nContent-Type: text/html; charset=utf-8", "<p>zoë"),
    ])
    .await;
    let page = fetch(&base, "/a").await.unwrap();
    assert_eq!((page.url.path(), page.html.as_str()), ("/b/", "<p>zoë"));
}

#[tokio::test]
async fn robots_txt_is_read_once_and_obeyed() {
    let (base, requests) = site(&[
        ("/robots.txt", "200 OK", "User-agent: *\nDisallow: /b"),
        ("/a", "302 Found\r\nLocation: /b", ""),
        ("/c", "200 OK", "c"),
    ])
    .await;
    let fetcher = Fetcher::new(LIMITS);
    let page = |path: &str| PageUrl::parse(&format!("{base}{path}")).unwrap();
    assert!(matches!(fetcher.page(&page("/b"), NO_GAP).await, Err(FetchError::Disallowed(_))));
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    assert!(matches!(fetcher.page(&page("/a"), NO_GAP).await, Err(FetchError::Disallowed(_))));
    assert!(fetcher.page(&page("/c"), NO_GAP).await.is_ok());
    assert_eq!(requests.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn site_in_trouble_is_left_alone_for_a_while() {
    let (base, requests) = site(&[("/robots.txt", "500 Oops", ""), ("/a", "200 OK", "a")]).await;
    let error = fetch(&base, "/a").await.unwrap_err();
    assert!(matches!(error, FetchError::RobotsUnavailable(..)) && error.is_temporary());
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn requests_to_a_host_keep_their_distance() {
    let (base, _) = site(&[("/a", "200 OK", "a")]).await;
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
    let (base, _) = site(&[
        ("/500", "500 Internal Server Error", ""),
        ("/never", "never", ""),
        ("/long", "200 OK", LONG),
        ("/png", "200 OK\r\nContent-Type: image/png", "png"),
        ("/loop", "302 Found\r\nLocation: /loop", ""),
        ("/away", "302 Found\r\nLocation: http://elsewhere.example/", ""),
        ("/nowhere", "302 Found\r\nLocation: data:x", ""),
        ("/junk", "junk", ""),
    ])
    .await;
    for (path, words, temporary) in [
        ("/500", "responded with 500", true),
        ("/404", "responded with 404", false),
        ("/never", "did not respond within 300ms", true),
        ("/long", "larger than 1000 bytes", false),
        ("/png", "image/png, not an HTML page", false),
        ("/loop", "more than 2 times", false),
        ("/away", "elsewhere.example/, which is another site", false),
        ("/nowhere", "can't be understood", false),
        ("/junk", "broke off", true),
    ] {
        let error = fetch(&base, path).await.unwrap_err();
        assert!(error.to_string().contains(words), "{path}: {error}");
        assert_eq!(error.is_temporary(), temporary, "{path}");
    }
}

#[tokio::test]
async fn refused_connection_is_a_connection_error() {
    let base = format!("http://{}", TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap());
    let error = fetch(&base, "/a").await.unwrap_err();
    assert!(matches!(error, FetchError::Connection(..)) && error.is_temporary());
}
