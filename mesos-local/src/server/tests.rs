use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use mesos_sdk::proto::v1::scheduler::{Call, Event, call, event};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::sync::oneshot;

use super::events::{ClientGone, StreamEnded};
use super::limits::{MAX_BODY, MAX_CONNECTIONS, MAX_HEAD, MAX_QUEUED_BYTES, MAX_QUEUED_EVENTS};
use super::*;

/// Responds to SUBSCRIBE with a stream whose sender the test gets, and to the rest with 202.
#[derive(Default)]
struct Recorder {
    streams: Mutex<Option<oneshot::Sender<(EventSender, ClientGone)>>>,
    unavailable: bool,
    /// How many requests will never have a response.
    hopeless: AtomicUsize,
}

#[async_trait]
impl Api for Recorder {
    type Call = Call;
    const CALL: &'static str = "scheduler::Call";

    fn serves(&self, path: &str) -> bool {
        path == "/test/api"
    }
    fn unavailable(&self, path: &str) -> Option<HttpResponse> {
        self.unavailable.then(|| HttpResponse::redirect(&format!("//leader:5050{path}")))
    }
    fn validate(&self, call: &Call) -> Result<(), String> {
        call.r#type.map(|_| ()).ok_or_else(|| "Expecting 'type' to be present".to_owned())
    }
    fn responds_with_messages(&self, call: &Call) -> bool {
        call.r#type() == call::Type::Subscribe
    }
    async fn call(&self, request: Request<Call>) -> HttpResponse {
        if request.call.r#type() != call::Type::Subscribe {
            return HttpResponse::accepted();
        }
        let (sender, stream, gone) = event_stream(request.accept, QueueLimits::default());
        let test = self.streams.lock().unwrap().take().unwrap();
        assert!(test.send((sender, gone)).is_ok());
        HttpResponse::events(stream)
    }
}

#[async_trait]
impl Service for Recorder {
    fn process(&self) -> &'static str {
        "test"
    }

    async fn respond(&self, request: Arrived) -> HttpResponse {
        match request.path() {
            path if self.serves(path) => request.hand_to(self).await,
            "/test/never" => {
                self.hopeless.fetch_add(1, Ordering::AcqRel);
                std::future::pending().await
            }
            _ => HttpResponse::not_found(),
        }
    }
}

