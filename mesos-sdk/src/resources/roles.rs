//! Names of roles: which are valid, and which is below which.

/// A name that no role can have, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("role {role:?} {fault}")]
pub struct RoleError {
    role: String,
    fault: RoleErrorKind,
}

/// What is wrong with the name of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoleErrorKind {
    /// The name is empty.
    #[error("is empty: a role needs a name")]
    Empty,
    /// The name starts with `/`.
    #[error("starts with a slash: write a/b, not /a/b")]
    LeadingSlash,
    /// The name ends with `/`.
    #[error("ends with a slash: write a/b, not a/b/")]
    TrailingSlash,
    /// The name contains `//`.
    #[error("has two slashes in a row: write one")]
    DoubleSlash,
    /// A component is `.`, `..` or `*`.
    #[error("has a component that is '.', '..' or '*': such names are reserved")]
    ReservedComponent,
    /// A component starts with `-`.
    #[error("has a component that starts with a dash")]
    LeadingDash,
    /// White space or DEL.
    #[error("contains white space or a DEL character")]
    Character,
}

impl RoleError {
    /// Returns what is wrong with the name.
    pub fn fault(&self) -> RoleErrorKind {
        self.fault
    }
}

/// Checks the name of a role, such as `eng` or `eng/frontend`; `*` is valid by itself.
pub fn validate(role: &str) -> Result<(), RoleError> {
    match fault(role) {
        None => Ok(()),
        Some(fault) => Err(RoleError { role: role.to_owned(), fault }),
    }
}

/// Reads a comma list of roles, as in `eng,ops`; empty pieces are skipped.
pub fn parse(text: &str) -> Result<Vec<String>, RoleError> {
    let pieces = text.split(',').filter(|piece| !piece.is_empty());
    pieces.map(|role| validate(role).map(|()| role.to_owned())).collect()
}

/// Returns the roles above `role`, nearest first: `a/b`, then `a` for `a/b/c`. Expects a valid
/// name.
pub fn ancestors(role: &str) -> impl Iterator<Item = &str> {
    role.rmatch_indices('/').map(|(slash, _)| &role[..slash])
}

/// Returns whether `role` lies below `ancestor`: `a/b` below `a`, but neither `a` nor `ab`.
pub fn is_strict_subrole_of(role: &str, ancestor: &str) -> bool {
    role.strip_prefix(ancestor).is_some_and(|rest| rest.starts_with('/'))
}

fn fault(role: &str) -> Option<RoleErrorKind> {
    match role {
        "*" => None,
        "" => Some(RoleErrorKind::Empty),
        _ if role.starts_with('/') => Some(RoleErrorKind::LeadingSlash),
        _ if role.ends_with('/') => Some(RoleErrorKind::TrailingSlash),
        _ if role.contains("//") => Some(RoleErrorKind::DoubleSlash),
        _ => role.split('/').find_map(component_fault),
    }
}

fn component_fault(component: &str) -> Option<RoleErrorKind> {
    if matches!(component, "." | ".." | "*") {
        Some(RoleErrorKind::ReservedComponent)
    } else if component.starts_with('-') {
        Some(RoleErrorKind::LeadingDash)
    } else {
        component.contains(is_refused).then_some(RoleErrorKind::Character)
    }
}

/// Returns whether a character is TAB, LF, VT, FF, CR, SPACE or DEL.
fn is_refused(character: char) -> bool {
    matches!(character, '\t'..='\r' | ' ' | '\x7f')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[statement::proves(rolename)]
    #[test]
    fn valid_names() {
        for role in ["*", "eng", "eng/front-end", "a.b", "..a", "**", "a/*b", "é\u{85}"] {
            assert_eq!(validate(role), Ok(()), "{role}");
        }
    }

    #[statement::proves(rolename)]
    #[test]
    fn each_fault_has_its_reason() {
        for (role, fault) in [
            ("", RoleErrorKind::Empty),
            ("/a", RoleErrorKind::LeadingSlash),
            ("a/", RoleErrorKind::TrailingSlash),
            ("a//b", RoleErrorKind::DoubleSlash),
            ("a/./b", RoleErrorKind::ReservedComponent),
            ("..", RoleErrorKind::ReservedComponent),
            ("a/*", RoleErrorKind::ReservedComponent),
            ("a/-b", RoleErrorKind::LeadingDash),
        ] {
            assert_eq!(validate(role).unwrap_err().fault(), fault, "{role}");
        }
        for character in ['\t', '\n', '\x0b', '\x0c', '\r', ' ', '\x7f'] {
            let error = validate(&format!("a{character}b")).unwrap_err();
            assert_eq!(error.fault(), RoleErrorKind::Character, "{character:?}");
        }
    }

    #[test]
    fn the_hierarchy_follows_slashes() {
        assert!(is_strict_subrole_of("a/b", "a") && is_strict_subrole_of("a/b/c", "a/b"));
        assert!(!is_strict_subrole_of("a", "a") && !is_strict_subrole_of("ab", "a"));
        assert_eq!(ancestors("a/b/c").collect::<Vec<_>>(), ["a/b", "a"]);
        assert_eq!(parse("a,,b/c,").unwrap(), ["a", "b/c"]);
        assert!(parse("a,.").is_err());
    }
}
