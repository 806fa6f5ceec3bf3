//! The JSON form: an array of `Resource` messages.

use crate::proto::v1::Resource;
use crate::wire::read_list;

use super::ResourcesError;

/// Reads a JSON array. The outer error is about the JSON, the inner one about the resources in it.
pub(super) fn read(text: &str, default_role: &str) -> Result<Result<Vec<Resource>, ResourcesError>, String> {
    let array = read_list(text)?;
    let resources = array.into_iter().map(|resource| Ok(in_one_format(resource?, default_role)));
    let read: Result<_, String> = resources.collect();
    Ok(read.map_err(ResourcesError::Json))
}

/// Gives a resource the default role if it names none. As in Mesos, `reservations` hide the fields
/// of the old format.
#[expect(deprecated, reason = "the old form of a static reservation is the shortest")]
fn in_one_format(resource: Resource, default_role: &str) -> Resource {
    if resource.reservations.is_empty() {
        return Resource { role: resource.role.or_else(|| Some(default_role.to_owned())), ..resource };
    }
    Resource { role: None, reservation: None, ..resource }
}

#[cfg(test)]
mod tests {
    use crate::resources::{Resources, ResourcesError};

    fn parse(text: &str) -> Result<Resources, ResourcesError> {
        Resources::parse(text, "all")
    }

    #[test]
    fn an_array_of_messages_in_either_format() {
        let text = r#" [{"name":"cpus","type":"SCALAR","scalar":{"value":1}},
            {"name":"mem","type":"SCALAR","scalar":{"value":2},"role":"*"},
            {"name":"gpus","type":"SCALAR","scalar":{"value":3},"reservations":[{"type":"STATIC","role":"eng"}]}]"#;
        assert_eq!(
            parse(text).unwrap().to_string(),
            "cpus(reservations: [(STATIC,all)]):1; mem:2; gpus(reservations: [(STATIC,eng)]):3"
        );
        assert_eq!(parse("[]"), Ok(Resources::new()));
        assert_eq!(parse("[a:1").unwrap().to_string(), "[a(reservations: [(STATIC,all)]):1");
    }

    #[test]
    fn invalid_resource_is_refused() {
        for text in [
            "[{]",
            "[{}] and more",
            "[[]]",
            "[1]",
            r#"[{"type":"SCALAR","scalar":{"value":1}}]"#,
            r#"[{"name":"cpus","scalar":{"value":1}}]"#,
            r#"[{"name":"cpus","type":"SCALAR","scalar":{}}]"#,
            r#"[{"name":"ports","type":"RANGES","ranges":{"range":[{"begin":1}]}}]"#,
            r#"[{"name":"ports","type":"RANGES","ranges":{"range":[{"begin":-1,"end":2}]}}]"#,
        ] {
            assert!(matches!(parse(text), Err(ResourcesError::Json(_))), "{text}");
        }
        for (text, reason) in [
            (r#"[{"name":"cpus","type":"FLOAT","scalar":{"value":1}}]"#, "Failed to find enum for 'FLOAT'"),
            (
                r#"[{"name":"cpus","type":0,"scalar":{"value":1}}]"#,
                "Not expecting a JSON number for field 'type'",
            ),
            (r#"[{"name":"cpus","scalar":{}}]"#, "Missing required fields: type, scalar.value"),
        ] {
            assert_eq!(parse(text), Err(ResourcesError::Json(reason.to_owned())));
        }
    }

    #[test]
    fn odd_forms_that_mesos_takes_are_taken() {
        for (text, resources) in [
            (
                r#"[{"name":"cpus","type":"SCALAR","scalar":{"value":"4"}},
                    {"name":"mem","type":"SCALAR","scalar":{"value":"1024.5"},"disk":null,"zzz":[]}]"#,
                "cpus:4;mem:1024.5",
            ),
            (
                r#"[{"name":"ports","type":"RANGES","ranges":{"range":[{"begin":31000.0,"end":"3.2e4"}]}}]"#,
                "ports:[31000-32000]",
            ),
            (
                r#"[{"name":"ports","type":"RANGES","ranges":{"range":{"begin":31000,"end":32000}}}]"#,
                "ports:[31000-32000]",
            ),
            (r#"[{"name":"disks","type":"SET","set":{"item":"a"}}]"#, "disks:{a}"),
            (
                r#"[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"role":"*","reservation":{},
                    "reservations":[{"type":"STATIC","role":"eng"}]}]"#,
                "cpus(eng):1",
            ),
        ] {
            assert_eq!(parse(text), parse(resources), "{text}");
        }
    }

    #[test]
    fn what_comes_from_operations_is_refused() {
        for (fields, what) in [
            (r#""revocable":{}"#, "revocable"),
            (r#""reservations":[{"type":"DYNAMIC","role":"eng"}]"#, "reserved dynamically"),
            (r#""role":"eng","reservation":{}"#, "reserved dynamically"),
            (r#""disk":{"persistence":{"id":"1"}}"#, "a persistent volume"),
        ] {
            let text = format!(r#"[{{"name":"disk","type":"SCALAR","scalar":{{"value":1}},{fields}}}]"#);
            let name = "disk".to_owned();
            assert_eq!(parse(&text), Err(ResourcesError::Programmatic { name, what }));
        }
    }
}
