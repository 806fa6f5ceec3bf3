//! The q values of headers such as `Accept`.

/// Returns the q value of the first entry for `candidate`; 1 if it has none.
pub(super) fn quality(header: &str, candidate: &str) -> Option<f64> {
    header.split(',').find_map(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let matches = parts.next()?.eq_ignore_ascii_case(candidate);
        let quality = parts.find_map(|part| part.strip_prefix("q="));
        matches.then(|| quality.map_or(1.0, |quality| quality.parse().unwrap_or(0.0)))
    })
}
