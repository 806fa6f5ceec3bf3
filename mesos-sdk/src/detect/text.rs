//! Masters as text.

use std::io::{self, Read as _};

use super::Master;
use crate::address::{self, refuse_credentials, shown, without_secrets};
use crate::{Address, Error, ErrorKind, regular_file};

/// The most bytes of a file that names masters.
const MAX_FILE: u64 = 64 << 10;
/// How many files may lead from one to the next.
const MAX_FILES: usize = 8;

/// Reads the whole text, as Mesos does.
pub(super) fn parse(text: &str) -> Result<Master, Error> {
    let mut text = text.trim().to_owned();
    let mut files = Vec::new();
    while let Some(path) = address::after_scheme(&text, "file://").map(str::to_owned) {
        if files.len() == MAX_FILES {
            return Err(invalid(&text, "more than 8 files lead from one to the next"));
        }
        text = contents(&path).map_err(|error| {
            let advice =
                format!("the file {:?} can't be read as the text of a master", without_secrets(&path));
            invalid(&text, &advice).with_source(error)
        })?;
        // A path that looks like a URL with a password in it may have been meant as one.
        files.push(without_secrets(&path));
    }
    let master = direct(&text);
    match files.last() {
        Some(path) => master.map_err(|error| error.and(&format!(" (read from the file {path:?})"))),
        None => master,
    }
}

fn contents(path: &str) -> io::Result<String> {
    let mut text = String::new();
    regular_file::open(path)?.take(MAX_FILE + 1).read_to_string(&mut text)?;
    match text.len() as u64 <= MAX_FILE {
        true => Ok(text.trim().to_owned()),
        false => Err(io::Error::other(format!("it has more than {MAX_FILE} bytes"))),
    }
}

/// Reads a text that is not the path of a file.
fn direct(text: &str) -> Result<Master, Error> {
    match text {
        "local" => Err(invalid(text, "the embedded cluster is mesos_local::master(\"local\")")),
        #[cfg(feature = "zookeeper")]
        zk if address::after_scheme(zk, "zk://").is_some() => super::zookeeper::master(zk),
        #[cfg(not(feature = "zookeeper"))]
        zk if address::after_scheme(zk, "zk://").is_some() => Err(invalid(
            text,
            "enable the feature `zookeeper` of mesos-sdk, or name the masters, as in host1:5050,host2:5050",
        )),
        list => addresses(list).map(|addresses| Master::one_of(text.to_owned(), addresses)),
    }
}

fn addresses(list: &str) -> Result<Vec<Address>, Error> {
    if is_almost_zookeeper(list) {
        return Err(invalid(list, "a text that names ZooKeeper begins with zk://, without quotes"));
    }
    let parts: Vec<_> = address::items(list).map(without_id).collect();
    if parts.is_empty() {
        return Err(invalid(list, "it does not name a master: write host:port, as in 10.0.0.1:5050"));
    }
    if parts.iter().any(|part| part.contains('@')) {
        // As a whole: a comma may be part of a password.
        refuse_credentials(list)?;
    }
    let read: Result<_, Error> = parts.into_iter().map(str::parse).collect();
    // What can't be read may be the begin of a password with `,master@` in it.
    read.map_err(|error| match list.contains('@') {
        true => invalid(list, "one of them is not a valid address: write host:port, as in 10.0.0.1:5050"),
        false => error,
    })
}

/// Returns whether this was meant to be `zk://…`, such as `"zk://h/mesos"` in quotes and
/// `zookeeper://h/mesos`.
fn is_almost_zookeeper(text: &str) -> bool {
    let begin = text.trim_start_matches(['\'', '"', ' ']).to_ascii_lowercase();
    let rest = begin.strip_prefix("zookeeper").or_else(|| begin.strip_prefix("zk"));
    let rest = rest.map(|rest| rest.trim_start_matches(['s', ' ', ':']));
    rest.is_some_and(|rest| rest.starts_with('/') || rest.contains('/') && begin.starts_with("zk:"))
}

/// Leaves out the name of the master's process, as in `master@10.0.0.1:5050`.
fn without_id(text: &str) -> &str {
    text.strip_prefix("master@").unwrap_or(text)
}

