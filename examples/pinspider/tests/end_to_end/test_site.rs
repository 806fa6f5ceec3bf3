//! Sites for tests, which count what they are asked for.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// How a site responds.
pub(crate) enum Response {
    Page(String),
    Status(u16),
    Never,
}

/// A running site. It runs to the end of the test.
pub(crate) struct TestSite {
    base: String,
    requests: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl TestSite {
    /// A site whose response to each path is what `response` returns.
    pub(crate) fn start(response: impl Fn(&str) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(BTreeMap::new()));
        let (response, counts) = (Arc::new(response), Arc::clone(&requests));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (response, counts) = (Arc::clone(&response), Arc::clone(&counts));
                thread::spawn(move || serve(stream, &*response, &counts));
            }
        });
        Self { base, requests }
    }

    /// The site that pinspider has built in, each response after `delay`.
    pub(crate) fn default_executor(delay: Duration) -> Self {
        Self::start(move |path| {
            thread::sleep(delay);
            pinspider::site::find(path).map_or(Response::Status(404), |found| Response::Page(found.body))
        })
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// How often each path was asked for.
    pub(crate) fn requests(&self) -> BTreeMap<String, usize> {
        self.requests.lock().unwrap().clone()
    }
}

/// A page of the kind of 2014.
pub(crate) fn page_of(name: &str, links: &[&str]) -> Response {
    let links =
        links.iter().map(|link| format!("<a href=\"/{link}/\">{link}</a>")).collect::<Vec<_>>().concat();
    Response::Page(format!(
        "<div class=\"UserProfileHeader\"><h1 class=\"fixedHeaderName\">{name}</h1></div>{links}"
    ))
}

fn serve(
    mut stream: TcpStream,
    response: &dyn Fn(&str) -> Response,
    counts: &Mutex<BTreeMap<String, usize>>,
) {
    let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
    let Some(first) = lines.next() else { return };
    lines.find(String::is_empty);
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    *counts.lock().unwrap().entry(path.clone()).or_default() += 1;
    let (status, body) = match response(&path) {
        Response::Page(body) => (200, body),
        Response::Status(status) => (status, String::new()),
        Response::Never => loop {
            thread::park();
        },
    };
    let head =
        format!("HTTP/1.1 {status} x\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n", body.len());
    // The other side may have gone.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}
