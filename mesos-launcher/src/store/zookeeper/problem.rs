//! Errors of ZooKeeper, for people.

use zookeeper_client::Error;

use crate::store::{StoreError, StoreErrorKind};

/// Returns the error of something that ZooKeeper did not do. `what` states it with its place, as in
/// `the records can't be read from zk://h:2181/web`.
pub(super) fn failed(what: &str, error: &Error) -> StoreError {
    let (kind, why) = match error {
        Error::ConnectionLoss | Error::Timeout | Error::SessionExpired | Error::ClientClosed => (
            StoreErrorKind::Unavailable,
            "none of its servers responds: are they running, and is the address right?".to_owned(),
        ),
        Error::NoAuth => (
            StoreErrorKind::Forbidden,
            "it is not allowed: check the user and password in the zk:// text, and the access rights of the \
             nodes"
                .to_owned(),
        ),
        Error::AuthFailed | Error::InvalidAcl => {
            (StoreErrorKind::Forbidden, "the user and password of the zk:// text are not accepted".to_owned())
        }
        Error::Unimplemented => (
            StoreErrorKind::Forbidden,
            "its servers are too old: ZooKeeper 3.5 or later is needed".to_owned(),
        ),
        Error::QuotaExceeded => {
            (StoreErrorKind::Full, "its quota is used up: raise it, or forget what has ended".to_owned())
        }
        // What is known of the nodes is out of date: the next attempt reads it again.
        Error::NodeExists => (StoreErrorKind::Unavailable, "a node exists already".to_owned()),
        other => (StoreErrorKind::Unavailable, other.to_string()),
    };
    StoreError::new(kind, format!("{what}: {why}"))
}

/// Returns the error of a node that holds something else than what was written.
pub(super) fn corrupt(at: &str, path: &str, why: &str) -> StoreError {
    let text = format!(
        "the node {path} of the store {at} {why}: somebody else has written there; restore it from a copy, or use \
         another path"
    );
    StoreError::new(StoreErrorKind::Corrupt, text)
}

/// Returns the error of a scheduler whose session has ended, and with it its leadership.
pub(super) fn lost_leadership(at: &str) -> StoreError {
    let text = format!(
        "the session with {at} has ended, and another scheduler may lead: stand by again, and leave the framework \
         to that one"
    );
    StoreError::new(StoreErrorKind::Fenced, text)
}