fn invalid(text: &str, advice: &str) -> Error {
    Error::new(ErrorKind::Invalid, format!("master {:?}: {advice}", shown(text)))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn named(text: &str) -> Vec<String> {
        let crate::security::Named::Addresses(addresses) = text.parse::<Master>().unwrap().named().clone()
        else {
            panic!("{text}")
        };
        addresses.iter().map(Address::to_string).collect()
    }

    #[test]
    fn spaces_and_process_name_are_ignored() {
        for text in
            ["h:5050", " h:5050\n", "master@h:5050", "\tmaster@h:5050 ", "http://h:5050/", "HTTP://h:5050"]
        {
            assert_eq!(named(text), ["h:5050"], "{text:?}");
        }
        assert_eq!(named(" master@h:1 ,\n[::1]:2, https://i "), ["h:1", "[::1]:2", "https://i:5050"]);
    }

    #[test]
    fn empty_items_are_left_out() {
        for text in ["h:1,i:2,", ",h:1,i:2", "h:1,,i:2", " , h:1 ,\n, i:2 ,"] {
            assert_eq!(named(text), ["h:1", "i:2"], "{text:?}");
        }
        for text in ["", ",", " , ,"] {
            let error = text.parse::<Master>().unwrap_err();
            assert!(error.to_string().contains("10.0.0.1:5050"), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_file_stands_for_the_text_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| format!("file://{}", folder.path().join(name).display());
        fs::write(folder.path().join("list"), "\n  master@h:1,i:2 \n\n").unwrap();
        fs::write(folder.path().join("other"), path("list") + "\n").unwrap();
        assert_eq!(named(&format!(" {} ", path("list"))), ["h:1", "i:2"]);
        assert_eq!(named(&path("other")), ["h:1", "i:2"]);
        assert_eq!(named(&path("other").replacen("file", "FILE", 1)), ["h:1", "i:2"]);
        #[cfg(feature = "zookeeper")]
        {
            fs::write(folder.path().join("zk"), "zk://user:secret@z:2181/mesos\n").unwrap();
            assert_eq!(path("zk").parse::<Master>().unwrap().to_string(), "zk://***@z:2181/mesos");
        }
    }

    #[test]
    fn file_above_the_limit_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        let most = usize::try_from(MAX_FILE).unwrap();
        for (length, is_read) in [(most, true), (most + 1, false)] {
            fs::write(&path, "h:1".to_owned() + &" ".repeat(length - 3)).unwrap();
            assert_eq!(contents(path.to_str().unwrap()).is_ok(), is_read, "{length}");
        }
    }

    #[test]
    fn file_without_master_is_a_named_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| format!("file://{}", folder.path().join(name).display());
        fs::write(folder.path().join("wrong"), "h:no-port").unwrap();
        fs::write(folder.path().join("empty"), "\n").unwrap();
        fs::write(folder.path().join("long"), " ".repeat(1 << 20)).unwrap();
        fs::write(folder.path().join("bytes"), b"\xff").unwrap();
        fs::write(folder.path().join("circle"), path("circle")).unwrap();
        fs::create_dir(folder.path().join("folder")).unwrap();
        for name in ["wrong", "empty", "long", "bytes", "circle", "folder", "missing"] {
            let error = path(name).parse::<Master>().unwrap_err();
            assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn password_is_refused_and_not_printed() {
        for text in [
            "http://u:secret@h:1,i:2",
            "https://u:sec,secret@h:1",
            "h:1,http://u:secret@i:2",
            "http://u:secret,master@h:1",
        ] {
            let printed = format!("{:?}", text.parse::<Master>().unwrap_err());
            assert!(!printed.contains("sec"), "{printed}");
            assert!(printed.contains("authenticator") || text.contains("master@"), "{printed}");
        }
    }

    #[test]
    fn almost_zookeeper_gets_its_advice() {
        for text in [
            "'zk://u:secret@h/x'",
            "\"zk://u:secret@h/x\"",
            "zookeeper://u:secret@h/x",
            "zk ://u:secret@h/x",
            "zk//u:secret@h/x",
            "zks://u:secret@h/x",
            "zk:/u:secret@h/x",
            "zk:h/x",
        ] {
            let error = format!("{:?}", text.parse::<Master>().unwrap_err());
            assert!(error.contains("begins with zk://") && !error.contains("secret"), "{error}");
        }
        for text in ["zk:1", "zk1:5050", "zk", "zookeeper.example:5050"] {
            assert!(text.parse::<Master>().is_ok(), "{text}");
        }
    }

    #[cfg(not(feature = "zookeeper"))]
    #[test]
    fn zookeeper_needs_its_feature() {
        let error = "zk://h:2181/mesos".parse::<Master>().unwrap_err().to_string();
        assert!(error.contains("enable the feature `zookeeper`"), "{error}");
    }

    #[test]
    fn zookeeper_is_printed_without_its_secret() {
        for text in [
            "zk://user:secret@h:2181/mesos",
            "zk://user:sec:secret@ret@h:1,i:2/mesos",
            "zk://user:secret@h",
            "zk://user:p@secret@h",
            "ZK://user:secret@h:2181/mesos",
            "Zk://user:secret@h",
        ] {
            let printed = match text.parse::<Master>() {
                Ok(master) => format!("{master} {master:?}"),
                Err(error) => format!("{error} {error:?}"),
            };
            let hidden = printed.to_lowercase().contains("zk://***@h");
            assert!(hidden && !printed.contains("secret") && !printed.contains("authenticator"), "{printed}");
        }
    }
}
