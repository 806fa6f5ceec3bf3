//! Which of the masters leads, and where it listens.

use serde_json::Value;

use crate::Address;
use crate::wire::lossy;

/// What the names of the nodes begin with that hold a `MasterInfo` in JSON.
const LABEL: &str = "json.info_";

/// Returns the child that belongs to the leader: of those that hold JSON, the one with the lowest
/// number.
///
/// Others do not count: the replicas of the masters' log have a node there, and masters before
/// 0.24, which do not speak the v1 API, have left theirs as `info_…`.
pub(crate) fn leader(children: &[String]) -> Option<&str> {
    // ZooKeeper's counter is 32 bits with a sign, and Mesos compares it as such.
    let numbered = |name: &String| name.strip_prefix(LABEL)?.parse::<i32>().ok();
    let masters = children.iter().filter_map(|name| Some((numbered(name)?, name.as_str())));
    masters.min().map(|(_, name)| name)
}

/// Returns where a master listens, out of its `MasterInfo`: by its IP address, which is the one it
/// is bound to or configured to advertise, and by its name where there is none.
pub(crate) fn address(master_info: &[u8]) -> Option<Address> {
    // Other fields than the address may hold anything.
    let info: Value = serde_json::from_slice(master_info)
        .or_else(|_| serde_json::from_str(&lossy::repaired(master_info).unwrap_or_default()))
        .ok()?;
    let address = &info["address"];
    let modern = [&address["ip"], &address["hostname"]].map(|host| host_and_port(host.as_str(), address));
    let number = info["ip"].as_u64().and_then(|ip| u32::try_from(ip).ok());
    // The number's bytes are in network order.
    let ip = number.filter(|ip| *ip != 0).map(|ip| ip.to_le_bytes().map(|byte| byte.to_string()).join("."));
    let old = [ip.as_deref(), info["hostname"].as_str()].map(|host| host_and_port(host, &info));
    modern.into_iter().chain(old).flatten().next()
}

fn host_and_port(host: Option<&str>, whose: &Value) -> Option<Address> {
    let port = whose["port"].as_u64().and_then(|port| u16::try_from(port).ok())?;
    let address = Address::new(host?, port);
    // Only what can be an address, because it goes into requests.
    address.to_string().parse().ok().filter(|parsed| *parsed == address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[statement::proves(zk1)]
    #[test]
    fn lowest_number_leads() {
        let children = names(&[
            "log_replicas",
            "json.info_0000000012",
            "info_0000000001",
            "json.info_0000000009",
            "json.info_",
            "json.info_x",
            "json.infos_0000000002",
        ]);
        assert_eq!(leader(&children), Some("json.info_0000000009"));
        assert_eq!(
            leader(&names(&["json.info_-000000002", "json.info_0000000000"])),
            Some("json.info_-000000002")
        );
        assert_eq!(leader(&names(&["log_replicas", "info_0000000001"])), None);
        assert_eq!(leader(&[]), None);
    }

    #[test]
    fn address_is_found_beside_invalid_text() {
        for odd in [&b"r\xe9p"[..], br"\ud800"] {
            let info =
                [&br#"{"address":{"ip":"10.0.0.1","port":5050},"attributes":[{"name":""#[..], odd, b"\"}]}"];
            assert_eq!(address(&info.concat()), Some(Address::new("10.0.0.1", 5050)));
        }
        assert_eq!(address(b"{\"address\":\xff"), None);
    }

    #[statement::proves(zk1)]
    #[test]
    fn address_is_found_in_every_form() {
        let modern = r#"{"address":{"hostname":"m1","ip":"10.0.0.1","port":5051},"hostname":"x","id":"i","ip":16777343,"port":5050}"#;
        let no_ip = r#"{"address":{"hostname":"m1","port":5051}}"#;
        let old = r#"{"hostname":"m1","ip":16777343,"port":5050}"#;
        let name_only = r#"{"hostname":"m1","ip":0,"port":5050}"#;
        let v6 = r#"{"address":{"ip":"::1","port":5050}}"#;
        for (info, host, port) in [
            (modern, "10.0.0.1", 5051),
            (no_ip, "m1", 5051),
            (old, "127.0.0.1", 5050),
            (name_only, "m1", 5050),
            (v6, "::1", 5050),
        ] {
            assert_eq!(address(info.as_bytes()), Some(Address::new(host, port)), "{info}");
        }
    }

    #[test]
    fn what_names_no_address_is_none() {
        for info in [
            "",
            "null",
            "[]",
            "{}",
            r#"{"hostname":"m1"}"#,
            r#"{"address":{"ip":"10.0.0.1","port":0}}"#,
            r#"{"address":{"ip":"10.0.0.1","port":65536}}"#,
            r#"{"address":{"ip":"a b/c","port":1}}"#,
            "\u{8}\u{1}\u{12}",
        ] {
            assert_eq!(address(info.as_bytes()), None, "{info}");
        }
    }
}
