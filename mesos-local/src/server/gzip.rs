//! Bodies in gzip, in both directions.

use std::io::{Read as _, Write as _};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http::HeaderMap;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};

use super::quality::quality;

/// The shortest response that is compressed, as in Mesos.
const MIN_PACKED: usize = 1024;

/// Why a body can't be decompressed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It would exceed the limit.
    TooLarge,
    Malformed,
}

/// Returns whether the body with these headers is compressed. Mesos knows this one encoding and
/// ignores others.
pub(super) fn is_packed(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding == "gzip")
}

/// Decompresses a body of at most `limit` bytes.
pub(super) fn unpack(packed: &[u8], limit: usize) -> Result<Bytes, Refusal> {
    let mut unpacked = Vec::new();
    let mut decoder = GzDecoder::new(packed).take(limit as u64 + 1);
    decoder.read_to_end(&mut unpacked).map_err(|_| Refusal::Malformed)?;
    match unpacked.len() > limit {
        true => Err(Refusal::TooLarge),
        false => Ok(unpacked.into()),
    }
}

/// Compresses a body, if the request's headers ask for that and it is worthwhile.
pub(super) fn pack(body: &[u8], request: &HeaderMap) -> Option<Bytes> {
    let accepted = request.get(ACCEPT_ENCODING)?.to_str().ok()?;
    let quality = ["gzip", "*"].into_iter().find_map(|encoding| quality(accepted, encoding))?;
    if quality <= 0.0 || body.len() < MIN_PACKED {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanting(encoding: &str) -> HeaderMap {
        [(ACCEPT_ENCODING, encoding.parse().unwrap())].into_iter().collect()
    }

    #[statement::proves(gzip)]
    #[test]
    fn only_large_responses_are_compressed() {
        let large = [b'a'; MIN_PACKED];
        for encoding in ["gzip", "GZIP", "*", "deflate, gzip", "gzip;q=0.1"] {
            let packed = pack(&large, &wanting(encoding)).unwrap();
            assert_eq!(unpack(&packed, MIN_PACKED).unwrap(), large[..]);
        }
        for encoding in ["deflate", "gzip;q=0", "identity", "gzip;q=0, *"] {
            assert_eq!(pack(&large, &wanting(encoding)), None, "{encoding}");
        }
        assert_eq!(pack(&large, &HeaderMap::new()), None);
        assert_eq!(pack(&large[1..], &wanting("gzip")), None);
    }

    #[test]
    fn what_comes_out_of_a_body_is_limited() {
        let packed = pack(&vec![0; 1 << 20], &wanting("gzip")).unwrap();
        assert!(packed.len() < 2000);
        assert_eq!(unpack(&packed, 1 << 20).unwrap().len(), 1 << 20);
        assert_eq!(unpack(&packed, (1 << 20) - 1), Err(Refusal::TooLarge));
        assert_eq!(unpack(b"{}", 100), Err(Refusal::Malformed));
        assert_eq!(unpack(&packed[..packed.len() / 2], 1 << 20), Err(Refusal::Malformed));
    }
}
