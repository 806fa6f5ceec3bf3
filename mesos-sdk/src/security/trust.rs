//! Which peers may have the credentials, and which may be connected to at all.

use std::net::IpAddr;
use std::str::FromStr;

use crate::address::{Scheme, without_zone};
use crate::{Address, Error, ErrorKind};

/// Which hosts the user has named.
#[derive(Clone, Debug, Default)]
pub(crate) enum Named {
    /// Whatever the detector gives: it is the user's own.
    #[default]
    ByDetector,
    /// These.
    Addresses(Vec<Address>),
    /// None: others decide what the detector gives.
    #[cfg_attr(not(feature = "zookeeper"), allow(dead_code, reason = "only ZooKeeper is such a detector"))]
    Nobody,
}

/// What is asked of a peer before a connection to it is opened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trust {
    /// Whether there are credentials to protect.
    pub(crate) has_credentials: bool,
    /// Whether the user wants TLS and nothing else.
    pub(crate) only_tls: bool,
    pub(crate) named: Named,
    /// Further hosts that may have the credentials.
    pub(crate) hosts: Vec<Hosts>,
}

impl Trust {
    /// Checks whether `peer` may be connected to; `detected` is what the detector has last given.
    pub(crate) fn allows(&self, peer: &Address, detected: Option<&Address>) -> Result<(), Error> {
        if self.only_tls && peer.scheme() != Scheme::Https {
            let text = format!(
                "{peer} was reported to lead, but it does not use TLS, which the driver requires: nothing is \
                 sent there; the masters must name each other by https, or protocol-relative as Mesos does"
            );
            return Err(Error::new(ErrorKind::Untrusted, text));
        }
        if !self.has_credentials || self.is_named(peer, detected) {
            return Ok(());
        }
        let text = format!(
            "{peer} was reported to lead, but credentials are sent only to hosts that you have named, and it is none of them: \
             add it to the list of masters, or name it with ClientOptions::trusted_hosts, as in {:?}, \"10.0.0.0/8\" or \"*.example.com\"",
            peer.host()
        );
        Err(Error::new(ErrorKind::Untrusted, text))
    }

    fn is_named(&self, peer: &Address, detected: Option<&Address>) -> bool {
        let named = match &self.named {
            Named::ByDetector => detected == Some(peer),
            Named::Addresses(addresses) => addresses.iter().any(|named| same_host(named.host(), peer.host())),
            Named::Nobody => false,
        };
        named || self.hosts.iter().any(|hosts| hosts.contain(peer.host()))
    }

    /// Returns how many masters may lead elsewhere before it is plain that none of them leads to a
    /// named one.
    pub(crate) fn candidates(&self) -> usize {
        match &self.named {
            Named::Addresses(addresses) => addresses.len(),
            Named::ByDetector | Named::Nobody => 1,
        }
    }
}

/// One host, or several of them by a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hosts {
    One(String),
    /// All names that end in this, which begins with a dot.
    Domain(String),
    /// All addresses of which the first so many bits are these.
    Network(IpAddr, u8),
}

impl Hosts {
    fn contain(&self, host: &str) -> bool {
        match self {
            Self::One(one) => same_host(one, host),
            Self::Domain(domain) => {
                let start = host.len().checked_sub(domain.len()).filter(|start| *start > 0);
                start.and_then(|start| host.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(domain))
            }
            Self::Network(network, bits) => {
                without_zone(host).parse().is_ok_and(|host| prefix(host, *bits) == prefix(*network, *bits))
            }
        }
    }
}

impl FromStr for Hosts {
    type Err = Error;

    /// Reads `host`, `*.domain` or `network/bits`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let invalid = || {
            let text = format!(
                "{text:?} is not a host pattern: write a host, a domain as \"*.example.com\", or a network as \"10.0.0.0/8\""
            );
            Error::new(ErrorKind::Invalid, text)
        };
        if let Some((network, bits)) = text.split_once('/') {
            let network: IpAddr = network.parse().map_err(|_| invalid())?;
            let most = if network.is_ipv4() { 32 } else { 128 };
            let bits = bits.parse().ok().filter(|bits| *bits <= most).ok_or_else(invalid)?;
            return Ok(Self::Network(network, bits));
        }
        let is_name = |name: &str| !name.is_empty() && !name.contains(['*', '@', ' ', '[', ']']);
        match text.strip_prefix('*') {
            Some(domain) if domain.starts_with('.') && is_name(&domain[1..]) => {
                Ok(Self::Domain(domain.to_owned()))
            }
            None if is_name(text)
                && (!text.contains(':') || without_zone(text).parse::<IpAddr>().is_ok()) =>
            {
                Ok(Self::One(text.to_owned()))
            }
            _ => Err(invalid()),
        }
    }
}

