//! Answers to many calls on one connection.

use bytes::Bytes;

use crate::http::machine::{After, Answers, MalformedAnswer, Part};

/// What a peer sends in answer to calls, to the end of the connection; the first byte says how many bytes come at a time.
/// How they are cut changes nothing, and after an answer that is the last one nothing comes.
pub fn answers(data: &[u8]) {
    let Some((at_a_time, bytes)) = data.split_first() else { return };
    let whole = decode(bytes, bytes.len().max(1));
    assert_eq!(decode(bytes, usize::from(*at_a_time).max(1)), whole);
    let (parts, end) = whole;
    assert!(end.is_none_or(|error| !error.to_string().is_empty()));
    let data: usize = parts.iter().map(length).sum();
    assert!(data <= bytes.len(), "{data} bytes of {}", bytes.len());
    let last = parts.iter().position(|part| matches!(part, Part::End(After::Nothing)));
    assert!(last.is_none_or(|last| last + 1 == parts.len()), "{parts:?}");
}

/// The parts, data that lies together as one, and the error that ends them.
fn decode(bytes: &[u8], at_a_time: usize) -> (Vec<Part>, Option<MalformedAnswer>) {
    let mut answers = Answers::new();
    let mut parts = Vec::new();
    for piece in bytes.chunks(at_a_time) {
        answers.room().extend_from_slice(piece);
        loop {
            match answers.next() {
                Ok(Some(part)) => add(&mut parts, part),
                Ok(None) => break,
                Err(error) => return (parts, Some(error)),
            }
        }
    }
    parts.extend(answers.end());
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
