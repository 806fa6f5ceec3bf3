//! Ids that frameworks choose: of themselves, their tasks, executors and volumes.

use super::super::limits::MAX_ID;

/// Whether this can be an id.
pub(super) fn validate(id: &str) -> Result<(), String> {
    if id.is_empty() {
        Err("ID must not be empty".to_owned())
    } else if id.len() > MAX_ID {
        Err(format!("ID must not be greater than {MAX_ID} characters"))
    } else if id == "." || id == ".." {
        Err(format!("'{id}' is disallowed"))
    } else if id.bytes().any(|byte| byte.is_ascii_control() || byte == b'/' || byte == b'\\') {
        Err(format!("'{id}' contains invalid characters"))
    } else {
        Ok(())
    }
}