fn same_host(one: &str, other: &str) -> bool {
    match (one.parse::<IpAddr>(), other.parse::<IpAddr>()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one.eq_ignore_ascii_case(other),
    }
}

/// Returns the first bits of an address, and of which kind it is.
fn prefix(ip: IpAddr, bits: u8) -> (bool, u128) {
    let (number, length) = match ip {
        IpAddr::V4(ip) => (u128::from(u32::from(ip)), 32),
        IpAddr::V6(ip) => (u128::from(ip), 128),
    };
    let rest = length - u32::from(bits);
    (ip.is_ipv4(), number.checked_shr(rest).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    fn of(named: &[&str], hosts: &[&str]) -> Trust {
        Trust {
            has_credentials: true,
            named: Named::Addresses(named.iter().map(|text| address(text)).collect()),
            hosts: hosts.iter().map(|text| text.parse().unwrap()).collect(),
            ..Trust::default()
        }
    }

    #[test]
    fn credentials_go_to_named_hosts_alone() {
        let trust = of(&["m1:5050", "10.0.0.2:5050"], &[]);
        for named in ["m1:5050", "M1:5050", "10.0.0.2:5050"] {
            assert!(trust.allows(&address(named), None).is_ok(), "{named}");
        }
        for other in ["m2:5050", "10.0.0.1:5050", "m1.evil:5050"] {
            let error = trust.allows(&address(other), Some(&address(other))).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Untrusted);
            assert!(error.to_string().contains("trusted_hosts") && error.to_string().contains(other));
        }
    }

    #[test]
    fn without_credentials_every_host_will_do() {
        let trust = Trust { has_credentials: false, ..of(&["m1:5050"], &[]) };
        assert!(trust.allows(&address("elsewhere:1"), None).is_ok());
    }

    #[test]
    fn whoever_wants_tls_gets_no_other() {
        let trust = Trust { has_credentials: false, only_tls: true, ..of(&["https://m1"], &[]) };
        assert!(trust.allows(&address("https://m1"), None).is_ok());
        assert_eq!(trust.allows(&address("http://m1"), None).unwrap_err().kind(), ErrorKind::Untrusted);
    }

    #[test]
    fn custom_detector_is_trusted_zookeeper_is_not() {
        let (leader, other) = (address("m1"), address("m2"));
        let own = Trust { named: Named::ByDetector, ..of(&[], &[]) };
        assert!(own.allows(&leader, Some(&leader)).is_ok());
        assert!(own.allows(&other, Some(&leader)).is_err());
        let zookeeper = Trust { named: Named::Nobody, ..of(&[], &[]) };
        assert!(zookeeper.allows(&leader, Some(&leader)).is_err());
        let opted_in = Trust { named: Named::Nobody, ..of(&[], &["m1"]) };
        assert!(opted_in.allows(&leader, Some(&leader)).is_ok());
    }

    #[test]
    fn hosts_are_listed_by_name_domain_or_network() {
        for (hosts, inside, outside) in [
            ("m1", "M1", "m11"),
            ("*.example.com", "a.b.Example.com", "example.com"),
            ("*.example.com", "m.example.com", "m.notexample.com"),
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("10.0.0.5/32", "10.0.0.5", "10.0.0.4"),
            ("fe80::/10", "fe80::1", "10.0.0.1"),
            ("::1", "0:0:0:0:0:0:0:1", "::2"),
        ] {
            let hosts: Hosts = hosts.parse().unwrap();
            assert!(hosts.contain(inside) && !hosts.contain(outside), "{hosts:?}");
        }
        assert!("0.0.0.0/0".parse::<Hosts>().unwrap().contain("1.2.3.4"));
    }

    #[test]
    fn what_names_no_hosts_is_refused() {
        for text in ["", "*", "*.", "*example.com", "a*b", "10.0.0.0/33", "example.com/8", "h:5050", "u@h"] {
            assert!(text.parse::<Hosts>().unwrap_err().to_string().contains("*.example.com"), "{text}");
        }
    }
}
