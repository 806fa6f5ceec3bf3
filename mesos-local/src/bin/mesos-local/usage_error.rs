//! Errors of the command line, without secrets.

use clap::error::{ContextKind, ContextValue, Error};

/// Returns the error without what precedes an `@` in an invalid value, which may be a password.
pub(crate) fn without_secrets(mut error: Error) -> Error {
    let shown = match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => value.rsplit_once('@').map(|(_, rest)| format!("***@{rest}")),
        _ => None,
    };
    if let Some(shown) = shown {
        error.insert(ContextKind::InvalidValue, ContextValue::String(shown));
    }
    error
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::options::Cli;
    use super::*;

    #[test]
    fn password_is_not_printed() {
        for master in ["me:secret@h:1", "http://me:secret@h:1", "zk://secret@h:1/x", "h:1,i:secret@2"] {
            let error = Cli::try_parse_from(["mesos-local", "tasks", "--master", master]).unwrap_err();
            let printed = without_secrets(error).to_string();
            assert!(printed.contains("'***@") && !printed.contains("secret"), "{printed}");
        }
        let error = Cli::try_parse_from(["mesos-local", "tasks", "--master", "h:x"]).unwrap_err();
        assert!(without_secrets(error).to_string().contains("'h:x'"));
    }
}
