//! What is to be done for one URI: decided from its text alone.

use std::path::{Component, Path, PathBuf};

use super::info::{FetcherInfo, Uri};

/// Where it comes from, where it goes, and what is done with it then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) source: Source,
    pub(super) target: PathBuf,
    pub(super) then: Then,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    File(PathBuf),
    /// Over HTTP, with TLS or without.
    Web(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    Nothing,
    MakeExecutable,
    Extract(Archive),
    /// It was to be extracted, but is no archive.
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

pub(super) fn plan(info: &FetcherInfo, uri: &Uri) -> Result<Plan, String> {
    let source = source(&uri.value, info.frameworks_home.as_deref())?;
    let name = match &uri.output_file {
        Some(file) => within(file)?,
        None => PathBuf::from(file_name(&uri.value)?),
    };
    let then = match (uri.executable, uri.extract) {
        (true, _) => Then::MakeExecutable,
        (false, true) => archive(&name).map_or(Then::Warn, Then::Extract),
        (false, false) => Then::Nothing,
    };
    Ok(Plan { source, target: info.sandbox_directory.join(name), then })
}

fn source(value: &str, frameworks_home: Option<&Path>) -> Result<Source, String> {
    if let Some(path) = value.strip_prefix("file://") {
        let path = path.strip_prefix("localhost").unwrap_or(path);
        return match path.starts_with('/') {
            true => Ok(Source::File(path.into())),
            false => {
                Err("only files of this machine can be named by file://, by an absolute path".to_owned())
            }
        };
    }
    match value.split_once("://") {
        Some(("http" | "https", _)) => Ok(Source::Web(value.to_owned())),
        Some((scheme, _)) => {
            Err(format!("{scheme}:// is not supported: use a path, file://, http:// or https://"))
        }
        None if value.starts_with('/') => Ok(Source::File(value.into())),
        None => match frameworks_home {
            Some(home) => Ok(Source::File(home.join(value))),
            None => Err("it is relative, and the agent has no --frameworks_home".to_owned()),
        },
    }
}

fn file_name(value: &str) -> Result<String, String> {
    let path = match value.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => value,
    };
    match path.rsplit('/').next().filter(|name| !matches!(*name, "" | "." | "..")) {
        Some(name) => Ok(name.to_owned()),
        None => Err("it names no file".to_owned()),
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
        plan(&info, &info.items[0].uri)
    }

    fn of(source: Source, target: &str, then: Then) -> Plan {
        Plan { source, target: target.into(), then }
    }

    #[test]
    fn sources_and_targets() {
        let file = |path: &str| Source::File(path.into());
        let web = |url: &str| Source::Web(url.to_owned());
        for (uri, expected) in [
            (r#"{"value": "/a/b"}"#, of(file("/a/b"), "/s/b", Then::Warn)),
            (r#"{"value": "file:///a/b", "extract": false}"#, of(file("/a/b"), "/s/b", Then::Nothing)),
            (
                r#"{"value": "file://localhost/a/b.tgz"}"#,
                of(file("/a/b.tgz"), "/s/b.tgz", Then::Extract(Archive::Tar)),
            ),
            (
                r#"{"value": "http://h/b", "executable": true}"#,
                of(web("http://h/b"), "/s/b", Then::MakeExecutable),
            ),
            (
                r#"{"value": "https://h/x?y", "output_file": "d/e.zip"}"#,
                of(web("https://h/x?y"), "/s/d/e.zip", Then::Extract(Archive::Zip)),
            ),
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
    fn what_can_not_be_fetched_says_why() {
        for (uri, why) in [
            (r#"{"value": "relative"}"#, "--frameworks_home"),
            (r#"{"value": "hdfs://h/x"}"#, "hdfs:// is not supported"),
            (r#"{"value": "http://h"}"#, "names no file"),
            (r#"{"value": "http://h/a/"}"#, "names no file"),
            (r#"{"value": "file://elsewhere/a"}"#, "this machine"),
            (r#"{"value": "/a", "output_file": "../x"}"#, "not in the sandbox"),
            (r#"{"value": "/a", "output_file": "/x"}"#, "not in the sandbox"),
        ] {
            let error = planned(uri).unwrap_err();
            assert!(error.contains(why), "{uri}: {error}");
        }
    }
}
