//! Names of roles, with Mesos' words for what is wrong with one.

/// Checks whether this is a valid name for a role.
///
/// # Errors
/// The master's reason.
pub fn validate(role: &str) -> Result<(), String> {
    let fault = match role {
        "*" => return Ok(()),
        "" => return Err("Role names cannot be the empty string".to_owned()),
        _ if role.starts_with('/') => "start with a slash",
        _ if role.ends_with('/') => "end with a slash",
        _ if role.contains("//") => "contain two adjacent slashes",
        _ => return role.split('/').try_for_each(|component| validate_component(role, component)),
    };
    Err(format!("Role '{role}' cannot {fault}"))
}

fn validate_component(role: &str, component: &str) -> Result<(), String> {
    if matches!(component, "." | ".." | "*") {
        return Err(format!("Role '{role}' cannot include '{component}' as a component"));
    }
    let invalid = |reason| Err(format!("Role component '{component}' is invalid because it {reason}"));
    if component.starts_with('-') {
        return invalid("starts with a dash");
    }
    match component.contains(|character| matches!(character, '\t'..='\r' | ' ' | '\x7f')) {
        true => invalid("contains backspace or whitespace"),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::validate;

    #[statement::proves(rolename)]
    #[test]
    fn valid_names() {
        for role in ["*", "a", "a/b", "a.b", "a-b", "...", "*a", "a/b*"] {
            assert_eq!(validate(role), Ok(()), "{role}");
        }
    }

    #[statement::proves(rolename)]
    #[test]
    fn invalid_names_with_mesos_words() {
        for (role, words) in [
            ("", "Role names cannot be the empty string"),
            ("/", "Role '/' cannot start with a slash"),
            ("/a", "Role '/a' cannot start with a slash"),
            ("a/", "Role 'a/' cannot end with a slash"),
            ("a//b", "Role 'a//b' cannot contain two adjacent slashes"),
            ("a/.", "Role 'a/.' cannot include '.' as a component"),
            ("../a", "Role '../a' cannot include '..' as a component"),
            ("a/*", "Role 'a/*' cannot include '*' as a component"),
            ("-a", "Role component '-a' is invalid because it starts with a dash"),
        ] {
            assert_eq!(validate(role), Err(words.to_owned()), "{role}");
        }
        for character in ['\t', '\n', '\x0b', '\x0c', '\r', ' ', '\x7f'] {
            let words = validate(&format!("a/b{character}")).unwrap_err();
            assert!(words.ends_with("is invalid because it contains backspace or whitespace"), "{words}");
        }
    }
}
