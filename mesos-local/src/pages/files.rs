//! `/files/…`: what is asked for, and how files are shown.

use std::time::Duration;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use mesos_sdk::proto::v1::FileInfo;
use serde_json::{Value, json};

use super::Query;
use crate::server::HttpResponse;

/// A page about files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FilesPage {
    Browse,
    Read,
    Download,
    /// Which paths there are.
    Debug,
}

/// What one request asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) path: String,
    /// Where to read; without, nothing is read but the length.
    pub(crate) offset: Option<u64>,
    pub(crate) length: Option<u64>,
}

impl Wanted {
    /// Reads the query of a page that takes a path.
    pub(crate) fn new(page: FilesPage, query: &Query) -> Result<Self, HttpResponse> {
        let path = query.get("path").filter(|path| !path.is_empty());
        let path =
            path.ok_or_else(|| HttpResponse::bad_request("Expecting 'path=value' in query.\n"))?.to_owned();
        let number = |name| if page == FilesPage::Read { number(query, name) } else { Ok(None) };
        let (offset, length) = (number("offset")?, number("length")?);
        Ok(Self { path, offset, length })
    }
}

/// Returns a number of a query; -1 stands for none.
fn number(query: &Query, name: &str) -> Result<Option<u64>, HttpResponse> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let number = text.parse::<i64>().map_err(|_| {
        HttpResponse::bad_request(format!("Failed to parse {name}: Failed to convert '{text}' to number.\n"))
    })?;
    match number {
        -1 => Ok(None),
        _ => u64::try_from(number)
            .map(Some)
            .map_err(|_| HttpResponse::bad_request(format!("Negative {name} provided: {number}.\n"))),
    }
}

/// Returns the response for a file that does not exist.
pub(crate) fn no_such_file(page: FilesPage) -> HttpResponse {
    match page {
        FilesPage::Download => HttpResponse::not_found(),
        _ => HttpResponse::text(StatusCode::NOT_FOUND, "")
            .with_header(CONTENT_TYPE, "text/plain; charset=utf-8"),
    }
}

/// Returns a file of a folder.
pub(crate) fn file(info: &FileInfo) -> Value {
    json!({
        "path": info.path,
        "nlink": info.nlink(),
        "size": info.size(),
        "mtime": info.mtime.map_or(Duration::ZERO, Duration::from).as_secs_f64(),
        "mode": mode(info.mode()),
        "uid": info.uid(),
        "gid": info.gid(),
    })
}

/// Formats permissions as `ls -l` does.
fn mode(mode: u32) -> String {
    let kind = match rustix::fs::FileType::from_raw_mode(mode) {
        rustix::fs::FileType::Directory => 'd',
        rustix::fs::FileType::Symlink => 'l',
        rustix::fs::FileType::CharacterDevice => 'c',
        rustix::fs::FileType::BlockDevice => 'b',
        rustix::fs::FileType::Fifo => 'p',
        rustix::fs::FileType::Socket => 's',
        _ => '-',
    };
    let bits = (0..9).rev().zip("rwxrwxrwx".chars());
    let permissions = bits.map(|(bit, letter)| if mode & (1 << bit) == 0 { '-' } else { letter });
    std::iter::once(kind).chain(permissions).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_written_as_ls_does() {
        assert_eq!(mode(0o100_644), "-rw-r--r--");
        assert_eq!(mode(0o040_750), "drwxr-x---");
        assert_eq!(mode(0o010_000), "p---------");
    }

    #[test]
    fn query_numbers_are_optional_and_positive() {
        let wanted = |query: &str| Wanted::new(FilesPage::Read, &Query::parse(query).unwrap()).map_err(drop);
        let file = |offset, length| Ok(Wanted { path: "/x".into(), offset, length });
        assert_eq!(wanted("path=/x&offset=3&length=-1"), file(Some(3), None));
        assert_eq!(wanted("path=/x&offset=-1"), file(None, None));
        for refused in ["path=/x&offset=-2", "path=/x&length=a", "path=", ""] {
            assert_eq!(wanted(refused), Err(()), "{refused}");
        }
    }
}
