//! `RecordIO`.

use std::mem::discriminant;

use bytes::Bytes;

use crate::wire::{RecordDecoder, RecordError, encode_record};

/// The largest record that is accepted.
const MAX_RECORD: usize = 4096;

/// Reads a stream of records. The first byte sets how many bytes arrive at a time, which must not
/// change the result. No record may exceed the limit.
pub fn recordio(data: &[u8]) {
    let Some((at_a_time, stream)) = data.split_first() else { return };
    let (records, end) = decode(stream, stream.len().max(1));
    let (in_parts, end_in_parts) = decode(stream, usize::from(*at_a_time).max(1));
    assert_eq!(records, in_parts);
    // How much of a malformed line the error shows depends on the pieces in which it arrived.
    assert_eq!(end.as_ref().map(discriminant), end_in_parts.as_ref().map(discriminant));
    assert!(records.iter().all(|record| record.len() <= MAX_RECORD));
    assert!(end.is_none_or(|error| !error.to_string().is_empty()));
    let again: Vec<u8> = records.iter().flat_map(|record| encode_record(record)).collect();
    assert_eq!(decode(&again, again.len().max(1)), (records, None));
}

/// Returns the records, and the error that ends them.
fn decode(stream: &[u8], at_a_time: usize) -> (Vec<Bytes>, Option<RecordError>) {
    let mut decoder = RecordDecoder::new(MAX_RECORD);
    let mut records = Vec::new();
    for part in stream.chunks(at_a_time) {
        decoder.push(part);
        loop {
            match decoder.next_record() {
                Ok(Some(record)) => records.push(record),
                Ok(None) => break,
                Err(error) if error.passed_over().is_some() => {}
                Err(error) => {
                    assert_eq!(decoder.next_record(), Err(error.clone()), "the error is not final");
                    return (records, Some(error));
                }
            }
        }
    }
    (records, None)
}
