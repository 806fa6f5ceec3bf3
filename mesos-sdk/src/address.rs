//! Where a master or an agent listens.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;
use std::sync::Arc;

use crate::{Error, ErrorKind};

/// The default port of a Mesos master.
pub const DEFAULT_MASTER_PORT: u16 = 5050;

/// How to speak with an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Scheme {
    /// Plain HTTP.
    #[default]
    Http,
    /// HTTP in TLS.
    Https,
}

/// A host and a port, as in `10.0.0.1:5050`, `https://mesos.example:5050` or `[::1]:5050`, and
/// whether TLS is spoken there. Without a scheme it is not.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// Shared, because each call on its way names its peer.
    host: Arc<str>,
    port: u16,
    scheme: Scheme,
}

impl Address {
    /// Creates a plain address of its two parts; `host` is a name or an IP address without
    /// brackets.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into().into(), port, scheme: Scheme::Http }
    }

    /// Returns the same host and port with this scheme.
    #[must_use]
    pub fn with_scheme(self, scheme: Scheme) -> Self {
        Self { scheme, ..self }
    }

    /// Reads `host[:port]`; without a port it is `default_port`.
    pub(crate) fn parse(text: &str, default_port: u16) -> Result<Self, Error> {
        let no_port = || match without_zone(text).parse::<Ipv6Addr>() {
            Ok(_) => invalid(text, "an IPv6 address is in brackets, as in [::1]:5050"),
            Err(_) => invalid(text, "the port is not a number from 1 to 65535"),
        };
        let (host, port) = split_port(text, default_port).ok_or_else(no_port)?;
        let why = match text.starts_with('[') {
            true => match ipv6(host) {
                Ok(host) => return Ok(Self::new(host, port)),
                Err(why) => why,
            },
            false if is_host(host) => return Ok(Self::new(host, port)),
            false => "the host is missing or contains characters that are not valid in a host",
        };
        Err(invalid(text, why))
    }

    /// Returns the host's name or IP address, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the scheme: with or without TLS.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Returns `host:port`, without the scheme.
    pub(crate) fn authority(&self) -> String {
        joined(&self.host, self.port)
    }

    /// Returns what requests name in the header `Host`: `host:port`, without a zone.
    pub(crate) fn host_header(&self) -> String {
        joined(without_zone(&self.host), self.port)
    }
}

impl FromStr for Address {
    type Err = Error;

    /// Reads `host[:port]`, with or without `http://` or `https://` in front, a `/` behind, and
    /// white space around it. The port defaults to [`DEFAULT_MASTER_PORT`].
    ///
    /// # Errors
    ///
    /// What can't be an address; and one with a user and password in it, because addresses are
    /// printed and those never are: give them to a driver with [`Basic`](crate::security::Basic).
    fn from_str(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        refuse_credentials(text)?;
        let (scheme, rest) = match text.split_once("://") {
            None => (Scheme::Http, text),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Scheme::Http, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Scheme::Https, rest),
            Some((scheme, _)) => return Err(invalid(text, &format!("unknown scheme {scheme}"))),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#']) {
            return Err(invalid(text, "it has a path"));
        }
        Ok(Self::parse(rest, DEFAULT_MASTER_PORT)?.with_scheme(scheme))
    }
}

/// Returns the items of a list with commas. Empty ones, such as one behind a comma at the end, are
/// left out, as the clients of ZooKeeper do.
pub(crate) fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// Addresses are printed; what stands before an `@` must never be.
pub(crate) fn refuse_credentials(text: &str) -> Result<(), Error> {
    if !text.contains('@') {
        return Ok(());
    }
    let text = format!(
        "{:?} has a user and password in it: leave them out of the address and give them to the driver, as in \
         authenticator(Arc::new(Basic::new(user, password)))",
        without_secrets(text)
    );
    Err(Error::new(ErrorKind::Invalid, text))
}

/// Returns the same text with `***` for the user and password in it.
pub(crate) fn without_secrets(text: &str) -> String {
    match text.rsplit_once('@') {
        None => text.to_owned(),
        Some((before, after)) => {
            // What is before it is a scheme if it can be one, else part of a secret.
            let is_scheme = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric());
            match before.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) {
                Some((scheme, _)) => format!("{scheme}://***@{after}"),
                None => format!("***@{after}"),
            }
        }
    }
}

/// Returns what follows this scheme, which may be written in letters of either case.
pub(crate) fn after_scheme<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let (begin, rest) = text.split_at_checked(scheme.len())?;
    begin.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// Returns an invalid text as errors may show it: `%40` may stand for an `@`.
pub(crate) fn shown(text: &str) -> String {
    without_secrets(&text.replace("%40", "@"))
}

fn invalid(text: &str, why: &str) -> Error {
    let text = shown(text);
    let text = format!("{text:?} is not a valid address: {why}; write host:port, as in 10.0.0.1:5050");
    Error::new(ErrorKind::Invalid, text)
}

