//! What is to be done for one URI: decided from its text alone.

use std::path::{Component, Path, PathBuf};

use url::Url;

use super::info::{Action, FetcherInfo, Item};

/// Where it comes from, where it goes, and what is done with it then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) source: Source,
    /// Within the sandbox.
    pub(super) target: PathBuf,
    /// On its way through the cache.
    pub(super) cached: Option<Entry>,
    pub(super) then: Then,
}

/// A file in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) folder: PathBuf,
    pub(super) name: PathBuf,
    /// Whether it has to be brought there first.
    pub(super) is_new: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    File(PathBuf),
    /// Over HTTP, with TLS or without.
    Web(Url),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    Nothing,
    MakeExecutable,
    Extract(Archive),
    /// It was to be extracted, but is not an archive.
    Warn,
}

/// Which of the system's programs unpacks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Archive {
    Tar,
    Gzip,
    Zip,
}

/// By the end of the name, the longer ones first.
const ARCHIVES: [(&str, Archive); 9] = [
    (".tar.gz", Archive::Tar),
    (".tar.bz2", Archive::Tar),
    (".tar.xz", Archive::Tar),
    (".tar", Archive::Tar),
    (".tgz", Archive::Tar),
    (".tbz2", Archive::Tar),
    (".txz", Archive::Tar),
    (".gz", Archive::Gzip),
    (".zip", Archive::Zip),
];

pub(super) fn plan(info: &FetcherInfo, item: &Item) -> Result<Plan, String> {
    let uri = &item.uri;
    let source = source(uri.value.trim_start(), info.frameworks_home.as_deref())?;
    let target = match &uri.output_file {
        Some(file) => within(file)?,
        None => PathBuf::from(file_name(&uri.value)?),
    };
    let cached = cached(info, item)?;
    let named = cached.as_ref().map_or(&target, |entry| &entry.name);
    let then = match (uri.executable, uri.extract) {
        (true, _) => Then::MakeExecutable,
        (false, true) => archive(named).map_or(Then::Warn, Then::Extract),
        (false, false) => Then::Nothing,
    };
    Ok(Plan { source, target, cached, then })
}

pub(super) fn is_cached(item: &Item) -> bool {
    item.action != Action::Bypass
}

fn cached(info: &FetcherInfo, item: &Item) -> Result<Option<Entry>, String> {
    if !is_cached(item) {
        return Ok(None);
    }
    match (&info.cache_directory, &item.cache_filename) {
        (Some(folder), Some(name)) => Ok(Some(Entry {
            folder: folder.clone(),
            name: within(name)?,
            is_new: item.action == Action::Download,
        })),
        _ => Err("the agent does not name its place in the cache".to_owned()),
    }
}

fn source(value: &str, frameworks_home: Option<&Path>) -> Result<Source, String> {
    let Some((scheme, rest)) = value.split_once("://") else { return path(value, frameworks_home) };
    match scheme.to_ascii_lowercase().as_str() {
        "file" => match rest.strip_prefix("localhost").unwrap_or(rest) {
            path if path.starts_with('/') => Ok(Source::File(path.into())),
            _ => Err("only files of this machine can be named by file://, by an absolute path".to_owned()),
        },
        "http" | "https" => {
            Url::parse(value).map(Source::Web).map_err(|error| format!("it is malformed as a URL: {error}"))
        }
        // A path may contain anything.
        _ if value.starts_with('/') => Ok(Source::File(value.into())),
        _ => Err(format!("{scheme}:// is not supported: use a path, file://, http:// or https://")),
    }
}

fn path(value: &str, frameworks_home: Option<&Path>) -> Result<Source, String> {
    if value.starts_with('/') {
        return Ok(Source::File(value.into()));
    }
    match frameworks_home {
        Some(home) => Ok(Source::File(home.join(value))),
        None => Err("it is relative, and the agent has no --frameworks_home".to_owned()),
    }
}

/// Returns the file name as Mesos determines it: what follows the last slash, even if that is in
/// the query.
fn file_name(value: &str) -> Result<String, String> {
    if value.contains(['\\', '\'', '\0']) {
        return Err("it has characters that Mesos takes in no URI: a backslash, a quote or a zero".to_owned());
    }
    let path = match value.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => value,
    };
    match path.rsplit('/').next().filter(|name| !matches!(*name, "" | "." | "..")) {
        Some(name) => Ok(name.to_owned()),
        None => Err("it does not name a file".to_owned()),
    }
}

fn within(file: &Path) -> Result<PathBuf, String> {
    match file.components().all(|part| matches!(part, Component::Normal(_))) && file.file_name().is_some() {
        true => Ok(file.to_owned()),
        false => Err(format!("the output file {} is not in the sandbox", file.display())),
    }
}

