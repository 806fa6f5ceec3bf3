//! One connection to one server as a state machine: no socket, no clock, no task.
//!
//! | Stage | Leaves on | For |
//! |---|---|---|
//! | `Connecting` | the first response | `Authenticating` with credentials, else `Requested` |
//! | `Authenticating` | its response | `Requested` |
//! | `Requested` | the response | the next request, or `Watching` when it is known who leads |
//! | `Watching` | an event | `Requested` |
//!
//! Each connection is a new session. A reader owns nothing in a session, so there is nothing to
//! take over into the next one: one that was lost or has expired is replaced, and what it watched
//! is read again.

pub(crate) mod election;
#[cfg(test)]
mod tests;
pub(crate) mod wire;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use super::ensemble::Ensemble;
use super::reason;
use crate::silence::Silence;
use crate::{Address, Error, ErrorKind};
pub(crate) use wire::{Malformed, next_frame};
use wire::{NO_NODE, NOT_ALLOWED, OK, Reply};

/// The timeout that the session requests, which is that of masters: after so long without a sign of
/// life, the server forgets the session.
const SESSION_TIMEOUT: Duration = Duration::from_secs(10);

/// A server that grants less gets no more pings than this makes; one that grants more is not waited
/// for any longer.
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(500);

/// Which master leads, as far as is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Leadership {
    /// No server has reported anything.
    Unknown,
    Leader(Address),
    /// Nobody can be named, and why.
    Nobody(ErrorKind, String),
}

impl fmt::Display for Leadership {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => formatter.write_str("nothing yet"),
            Self::Leader(leader) => leader.fmt(formatter),
            Self::Nobody(_, why) => formatter.write_str(why),
        }
    }
}

/// Something to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Output {
    Send(Bytes),
    Publish(Leadership),
}

enum Stage {
    Connecting,
    Authenticating,
    Requested(i32, Request),
    Watching,
}

enum Request {
    Sync,
    GetChildren,
    Exists,
    /// Of the child with this name.
    GetData(String),
}

/// All decisions of one connection. `now` is the time since any fixed moment and never goes back;
/// after an error the connection is to be closed.
pub(crate) struct Session<'a> {
    ensemble: &'a Ensemble,
    server: &'a Address,
    stage: Stage,
    last_xid: i32,
    /// Whether there was an event since the children were requested.
    stale: bool,
    reported: bool,
    timeout: Duration,
    silence: Silence,
    last_sent: Duration,
    /// Whether something was sent since the last frame arrived, so that silence means something.
    asked: bool,
    outputs: Vec<Output>,
}

impl<'a> Session<'a> {
    /// Creates a session on a connection that has just been opened.
    pub(crate) fn new(ensemble: &'a Ensemble, server: &'a Address, now: Duration) -> Self {
        let timeout_ms = i32::try_from(SESSION_TIMEOUT.as_millis()).unwrap_or(i32::MAX);
        Self {
            ensemble,
            server,
            stage: Stage::Connecting,
            last_xid: 0,
            stale: false,
            reported: false,
            timeout: SESSION_TIMEOUT,
            silence: silence(now, SESSION_TIMEOUT),
            last_sent: now,
            asked: true,
            outputs: vec![Output::Send(wire::connect(timeout_ms))],
        }
    }

