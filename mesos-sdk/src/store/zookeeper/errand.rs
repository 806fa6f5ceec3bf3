//! One errand to one server as a state machine: no socket, no clock, no task.
//!
//! A connection is opened for it and closed after it. Nothing depends on the session, and each
//! errand may be done again from the beginning: so a lost session needs no special handling.

use bytes::Bytes;

use crate::detect::zookeeper::machine::{no_zookeeper, wire};
use crate::detect::zookeeper::{Ensemble, reason};
use crate::{Address, Error};
use wire::{Malformed, NO_NODE, NODE_EXISTS, NOT_ALLOWED, OK, Reply};

/// How long the server is to wait for a sign of life; an errand is over sooner.
const SESSION_TIMEOUT_MS: i32 = 10_000;

/// What is to be done with the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Load,
    Save(Bytes),
    Clear,
}

enum Stage {
    Greeting,
    Authenticating,
    Asked(Question),
    /// With what the node held, if that was the question.
    Done(Option<Bytes>),
}

#[derive(Clone, Copy)]
enum Question {
    Sync,
    Data,
    Set,
    /// The node whose path ends here in that of the node, which is the last one.
    Create(usize),
    Delete,
}

/// All decisions of one errand. After an error the connection is to be closed.
pub(super) struct Errand<'a> {
    ensemble: &'a Ensemble,
    server: &'a Address,
    order: &'a Order,
    stage: Stage,
    last_xid: i32,
    frames: Vec<Bytes>,
}

impl<'a> Errand<'a> {
    /// Creates an errand on a connection that has just been opened.
    pub(super) fn new(ensemble: &'a Ensemble, server: &'a Address, order: &'a Order) -> Self {
        let frames = vec![wire::greeting(SESSION_TIMEOUT_MS)];
        Self { ensemble, server, order, stage: Stage::Greeting, last_xid: 0, frames }
    }

    /// Returns what there is to send, in order.
    pub(super) fn take_frames(&mut self) -> Vec<Bytes> {
        std::mem::take(&mut self.frames)
    }

    pub(super) fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Done(_))
    }

    /// Returns what the node held, if it was there and that was the question.
    pub(super) fn held(&self) -> Option<Bytes> {
        match &self.stage {
            Stage::Done(held) => held.clone(),
            _ => None,
        }
    }

    /// Processes a frame that has arrived.
    pub(super) fn take(&mut self, frame: Bytes) -> Result<(), Error> {
        self.understand(frame).unwrap_or_else(|Malformed| Err(no_zookeeper(self.server)))
    }

    fn understand(&mut self, frame: Bytes) -> Result<Result<(), Error>, Malformed> {
        if let Stage::Greeting = self.stage {
            wire::session_timeout(frame)?;
            self.introduce();
            return Ok(Ok(()));
        }
        let reply = wire::reply(frame)?;
        match self.stage {
            Stage::Authenticating if reply.xid == wire::AUTHENTICATION => match reply.error {
                OK => self.begin(),
                _ => return Ok(Err(reason::unauthorized(self.server))),
            },
            Stage::Asked(question) if reply.xid == self.last_xid => return self.on_answer(question, reply),
            _ => return Err(Malformed),
        }
        Ok(Ok(()))
    }

    fn introduce(&mut self) {
        match &self.ensemble.credentials {
            Some(credentials) => {
                self.stage = Stage::Authenticating;
                self.frames.push(wire::authentication(credentials.reveal()));
            }
            None => self.begin(),
        }
    }

    fn begin(&mut self) {
        self.ask(match self.order {
            Order::Load => Question::Sync,
            Order::Save(_) => Question::Set,
            Order::Clear => Question::Delete,
        });
    }

    fn on_answer(&mut self, question: Question, reply: Reply) -> Result<Result<(), Error>, Malformed> {
        let path = &self.ensemble.path;
        match (question, reply.error) {
            // A server that can't catch up must not be believed: it may not have learned of the id
            // yet.
            (Question::Sync, OK) => self.ask(Question::Data),
            (Question::Data, OK) => self.done(Some(wire::contents(reply.body)?)),
            (Question::Set, OK) | (Question::Data, NO_NODE) | (Question::Delete, OK | NO_NODE) => {
                self.done(None)
            }
            (Question::Set, NO_NODE) => self.ask(Question::Create(path.len())),
            (Question::Create(end), NO_NODE) => match path[..end].rfind('/').filter(|end| *end > 0) {
                Some(end) => self.ask(Question::Create(end)),
                None => return Ok(Err(reason::unavailable(self.server, path, NO_NODE))),
            },
            (Question::Create(end), OK) if end == path.len() => self.done(None),
            // Somebody else was faster.
            (Question::Create(end), NODE_EXISTS) if end == path.len() => self.ask(Question::Set),
            (Question::Create(end), OK | NODE_EXISTS) => {
                let next = path[end + 1..].find('/').map_or(path.len(), |more| end + 1 + more);
                self.ask(Question::Create(next));
            }
            (_, NOT_ALLOWED) => return Ok(Err(reason::forbidden(self.server, self.ensemble))),
            (_, error) => return Ok(Err(reason::unavailable(self.server, path, error))),
        }
        Ok(Ok(()))
    }

    fn done(&mut self, held: Option<Bytes>) {
        self.frames.push(wire::close());
        self.stage = Stage::Done(held);
    }

    fn ask(&mut self, question: Question) {
        self.last_xid = self.last_xid.checked_add(1).unwrap_or(1);
        let (xid, path) = (self.last_xid, &self.ensemble.path);
        let data = match self.order {
            Order::Save(data) => data.as_ref(),
            Order::Load | Order::Clear => &[],
        };
        let authenticated = self.ensemble.credentials.is_some();
        self.frames.push(match question {
            Question::Sync => wire::sync(xid, path),
            Question::Data => wire::data(xid, path),
            Question::Set => wire::set(xid, path, data),
            Question::Create(end) if end == path.len() => wire::create(xid, path, data, authenticated),
            Question::Create(end) => wire::create(xid, &path[..end], &[], authenticated),
            Question::Delete => wire::delete(xid, path),
        });
        self.stage = Stage::Asked(question);
    }
}

#[cfg(test)]
mod tests;
