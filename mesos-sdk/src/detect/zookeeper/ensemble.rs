//! `zk://[user:password@]host1[:port],host2[:port]/path`: which servers, which node, and as whom.

use std::fmt;

use crate::address::{after_scheme, items, shown, without_secrets};
use crate::security::Secret;
use crate::{Address, Error, ErrorKind};

/// The default port of a ZooKeeper server.
pub(super) const DEFAULT_PORT: u16 = 2181;

/// How every such text begins, in letters of either case.
pub(super) const SCHEME: &str = "zk://";

/// What a text is for; in errors.
#[allow(missing_debug_implementations, clippy::exhaustive_structs, reason = "for this project alone")]
pub struct Purpose {
    /// What it names, as in `master`.
    pub what: &'static str,
    /// A path as an example.
    pub path: &'static str,
    /// The error text for a missing path.
    pub missing: &'static str,
}

/// Where masters register.
pub(crate) const MASTERS: Purpose = Purpose {
    what: "master",
    path: "/mesos",
    missing: "the path is missing: it is the one that the masters were started with",
};

/// The servers of one ZooKeeper, and a node: the one under which the masters register, for example.
#[allow(missing_debug_implementations, clippy::exhaustive_structs, reason = "for this project alone")]
pub struct Ensemble {
    /// At least one.
    pub servers: Vec<Address>,
    /// Begins with `/`, names a node below it, and ends without one.
    pub path: String,
    /// `user:password`.
    pub credentials: Option<Secret>,
}

impl Ensemble {
    /// Reads the whole text. The error describes the mistake, without any secret.
    ///
    /// # Errors
    ///
    /// [`Invalid`](ErrorKind::Invalid) with what to write instead.
    pub fn parse(text: &str, purpose: &Purpose) -> Result<Self, Error> {
        let Purpose { what, path: example, missing } = purpose;
        let invalid = |why: &str| {
            let text = shown(text);
            let advice = format!(
                "write zk://host1:2181,host2:2181{example}, or zk://user:password@host1:2181{example}"
            );
            Error::new(ErrorKind::Invalid, format!("{what} {text:?}: {why}; {advice}"))
        };
        let rest = after_scheme(text, SCHEME).ok_or_else(|| invalid("it does not begin with zk://"))?;
        let (credentials, servers, path) = split(rest);
        let servers = items(servers).map(|server| {
            let no_server =
                |_| invalid(&format!("{:?} is not a server: write host or host:port", shown(server)));
            Address::parse(server, DEFAULT_PORT).map_err(no_server)
        });
        let servers = servers.collect::<Result<Vec<_>, _>>()?;
        if servers.is_empty() {
            return Err(invalid("it does not name a server"));
        }
        let credentials = credentials.map(to_credentials).transpose().map_err(invalid)?;
        Ok(Self { servers, path: to_path(path, missing).map_err(invalid)?, credentials })
    }
}

/// Returns the credentials, the servers and the path.
///
/// As in Mesos, the path begins at the first slash, and the last `@` before it ends the
/// credentials. A password with a slash, which Mesos does not allow, is recognized where the text
/// would not name servers otherwise.
fn split(text: &str) -> (Option<&str>, &str, &str) {
    let is_server = |server: &str| Address::parse(server, DEFAULT_PORT).is_ok();
    let names_servers = |list: &str| items(list).next().is_some() && items(list).all(is_server);
    let (authority, path) = text.split_once('/').unwrap_or((text, ""));
    match authority.rsplit_once('@') {
        Some((credentials, servers)) => (Some(credentials), servers, path),
        None if names_servers(authority) => (None, authority, path),
        None => match text.rsplit_once('@') {
            Some((credentials, rest)) => {
                let (servers, path) = rest.split_once('/').unwrap_or((rest, ""));
                (Some(credentials), servers, path)
            }
            None => (None, authority, path),
        },
    }
}

fn to_credentials(text: &str) -> Result<Secret, &'static str> {
    match text.split_once(':') {
        Some((user, _)) if !user.is_empty() => Ok(Secret::new(text)),
        _ => Err("the text before the @ is not user:password"),
    }
}

