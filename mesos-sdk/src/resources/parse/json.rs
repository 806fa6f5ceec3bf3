//! The JSON form: an array of `Resource` messages.

use serde_json::Value as Json;

use crate::proto::v1::Resource;

use super::InvalidResources;

/// Fields that a message must have: the path to the message, in which `[]` steps into an array, and the
/// names.
const REQUIRED: [(&[&str], &[&str]); 8] = [
    (&[], &["name", "type"]),
    (&["scalar"], &["value"]),
    (&["ranges", "range", "[]"], &["begin", "end"]),
    (&["provider_id"], &["value"]),
    (&["reservations", "[]", "labels", "labels", "[]"], &["key"]),
    (&["disk", "persistence"], &["id"]),
    (&["disk", "source"], &["type"]),
    (&["disk", "volume"], &["container_path", "mode"]),
];

/// The outer error says why the text is no JSON array; the inner one what is wrong with the resources in it.
pub(super) fn read(
    text: &str,
    default_role: &str,
) -> Result<Result<Vec<Resource>, InvalidResources>, String> {
    let array: Vec<Json> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(array.into_iter().map(|json| read_resource(json, default_role)).collect())
}

#[expect(deprecated, reason = "the old form of a static reservation is the shortest")]
fn read_resource(json: Json, default_role: &str) -> Result<Resource, InvalidResources> {
    for (path, names) in REQUIRED {
        require(&json, path, names).map_err(|name| {
            InvalidResources::Json(format!("required field {name:?} is missing in {json}"))
        })?;
    }
    let mut resource: Resource =
        serde_json::from_value(json).map_err(|error| InvalidResources::Json(error.to_string()))?;
    if resource.role.is_none() && resource.reservations.is_empty() {
        resource.role = Some(default_role.to_owned());
    }
    Ok(resource)
}

fn require<'a>(json: &Json, path: &[&str], names: &[&'a str]) -> Result<(), &'a str> {
    match path.split_first() {
        None => names.iter().find(|name| json.get(name).is_none()).map_or(Ok(()), |name| Err(*name)),
        Some((&"[]", rest)) => {
            json.as_array().into_iter().flatten().try_for_each(|item| require(item, rest, names))
        }
        Some((field, rest)) => json.get(field).map_or(Ok(()), |inner| require(inner, rest, names)),
    }
}

#[cfg(test)]
mod tests {
    use crate::resources::{InvalidResources, Resources};

    fn parse(text: &str) -> Result<Resources, InvalidResources> {
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
    fn what_is_no_resource_is_refused() {
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
            assert!(matches!(parse(text), Err(InvalidResources::Json(_))), "{text}");
        }
        let unknown = r#"[{"name":"cpus","type":"FLOAT","scalar":{"value":1}}]"#;
        assert!(matches!(parse(unknown), Err(InvalidResources::Resource { .. })));
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
            assert_eq!(parse(&text), Err(InvalidResources::Programmatic { name, what }));
        }
    }
}
