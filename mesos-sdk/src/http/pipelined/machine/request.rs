//! Encoding of requests.

use http::HeaderValue;

/// The head of every request on a connection, without the length of the body.
pub(crate) struct RequestHead(Vec<u8>);

impl RequestHead {
    /// Creates the head of a POST to `path`. Headers without a value are left out.
    pub(crate) fn post(path: &http::Uri, headers: &[(&str, Option<&HeaderValue>)]) -> Self {
        let mut head = format!("POST {path} HTTP/1.1\r\n").into_bytes();
        for (name, value) in headers {
            if let Some(value) = value {
                head.extend(
                    [name.to_ascii_lowercase().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat(),
                );
            }
        }
        head.extend(b"content-length: ");
        Self(head)
    }

    /// Appends one request with this body.
    pub(crate) fn write(&self, body: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
        write_number(body.len(), out);
        out.extend_from_slice(b"\r\n\r\n");
        out.extend_from_slice(body);
    }
}

/// Writes a number in decimal digits.
fn write_number(number: usize, out: &mut Vec<u8>) {
    if number >= 10 {
        write_number(number / 10, out);
    }
    out.extend_from_slice(&b"0123456789"[number % 10..][..1]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_written_one_after_the_other() {
        let id = HeaderValue::from_static("one");
        let path = http::Uri::from_static("/api/v1/scheduler");
        let head = RequestHead::post(&path, &[("Mesos-Stream-Id", Some(&id)), ("Authorization", None)]);
        let mut out = Vec::new();
        head.write(b"", &mut out);
        head.write(&[b'x'; 120], &mut out);
        let wanted = format!(
            "POST /api/v1/scheduler HTTP/1.1\r\nmesos-stream-id: one\r\ncontent-length: 0\r\n\r\n\
             POST /api/v1/scheduler HTTP/1.1\r\nmesos-stream-id: one\r\ncontent-length: 120\r\n\r\n{}",
            "x".repeat(120)
        );
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }
}
