//! Messages of a ZooKeeper server.

use std::time::Duration;

use bytes::BytesMut;

use crate::Address;
use crate::detect::zookeeper::machine::{Session, election, next_frame, wire};
use crate::detect::zookeeper::{Ensemble, MASTERS};

/// How long the session may wait for a server: no longer than a session lasts.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Reads what a server sends, from the greeting to the end; each part arrives as many milliseconds
/// after the one before as its first byte is. Incomplete data never exceeds one frame.
pub fn zookeeper(data: &[u8]) {
    let Some((first, stream)) = data.split_first() else { return };
    let text = if first.is_multiple_of(2) { "zk://h:1/mesos" } else { "zk://user:password@h:1/mesos" };
    let Ok(ensemble) = Ensemble::parse(text, &MASTERS) else { panic!("{text} is an ensemble") };
    let server = Address::new("h", 1);
    let mut session = Session::new(&ensemble, &server, Duration::ZERO);
    let (mut received, mut now) = (BytesMut::new(), Duration::ZERO);
    for part in stream.chunks(usize::from(*first).max(1)) {
        received.extend_from_slice(part);
        now += Duration::from_millis(part[0].into());
        let next = take_frames(&mut session, &mut received, now).and_then(|()| session.tick(now));
        if let Err(error) = next {
            return assert!(error.to_string().contains("h:1"), "{error}");
        }
        assert!(received.len() < 4 + wire::MAX_FRAME);
        // The greeting, or a ping.
        assert!(session.take_outputs().len() <= 2);
        assert!(session.deadline() > now && session.deadline() <= now + LONGEST_WAIT);
    }
}

fn take_frames(
    session: &mut Session<'_>,
    received: &mut BytesMut,
    now: Duration,
) -> Result<(), crate::Error> {
    while let Some(frame) = next_frame(received).map_err(|_| no_frame())? {
        session.take(now, frame)?;
        // A response leads to at most one result and one further request; the greeting may wait.
        assert!(session.take_outputs().len() <= 3);
    }
    Ok(())
}

fn no_frame() -> crate::Error {
    crate::detect::zookeeper::machine::no_zookeeper(&Address::new("h", 1))
}

/// Reads a master's info, and the names of the nodes beside it, one on each line.
pub fn master_info(data: &[u8]) {
    if let Some(address) = election::address(data) {
        assert_eq!(address.to_string().parse::<Address>().ok(), Some(address));
    }
    let names: Vec<_> = String::from_utf8_lossy(data).lines().map(str::to_owned).collect();
    let leader = election::leader(&names);
    assert!(leader.is_none_or(|leader| leader.starts_with("json.info_")));
}
