//! Ids that frameworks choose: of themselves, their tasks, executors and volumes.

/// The longest id in bytes.
pub(crate) const MAX_ID: usize = 255;

/// Checks whether this can be the id of a task, an executor, a framework or a persistent volume.
///
/// # Errors
/// The master's reason: it is empty, longer than 255 bytes, `.` or `..`, or has a control
/// character, `/` or `\` in it.
pub fn validate(id: &str) -> Result<(), String> {
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
