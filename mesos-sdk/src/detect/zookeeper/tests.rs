//! The detector against servers in memory, with paused time.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use bytes::{Buf as _, BufMut as _, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::time::{Instant, sleep, timeout};

use super::*;
use crate::http::Io;

/// What the servers of one ensemble agree on.
#[derive(Clone, Copy, Debug)]
enum State {
    NoPath,
    Nobody,
    Leader(&'static str),
}

/// Servers by their port. Those that are not there refuse connections, and end those that they
/// have.
#[derive(Debug)]
struct Servers {
    up: watch::Sender<Vec<u16>>,
    state: watch::Sender<State>,
    connections: Mutex<HashMap<u16, usize>>,
}

impl Servers {
    fn new(up: &[u16], leader: &'static str) -> Arc<Self> {
        let state = watch::Sender::new(State::Leader(leader));
        Arc::new(Self { up: watch::Sender::new(up.to_vec()), state, connections: Mutex::default() })
    }

    fn detector(self: &Arc<Self>, text: &str) -> ZooKeeper {
        ZooKeeper::new(Ensemble::parse(text, &MASTERS).unwrap(), Arc::clone(self) as Arc<dyn Connector>)
    }

    fn connections(&self) -> usize {
        self.connections.lock().unwrap().values().sum()
    }
}

#[async_trait]
impl Connector for Servers {
    async fn connect(&self, address: &Address) -> io::Result<Box<dyn Io>> {
        let port = address.port();
        *self.connections.lock().unwrap().entry(port).or_default() += 1;
        if !self.up.borrow().contains(&port) {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let (ours, theirs) = duplex(4096);
        let (mut up, state) = (self.up.subscribe(), self.state.subscribe());
        tokio::spawn(async move {
            tokio::select! {
                _ = up.wait_for(|up| !up.contains(&port)) => {}
                _ = serve(theirs, state) => {}
            }
        });
        Ok(Box::new(ours))
    }
}

/// One connection, with ZooKeeper's responses.
async fn serve(mut io: DuplexStream, mut state: watch::Receiver<State>) -> io::Result<()> {
    read(&mut io).await?;
    io.write_all(b"\0\0\0\x24\0\0\0\0\0\0\x27\x10\0\0\0\0\0\0\0\x01\0\0\0\x10").await?;
    io.write_all(&[0; 16]).await?;
    loop {
        let mut question = tokio::select! {
            question = read(&mut io) => question?,
            _ = state.changed() => {
                respond(&mut io, -1, 0, b"\0\0\0\x04\0\0\0\x03\0\0\0\0").await?;
                continue;
            }
        };
        let (xid, operation) = (question.get_i32(), question.get_i32());
        let now = *state.borrow_and_update();
        match (operation, now) {
            (8, State::Leader(_)) => {
                respond(&mut io, xid, 0, b"\0\0\0\x01\0\0\0\x14json.info_0000000001").await?
            }
            (8, State::Nobody) => respond(&mut io, xid, 0, b"\0\0\0\0").await?,
            (4, State::Leader(leader)) => {
                let info = format!(r#"{{"address":{{"ip":"{leader}","port":5050}}}}"#);
                let mut body = BytesMut::new();
                body.put_i32(i32::try_from(info.len()).unwrap());
                body.put_slice(info.as_bytes());
                respond(&mut io, xid, 0, &body).await?;
            }
            (3 | 4 | 8, State::NoPath) => respond(&mut io, xid, -101, b"").await?,
            _ => respond(&mut io, xid, 0, b"").await?,
        }
    }
}

async fn read(io: &mut DuplexStream) -> io::Result<BytesMut> {
    let length = usize::try_from(io.read_i32().await?).unwrap();
    let mut frame = BytesMut::zeroed(length);
    io.read_exact(&mut frame).await?;
    Ok(frame)
}

async fn respond(io: &mut DuplexStream, xid: i32, error: i32, body: &[u8]) -> io::Result<()> {
    let mut frame = BytesMut::new();
    frame.put_i32(i32::try_from(16 + body.len()).unwrap());
    frame.put_i32(xid);
    frame.put_i64(1);
    frame.put_i32(error);
    frame.put_slice(body);
    io.write_all(&frame).await
}

fn at(host: &str) -> Address {
    Address::new(host, 5050)
}

#[statement::proves(zk1)]
#[tokio::test(start_paused = true)]
async fn leader_is_found_at_any_server() {
    let servers = Servers::new(&[2], "10.0.0.1");
    let detector = servers.detector("zk://h:1,h:2,h:3/mesos");
    assert_eq!(detector.detect(None).await.unwrap(), at("10.0.0.1"));
    assert_eq!(detector.detect(Some(&at("10.0.0.1"))).await.unwrap(), at("10.0.0.1"));
}

#[tokio::test(start_paused = true)]
async fn new_leader_is_noticed_also_after_a_cut() {
    let servers = Servers::new(&[1, 2], "10.0.0.1");
    let detector = servers.detector("zk://h:1,h:2/mesos");
    let first = detector.detect(None).await.unwrap();
    servers.state.send_replace(State::Leader("10.0.0.2"));
    let second = detector.changed(Some(&first)).await;
    assert_eq!(second, at("10.0.0.2"));
    // Everybody is cut off, and meanwhile the masters elect another one.
    servers.up.send_replace(vec![]);
    sleep(Duration::from_secs(60)).await;
    servers.state.send_replace(State::Leader("10.0.0.3"));
    servers.up.send_replace(vec![2]);
    let third = timeout(Duration::from_secs(16), detector.changed(Some(&second))).await.unwrap();
    assert_eq!(third, at("10.0.0.3"));
}

#[tokio::test(start_paused = true)]
async fn outage_is_not_a_change() {
    let servers = Servers::new(&[1], "10.0.0.1");
    let detector = servers.detector("zk://h:1/mesos");
    let leader = detector.detect(None).await.unwrap();
    let changed = detector.changed(Some(&leader));
    tokio::pin!(changed);
    let hour = Duration::from_secs(3600);
    for (up, state) in
        [(vec![], State::Leader("10.0.0.1")), (vec![1], State::Nobody), (vec![1], State::NoPath)]
    {
        servers.up.send_replace(up);
        servers.state.send_replace(state);
        assert!(timeout(hour, &mut changed).await.is_err());
    }
    servers.state.send_replace(State::Leader("10.0.0.1"));
    assert!(timeout(hour, &mut changed).await.is_err());
    assert_eq!(detector.detect(None).await.unwrap(), leader);
}

#[tokio::test(start_paused = true)]
async fn lost_ensemble_is_an_error_without_secret() {
    let servers = Servers::new(&[], "10.0.0.1");
    let detector = servers.detector("zk://user:secret@h1:1,h2:2/mesos");
    let error = detector.detect(None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    let text = format!("{error:#}");
    assert!(text.contains("h1:1 can't be reached") && text.contains("h2:2 can't be reached"), "{text}");
    assert!(!text.contains("secret"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn attempts_slow_down_without_responses() {
    let servers = Servers::new(&[], "10.0.0.1");
    let detector = servers.detector("zk://h:1,h:2,h:3/mesos");
    detector.detect(None).await.unwrap_err();
    let before = Instant::now();
    sleep(Duration::from_secs(600)).await;
    // Rounds of three with waits of 7.5 s on average, once these have grown.
    let rounds = servers.connections() / 3;
    assert!((40..200).contains(&rounds), "{rounds} rounds in {:?}", before.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_path_that_appears_later_is_noticed() {
    let servers = Servers::new(&[1], "10.0.0.1");
    servers.state.send_replace(State::NoPath);
    let detector = servers.detector("zk://h:1/mesos");
    let error = detector.detect(None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    servers.state.send_replace(State::Leader("10.0.0.1"));
    assert_eq!(detector.changed(None).await, at("10.0.0.1"));
}

#[tokio::test(start_paused = true)]
async fn the_connection_ends_with_the_detector() {
    let servers = Servers::new(&[1], "10.0.0.1");
    let detector = servers.detector("zk://h:1/mesos");
    detector.detect(None).await.unwrap();
    drop(detector);
    sleep(Duration::from_secs(600)).await;
    assert_eq!((servers.connections(), servers.state.receiver_count()), (1, 0));
}
