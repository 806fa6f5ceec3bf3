//! Responses, cut anywhere.

use super::*;

/// All parts of `bytes` when they come in these pieces; data that lies together is put together.
fn parts<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<Part>, MalformedResponse> {
    let mut responses = Responses::new();
    let mut found = Vec::new();
    for piece in pieces {
        responses.room().extend_from_slice(piece);
        while let Some(part) = responses.next()? {
            add(&mut found, part);
        }
    }
    found.extend(responses.end());
    Ok(found)
}

fn add(found: &mut Vec<Part>, part: Part) {
    match (found.last_mut(), part) {
        (Some(Part::Data(before)), Part::Data(data)) => *before = [&before[..], &data[..]].concat().into(),
        (_, part) => found.push(part),
    }
}

/// The parts, which are the same for every way to cut the bytes in two, and byte by byte.
fn however_cut(bytes: &[u8]) -> Result<Vec<Part>, MalformedResponse> {
    let whole = parts([bytes]);
    for at in 0..=bytes.len() {
        let (before, after) = bytes.split_at(at);
        assert_eq!(parts([before, after]), whole, "cut at {at}");
    }
    assert_eq!(parts(bytes.chunks(1)), whole);
    whole
}

fn head(status: u16, headers: &[(&'static str, &str)]) -> Part {
    let headers = headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
    Part::Head(ResponseHead { status: StatusCode::from_u16(status).unwrap(), headers: headers.collect() })
}

fn data(text: &'static str) -> Part {
    Part::Data(Bytes::from_static(text.as_bytes()))
}

#[test]
fn responses_in_a_row() {
    let bytes = b"HTTP/1.1 202 Accepted\r\nDate: today\r\nContent-Length: 0\r\n\r\n\
        HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nnoHTTP/1.1 204 No Content\r\n\r\n";
    let wanted = [
        head(202, &[]),
        Part::End(After::Another),
        head(400, &[("content-length", "2")]),
        data("no"),
        Part::End(After::Another),
        head(204, &[]),
        Part::End(After::Another),
    ];
    assert_eq!(however_cut(bytes).unwrap(), wanted);
}

#[test]
fn chunks_with_extensions_and_trailers() {
    let bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n\
        5\r\nhello\r\nA;name=\"x\"\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\nHTTP/1.1 202 OK\r\nContent-Length: 0\r\n\r\n";
    let wanted = [
        head(200, &[("transfer-encoding", "gzip, Chunked")]),
        data("hello0123456789"),
        Part::End(After::Another),
        head(202, &[]),
        Part::End(After::Another),
    ];
    assert_eq!(however_cut(bytes).unwrap(), wanted);
}

#[test]
fn body_without_length_ends_with_connection() {
    let bytes = b"HTTP/1.1 500 Oh\r\n\r\nno more";
    let wanted = [head(500, &[]), data("no more"), Part::End(After::Nothing)];
    assert_eq!(however_cut(bytes).unwrap(), wanted);
    let truncated = b"HTTP/1.1 500 Oh\r\nContent-Length: 9\r\n\r\nno more";
    assert_eq!(however_cut(truncated).unwrap().len(), 2, "no end");
}

#[test]
fn whether_another_response_follows() {
    for (version, header, after) in [
        ("1.1", "", After::Another),
        ("1.1", "Connection: keep-alive\r\n", After::Another),
        ("1.1", "Connection: Upgrade , Close\r\n", After::Nothing),
        ("1.0", "Connection: close\r\n", After::Nothing),
        ("1.0", "", After::Nothing),
        ("1.0", "Connection: keep-alive\r\n", After::Nothing),
    ] {
        let bytes = format!("HTTP/{version} 202 OK\r\n{header}Content-Length: 0\r\n\r\n");
        let parts = however_cut(bytes.as_bytes()).unwrap();
        assert_eq!(parts, [head(202, &[]), Part::End(after)], "{version} {header}");
    }
}

#[test]
fn informational_responses_are_skipped() {
    let bytes = b"\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\nLink: x\n\nHTTP/1.1 204 No\n\n";
    assert_eq!(however_cut(bytes).unwrap(), [head(204, &[]), Part::End(After::Another)]);
}

#[test]
fn non_http_is_refused() {
    for (bytes, why) in [
        (&b"SSH-2.0-x\r\n"[..], MalformedResponse::Beginning),
        (b"HTTP/2.0 200 OK\r\n\r\n", MalformedResponse::Beginning),
        (b"HTTP/1.1 101 Now\r\n\r\n", MalformedResponse::Upgrade),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", MalformedResponse::Length),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", MalformedResponse::Length),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", MalformedResponse::Chunk),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", MalformedResponse::Chunk),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", MalformedResponse::Chunk),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n;x\r\n", MalformedResponse::Chunk),
        (b"HTTP/1.1 200 OK\r\nA B: c\r\n\r\n", MalformedResponse::Head(httparse::Error::HeaderName)),
    ] {
        assert_eq!(however_cut(bytes), Err(why), "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn nothing_grows_without_a_limit() {
    let head = format!("HTTP/1.1 200 OK\r\nA: {}", "a".repeat(MAX_HEAD));
    assert_eq!(parts([head.as_bytes()]), Err(MalformedResponse::LargeHead(MAX_HEAD)));
    for rest in ["1;", "0\r\nTrailer: "] {
        let long = "a".repeat(8 << 10);
        let bytes = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{rest}{long}");
        assert_eq!(parts([bytes.as_bytes()]), Err(MalformedResponse::Chunk), "{rest}");
    }
    let trailers = "A: a\r\n".repeat(1 << 10);
    let bytes = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n{trailers}");
    assert_eq!(parts([bytes.as_bytes()]), Err(MalformedResponse::Chunk), "all lines together");
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: a\r\n".repeat(MAX_HEADERS + 1));
    assert_eq!(parts([many.as_bytes()]), Err(MalformedResponse::Head(httparse::Error::TooManyHeaders)));
    let some = format!("HTTP/1.1 204 OK\r\n{}\r\n", "A: a\r\n".repeat(MAX_HEADERS));
    assert_eq!(parts([some.as_bytes()]).unwrap().len(), 2);
}

#[test]
fn what_comes_is_not_copied() {
    let mut responses = Responses::new();
    let room = responses.room();
    room.extend_from_slice(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    let came = room.as_ptr_range();
    assert!(matches!(responses.next(), Ok(Some(Part::Head(_)))));
    let Ok(Some(Part::Data(data))) = responses.next() else { panic!("no data") };
    assert!(came.contains(&data.as_ptr()));
}

#[test]
fn there_is_room_for_much_whatever_has_come() {
    let mut responses = Responses::new();
    for _ in 0..100 {
        let room = responses.room();
        assert!(room.capacity() - room.len() >= TOO_LITTLE);
        let most = room.len() + 5000;
        room.resize(most, b'x');
    }
    let room = responses.room();
    let all_but_enough = room.capacity() - TOO_LITTLE;
    room.resize(all_but_enough, b'x');
    let capacity = room.capacity();
    assert_eq!(responses.room().capacity(), capacity, "there is enough room yet");
}

#[test]
fn records_in_own_chunks_are_taken_at_once() {
    let mut responses = Responses::new();
    responses
        .room()
        .extend_from_slice(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n3\nabc\r\n");
    assert!(matches!(responses.next(), Ok(Some(Part::Head(_)))));
    let take = |responses: &mut Responses| responses.take_record(3, <[u8]>::to_vec);
    assert_eq!(take(&mut responses).unwrap(), b"abc");
    assert_eq!(take(&mut responses), None);
    responses.room().extend_from_slice(b"5\r\n3\ndef\r\n3\r\n1\n");
    assert_eq!(take(&mut responses).unwrap(), b"def");
    assert_eq!(take(&mut responses), None, "not all of it has come");
}

#[test]
fn a_record_that_is_a_chunk_is_found() {
    for (bytes, found) in [
        (&b"7\r\n5\nhello\r\n"[..], Some(5..10)),
        (b"7\r\n5\nhello", Some(5..10)),
        (b"2\r\n0\n", Some(5..5)),
        (b"00D\r\n10\n0123456789", Some(8..18)),
    ] {
        assert_eq!(whole_record(bytes, 10), found, "{bytes:?}");
    }
}

#[test]
fn other_encodings_are_left_to_others() {
    for bytes in [
        &b""[..],
        b"7",
        b"7\r",
        b"7\r\n",
        b"7\r\n5",
        b"7\r\n5\nhell",
        b"7;of=it\r\n5\nhello",
        b"7 \r\n5\nhello",
        b"7\n5\nhello",
        b"7\r\n5\r\nhello",
        b"\r\n5\nhello",
        b"7\r\n\nhello",
        b"1\r\n\n",
        b"8\r\n5\nhello2",
        b"6\r\n5\nhello",
        b"e\r\n11\nhello hello",
        b"00000007\r\n5\nhello",
        b"ffffffffffffffff\r\n5\nhello",
    ] {
        assert_eq!(whole_record(bytes, 10), None, "{bytes:?}");
    }
}
