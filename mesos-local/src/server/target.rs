//! The target of a request, as libprocess reads its first line.

use http::Method;
use http::request::Parts;
use percent_encoding::percent_decode_str;

use super::HttpResponse;
use crate::pages::Query;

/// The methods that libprocess' parser knows.
const METHODS: [&str; 33] = [
    "ACL",
    "BIND",
    "CHECKOUT",
    "CONNECT",
    "COPY",
    "DELETE",
    "GET",
    "HEAD",
    "LINK",
    "LOCK",
    "M-SEARCH",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MOVE",
    "NOTIFY",
    "OPTIONS",
    "PATCH",
    "POST",
    "PROPFIND",
    "PROPPATCH",
    "PURGE",
    "PUT",
    "REBIND",
    "REPORT",
    "SEARCH",
    "SUBSCRIBE",
    "TRACE",
    "UNBIND",
    "UNLINK",
    "UNLOCK",
    "UNSUBSCRIBE",
];

/// The processes besides a master or an agent that have pages here.
const OTHERS: [&str; 6] = ["files", "logging", "metrics", "profiler", "system", "version"];

/// Returns the path of a request and its query. A path without a process belongs to `process`. The
/// error is the response to a request that libprocess does not accept.
pub(super) fn read(process: &str, head: &Parts) -> Result<(String, Query), HttpResponse> {
    let only_a_host = head.uri.authority().is_some() && head.uri.scheme().is_none();
    if only_a_host || !is_known(&head.method) {
        return Err(HttpResponse::broken());
    }
    let query = Query::parse(head.uri.query().unwrap_or_default()).map_err(|_| HttpResponse::broken())?;
    match head.uri.path() {
        path if path.starts_with('/') => Ok((with_process(process, path), query)),
        _ => Err(HttpResponse::bad_request("Request URL path must start with '/'")),
    }
}

fn is_known(method: &Method) -> bool {
    METHODS.contains(&method.as_str())
}

/// Returns the path below the name of its process. Slashes before what follows that name do not
/// count.
fn with_process(own: &str, path: &str) -> String {
    let first = path.split('/').find(|part| !part.is_empty()).unwrap_or_default();
    let named = percent_decode_str(first).decode_utf8_lossy();
    let known = OTHERS.into_iter().chain([own]).find(|process| *process == named);
    let below = match known {
        // The name is only stripped if it comes first.
        Some(_) => path.strip_prefix('/').and_then(|path| path.strip_prefix(first)).unwrap_or(path),
        None => path,
    };
    let (process, below) = (known.unwrap_or(own), below.trim_start_matches('/'));
    if below.is_empty() { format!("/{process}") } else { format!("/{process}/{below}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_names_a_process_or_the_only_one() {
        for (path, read) in [
            ("/", "/slave(1)"),
            ("/state", "/slave(1)/state"),
            ("//state//", "/slave(1)/state//"),
            ("/slave(1)", "/slave(1)"),
            ("/slave(1)//api/v1", "/slave(1)/api/v1"),
            ("/slave%281%29/state", "/slave(1)/state"),
            ("/%73lave(1)/state", "/slave(1)/state"),
            ("/slave(2)/state", "/slave(1)/slave(2)/state"),
            ("//slave(1)/state", "/slave(1)/slave(1)/state"),
            ("/api//v1", "/slave(1)/api//v1"),
            ("/version/", "/version"),
            ("//version", "/version/version"),
            ("/metrics//snapshot", "/metrics/snapshot"),
            ("/%zz/health", "/slave(1)/%zz/health"),
        ] {
            assert_eq!(with_process("slave(1)", path), read, "{path}");
        }
    }
}
