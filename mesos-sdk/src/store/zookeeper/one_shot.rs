//! A session for one operation on one server, as a state machine: no socket, no clock, no task.
//!
//! A connection is opened for it and closed after it. Each operation can be repeated from the
//! beginning, so a lost session needs no special handling.

use bytes::Bytes;

use crate::detect::zookeeper::machine::{no_zookeeper, wire};
use crate::detect::zookeeper::{Ensemble, reason};
use crate::{Address, Error};
use wire::{Malformed, NO_NODE, NODE_EXISTS, NOT_ALLOWED, OK, Reply};

/// How long the server is to wait for a sign of life; a session is over sooner.
const SESSION_TIMEOUT_MS: i32 = 10_000;

/// What to do with the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Load,
    Save(Bytes),
    Clear,
}

enum Stage {
    Connecting,
    Authenticating,
    Requested(Request),
    /// With the data of the node, if they were requested.
    Done(Option<Bytes>),
}

#[derive(Clone, Copy)]
enum Request {
    Sync,
    GetData,
    SetData,
    /// Creates the node whose path is the part of the whole path before this index.
    Create(usize),
    Delete,
}

/// All decisions of one session. After an error the connection is to be closed.
pub(super) struct OneShotSession<'a> {
    ensemble: &'a Ensemble,
    server: &'a Address,
    operation: &'a Operation,
    stage: Stage,
    last_xid: i32,
    frames: Vec<Bytes>,
}

impl<'a> OneShotSession<'a> {
    /// Creates a session on a connection that has just been opened.
    pub(super) fn new(ensemble: &'a Ensemble, server: &'a Address, operation: &'a Operation) -> Self {
        let frames = vec![wire::connect(SESSION_TIMEOUT_MS)];
        Self { ensemble, server, operation, stage: Stage::Connecting, last_xid: 0, frames }
    }

    /// Returns what there is to send, in order.
    pub(super) fn take_frames(&mut self) -> Vec<Bytes> {
        std::mem::take(&mut self.frames)
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Done(_))
    }

    /// Returns the data of the node, if they were requested and there is a node.
    pub(super) fn data(&self) -> Option<Bytes> {
        match &self.stage {
            Stage::Done(data) => data.clone(),
            _ => None,
        }
    }

    /// Processes a frame that has arrived.
    pub(super) fn take(&mut self, frame: Bytes) -> Result<(), Error> {
        self.process(frame).unwrap_or_else(|Malformed| Err(no_zookeeper(self.server)))
    }

    fn process(&mut self, frame: Bytes) -> Result<Result<(), Error>, Malformed> {
        if let Stage::Connecting = self.stage {
            wire::session_timeout(frame)?;
            self.authenticate();
            return Ok(Ok(()));
        }
        let reply = wire::reply(frame)?;
        match self.stage {
            Stage::Authenticating if reply.xid == wire::AUTHENTICATION => match reply.error {
                OK => self.begin(),
                _ => return Ok(Err(reason::unauthorized(self.server))),
            },
            Stage::Requested(request) if reply.xid == self.last_xid => return self.on_reply(request, reply),
            _ => return Err(Malformed),
        }
        Ok(Ok(()))
    }

    fn authenticate(&mut self) {
        match &self.ensemble.credentials {
            Some(credentials) => {
                self.stage = Stage::Authenticating;
                self.frames.push(wire::authentication(credentials.reveal()));
            }
            None => self.begin(),
        }
    }

    fn begin(&mut self) {
        self.request(match self.operation {
            Operation::Load => Request::Sync,
            Operation::Save(_) => Request::SetData,
            Operation::Clear => Request::Delete,
        });
    }

    fn on_reply(&mut self, request: Request, reply: Reply) -> Result<Result<(), Error>, Malformed> {
        let path = &self.ensemble.path;
        match (request, reply.error) {
            // A server that can't catch up must not be believed: it may not have learned of the id
            // yet.
            (Request::Sync, OK) => self.request(Request::GetData),
            (Request::GetData, OK) => self.done(Some(wire::contents(reply.body)?)),
            (Request::SetData, OK) | (Request::GetData, NO_NODE) | (Request::Delete, OK | NO_NODE) => {
                self.done(None)
            }
            (Request::SetData, NO_NODE) => self.request(Request::Create(path.len())),
            (Request::Create(end), NO_NODE) => match path[..end].rfind('/').filter(|end| *end > 0) {
                Some(end) => self.request(Request::Create(end)),
                None => return Ok(Err(reason::unavailable(self.server, path, NO_NODE))),
            },
            (Request::Create(end), OK) if end == path.len() => self.done(None),
            // Somebody else was faster.
            (Request::Create(end), NODE_EXISTS) if end == path.len() => self.request(Request::SetData),
            (Request::Create(end), OK | NODE_EXISTS) => {
                let next = path[end + 1..].find('/').map_or(path.len(), |more| end + 1 + more);
                self.request(Request::Create(next));
            }
            (_, NOT_ALLOWED) => return Ok(Err(reason::forbidden(self.server, self.ensemble))),
            (_, error) => return Ok(Err(reason::unavailable(self.server, path, error))),
        }
        Ok(Ok(()))
    }

    fn done(&mut self, data: Option<Bytes>) {
        self.frames.push(wire::close());
        self.stage = Stage::Done(data);
    }

    fn request(&mut self, request: Request) {
        self.last_xid = self.last_xid.checked_add(1).unwrap_or(1);
        let (xid, path) = (self.last_xid, &self.ensemble.path);
        let data = match self.operation {
            Operation::Save(data) => data.as_ref(),
            Operation::Load | Operation::Clear => &[],
        };
        let authenticated = self.ensemble.credentials.is_some();
        self.frames.push(match request {
            Request::Sync => wire::sync(xid, path),
            Request::GetData => wire::get_data(xid, path),
            Request::SetData => wire::set_data(xid, path, data),
            Request::Create(end) if end == path.len() => wire::create(xid, path, data, authenticated),
            Request::Create(end) => wire::create(xid, &path[..end], &[], authenticated),
            Request::Delete => wire::delete(xid, path),
        });
        self.stage = Stage::Requested(request);
    }
}

#[cfg(test)]
mod tests;
