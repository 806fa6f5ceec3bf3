//! `Location` headers of a standby master: `//host:port/path`.

use crate::{Address, address::Scheme};

/// Returns the address in a `Location`, which may be an absolute or a protocol-relative URL; the
/// latter has the scheme of the request. Returns `None` if it does not name another host.
pub(crate) fn address_in(location: &str, of_request: Scheme) -> Option<Address> {
    let (scheme, rest) = match location.split_once("//")? {
        ("", rest) => (of_request, rest),
        (scheme, rest) if scheme.eq_ignore_ascii_case("http:") => (Scheme::Http, rest),
        (scheme, rest) if scheme.eq_ignore_ascii_case("https:") => (Scheme::Https, rest),
        _ => return None,
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    // A URL without a port is that of a proxy: masters name theirs.
    let port = match scheme {
        Scheme::Http => 80,
        Scheme::Https => 443,
    };
    Some(Address::parse(authority, port).ok()?.with_scheme(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[statement::proves(redir)]
    #[test]
    fn protocol_relative_keeps_the_scheme() {
        let leader = Address::new("10.0.0.2", 5050);
        for scheme in [Scheme::Http, Scheme::Https] {
            let location = address_in("//10.0.0.2:5050/api/v1/scheduler", scheme);
            assert_eq!(location, Some(leader.clone().with_scheme(scheme)));
        }
        assert_eq!(address_in("//[::1]:5051/x", Scheme::Http), Some(Address::new("::1", 5051)));
    }

    #[statement::proves(redir)]
    #[test]
    fn absolute_location_has_its_own_scheme() {
        let leader = Address::new("10.0.0.2", 5050);
        assert_eq!(address_in("http://10.0.0.2:5050", Scheme::Https), Some(leader.clone()));
        let secure = leader.with_scheme(Scheme::Https);
        assert_eq!(address_in("HTTPS://10.0.0.2:5050/x", Scheme::Http), Some(secure));
    }

    #[test]
    fn location_without_port_has_that_of_its_scheme() {
        for (location, scheme, port) in [
            ("http://mesos.example/api/v1", Scheme::Http, 80),
            ("https://mesos.example?x", Scheme::Https, 443),
            ("//mesos.example/", Scheme::Https, 443),
            ("//mesos.example", Scheme::Http, 80),
        ] {
            let address = address_in(location, scheme).unwrap();
            assert_eq!((address.host(), address.port(), address.scheme()), ("mesos.example", port, scheme));
        }
    }

    #[statement::proves(redir)]
    #[test]
    fn location_without_host_is_invalid() {
        for location in [
            "",
            "/api/v1/scheduler",
            "//",
            "ftp://h:1/",
            "//h:99999/",
            "//h h:1/",
            "//u:p@h:1/",
            "/a//b:1",
            "//h:+1/",
        ] {
            assert_eq!(address_in(location, Scheme::Http), None, "{location}");
        }
    }
}