fn archive(name: &Path) -> Option<Archive> {
    let name = name.to_string_lossy();
    ARCHIVES.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, archive)| *archive)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(uri: &str) -> Result<Plan, String> {
        let text = format!(
            r#"{{"sandbox_directory": "/s", "items": [{{"action": "BYPASS_CACHE", "uri": {uri}}}]}}"#
        );
        let info: FetcherInfo = serde_json::from_str(&text).unwrap();
        plan(&info, &info.items[0])
    }

    fn of(source: Source, target: &str, then: Then) -> Plan {
        Plan { source, target: target.into(), cached: None, then }
    }

    #[test]
    fn sources_and_targets() {
        let file = |path: &str| Source::File(path.into());
        let web = |url: &str| Source::Web(Url::parse(url).unwrap());
        for (uri, expected) in [
            (r#"{"value": "/a/b"}"#, of(file("/a/b"), "b", Then::Warn)),
            (r#"{"value": "file:///a/b", "extract": false}"#, of(file("/a/b"), "b", Then::Nothing)),
            (
                r#"{"value": "file://localhost/a/b.tgz"}"#,
                of(file("/a/b.tgz"), "b.tgz", Then::Extract(Archive::Tar)),
            ),
            (
                r#"{"value": "http://h/b", "executable": true}"#,
                of(web("http://h/b"), "b", Then::MakeExecutable),
            ),
            (
                r#"{"value": "https://h/x?y", "output_file": "d/e.zip"}"#,
                of(web("https://h/x?y"), "d/e.zip", Then::Extract(Archive::Zip)),
            ),
            (r#"{"value": "HTTP://H/a.tgz?x=1"}"#, of(web("http://h/a.tgz?x=1"), "a.tgz?x=1", Then::Warn)),
            (
                r#"{"value": "http://h/a?b=c/d.zip"}"#,
                of(web("http://h/a?b=c/d.zip"), "d.zip", Then::Extract(Archive::Zip)),
            ),
            (r#"{"value": " FILE:///a/b"}"#, of(file("/a/b"), "b", Then::Warn)),
        ] {
            assert_eq!(planned(uri), Ok(expected), "{uri}");
        }
    }

    #[test]
    fn an_executable_is_not_extracted() {
        let plan = planned(r#"{"value": "/a/b.tar.gz", "executable": true, "extract": true}"#).unwrap();
        assert_eq!(plan.then, Then::MakeExecutable);
    }

    #[test]
    fn archives_by_name() {
        for (name, archive) in [("a.tar.gz", Archive::Tar), ("a.txz", Archive::Tar), ("a.gz", Archive::Gzip)]
        {
            let plan = planned(&format!(r#"{{"value": "/{name}"}}"#)).unwrap();
            assert_eq!(plan.then, Then::Extract(archive), "{name}");
        }
    }

    #[test]
    fn cached_archive_is_recognized_by_cache_name() {
        let item = |action: &str| {
            format!(
                r#"{{"sandbox_directory": "/s", "cache_directory": "/c", "items": [{{"action": "{action}",
                "cache_filename": "c1-a.tgz", "uri": {{"value": "/a.tgz", "output_file": "b"}}}}]}}"#
            )
        };
        for (action, is_new) in [("DOWNLOAD_AND_CACHE", true), ("RETRIEVE_FROM_CACHE", false)] {
            let info: FetcherInfo = serde_json::from_str(&item(action)).unwrap();
            let plan = plan(&info, &info.items[0]).unwrap();
            assert_eq!(plan.then, Then::Extract(Archive::Tar));
            let name = "c1-a.tgz".into();
            assert_eq!(plan.cached, Some(Entry { folder: "/c".into(), name, is_new }));
        }
    }

    #[test]
    fn unfetchable_uris_have_reasons() {
        for (uri, why) in [
            (r#"{"value": "relative"}"#, "--frameworks_home"),
            (r#"{"value": "hdfs://h/x"}"#, "hdfs:// is not supported"),
            (r#"{"value": "http://h"}"#, "does not name a file"),
            (r#"{"value": "http://h/a/"}"#, "does not name a file"),
            (r#"{"value": "file://elsewhere/a"}"#, "this machine"),
            (r#"{"value": "http://h:99999/a"}"#, "malformed"),
            (r#"{"value": "http://h/it's"}"#, "a quote"),
            (r#"{"value": "/a", "output_file": "../x"}"#, "not in the sandbox"),
            (r#"{"value": "/a", "output_file": "/x"}"#, "not in the sandbox"),
        ] {
            let error = planned(uri).unwrap_err();
            assert!(error.contains(why), "{uri}: {error}");
        }
    }
}
