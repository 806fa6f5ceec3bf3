//! The environment variables that the first pinspider knew.

use crate::credentials::Credentials;

/// What the environment asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Whether tasks are to survive a restart of their agent.
    pub checkpoint: bool,
    /// As whom to authenticate with the master.
    pub credentials: Option<Credentials>,
    /// The user that executors run as: the one who runs pinspider.
    pub user: String,
}

/// Why the environment can't be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    /// Authenticator is wanted without saying as whom.
    #[error("MESOS_AUTHENTICATE is set, so {0} must be set too")]
    Incomplete(&'static str),
    /// Nothing identifies the user.
    #[error("the name of your user is unknown: set USER")]
    NoUser,
}

impl Environment {
    /// Reads variables through `get`.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, EnvironmentError> {
        let missing = |name: &str| get(name).is_none_or(|value| value.is_empty());
        let required =
            |name| get(name).filter(|value| !value.is_empty()).ok_or(EnvironmentError::Incomplete(name));
        let credentials = match get("MESOS_AUTHENTICATE") {
            Some(_) => {
                let (principal, secret) = (required("DEFAULT_PRINCIPAL")?, required("DEFAULT_SECRET")?);
                Some(Credentials { principal, secret: secret.into() })
            }
            None => None,
        };
        let user = ["USER", "LOGNAME"].into_iter().find(|name| !missing(name)).and_then(&get);
        let user = user.or_else(user_of_this_process).ok_or(EnvironmentError::NoUser)?;
        Ok(Self { checkpoint: get("MESOS_CHECKPOINT").is_some(), credentials, user })
    }
}

/// Returns the output of `id -un`; in containers the variables are often missing.
fn user_of_this_process() -> Option<String> {
    let output = std::process::Command::new("id").arg("-un").output().ok()?;
    let name = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Environment, EnvironmentError> {
        let find =
            |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        Environment::read(find)
    }

    #[test]
    fn any_value_turns_checkpointing_on() {
        let read = |variables: &[_]| read(variables).unwrap();
        assert!(!read(&[("USER", "u")]).checkpoint);
        assert!(read(&[("USER", "u"), ("MESOS_CHECKPOINT", "")]).checkpoint);
        assert_eq!(read(&[("USER", ""), ("LOGNAME", "l")]).user, "l");
        assert!(!read(&[]).user.is_empty());
    }

    #[test]
    fn authentication_needs_principal_and_secret() {
        let why = |variables: &[_]| read(variables).unwrap_err().to_string();
        assert!(why(&[("MESOS_AUTHENTICATE", "1")]).contains("DEFAULT_PRINCIPAL"));
        assert!(why(&[("MESOS_AUTHENTICATE", "1"), ("DEFAULT_PRINCIPAL", "p")]).contains("DEFAULT_SECRET"));
        let all = [("MESOS_AUTHENTICATE", ""), ("DEFAULT_PRINCIPAL", "p"), ("DEFAULT_SECRET", "hidden")];
        let environment = read(&all).unwrap();
        let credentials = environment.credentials.as_ref().unwrap();
        assert_eq!((credentials.principal.as_str(), credentials.secret.reveal()), ("p", "hidden"));
        assert!(!format!("{environment:?}").contains("hidden"));
        assert_eq!(read(&all[1..]).unwrap().credentials, None);
    }
}
