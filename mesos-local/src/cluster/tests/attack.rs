//! Clients that want to bring a cluster down, and a framework beside them.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;

const HALF_A_HEAD: &str = "POST /api/v1/scheduler HTTP/1.1\r\nHost: x\r\nContent-Ty";
const HALF_A_BODY: &str = "POST /api/v1/scheduler HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                           Content-Length: 1000\r\n\r\n{\"type\": ";
const GARBAGE: &str = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n\0\u{1}GET\r\n\r\n\r\n";
/// It wants no offers, which are for the framework.
const SUBSCRIBE: &str = r#"{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"u","name":"deaf"},"suppressed_roles":["*"]}}"#;
/// How many subscribe.
const DEAF: usize = 20;

/// What one of the attackers sends, of which none reads a response.
fn sent_by(number: usize) -> String {
    match number % 5 {
        0 => String::new(),
        1 => HALF_A_HEAD.to_owned(),
        2 => HALF_A_BODY.to_owned(),
        3 => GARBAGE.to_owned(),
        _ => "GET /health HTTP/1.1\r\nHost: x\r\n\r\n".repeat(50),
    }
}

/// One that subscribes, and reads no event.
fn subscription() -> String {
    let head =
        "POST /api/v1/scheduler HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ";
    format!("{head}{}\r\n\r\n{SUBSCRIBE}", SUBSCRIBE.len())
}

/// The connection may have been ended by then.
async fn attack(mut connection: impl AsyncRead + AsyncWrite + Unpin, number: usize) -> impl AsyncRead {
    let sent = if number < DEAF { subscription() } else { sent_by(number) };
    let _ = connection.write_all(sent.as_bytes()).await;
    connection
}

/// A framework that runs one task as if nothing else were there.
async fn a_framework_works(cluster: &Cluster) {
    let mut framework = Running::start(cluster);
    framework.subscribed().await;
    framework.launch("true").await;
    let mut states = vec![framework.state().await];
    while !states.last().is_some_and(|state| state.is_terminal()) {
        states.push(framework.state().await);
    }
    assert_eq!(states.last(), Some(&TaskState::Finished), "{states:?}");
    framework.stop().await;
}

#[tokio::test]
async fn framework_survives_5000_memory_connections() {
    let cluster = Cluster::builder().agents(1).start().await.unwrap();
    let mut attackers = Vec::new();
    for number in 0..5000 {
        attackers.push(attack(cluster.server.pipes().connect().await.unwrap(), number).await);
    }
    a_framework_works(&cluster).await;
    cluster.shutdown().await;
}

#[tokio::test]
async fn framework_survives_2000_tcp_connections() {
    allow_open_files();
    let cluster = Cluster::builder().agents(1).start().await.unwrap();
    let mut attackers = Vec::new();
    for number in 0..2000 {
        attackers.push(attack(TcpStream::connect(cluster.address()).await.unwrap(), number).await);
    }
    a_framework_works(&cluster).await;
    cluster.shutdown().await;
}

/// Returns a request whose body becomes a thousand times larger.
fn bomb() -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&vec![b'['; 16 << 20]).unwrap();
    let packed = packed.finish().unwrap();
    let head = format!(
        "POST /api/v1/scheduler HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        packed.len()
    );
    [head.as_bytes(), &packed].concat()
}

#[tokio::test]
async fn framework_survives_50_gzip_bombs() {
    let cluster = Cluster::builder().agents(1).start().await.unwrap();
    let (bomb, mut attackers) = (bomb(), Vec::new());
    for _ in 0..50 {
        let mut attacker = TcpStream::connect(cluster.address()).await.unwrap();
        attacker.write_all(&bomb).await.unwrap();
        attackers.push(attacker);
    }
    a_framework_works(&cluster).await;
    for mut attacker in attackers {
        let mut response = [0; 12];
        attacker.read_exact(&mut response).await.unwrap();
        assert_eq!(&response, b"HTTP/1.1 413");
    }
    cluster.shutdown().await;
}

/// Both ends of all connections are in this process.
fn allow_open_files() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
}
