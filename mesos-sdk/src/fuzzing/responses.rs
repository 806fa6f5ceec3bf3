//! Responses to many requests on one connection.

use bytes::Bytes;

use crate::http::pipelined::machine::{After, MalformedResponse, Part, Responses};
use crate::wire::RecordDecoder;

/// The largest record that is accepted.
const MAX_RECORD: usize = 1 << 10;

/// Reads what a peer sends in response to requests, to the end of the connection. The first byte
/// sets how many bytes arrive at a time, which must not change the result. Nothing follows a
/// response that is the last one. If a response is a stream of records, the fast path for whole
/// records must return the same records.
pub fn responses(data: &[u8]) {
    let Some((at_a_time, bytes)) = data.split_first() else { return };
    let whole = decode(bytes, bytes.len().max(1));
    assert_eq!(decode(bytes, usize::from(*at_a_time).max(1)), whole);
    let (parts, end) = whole;
    assert!(end.is_none_or(|error| !error.to_string().is_empty()));
    let data: usize = parts.iter().map(length).sum();
    assert!(data <= bytes.len(), "{data} bytes of {}", bytes.len());
    let last = parts.iter().position(|part| matches!(part, Part::End(After::Nothing)));
    assert!(last.is_none_or(|last| last + 1 == parts.len()), "{parts:?}");
    for at_a_time in [usize::from(*at_a_time), bytes.len()] {
        let [split, taken] = [false, true].map(|at_once| records(bytes, at_a_time.max(1), at_once));
        assert_eq!(taken, split);
    }
}

/// Returns the records in the bodies, up to the first error. With `at_once`, whole records are
/// taken by the fast path; otherwise all are split off.
fn records(bytes: &[u8], at_a_time: usize, at_once: bool) -> Vec<Bytes> {
    let (mut responses, mut decoder) = (Responses::new(), RecordDecoder::new(MAX_RECORD));
    let mut records = Vec::new();
    for piece in bytes.chunks(at_a_time) {
        responses.room().extend_from_slice(piece);
        loop {
            let taken = (at_once && !decoder.has_partial_record())
                .then(|| responses.take_record(MAX_RECORD, Bytes::copy_from_slice))
                .flatten();
            records.extend(taken.iter().cloned());
            match responses.next() {
                Ok(Some(Part::Data(data))) => decoder.push_bytes(data),
                Ok(None) if taken.is_none() => break,
                Ok(_) => {}
                Err(_) => return records,
            }
            while let Some(record) = decoder.next_record().transpose() {
                let Ok(record) = record else { return records };
                records.push(record);
            }
        }
    }
    records
}

/// Returns the parts, with adjacent data joined, and the error that ends them.
fn decode(bytes: &[u8], at_a_time: usize) -> (Vec<Part>, Option<MalformedResponse>) {
    let mut responses = Responses::new();
    let mut parts = Vec::new();
    for piece in bytes.chunks(at_a_time) {
        responses.room().extend_from_slice(piece);
        loop {
            match responses.next() {
                Ok(Some(part)) => add(&mut parts, part),
                Ok(None) => break,
                Err(error) => return (parts, Some(error)),
            }
        }
    }
    parts.extend(responses.end());
    (parts, None)
}

fn add(parts: &mut Vec<Part>, part: Part) {
    match (parts.last_mut(), part) {
        (Some(Part::Data(before)), Part::Data(data)) => {
            *before = Bytes::from([&before[..], &data[..]].concat())
        }
        (_, part) => parts.push(part),
    }
}

fn length(part: &Part) -> usize {
    if let Part::Data(data) = part { data.len() } else { 0 }
}
