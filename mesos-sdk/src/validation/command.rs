//! Commands, and the environments in them.

use crate::proto::v1::environment::{Variable, variable};
use crate::proto::v1::{CommandInfo, Secret, secret};

/// Checks whether a command's environment is well-formed; Mesos looks at nothing else.
///
/// # Errors
/// The master's reason.
pub fn validate(command: &CommandInfo) -> Result<(), String> {
    let variables = command.environment.iter().flat_map(|environment| &environment.variables);
    variables.into_iter().try_for_each(|variable| {
        if variable.r#type() == variable::Type::Unknown {
            return Err("Environment variable of type 'UNKNOWN' is not allowed".to_owned());
        }
        validate_variable(variable)
            .map_err(|reason| format!("Environment variable '{}' {reason}", variable.name))
    })
}

fn validate_variable(variable: &Variable) -> Result<(), String> {
    let fault = match (variable.r#type(), &variable.value, &variable.secret) {
        (variable::Type::Value, None, _) => "of type 'VALUE' must have a value set",
        (variable::Type::Value, Some(_), Some(_)) => "of type 'VALUE' must not have a secret set",
        (variable::Type::Value, Some(_), None) | (variable::Type::Unknown, ..) => return Ok(()),
        (variable::Type::Secret, _, None) => "of type 'SECRET' must have a secret set",
        (variable::Type::Secret, Some(_), Some(_)) => "of type 'SECRET' must not have a value set",
        (variable::Type::Secret, None, Some(secret)) => return validate_secret(secret),
    };
    Err(fault.to_owned())
}

fn validate_secret(secret: &Secret) -> Result<(), String> {
    let invalid = |reason: String| Err(format!("specifies an invalid secret: {reason}"));
    match (secret.r#type(), &secret.reference, &secret.value) {
        (secret::Type::Reference, None, _) => {
            invalid("Secret of type REFERENCE must have the 'reference' field set".to_owned())
        }
        (secret::Type::Reference, Some(reference), Some(_)) => invalid(format!(
            "Secret '{}' of type REFERENCE must not have the 'value' field set",
            reference.name
        )),
        (secret::Type::Value, _, None) => {
            invalid("Secret of type VALUE must have the 'value' field set".to_owned())
        }
        (secret::Type::Value, Some(_), Some(_)) => {
            invalid("Secret of type VALUE must not have the 'reference' field set".to_owned())
        }
        (_, _, Some(value)) if value.data.contains(&0) => {
            Err("specifies a secret containing null bytes, which is not allowed in the environment"
                .to_owned())
        }
        _ => Ok(()),
    }
}