fn joined(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

fn split_port(text: &str, default_port: u16) -> Option<(&str, u16)> {
    let is_number = |digits: &&str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let port = |digits: &str| Some(digits).filter(is_number)?.parse().ok().filter(|port| *port != 0);
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
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    // The dot at the end of a fully qualified name.
    host.strip_suffix('.').unwrap_or(host).split('.').all(is_label)
}

/// Reads an IPv6 address; one of a link may have a zone, as in `fe80::1%eth0`, or as URLs write it,
/// `fe80::1%25eth0`.
fn ipv6(host: &str) -> Result<String, &'static str> {
    let (address, zone) = host.split_once('%').map_or((host, None), |(address, zone)| (address, Some(zone)));
    let ip: Ipv6Addr = address.parse().map_err(|_| "what is in brackets is not an IPv6 address")?;
    let Some(zone) = zone else { return Ok(host.to_owned()) };
    let escaped = zone.strip_prefix("25").filter(|rest| !rest.is_empty());
    match escaped.unwrap_or(zone) {
        _ if !ip.is_unicast_link_local() => Err("only an address of a link, as in fe80::1%eth0, has a zone"),
        name if escaped.is_some() && (name.parse::<u32>().is_ok() || name.starts_with("25")) => {
            Err("%25 may be part of the zone: write the name of the interface, as in fe80::1%eth0")
        }
        name if is_host(name) => Ok(format!("{address}%{name}")),
        _ => Err("the zone is not the name of an interface, as in fe80::1%eth0"),
    }
}

/// Returns the host without the zone of an IPv6 address, which means something on this machine
/// only.
pub(crate) fn without_zone(host: &str) -> &str {
    host.split_once('%').map_or(host, |(address, _)| address)
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.scheme == Scheme::Https { "https://" } else { "" };
        write!(formatter, "{scheme}{}", self.authority())
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
            (" HTTP://localhost:1\n", "localhost", 1),
            ("[::1]:5051", "::1", 5051),
            ("[::1]", "::1", DEFAULT_MASTER_PORT),
            ("[fe80::1%eth0]:1", "fe80::1%eth0", 1),
            ("[fe80::1%25eth0]:1", "fe80::1%eth0", 1),
            ("http://[fe80::1%25br-lan.7]/", "fe80::1%br-lan.7", DEFAULT_MASTER_PORT),
            ("[fe80::1%2]:1", "fe80::1%2", 1),
            ("[fe80::1%25]:1", "fe80::1%25", 1),
            ("mesos.example.", "mesos.example.", DEFAULT_MASTER_PORT),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!((address.host(), address.port()), (host, port), "{text}");
        }
        assert_eq!(Address::new("::1", 1).to_string(), "[::1]:1");
    }

    #[test]
    fn zone_stays_on_this_machine() {
        let address: Address = "[fe80::1%25eth0]:1".parse().unwrap();
        assert_eq!(address.to_string(), "[fe80::1%eth0]:1");
        assert_eq!(address.to_string().parse::<Address>().unwrap(), address);
        assert_eq!(address.host_header(), "[fe80::1]:1");
        assert_eq!(Address::new("h", 1).host_header(), "h:1");
    }

    #[test]
    fn unclear_zone_is_refused_with_advice() {
        for (text, advice) in [
            ("[fe80::1%251]:1", "write the name of the interface"),
            ("[fe80::1%2525x]:1", "write the name of the interface"),
            ("[fe80::1%]:1", "name of an interface, as in fe80::1%eth0"),
            ("[fe80::1%25%eth0]:1", "name of an interface"),
            ("[::1%lo]:1", "only an address of a link"),
            ("[2001:db8::1%eth0]", "only an address of a link"),
            ("fe80::1%eth0", "an IPv6 address is in brackets"),
            ("fe80::1", "an IPv6 address is in brackets"),
            ("::1:5050", "an IPv6 address is in brackets"),
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains(advice), "{text}: {error}");
        }
    }

    #[test]
    fn the_scheme_is_kept_and_printed() {
        for (text, scheme, printed) in [
            ("h", Scheme::Http, "h:5050"),
            ("http://h:1", Scheme::Http, "h:1"),
            ("https://h", Scheme::Https, "https://h:5050"),
            ("https://[::1]:1/", Scheme::Https, "https://[::1]:1"),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!((address.scheme(), address.to_string().as_str()), (scheme, printed));
            assert_eq!(printed.parse::<Address>().unwrap(), address);
        }
    }

    #[test]
    fn password_is_refused_and_not_printed() {
        for text in [
            "http://user:secret@h:1",
            "user:secret@h",
            "https://user:s@secret@h:1",
            "secret@",
            "user:secret://@h:1",
            "user:secret@http://i@h:1",
        ] {
            let error = text.parse::<Address>().unwrap_err();
            let printed = format!("{error} {error:?}");
            assert!(printed.contains("authenticator") && !printed.contains("secret"), "{printed}");
        }
    }

    #[test]
    fn escaped_password_is_not_printed() {
        for text in ["user:secret%40h:1", "http://user%3Asecret%40h", "https://user:secret%40h:0/"] {
            let error = format!("{:?}", text.parse::<Address>().unwrap_err());
            assert!(error.contains("***@h") && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn invalid_address_is_refused_with_advice() {
        for text in [
            "",
            ":5050",
            "host:",
            "host:0",
            "host:65536",
            "a b:1",
            "ftp://h:1",
            "h:1:2",
            "[::1",
            "h/x:1",
            "h:+1",
            "[localhost.:6060]",
            "[localhost]:6060",
            "[10.0.0.1]:6060",
            "[::1%]:1",
            "[]:1",
            "%:1",
            ".:1",
            "h..:1",
            "h..i:1",
        ] {
            let error = text.parse::<Address>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid, "{text}");
            assert!(error.to_string().contains("10.0.0.1:5050"), "{error}");
        }
    }
}
