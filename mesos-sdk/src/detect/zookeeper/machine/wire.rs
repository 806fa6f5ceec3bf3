//! ZooKeeper's binary protocol: the few messages that a reader needs, and a writer of one node.
//!
//! Each message is a frame: its length, then its bytes. Numbers are big-endian; texts, buffers and
//! lists begin with their length, which is −1 for none.

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// The largest frame that is taken, in bytes: four times what a server takes by default.
pub(crate) const MAX_FRAME: usize = 4 << 20;

/// The `xid` of a message that is not a reply to a request.
pub(crate) const EVENT: i32 = -1;
pub(crate) const PING: i32 = -2;
pub(crate) const AUTHENTICATION: i32 = -4;

/// The `error` of a response.
pub(crate) const OK: i32 = 0;
pub(crate) const NO_NODE: i32 = -101;
pub(crate) const NOT_ALLOWED: i32 = -102;
pub(crate) const NODE_EXISTS: i32 = -110;

/// A frame that can't be what a server of ZooKeeper sends.
#[derive(Debug)]
pub(crate) struct Malformed;

/// Returns the first message of a connection: a new session with this timeout.
pub(crate) fn connect(timeout_ms: i32) -> Bytes {
    framed(|out| {
        out.put_i32(0); // The version of the protocol.
        out.put_i64(0); // The last change that was seen.
        out.put_i32(timeout_ms);
        out.put_i64(0); // No session to go on with …
        put_buffer(out, &[0; 16]); // … and so no password of one.
        out.put_u8(0); // A server that is cut off from the others won't do.
    })
}

/// Returns the authentication by ZooKeeper's scheme `digest`. The server makes the digest.
pub(crate) fn authentication(credentials: &str) -> Bytes {
    framed(|out| {
        put_header(out, AUTHENTICATION, 100);
        out.put_i32(0);
        put_buffer(out, b"digest");
        put_buffer(out, credentials.as_bytes());
    })
}

pub(crate) fn ping() -> Bytes {
    framed(|out| put_header(out, PING, 11))
}

/// Makes the server catch up with the leader of its ensemble before it responds to the next
/// request.
pub(crate) fn sync(xid: i32, path: &str) -> Bytes {
    framed(|out| {
        put_header(out, xid, 9);
        put_buffer(out, path.as_bytes());
    })
}

/// Asks for the names of the children, and for an event when they change.
pub(crate) fn get_children(xid: i32, path: &str) -> Bytes {
    framed(|out| {
        put_header(out, xid, 8);
        put_buffer(out, path.as_bytes());
        out.put_u8(1);
    })
}

/// Asks whether the node is there, and for an event when that changes.
pub(crate) fn exists(xid: i32, path: &str) -> Bytes {
    framed(|out| {
        put_header(out, xid, 3);
        put_buffer(out, path.as_bytes());
        out.put_u8(1);
    })
}

/// Asks for the data of a node.
pub(crate) fn get_data(xid: i32, path: &str) -> Bytes {
    framed(|out| {
        put_header(out, xid, 4);
        put_buffer(out, path.as_bytes());
        out.put_u8(0);
    })
}

/// Makes a node that stays, and that everybody may read: as Mesos makes its own. Who has
/// authenticated may do everything else, and nobody but that one; without authentication everybody
/// may.
pub(crate) fn create(xid: i32, path: &str, data: &[u8], authenticated: bool) -> Bytes {
    const READ: i32 = 1;
    const ALL: i32 = 31;
    let world = ("world", "anyone");
    let rights = match authenticated {
        true => vec![(READ, world), (ALL, ("auth", ""))],
        false => vec![(ALL, world)],
    };
    framed(|out| {
        put_header(out, xid, 1);
        put_buffer(out, path.as_bytes());
        put_buffer(out, data);
        out.put_i32(i32::try_from(rights.len()).unwrap_or(i32::MAX));
        for (right, (scheme, who)) in rights {
            out.put_i32(right);
            put_buffer(out, scheme.as_bytes());
            put_buffer(out, who.as_bytes());
        }
        out.put_i32(0); // It does not end with the session.
    })
}

/// Whatever version a node is of.
const ANY_VERSION: i32 = -1;

/// Replaces the data of a node.
pub(crate) fn set_data(xid: i32, path: &str, data: &[u8]) -> Bytes {
    framed(|out| {
        put_header(out, xid, 5);
        put_buffer(out, path.as_bytes());
        put_buffer(out, data);
        out.put_i32(ANY_VERSION);
    })
}

/// Removes a node.
pub(crate) fn delete(xid: i32, path: &str) -> Bytes {
    framed(|out| {
        put_header(out, xid, 2);
        put_buffer(out, path.as_bytes());
        out.put_i32(ANY_VERSION);
    })
}

/// Returns the last message of a connection: the session is over.
pub(crate) fn close() -> Bytes {
    framed(|out| put_header(out, 0, -11))
}

fn framed(fill: impl FnOnce(&mut BytesMut)) -> Bytes {
    let mut body = BytesMut::new();
    fill(&mut body);
    let mut frame = BytesMut::with_capacity(4 + body.len());
    put_buffer(&mut frame, &body);
    frame.freeze()
}

fn put_header(out: &mut BytesMut, xid: i32, operation: i32) {
    out.put_i32(xid);
    out.put_i32(operation);
}

