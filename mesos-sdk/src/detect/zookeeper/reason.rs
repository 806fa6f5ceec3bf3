//! The reasons with which a server refuses requests.

use super::ensemble::Ensemble;
use crate::{Address, Error, ErrorKind};

pub(crate) fn unauthorized(server: &Address) -> Error {
    let text = format!("ZooKeeper {server} does not take the user and password of the zk:// text");
    Error::new(ErrorKind::Unauthorized, text)
}

pub(crate) fn forbidden(server: &Address, ensemble: &Ensemble) -> Error {
    let advice = match ensemble.credentials {
        Some(_) => "check the user and password in the zk:// text",
        None => "give a user and password, as in zk://user:password@host/path",
    };
    let text = format!("ZooKeeper {server} does not allow it for {}: {advice}", ensemble.path);
    Error::new(ErrorKind::Forbidden, text)
}

pub(crate) fn unavailable(server: &Address, path: &str, error: i32) -> Error {
    let text = format!("ZooKeeper {server} responds to a request for {path} with error {error}");
    Error::new(ErrorKind::Unavailable, text)
}
