//! The server that sends the response.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use mesos_sdk::wire::Encoding;
use peer::RequestRef;
use prost::encoding::{WireType, encode_key, encode_varint};

use super::PIECE;

/// The tag of `get_tasks` in a response.
const GET_TASKS: u32 = 13;
const READ: usize = 64 << 10;

/// A server that sends this response, as often as it is asked.
#[derive(Debug)]
pub struct Server {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    /// How many bytes the response has.
    pub length: usize,
}

/// Head and body.
struct Response {
    head: Vec<u8>,
    piece: Vec<u8>,
    /// What follows the last piece instead of the end of a piece.
    tail: Vec<u8>,
    pieces: usize,
}

impl Server {
    /// Serves at least so many tasks until the process ends.
    ///
    /// # Errors
    ///
    /// There is no free port.
    pub fn start(encoding: Encoding, tasks: usize) -> io::Result<Self> {
        let response = Arc::new(Response::new(encoding, tasks.div_ceil(PIECE)));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let (port, length) = (listener.local_addr()?.port(), response.pieces * response.piece.len());
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let response = Arc::clone(&response);
                // A reader that goes away is missed by whoever waits for its figures.
                thread::spawn(move || drop(response.send(socket)));
            }
        });
        Ok(Self { port, length })
    }
}

impl Response {
    fn new(encoding: Encoding, pieces: usize) -> Self {
        let (before, piece, tail) = match encoding {
            Encoding::Json => json(),
            _ => protobuf(pieces),
        };
        let length = before.len() + piece.len() * pieces + tail.len();
        let length = if encoding == Encoding::Json { length - 1 } else { length };
        let media = encoding.media_type();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {length}\r\n\r\n")
            .into_bytes();
        Self { head: [head, before].concat(), piece, tail, pieces }
    }

    fn send(&self, mut socket: TcpStream) -> io::Result<()> {
        let (mut input, mut read) = (Vec::new(), vec![0; READ]);
        while RequestRef::parse(&input)?.is_none() {
            let length = socket.read(&mut read)?;
            input.extend_from_slice(&read[..length]);
        }
        socket.write_all(&self.head)?;
        for _ in 1..self.pieces {
            socket.write_all(&self.piece)?;
        }
        // No comma follows the last one.
        let last = self.piece.len() - usize::from(!self.tail.is_empty());
        socket.write_all(&self.piece[..last])?;
        socket.write_all(&self.tail)?;
        while socket.read(&mut read)? > 0 {}
        Ok(())
    }
}

fn protobuf(pieces: usize) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let (piece, mut before) = (Encoding::Protobuf.encode(&super::piece()).to_vec(), Vec::new());
    encode_key(GET_TASKS, WireType::LengthDelimited, &mut before);
    encode_varint((piece.len() * pieces) as u64, &mut before);
    (before, piece, Vec::new())
}

fn json() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let mut piece = Vec::new();
    for task in super::piece().tasks {
        piece.extend_from_slice(&Encoding::Json.encode(&task));
        piece.push(b',');
    }
    (br#"{"type":"GET_TASKS","get_tasks":{"tasks":["#.to_vec(), piece, b"]}}".to_vec())
}
