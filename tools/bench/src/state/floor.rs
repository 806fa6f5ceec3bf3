//! The floor: knows what comes, and decodes each task where it lies in what was read.

use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};

use anyhow::{Context as _, Result, ensure};
use mesos_sdk::proto::v1::Task;
use mesos_sdk::wire::Encoding;
use prost::Message as _;
use prost::encoding::{decode_key, decode_varint};

use super::Orders;
use crate::measure::{Meter, Reading};

/// How much is read at once.
const READ: usize = 256 << 10;

/// Reads all tasks; returns how many there were.
pub(super) fn read(orders: Orders) -> Result<(usize, Reading)> {
    let (meter, encoding) = (Meter::start()?, orders.encoding());
    let mut socket = TcpStream::connect((Ipv4Addr::LOCALHOST, orders.port))?;
    let mut request = Vec::new();
    crate::floor::request(&mut request, encoding, b"", false);
    socket.write_all(&request)?;
    let mut buffer = vec![0; READ];
    let (mut used, mut filled, mut tasks, mut has_begun) = (0, 0, 0, false);
    while tasks < orders.tasks {
        let length = socket.read(&mut buffer[filled..])?;
        ensure!(length > 0, "the response ended early");
        filled += length;
        if !has_begun {
            used = begin(&buffer[..filled], encoding).context("no response")?;
            has_begun = true;
        }
        while tasks < orders.tasks
            && let Some(length) = task(&buffer[used..filled], encoding)?
        {
            used += length;
            tasks += 1;
        }
        buffer.copy_within(used..filled, 0);
        (used, filled) = (0, filled - used);
    }
    Ok((tasks, meter.read()?))
}

/// Returns where the first task begins.
fn begin(bytes: &[u8], encoding: Encoding) -> Option<usize> {
    let body = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    if encoding == Encoding::Json {
        return Some(body + bytes[body..].iter().position(|byte| *byte == b'[')? + 1);
    }
    let mut rest = &bytes[body..];
    decode_key(&mut rest).ok()?;
    decode_varint(&mut rest).ok()?;
    Some(bytes.len() - rest.len())
}

/// Decodes a task; returns the bytes up to the next one, or `None` if it is not complete.
fn task(bytes: &[u8], encoding: Encoding) -> Result<Option<usize>> {
    if encoding == Encoding::Json {
        return json(bytes);
    }
    let mut rest = bytes;
    // A key has one byte, and a length of less than 16 KiB two.
    if bytes.len() < 3 {
        return Ok(None);
    }
    decode_key(&mut rest)?;
    let length = usize::try_from(decode_varint(&mut rest)?)?;
    let Some(task) = rest.get(..length) else { return Ok(None) };
    drop(black_box(Task::decode(task)?));
    Ok(Some(bytes.len() - rest.len() + length))
}

fn json(bytes: &[u8]) -> Result<Option<usize>> {
    // The comma after the task before it.
    let start = usize::from(bytes.first() == Some(&b','));
    let mut tasks = serde_json::Deserializer::from_slice(&bytes[start..]).into_iter::<Task>();
    match tasks.next() {
        Some(Ok(task)) => {
            drop(black_box(task));
            Ok(Some(start + tasks.byte_offset()))
        }
        Some(Err(error)) if !error.is_eof() => Err(error.into()),
        _ => Ok(None),
    }
}