/// Checks a path by ZooKeeper's rules; `/` alone cannot be a group of masters, nor hold an id.
fn to_path(text: &str, missing: &'static str) -> Result<String, &'static str> {
    let text = text.strip_suffix('/').unwrap_or(text);
    let is_name = |name: &str| !matches!(name, "" | "." | "..") && !name.chars().any(char::is_control);
    match text {
        "" => Err(missing),
        path if path.split('/').all(is_name) => Ok(format!("/{path}")),
        _ => Err("the path has an empty part, a dot for a part or a letter that can't be in one"),
    }
}

impl fmt::Display for Ensemble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = if self.credentials.is_some() { "***@" } else { "" };
        let servers: Vec<_> = self.servers.iter().map(Address::to_string).collect();
        let text = format!("{SCHEME}{hidden}{}{}", servers.join(","), self.path);
        // What precedes an @ in the path may have been meant as a password.
        formatter.write_str(&without_secrets(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_servers_path_and_credentials() {
        let ensemble = Ensemble::parse("ZK://h1:2181, h2,[::1]:9/mesos/", &MASTERS).unwrap();
        let servers = [("h1", 2181), ("h2", DEFAULT_PORT), ("::1", 9)];
        assert_eq!(ensemble.servers, servers.map(|(host, port)| Address::new(host, port)));
        assert_eq!(ensemble.path, "/mesos");
        assert!(ensemble.credentials.is_none());
        assert_eq!(ensemble.to_string(), "zk://h1:2181,h2:2181,[::1]:9/mesos");
    }

    #[test]
    fn empty_servers_are_left_out() {
        for text in ["zk://h,i/mesos", "zk://h:2181,i,/mesos", "zk://,h,i/mesos", "zk://u:p@h, ,i:2181/mesos"]
        {
            let ensemble = Ensemble::parse(text, &MASTERS).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(ensemble.servers, ["h", "i"].map(|host| Address::new(host, DEFAULT_PORT)), "{text}");
        }
    }

    #[test]
    fn credentials_may_contain_separators() {
        let ensemble = Ensemble::parse("zk://user:p/a@s:s@h/a/b", &MASTERS).unwrap();
        assert_eq!(ensemble.credentials.as_ref().map(Secret::reveal), Some("user:p/a@s:s"));
        assert_eq!(ensemble.path, "/a/b");
        assert_eq!(ensemble.to_string(), "zk://***@h:2181/a/b");
    }

    #[test]
    fn path_begins_at_the_first_slash() {
        for (text, server, path, credentials) in [
            ("zk://h:2/mesos@home", "h:2", "/mesos@home", None),
            ("zk://h/a@b/c", "h:2181", "/a@b/c", None),
            ("zk://u:p@h/a@b:1/c", "h:2181", "/a@b:1/c", Some("u:p")),
            ("zk://u:p@q@h/a", "h:2181", "/a", Some("u:p@q")),
            ("zk://u:p/q@h/a", "h:2181", "/a", Some("u:p/q")),
        ] {
            let ensemble = Ensemble::parse(text, &MASTERS).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((ensemble.servers[0].to_string(), &*ensemble.path), (server.to_owned(), path));
            assert_eq!(ensemble.credentials.as_ref().map(Secret::reveal), credentials, "{text}");
        }
    }

    #[test]
    fn error_does_not_contain_the_secret() {
        for (text, why) in [
            ("zk://h:2181", "path is missing"),
            ("zk://h:2181/", "path is missing"),
            ("zk://h//mesos", "empty part"),
            ("zk://h/a/../b", "a dot"),
            ("zk:///mesos", "does not name a server"),
            ("zk://,/mesos", "does not name a server"),
            ("zk://h:0/mesos", "\"h:0\" is not a server"),
            ("zk://[h:1]/mesos", "\"[h:1]\" is not a server"),
            ("zk://secret@h/mesos", "user:password"),
            ("zk://:secret@h/mesos", "user:password"),
            ("zk://user:secret@/mesos", "does not name a server"),
            ("zk://user:secret@,/mesos", "does not name a server"),
            ("zk://user:secret@h", "path is missing"),
            ("zk://user:secret%40h/mesos", "\"***@h\" is not a server"),
        ] {
            let Err(error) = Ensemble::parse(text, &MASTERS) else { panic!("{text}") };
            let error = error.to_string();
            assert!(error.contains(why) && error.contains("zk://host1:2181"), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
