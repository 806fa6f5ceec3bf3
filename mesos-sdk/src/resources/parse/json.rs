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