fn put_buffer(out: &mut BytesMut, bytes: &[u8]) {
    out.put_i32(i32::try_from(bytes.len()).unwrap_or(i32::MAX));
    out.put_slice(bytes);
}

/// Returns the next whole frame, which is taken out of `received`.
pub(crate) fn next_frame(received: &mut BytesMut) -> Result<Option<Bytes>, Malformed> {
    let Some(mut head) = received.get(..4) else { return Ok(None) };
    let length = usize::try_from(head.get_i32()).ok().filter(|length| *length <= MAX_FRAME);
    let length = length.ok_or(Malformed)?;
    if received.len() < 4 + length {
        return Ok(None);
    }
    received.advance(4);
    Ok(Some(received.split_to(length).freeze()))
}

/// Returns the timeout of the session in milliseconds, out of the reply to [`connect`]. A session
/// that could not be made has none.
pub(crate) fn session_timeout(mut frame: Bytes) -> Result<u64, Malformed> {
    frame.try_get_i32().map_err(|_| Malformed)?;
    let timeout = frame.try_get_i32().map_err(|_| Malformed)?;
    frame.try_get_i64().map_err(|_| Malformed)?;
    get_buffer(&mut frame)?;
    u64::try_from(timeout).ok().filter(|timeout| *timeout > 0).ok_or(Malformed)
}

/// The response to a request, or an event.
pub(crate) struct Reply {
    pub(crate) xid: i32,
    pub(crate) error: i32,
    pub(crate) body: Bytes,
}

pub(crate) fn reply(mut frame: Bytes) -> Result<Reply, Malformed> {
    let xid = frame.try_get_i32().map_err(|_| Malformed)?;
    frame.try_get_i64().map_err(|_| Malformed)?;
    let error = frame.try_get_i32().map_err(|_| Malformed)?;
    Ok(Reply { xid, error, body: frame })
}

/// Returns the names in the reply to [`children`].
pub(crate) fn names(mut body: Bytes) -> Result<Vec<String>, Malformed> {
    let count = body.try_get_i32().map_err(|_| Malformed)?;
    let name = |_| Ok(String::from_utf8_lossy(&get_buffer(&mut body)?).into_owned());
    (0..count).map(name).collect()
}

/// Returns the bytes in the reply to [`data`].
pub(crate) fn contents(mut body: Bytes) -> Result<Bytes, Malformed> {
    get_buffer(&mut body)
}

fn get_buffer(bytes: &mut Bytes) -> Result<Bytes, Malformed> {
    let length = bytes.try_get_i32().map_err(|_| Malformed)?;
    match usize::try_from(length) {
        Ok(length) if length <= bytes.len() => Ok(bytes.split_to(length)),
        Err(_) if length == -1 => Ok(Bytes::new()),
        _ => Err(Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_what_a_server_reads() {
        assert_eq!(
            get_children(7, "/m").as_ref(),
            b"\0\0\0\x0f\0\0\0\x07\0\0\0\x08\0\0\0\x02/m\x01".as_slice()
        );
        assert_eq!(ping().as_ref(), b"\0\0\0\x08\xff\xff\xff\xfe\0\0\0\x0b");
        let deletion = b"\0\0\0\x12\0\0\0\x07\0\0\0\x02\0\0\0\x02/m\xff\xff\xff\xff";
        assert_eq!(delete(7, "/m").as_ref(), deletion, "of whatever version");
        assert_eq!(connect(10_000).len(), 4 + 45);
        let authentication = authentication("u:p");
        assert_eq!(&authentication[4..16], b"\xff\xff\xff\xfc\0\0\0\x64\0\0\0\0");
        assert_eq!(&authentication[16..], b"\0\0\0\x06digest\0\0\0\x03u:p");
    }

    #[test]
    fn frames_are_taken_whole() {
        let mut received = BytesMut::from(&b"\0\0\0\x02ab\0\0\0\x01"[..]);
        assert_eq!(next_frame(&mut received).unwrap().unwrap(), "ab");
        assert!(next_frame(&mut received).unwrap().is_none());
        received.extend_from_slice(b"c");
        assert_eq!(next_frame(&mut received).unwrap().unwrap(), "c");
        for length in [-1, i32::MIN, i32::MAX, 4 * (1 << 20) + 1] {
            assert!(next_frame(&mut BytesMut::from(&length.to_be_bytes()[..])).is_err(), "{length}");
        }
    }

    #[test]
    fn empty_node_has_length_zero_or_minus_one() {
        for (body, wanted) in [(&b"\0\0\0\x02ab"[..], "ab"), (b"\0\0\0\0", ""), (b"\xff\xff\xff\xff", "")] {
            assert_eq!(contents(Bytes::from_static(body)).unwrap(), wanted, "{body:?}");
        }
        for body in [&b"\xff\xff\xff\xfe"[..], b"\0\0\0\x03ab", b"\0\0\0"] {
            assert!(contents(Bytes::from_static(body)).is_err(), "{body:?}");
        }
    }

    #[test]
    fn names_end_with_the_frame() {
        assert_eq!(names(Bytes::from_static(b"\0\0\0\x02\0\0\0\x01a\0\0\0\0")).unwrap(), ["a", ""]);
        assert!(names(Bytes::from_static(b"\xff\xff\xff\xff")).unwrap().is_empty());
        assert!(names(Bytes::from_static(b"\x7f\xff\xff\xff\0\0\0\0")).is_err());
    }
}
