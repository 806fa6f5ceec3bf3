//! Marathon's texts of constraints.

use serde_json::Value as Json;

use crate::{Constraint, Key, Pattern, PlacementError, Test};

/// Reads constraints in [Marathon's form]: `["rack", "GROUP_BY", "3"]`, a list of such lists, or
/// `rack:GROUP_BY:3` with commas between several. `instances` is how many tasks the group has, for
/// `GROUP_BY`.
///
/// | Marathon | Here |
/// |---|---|
/// | `UNIQUE` | [`Constraint::limit`] of 1 |
/// | `MAX_PER` n | [`Constraint::limit`] of n |
/// | `CLUSTER` | [`Constraint::same`], with a value [`Constraint::equals`] |
/// | `GROUP_BY` n | [`Constraint::even`], without a number [`Constraint::spread`] with a skew of 1 |
/// | `LIKE`, `UNLIKE` | the pattern matches the whole value, or does not |
/// | `IS` | [`Constraint::equals`] |
/// | `IN` | [`Constraint::one_of`], with commas between the values |
///
/// ```
/// use mesos_placement::{Constraint, parse_marathon};
///
/// let constraints = parse_marathon(r#"[["hostname", "UNIQUE"], ["rack", "GROUP_BY", "3"]]"#, 9)?;
/// assert_eq!(constraints, [Constraint::limit("@hostname", 1), Constraint::even("rack", 3, 9)]);
/// assert_eq!(parse_marathon("hostname:UNIQUE,rack:GROUP_BY:3", 9)?, constraints);
/// # Ok::<(), mesos_placement::PlacementError>(())
/// ```
///
/// # Errors
///
/// If the text can't be read, an operator is not known, or a value is missing or not a number.
///
/// [Marathon's form]: https://mesosphere.github.io/marathon/docs/constraints.html
pub fn parse_marathon(text: &str, instances: usize) -> Result<Vec<Constraint>, PlacementError> {
    let text = text.trim();
    let all = if text.starts_with('[') { from_json(text)? } else { from_colons(text) };
    let constraints: Result<Vec<_>, _> = all.iter().map(|fields| constraint(fields, instances)).collect();
    let constraints = constraints?;
    constraints.iter().try_for_each(|constraint| constraint.check(0))?;
    Ok(constraints)
}

fn from_colons(text: &str) -> Vec<Vec<String>> {
    let all = text.split(',').map(str::trim).filter(|one| !one.is_empty());
    // What follows the operator may contain colons.
    all.map(|one| one.splitn(3, ':').map(|field| field.trim().to_owned()).collect()).collect()
}

fn from_json(text: &str) -> Result<Vec<Vec<String>>, PlacementError> {
    let wrong =
        |problem: String| PlacementError::Constraint(format!("Marathon constraint {text:?}: {problem}"));
    let json: Json = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let list = json.as_array().map_or(&[][..], Vec::as_slice);
    if list.iter().all(Json::is_array) {
        return list.iter().map(|one| fields(one).ok_or_else(|| wrong(UNREADABLE.to_owned()))).collect();
    }
    Ok(vec![fields(&json).ok_or_else(|| wrong(UNREADABLE.to_owned()))?])
}

const UNREADABLE: &str = "a constraint is a list of texts: a field, an operator and perhaps a value";

fn fields(json: &Json) -> Option<Vec<String>> {
    json.as_array()?
        .iter()
        .map(|field| match field {
            Json::String(text) => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            _ => None,
        })
        .collect()
}

fn constraint(fields: &[String], instances: usize) -> Result<Constraint, PlacementError> {
    let wrong = |problem: &str| {
        PlacementError::Constraint(format!("Marathon constraint {:?}: {problem}", fields.join(":")))
    };
    let (key, operator, value) = match fields {
        [key, operator] => (key, operator, None),
        [key, operator, value] => (key, operator, Some(value.as_str()).filter(|value| !value.is_empty())),
        _ => return Err(wrong(UNREADABLE)),
    };
    let key = key_of(key);
    let number = || match value.map(str::parse::<usize>) {
        None => Ok(None),
        Some(Ok(number)) => Ok(Some(number)),
        Some(Err(_)) => Err(wrong("its value must be a whole number")),
    };
    let text = || value.map(str::to_owned).ok_or_else(|| wrong("it needs a value"));
    Ok(match operator.to_ascii_uppercase().as_str() {
        "UNIQUE" => Constraint::limit(key, 1),
        "MAX_PER" => Constraint::limit(key, number()?.ok_or_else(|| wrong("it needs a number"))?),
        "CLUSTER" if value.is_none() => Constraint::same(key),
        "CLUSTER" | "IS" => Constraint::equals(key, text()?),
        "IN" => {
            Constraint::test(key, Test::In(text()?.split(',').map(|one| one.trim().to_owned()).collect()))
        }
        "LIKE" => Constraint::test(key, Test::Matches(Pattern::new(&text()?)?)),
        "UNLIKE" => Constraint::test(key, Test::NotMatches(Pattern::new(&text()?)?)),
        "GROUP_BY" => match number()? {
            Some(groups) => Constraint::even(key, groups, instances),
            None => Constraint::spread(key, 1),
        },
        _ => {
            return Err(wrong(
                "its operator is not one of UNIQUE, MAX_PER, CLUSTER, GROUP_BY, LIKE, UNLIKE, IS, IN",
            ));
        }
    })
}

/// Returns the key for a name. Marathon's older name of the hostname is not that of an attribute.
fn key_of(name: &str) -> Key {
    if name == "hostname" { Key::Hostname } else { Key::from(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operator_has_its_constraint() {
        let pattern = |text| Pattern::new(text).unwrap();
        for (text, constraint) in [
            ("hostname:UNIQUE", Constraint::limit(Key::Hostname, 1)),
            ("@zone:MAX_PER:2", Constraint::limit(Key::Zone, 2)),
            ("rack:CLUSTER", Constraint::same("rack")),
            ("rack:CLUSTER:r1", Constraint::equals("rack", "r1")),
            ("rack:group_by", Constraint::spread("rack", 1)),
            ("rack:GROUP_BY:3", Constraint::even("rack", 3, 9)),
            ("rack:LIKE:r[1:2]", Constraint::test("rack", Test::Matches(pattern("r[1:2]")))),
            ("rack:UNLIKE:r.", Constraint::test("rack", Test::NotMatches(pattern("r.")))),
            (r#"["cores", "IS", 8]"#, Constraint::equals("cores", "8")),
            (r#"["rack", "IN", "a, b"]"#, Constraint::one_of("rack", ["a", "b"])),
        ] {
            assert_eq!(parse_marathon(text, 9), Ok(vec![constraint]), "{text}");
        }
        assert_eq!(parse_marathon("", 9), Ok(Vec::new()));
        assert_eq!(parse_marathon("[]", 9), Ok(Vec::new()));
    }

    #[test]
    fn what_makes_no_sense_is_an_error() {
        for text in [
            "rack",
            "rack:NEAR:x",
            "rack:MAX_PER",
            "rack:MAX_PER:0",
            "rack:MAX_PER:-1",
            "rack:GROUP_BY:many",
            "rack:LIKE",
            "rack:LIKE:(",
            r#"["rack", "LIKE", "a{1000}{1000}{1000}"]"#,
            r#"["rack", null]"#,
            r#"["rack""#,
        ] {
            let error = parse_marathon(text, 9).unwrap_err().to_string();
            assert!(!error.is_empty(), "{text}");
        }
    }
}
