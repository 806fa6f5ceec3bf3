//! The search for the peer that responds to a call.

use bytes::Bytes;
use tokio::time::sleep;

use super::line::{Known, Mode, Ready, Route};
use super::machine::{Attempts, Failure, Next};
use crate::http::{Client as _, HyperClient, OpenResponse, OperatorResponse};
use crate::{Address, Error, Sent};

/// The search for the peer during one call. If it ends, in whatever way, before the peer has
/// responded, the next call continues from there.
pub(super) struct Search<'a> {
    ready: &'a Ready,
    route: Route,
    attempts: Attempts,
}

/// The response of a peer that accepts the call, and where that is.
pub(super) type Found = (Address, OpenResponse);

impl Drop for Search<'_> {
    fn drop(&mut self) {
        if !self.route.leads {
            self.ready.forget(&self.route);
        }
    }
}

impl<'a> Search<'a> {
    pub(super) fn new(ready: &'a Ready, mode: Mode) -> Self {
        let (repeatable, candidates) = (mode != Mode::Change, ready.trust.candidates());
        let attempts = Attempts::new(repeatable, ready.retries, candidates, fastrand::u64(..));
        Self { ready, route: ready.known().route.clone(), attempts }
    }

    /// Sends the call until a peer accepts it, or until an attempt fails for good.
    pub(super) async fn open(&mut self, body: &Bytes) -> Result<Found, Error> {
        loop {
            match self.reach(body).await {
                Ok(found) => return Ok(found),
                Err(failure) => self.after(failure).await?,
            }
        }
    }

    /// Waits until the next attempt, or returns the error if there is none.
    pub(super) async fn after(&mut self, failure: Failure) -> Result<(), Error> {
        match self.attempts.after(failure) {
            Next::At(leader) => self.route.target = Some(leader),
            Next::Later(wait) => {
                self.ready.forget(&self.route);
                self.route.target = None;
                sleep(wait).await;
            }
            Next::GiveUp(error) => return Err(error),
        }
        Ok(())
    }

    /// Remembers the peer that has responded, and its connection, if that is idle.
    pub(super) fn keep(&mut self, leader: Address, idle: Option<HyperClient>) {
        (self.route.target, self.route.leads) = (Some(leader), true);
        *self.ready.known() = Known { route: self.route.clone(), idle };
    }

    /// Tries once, at the route's target or at the detector's response.
    async fn reach(&mut self, body: &Bytes) -> Result<Found, Failure> {
        self.route.leads = false;
        let at = if let Some(target) = self.route.target.clone() {
            target
        } else {
            let found = self.ready.find(self.route.named.as_ref()).await;
            self.route.named = found.as_ref().ok().cloned();
            found.map_err(Failure::NotDone)?
        };
        self.exchange(at, body).await
    }

    /// Tries once at this address, and once more if the response is 401 and there are newer
    /// credentials.
    async fn exchange(&mut self, at: Address, body: &Bytes) -> Result<Found, Failure> {
        self.ready.trust.allows(&at, self.route.named.as_ref()).map_err(Failure::Refused)?;
        match self.post(&at, body.clone()).await {
            Err(Failure::Refused(refusal)) => {
                match self.ready.transport.renews(&at, self.route.authorization.as_ref(), &refusal).await {
                    Ok(true) => self.post(&at, body.clone()).await,
                    Ok(false) => Err(Failure::Refused(refusal)),
                    Err(error) => Err(Failure::Refused(error)),
                }
            }
            response => response,
        }
    }

    async fn post(&mut self, at: &Address, body: Bytes) -> Result<Found, Failure> {
        let (kept, peer) = (self.ready.idle_to(at), self.ready.name_of(at));
        let sent = self.ready.transport.post(kept, (at, &peer), &self.ready.endpoint, body).await;
        let (response, channel) = sent?;
        self.route.authorization = channel.authorization().cloned();
        let mut response = OpenResponse::new(channel, response);
        let text = if response.is_success() { String::new() } else { response.text().await };
        match response.head().to_operator(&text) {
            OperatorResponse::Accepted => Ok((at.clone(), response)),
            OperatorResponse::NotLeading(leader, error) => Err(Failure::NotLeading(leader, error)),
            OperatorResponse::NotReady(error) => Err(Failure::Unknown(error)),
            OperatorResponse::NotMesos(error) => Err(Failure::NotDone(error)),
            OperatorResponse::Refused(error) => {
                // The peer leads, and its refusal is the response.
                self.keep(at.clone(), Some(response.into_channel()));
                Err(Failure::Refused(error))
            }
        }
    }
}

impl From<Error> for Failure {
    /// Converts the error of a call without a response.
    fn from(error: Error) -> Self {
        match error.was_sent() {
            Sent::No => Self::NotDone(error),
            Sent::Maybe | Sent::Yes => Self::Unknown(error),
        }
    }
}
