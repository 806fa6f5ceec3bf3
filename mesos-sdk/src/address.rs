//! Where a master or an agent listens.

use std::fmt;
use std::str::FromStr;

use crate::{Error, ErrorKind};

/// The port of a Mesos master unless it is told otherwise.
pub const DEFAULT_MASTER_PORT: u16 = 5050;

/// A host and a port, as in `10.0.0.1:5050`, `http://mesos.example:5050` or `[::1]:5050`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    host: String,
    port: u16,
}

impl Address {
    /// An address of its two parts; `host` is a name or an IP address without brackets.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port }
    }

    /// Reads `host[:port]`; without a port it is `default_port`.
    pub(crate) fn parse(text: &str, default_port: u16) -> Result<Self, Error> {
        let (host, port) = split_port(text, default_port)
            .ok_or_else(|| invalid(text, "the port is no number from 1 to 65535"))?;
        match is_host(host) {
            true => Ok(Self::new(host, port)),
            false => Err(invalid(text, "the host is missing or has letters that no host has")),
        }
    }

    /// The host's name or IP address, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl FromStr for Address {
    type Err = Error;

    /// Reads `host[:port]`, with or without `http://` in front and a `/` behind. The port defaults to
    /// [`DEFAULT_MASTER_PORT`].
    fn from_str(text: &str) -> Result<Self, Error> {
        let rest = match text.split_once("://") {
            None => text,
            Some(("http", rest)) => rest,
            Some(("https", _)) => return Err(invalid(text, "https is not supported yet")),
            Some((scheme, _)) => return Err(invalid(text, &format!("unknown scheme {scheme}"))),
        };
        Self::parse(rest.strip_suffix('/').unwrap_or(rest), DEFAULT_MASTER_PORT)
    }
}

fn invalid(text: &str, why: &str) -> Error {
    let text = format!("{text:?} is no address: {why}; write host:port, as in 10.0.0.1:5050");
    Error::new(ErrorKind::Invalid, text)
}

fn split_port(text: &str, default_port: u16) -> Option<(&str, u16)> {
    let port = |digits: &str| digits.parse().ok().filter(|port| *port != 0);
    if let Some(bracketed) = text.strip_prefix('[') {
        let (host, rest) = bracketed.split_once(']')?;
        let digits =
            if rest.is_empty() { return Some((host, default_port)) } else { rest.strip_prefix(':')? };
        return port(digits).map(|port| (host, port));
    }
    match text.split_once(':') {
        None => Some((text, default_port)),
        Some((host, digits)) => port(digits).map(|port| (host, port)),
    }
}

fn is_host(host: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':' | '%');
    !host.is_empty() && host.chars().all(known)
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(formatter, "[{}]:{}", self.host, self.port),
            false => write!(formatter, "{}:{}", self.host, self.port),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_written_form() {
        for (text, host, port) in [
            ("10.0.0.1:5050", "10.0.0.1", 5050),
            ("http://mesos.example:80/", "mesos.example", 80),
            ("localhost", "localhost", DEFAULT_MASTER_PORT),
            ("[::1]:5051", "::1", 5051),
            ("[::1]", "::1", DEFAULT_MASTER_PORT),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!((address.host(), address.port()), (host, port), "{text}");
        }
        assert_eq!(Address::new("::1", 1).to_string(), "[::1]:1");
    }

    #[test]
    fn refuses_what_is_none_and_says_what_to_write() {
        for text in [
            "",
            ":5050",
            "host:",
            "host:0",
            "host:65536",
            "a b:1",
            "ftp://h:1",
            "https://h:1",
            "h:1:2",
            "[::1",
            "h/x:1",
        ] {
            let error = text.parse::<Address>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid, "{text}");
            assert!(error.to_string().contains("10.0.0.1:5050"), "{error}");
        }
    }
}