    /// Returns what there is to do, in order.
    pub(crate) fn take_outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }

    /// Returns whether the server has reported who leads, or that nobody does.
    pub(crate) fn has_reported(&self) -> bool {
        self.reported
    }

    /// Returns when to call [`tick`](Self::tick).
    pub(crate) fn deadline(&self) -> Duration {
        let silence_ends = self.silence.end().unwrap_or(Duration::MAX);
        match self.stage {
            Stage::Connecting => silence_ends,
            _ => silence_ends.min(self.last_sent.saturating_add(self.timeout / 3)),
        }
    }

    /// Checks the deadlines, once everything that has arrived by `now` was taken.
    pub(crate) fn tick(&mut self, now: Duration) -> Result<(), Error> {
        if self.silence.is_over(now) {
            if self.asked {
                let silence = self.silence.most().as_secs_f32();
                let text = format!("ZooKeeper {} has sent nothing for {silence:.1} s", self.server);
                return Err(Error::new(ErrorKind::Timeout, text));
            }
            // The ping is late because this process was paused.
            self.silence.restart(now);
        }
        if now >= self.deadline() {
            self.send(now, wire::ping());
        }
        Ok(())
    }

    /// Processes a frame that has arrived.
    pub(crate) fn take(&mut self, now: Duration, frame: Bytes) -> Result<(), Error> {
        self.silence.restart(now);
        self.asked = false;
        self.process(now, frame).unwrap_or_else(|Malformed| Err(no_zookeeper(self.server)))
    }

    fn process(&mut self, now: Duration, frame: Bytes) -> Result<Result<(), Error>, Malformed> {
        if let Stage::Connecting = self.stage {
            self.timeout =
                Duration::from_millis(wire::session_timeout(frame)?).clamp(SHORTEST_TIMEOUT, SESSION_TIMEOUT);
            self.silence = silence(now, self.timeout);
            self.authenticate(now);
            return Ok(Ok(()));
        }
        let reply = wire::reply(frame)?;
        match (reply.xid, &mut self.stage) {
            (wire::PING, _) => {}
            (wire::EVENT, Stage::Watching) => self.request(now, Request::GetChildren),
            (wire::EVENT, _) => self.stale = true,
            (wire::AUTHENTICATION, Stage::Authenticating) if reply.error == OK => {
                self.request(now, Request::Sync)
            }
            (wire::AUTHENTICATION, Stage::Authenticating) => {
                return Ok(Err(reason::unauthorized(self.server)));
            }
            (replied, Stage::Requested(xid, request)) if replied == *xid => {
                let request = std::mem::replace(request, Request::Sync);
                return self.on_reply(now, request, reply);
            }
            _ => return Err(Malformed),
        }
        Ok(Ok(()))
    }

    fn authenticate(&mut self, now: Duration) {
        match &self.ensemble.credentials {
            Some(credentials) => {
                self.stage = Stage::Authenticating;
                self.send(now, wire::authentication(credentials.reveal()));
            }
            None => self.request(now, Request::Sync),
        }
    }

    fn on_reply(
        &mut self,
        now: Duration,
        request: Request,
        reply: Reply,
    ) -> Result<Result<(), Error>, Malformed> {
        match (request, reply.error) {
            // A server that can't catch up still knows something.
            (Request::Sync, _) | (Request::Exists, OK) | (Request::GetData(_), NO_NODE) => {
                self.request(now, Request::GetChildren)
            }
            (Request::GetChildren, OK) => self.on_children(now, &wire::names(reply.body)?),
            (Request::GetChildren, NO_NODE) => self.request(now, Request::Exists),
            (Request::Exists, NO_NODE) => self.report(now, self.no_path()),
            (Request::GetData(name), OK) => {
                let master_info = wire::contents(reply.body)?;
                let known = election::address(&master_info).map(Leadership::Leader);
                self.report(now, known.unwrap_or_else(|| self.no_address(&name)))
            }
            (_, NOT_ALLOWED) => return Ok(Err(reason::forbidden(self.server, self.ensemble))),
            (_, error) => return Ok(Err(reason::unavailable(self.server, &self.ensemble.path, error))),
        }
        Ok(Ok(()))
    }

    fn on_children(&mut self, now: Duration, names: &[String]) {
        match election::leader(names) {
            Some(name) => self.request(now, Request::GetData(name.to_owned())),
            None => self.report(now, self.nobody_registered()),
        }
    }

    /// Records who leads, until the next event.
    fn report(&mut self, now: Duration, known: Leadership) {
        self.reported = true;
        self.outputs.push(Output::Publish(known));
        self.stage = Stage::Watching;
        if self.stale {
            self.request(now, Request::GetChildren);
        }
    }

    fn request(&mut self, now: Duration, request: Request) {
        self.last_xid = self.last_xid.checked_add(1).unwrap_or(1);
        let (xid, path) = (self.last_xid, &self.ensemble.path);
        if let Request::GetChildren | Request::Exists = request {
            self.stale = false;
        }
        let frame = match &request {
            Request::Sync => wire::sync(xid, path),
            Request::GetChildren => wire::get_children(xid, path),
            Request::Exists => wire::exists(xid, path),
            Request::GetData(name) => wire::get_data(xid, &format!("{path}/{name}")),
        };
        self.stage = Stage::Requested(xid, request);
        self.send(now, frame);
    }

    fn send(&mut self, now: Duration, frame: Bytes) {
        self.last_sent = now;
        self.asked = true;
        self.outputs.push(Output::Send(frame));
    }
}

/// Returns how long the server may be silent: it responds to pings, which are sent after a third of
/// the timeout.
fn silence(now: Duration, timeout: Duration) -> Silence {
    Silence::new(now, timeout * 2 / 3)
}

/// The errors for what is missing or refused.
impl Session<'_> {
    fn nobody_registered(&self) -> Leadership {
        let Self { ensemble: Ensemble { path, .. }, server, .. } = self;
        let text = format!(
            "no master has registered under {path} of ZooKeeper {server}: is the path right, and is a master running?"
        );
        Leadership::Nobody(ErrorKind::Unavailable, text)
    }

    fn no_path(&self) -> Leadership {
        let Self { ensemble: Ensemble { path, .. }, server, .. } = self;
        let text = format!(
            "ZooKeeper {server} has no node {path}, so no master has registered: is the path the one that the masters \
             were started with?"
        );
        Leadership::Nobody(ErrorKind::Unavailable, text)
    }

    fn no_address(&self, name: &str) -> Leadership {
        let Self { ensemble: Ensemble { path, .. }, server, .. } = self;
        let text = format!(
            "{path}/{name} of ZooKeeper {server} holds no MasterInfo with an address: no master of Mesos wrote it"
        );
        Leadership::Nobody(ErrorKind::NotMesos, text)
    }
}

/// Ignores a reply that was not requested.
pub(crate) fn no_zookeeper(server: &Address) -> Error {
    let text = format!("{server} does not speak ZooKeeper's protocol: check the host and the port");
    Error::new(ErrorKind::NotMesos, text)
}
