//! `Location` headers of a standby master: `//host:port/path`.

use crate::Address;

/// The address in a `Location`, which may be protocol-relative or an absolute `http` URL. `None` if it names no
/// other host.
pub(crate) fn address_in(location: &str) -> Option<Address> {
    let rest = match location.strip_prefix("//") {
        Some(rest) => rest,
        None => location.strip_prefix("http://")?,
    };
    rest.split(['/', '?', '#']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redir_protocol_relative_and_absolute() {
        let leader = Some(Address::new("10.0.0.2", 5050));
        assert_eq!(address_in("//10.0.0.2:5050/api/v1/scheduler"), leader);
        assert_eq!(address_in("http://10.0.0.2:5050"), leader);
        assert_eq!(address_in("//[::1]:5051/x"), Some(Address::new("::1", 5051)));
    }

    #[test]
    fn redir_what_names_no_host_is_none() {
        for location in ["", "/api/v1/scheduler", "//", "https://h:1/", "//h:99999/", "//h h:1/"] {
            assert_eq!(address_in(location), None, "{location}");
        }
    }
}
