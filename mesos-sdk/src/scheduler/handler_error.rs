//! Which errors of a handler end a framework.

use std::error;

use crate::error::is_passing;
use crate::validation::ValidationError;
use crate::{Error, ErrorKind};

/// Returns whether the framework continues after a handler has returned this error, which is logged
/// in that case.
///
/// The error of a call may pass. What a master would reject concerns one task: the framework's
/// other tasks should not suffer for it.
pub(super) fn is_tolerated(error: &(dyn error::Error + 'static)) -> bool {
    if is_passing(error) {
        tracing::warn!(%error, "a handler returned the error of a call; the framework continues");
        return true;
    }
    let is_invalid = is_invalid(error);
    if is_invalid {
        tracing::error!(%error, "a handler built a message that a master would reject; the framework continues");
    }
    is_invalid
}

/// Returns whether the error is a validation error, even if `?` has converted it into an [`Error`].
fn is_invalid(error: &(dyn error::Error + 'static)) -> bool {
    error.is::<ValidationError>()
        || error.downcast_ref::<Error>().is_some_and(|error| error.kind() == ErrorKind::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HandlerResult;
    use crate::build::Task;
    use crate::proto::v1::AgentId;

    fn is_survived(result: HandlerResult) -> bool {
        is_tolerated(result.unwrap_err().as_ref())
    }

    #[test]
    fn bad_task_and_temporary_failure_are_survived() {
        let invalid =
            || Task::new("a/b").command("true").cpus(0.1).mem(32.0).build(&AgentId::from("a")).unwrap_err();
        assert!(invalid().to_string().starts_with("task \"a/b\": "), "{}", invalid());
        assert_eq!((invalid().task(), invalid().field()), (Some("a/b"), "task_id"));
        assert!(is_survived(Err(invalid().into())) && is_survived(Err(Error::from(invalid()).into())));
        assert!(is_survived(Err(Error::new(ErrorKind::NotSubscribed, "not now").into())));
        assert!(!is_survived(Err("the disk is full".into())));
        assert!(!is_survived(Err(Error::new(ErrorKind::Store, "the disk is full").into())));
    }
}
