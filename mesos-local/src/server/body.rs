//! The body of a request: collected, decompressed and parsed.

use std::error::Error;
use std::io;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use mesos_sdk::timer::within;

use super::connection_limit::{Permit, Room};
use super::gzip::{self, Refusal};
use super::limits::{MAX_BODY, READ_TIMEOUT, UNPACKED_FACTOR, UNPACKED_FLOOR};
use super::{HttpResponse, decoding};

/// Parses the body of a request with these headers.
pub(super) async fn read<T: Send>(
    body: Incoming,
    headers: &HeaderMap,
    permit: &Permit,
    parse: impl Fn(&[u8]) -> Result<(T, usize), HttpResponse> + Send,
) -> Result<(T, Room), HttpResponse> {
    // Refuses a body by its declared length, without reading it.
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Err(too_large());
    }
    let whole = collect(Limited::new(body, MAX_BODY), permit);
    let whole = within(READ_TIMEOUT, whole).await.unwrap_or_else(|| Err(HttpResponse::broken()))?;
    match gzip::is_packed(headers) {
        true => unpack_and_parse(|| unpack(&whole), parse, permit).await,
        false => decoding::decode(move || parse(&whole), permit).await,
    }
}

/// Parses a body that `unpack` decompresses. It stays compressed until there is memory for the
/// result. One such body at a time is decompressed and parsed, because that takes far longer than
/// sending it; other requests are served in between.
async fn unpack_and_parse<T: Send>(
    unpack: impl Fn() -> Result<Bytes, HttpResponse> + Send,
    parse: impl Fn(&[u8]) -> Result<(T, usize), HttpResponse> + Send,
    permit: &Permit,
) -> Result<(T, Room), HttpResponse> {
    let parse = move || parse(&unpack()?);
    decoding::decode_in_turn(parse, permit).await
}

/// Collects the whole body. The permit counts what has come so far.
async fn collect(mut body: Limited<Incoming>, permit: &Permit) -> Result<Bytes, HttpResponse> {
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| unreadable(&*error))?;
        // Mesos' decoder treats trailers as an error.
        let data = frame.into_data().map_err(|_| malformed())?;
        permit.hold(data.len());
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

fn unpack(packed: &[u8]) -> Result<Bytes, HttpResponse> {
    let most = packed.len().saturating_mul(UNPACKED_FACTOR).saturating_add(UNPACKED_FLOOR).min(MAX_BODY);
    gzip::unpack(packed, most).map_err(|refusal| match refusal {
        Refusal::TooLarge => {
            let text = format!(
                "The decompressed body is larger than {most} bytes: at most {MAX_BODY} are accepted, and \
                 {UNPACKED_FACTOR} times the compressed size beyond {UNPACKED_FLOOR}"
            );
            HttpResponse::text(StatusCode::PAYLOAD_TOO_LARGE, text)
        }
        Refusal::Malformed => malformed(),
    })
}

fn too_large() -> HttpResponse {
    HttpResponse::text(StatusCode::PAYLOAD_TOO_LARGE, format!("The body is larger than {MAX_BODY} bytes"))
}

fn malformed() -> HttpResponse {
    HttpResponse::text(StatusCode::INTERNAL_SERVER_ERROR, "failed to decode body")
}

fn unreadable(error: &(dyn Error + Send + Sync + 'static)) -> HttpResponse {
    match error {
        error if error.is::<LengthLimitError>() => too_large(),
        error if is_malformed(error) => malformed(),
        _ => HttpResponse::broken(),
    }
}

/// Returns whether a body violates its framing, for example with a chunk that has no length.
fn is_malformed(error: &(dyn Error + 'static)) -> bool {
    let hyper = error.downcast_ref::<hyper::Error>();
    let cause = hyper.and_then(|error| error.source()?.downcast_ref::<io::Error>());
    let malformed = [io::ErrorKind::InvalidInput, io::ErrorKind::InvalidData];
    cause.is_some_and(|cause| malformed.contains(&cause.kind()))
}

#[cfg(test)]
mod tests {
    use std::pin::{Pin, pin};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll, Waker};

    use http::header::ACCEPT_ENCODING;

    use super::super::connection_limit::ConnectionLimit;
    use super::*;

    /// A decompressed body that is counted while it exists.
    struct Counted(Arc<AtomicUsize>);

    impl AsRef<[u8]> for Counted {
        fn as_ref(&self) -> &[u8] {
            b"body"
        }
    }

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[tokio::test]
    async fn compressed_bodies_wait_compressed() {
        let unpacked = Arc::<AtomicUsize>::default();
        let unpack = || {
            unpacked.fetch_add(1, Ordering::Relaxed);
            Ok(Bytes::from_owner(Counted(Arc::clone(&unpacked))))
        };
        let parse = |body: &[u8]| {
            assert_eq!(unpacked.load(Ordering::Relaxed), 1, "one at a time");
            Ok((body.len(), 1))
        };
        let permit = Arc::<ConnectionLimit>::default().take();
        let all = permit.room(usize::MAX);
        let mut waiting: Vec<_> =
            (0..6).map(|_| Box::pin(unpack_and_parse(unpack, parse, &permit))).collect();
        for _ in 0..20 {
            assert!(waiting.iter_mut().all(|call| poll(call.as_mut()).is_pending()));
            tokio::task::yield_now().await;
        }
        assert_eq!(unpacked.load(Ordering::Relaxed), 0, "all have been parsed once, and wait");
        drop(all);
        assert_eq!(waiting.remove(0).await.unwrap().0, 4);
    }

    #[tokio::test]
    async fn decompression_lets_others_pass() {
        let permit = Arc::<ConnectionLimit>::default().take();
        let (unpack, parse) = (|| Ok(Bytes::new()), |body: &[u8]| Ok((body.len(), 1)));
        let mut first = pin!(unpack_and_parse(unpack, parse, &permit));
        let mut second = pin!(unpack_and_parse(unpack, parse, &permit));
        assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
        let mut other = pin!(decoding::decode(|| parse(b""), &permit));
        assert!(poll(other.as_mut()).is_ready());
        assert!(poll(first.as_mut()).is_ready());
        drop(second.await.unwrap());
    }

    #[test]
    fn decompression_is_limited_by_the_compressed_size() {
        let wants_gzip: HeaderMap = [(ACCEPT_ENCODING, "gzip".parse().unwrap())].into_iter().collect();
        let pack = |length: usize| gzip::pack(&vec![0; length], &wants_gzip).unwrap();
        assert_eq!(unpack(&pack(UNPACKED_FLOOR)).unwrap().len(), UNPACKED_FLOOR);
        let bomb = pack(4 * UNPACKED_FLOOR);
        let refused = unpack(&bomb).unwrap_err();
        let most = bomb.len() * UNPACKED_FACTOR + UNPACKED_FLOOR;
        assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(format!("{:?}", refused.content).contains(&format!("larger than {most} bytes")));
    }
}