async fn response(service: Recorder, head: &str, body: &str) -> String {
    let server = Server::start(Arc::new(service), None);
    let mut pipe = server.pipes().connect().await.unwrap();
    let length = body.len();
    let request = format!("{head}\r\nHost: x\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    pipe.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    pipe.read_to_string(&mut response).await.unwrap();
    response
}

#[statement::proves(post)]
#[tokio::test]
async fn other_methods_are_405_with_allow() {
    let response = response(Recorder::default(), "GET /api HTTP/1.1", "").await;
    assert!(response.starts_with("HTTP/1.1 405 "), "{response}");
    assert!(response.contains("\r\nAllow: POST\r\n"), "{response}");
    let text = "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'.";
    assert!(response.ends_with(text), "{response}");
}

#[statement::proves(ct)]
#[tokio::test]
async fn missing_is_400_and_any_suffix_is_415() {
    let missing = response(Recorder::default(), "POST /api HTTP/1.1", "{}").await;
    assert!(missing.starts_with("HTTP/1.1 400 "), "{missing}");
    assert!(missing.ends_with("\r\n\r\nExpecting 'Content-Type' to be present"), "{missing}");
    let head = "POST /api HTTP/1.1\r\nContent-Type: application/json; charset=utf-8";
    let suffix = response(Recorder::default(), head, "{}").await;
    assert!(suffix.starts_with("HTTP/1.1 415 "), "{suffix}");
    assert!(
        suffix.ends_with("\r\n\r\nExpecting 'Content-Type' of application/json or application/x-protobuf")
    );
}

#[tokio::test]
async fn malformed_and_invalid_calls_are_400() {
    let json = "POST /api HTTP/1.1\r\nContent-Type: application/json";
    let protobuf = "POST /api HTTP/1.1\r\nContent-Type: application/x-protobuf";
    for (head, body, text) in [
        (protobuf, "abc", "Failed to parse body into Call protobuf"),
        (json, "{", "Failed to parse body into JSON: "),
        (json, r#"{"type": []}"#, "Failed to convert JSON into Call protobuf: "),
        (json, "{}", "Failed to validate scheduler::Call: Expecting 'type' to be present"),
    ] {
        let response = response(Recorder::default(), head, body).await;
        assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
        assert!(response.contains(text), "{response}");
    }
}

#[statement::proves(redir)]
#[tokio::test]
async fn redirect_precedes_every_check() {
    let service = Recorder { unavailable: true, ..Recorder::default() };
    let response = response(service, "GET /api HTTP/1.1", "").await;
    assert!(response.starts_with("HTTP/1.1 307 "), "{response}");
    assert!(response.contains("\r\nLocation: //leader:5050/test/api\r\n"), "{response}");
}

#[statement::proves(async)]
#[tokio::test]
async fn calls_are_202_with_an_empty_body() {
    let head = "POST /api HTTP/1.1\r\nContent-Type: application/json\r\nAccept: text/html";
    let response = response(Recorder::default(), head, r#"{"type": "REVIVE"}"#).await;
    assert!(response.starts_with("HTTP/1.1 202 "), "{response}");
    assert!(response.ends_with("\r\n\r\n"), "{response}");
}

/// A subscription over a pipe: the server (which must stay alive), the client's end, the sender,
/// the notice.
async fn subscribed() -> (Server, DuplexStream, EventSender, ClientGone) {
    let (sender, test) = oneshot::channel();
    let service = Recorder { streams: Mutex::new(Some(sender)), ..Recorder::default() };
    let server = Server::start(Arc::new(service), None);
    let mut pipe = server.pipes().connect().await.unwrap();
    let body = r#"{"type": "SUBSCRIBE"}"#;
    let head =
        "POST /api HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n";
    pipe.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let (events, gone) = test.await.unwrap();
    (server, pipe, events, gone)
}

fn heartbeat() -> Event {
    Event { r#type: Some(event::Type::Heartbeat as i32), ..Event::default() }
}

#[statement::proves(rec1)]
#[tokio::test]
async fn events_are_records_until_the_sender_is_gone() {
    let (_server, mut pipe, events, _gone) = subscribed().await;
    events.send(&heartbeat()).unwrap();
    drop(events);
    let mut response = String::new();
    while !response.ends_with("0\r\n\r\n") {
        let mut byte = [0];
        assert_eq!(pipe.read(&mut byte).await.unwrap(), 1, "{response}");
        response.push(char::from(byte[0]));
    }
    assert!(response.contains("\r\nContent-Type: application/json\r\n"), "{response}");
    assert!(response.contains("20\n{\"type\":\"HEARTBEAT\"}"), "{response}");
}

#[tokio::test]
async fn a_cut_stream_breaks_without_an_end() {
    let (_server, mut pipe, events, _gone) = subscribed().await;
    events.cut();
    let mut response = String::new();
    pipe.read_to_string(&mut response).await.unwrap();
    assert!(!response.ends_with("0\r\n\r\n"), "{response}");
}

#[tokio::test]
async fn the_client_going_away_is_noticed() {
    let (_server, pipe, events, gone) = subscribed().await;
    drop(pipe);
    tokio::time::timeout(Duration::from_secs(5), gone.wait()).await.unwrap();
    assert_eq!(events.send(&heartbeat()), Err(StreamEnded));
}

#[tokio::test]
async fn reader_is_cut_off_at_the_limit() {
    let (_server, _pipe, events, _gone) = subscribed().await;
    let sent = (0..2 * MAX_QUEUED_EVENTS).take_while(|_| events.send(&heartbeat()).is_ok()).count();
    assert!((MAX_QUEUED_EVENTS..2 * MAX_QUEUED_EVENTS).contains(&sent), "{sent}");
}

#[tokio::test]
async fn body_above_the_limit_is_413() {
    let server = Server::start(Arc::new(Recorder::default()), None);
    let mut pipe = server.pipes().connect().await.unwrap();
    let length = MAX_BODY + 1;
    let head = format!(
        "POST /api HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    pipe.write_all(head.as_bytes()).await.unwrap();
    let mut response = [0; 12];
    pipe.read_exact(&mut response).await.unwrap();
    assert_eq!(&response, b"HTTP/1.1 413");
}

/// As many connections as there may be, each of which has sent this.
async fn full(server: &Server, sent: &[u8]) -> Vec<DuplexStream> {
    let mut pipes = Vec::new();
    for _ in 0..MAX_CONNECTIONS {
        let mut pipe = server.pipes().connect().await.unwrap();
        pipe.write_all(sent).await.unwrap();
        pipes.push(pipe);
    }
    pipes
}

async fn is_served(mut pipe: DuplexStream) -> bool {
    let mut response = [0; 12];
    pipe.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    pipe.read_exact(&mut response).await.is_ok_and(|_| &response == b"HTTP/1.1 404")
}

#[tokio::test]
async fn excess_connection_replaces_the_longest_idle() {
    for sent in
        ["", "GET / HT", "POST /api HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"]
    {
        let server = Server::start(Arc::new(Recorder::default()), None);
        let mut pipes = full(&server, sent.as_bytes()).await;
        assert!(is_served(server.pipes().connect().await.unwrap()).await);
        assert_eq!(pipes[0].read(&mut [0]).await.unwrap(), 0, "the first one is still there");
        if sent.is_empty() {
            assert!(is_served(pipes.pop().unwrap()).await, "the last one is gone");
        }
    }
}

#[tokio::test]
async fn excess_connection_waits_for_busy_ones() {
    let recorder = Arc::<Recorder>::default();
    let server = Server::start(Arc::clone(&recorder), None);
    let mut pipes = full(&server, b"GET /never HTTP/1.1\r\nHost: x\r\n\r\n").await;
    while recorder.hopeless.load(Ordering::Acquire) < MAX_CONNECTIONS {
        tokio::task::yield_now().await;
    }
    let mut late = Box::pin(is_served(server.pipes().connect().await.unwrap()));
    let soon = tokio::time::timeout(Duration::from_millis(100), &mut late).await;
    assert!(soon.is_err(), "served beyond the limit");
    pipes.pop();
    assert!(late.await);
}

/// All that comes on a connection which has sent this.
async fn all_that_comes(sent: &[u8]) -> String {
    let server = Server::start(Arc::new(Recorder::default()), None);
    let mut pipe = server.pipes().connect().await.unwrap();
    // The server may have hung up by the end of it.
    let _ = pipe.write_all(sent).await;
    let mut response = String::new();
    let _ = pipe.read_to_string(&mut response).await;
    response
}

#[tokio::test]
async fn non_http_is_hung_up_on() {
    let garbage: [&[u8]; 3] =
        [b"hello\r\n\r\n", b"\0\x01\xff\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n"];
    for sent in garbage {
        assert_eq!(all_that_comes(sent).await, "", "{sent:?}");
    }
    let head =
        |length: usize| format!("GET / HTTP/1.1\r\nConnection: close\r\nA: {}\r\n\r\n", "a".repeat(length));
    assert!(all_that_comes(head(MAX_HEAD - 1024).as_bytes()).await.starts_with("HTTP/1.1 404"));
    assert_eq!(all_that_comes(head(MAX_HEAD).as_bytes()).await, "");
}

#[tokio::test]
async fn body_that_does_not_match_its_head_is_500() {
    let head = "POST /api HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let response = all_that_comes(format!("{head}zz\r\n").as_bytes()).await;
    assert!(
        response.starts_with("HTTP/1.1 500 ") && response.ends_with("failed to decode body"),
        "{response}"
    );
}

#[tokio::test]
async fn unread_events_have_a_limit_in_bytes() {
    const LENGTH: usize = 1 << 20;
    let (_server, _pipe, events, _gone) = subscribed().await;
    let error = Some(event::Error { message: "x".repeat(LENGTH) });
    let large = Event { r#type: Some(event::Type::Error as i32), error, ..Event::default() };
    let most = MAX_QUEUED_BYTES / LENGTH;
    let sent = (0..2 * most).take_while(|_| events.send(&large).is_ok()).count();
    assert!((most..most + 8).contains(&sent), "{sent}");
}
