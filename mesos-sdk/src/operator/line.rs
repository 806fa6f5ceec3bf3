//! The path of a call to its peer, and of the response back.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use http_body_util::BodyExt as _;
use tokio::time::sleep;

use super::machine::{Attempts, Failure, Next};
use super::progress::Progress;
use crate::http::{Client as _, Endpoint, HyperClient, OperatorResponse, is_endless, text_of, whole};
use crate::security::Trust;
use crate::transport::{CALL_TIMEOUT, ClientOptions, Transport};
use crate::wire::Encoding;
use crate::{Address, Error, ErrorKind, Master, Scheme, Sent};

/// The default limit on a response or event, in bytes: 256 MiB.
const DEFAULT_MAX_RESPONSE: usize = 256 << 20;
/// How often a call is tried again by default.
const DEFAULT_RETRIES: u32 = 8;

/// The connection to one peer: the leading master, wherever it is, or an agent. Clones with the
/// same settings share the results of earlier calls.
#[derive(Clone)]
pub(super) struct Line {
    way: Way,
    ready: Arc<OnceLock<Arc<Ready>>>,
}

/// How to reach a peer, and how hard to try.
#[derive(Clone)]
pub(super) struct Way {
    /// `master` or `agent`.
    pub(super) peer: &'static str,
    pub(super) transport: Transport,
    pub(super) endpoint: Endpoint,
    pub(super) call_timeout: Duration,
    pub(super) retries: u32,
}

impl Way {
    pub(super) fn set(&mut self, options: ClientOptions) {
        options.apply(&mut self.transport, &mut self.endpoint, &mut self.call_timeout);
    }
}

/// The settings once they are final, with what calls have found out.
pub(super) struct Ready {
    way: Way,
    pub(super) trust: Trust,
    known: Mutex<Known>,
}

impl Deref for Ready {
    type Target = Way;

    fn deref(&self) -> &Way {
        &self.way
    }
}

/// What earlier calls have found out.
#[derive(Default)]
struct Known {
    /// Leads to where the last call had a response.
    route: Route,
    idle: Option<HyperClient>,
}

/// The route to the peer.
#[derive(Clone, Default)]
struct Route {
    /// The detector's last response.
    named: Option<Address>,
    /// Where to send the call, which after a redirect is not `named`. If it is `None`, the detector
    /// is asked.
    target: Option<Address>,
    /// Whether the peer responds there.
    leads: bool,
    /// The authorization that the last request was sent with.
    authorization: Option<HeaderValue>,
}

/// The search for the peer during one call. If it ends, in whatever way, before the peer has
/// responded, the next call continues from there.
struct Search<'a> {
    ready: &'a Ready,
    route: Route,
}

impl Drop for Search<'_> {
    fn drop(&mut self) {
        if !self.route.leads {
            self.ready.forget(&self.route);
        }
    }
}

/// Whether a call may be repeated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// It only reads.
    Ask,
    /// It changes something.
    Change,
    /// It only reads, and its response may take any time.
    Wait,
}

impl Line {
    pub(super) fn new(peer: &'static str, master: Master, path: &'static str) -> Self {
        let endpoint = Endpoint { max_record: DEFAULT_MAX_RESPONSE, ..Endpoint::new(path) };
        let way = Way {
            peer,
            transport: Transport::new(master),
            endpoint,
            call_timeout: CALL_TIMEOUT,
            retries: DEFAULT_RETRIES,
        };
        Self { way, ready: Arc::default() }
    }

    pub(super) fn encoding(&self) -> Encoding {
        self.way.endpoint.encoding
    }

    /// Returns the settings for a change, and discards what earlier calls have found out.
    pub(super) fn change(&mut self) -> &mut Way {
        self.ready = Arc::default();
        &mut self.way
    }

    /// Returns a line to an agent with the same settings. It uses TLS if the leader does.
    pub(super) fn to_agent(&self, address: Address) -> Result<Self, Error> {
        let ready = self.ready()?;
        let scheme = ready.known().route.target.as_ref().map_or(Scheme::Http, Address::scheme);
        let address = address.with_scheme(scheme);
        ready.trust.allows(&address, None).map_err(|_| {
            let text = format!(
                "agent {address} is not among the hosts that you have named for your credentials and TLS: name it with \
                 ClientOptions::trusted_hosts"
            );
            Error::new(ErrorKind::Untrusted, text)
        })?;
        let mut way = self.way.clone();
        way.peer = "agent";
        way.transport.master = Master::from(address);
        Ok(Self { way, ready: Arc::default() })
    }

    /// Returns the final settings. Fails if they contradict each other.
    pub(super) fn ready(&self) -> Result<Arc<Ready>, Error> {
        if let Some(ready) = self.ready.get() {
            return Ok(Arc::clone(ready));
        }
        let mut way = self.way.clone();
        let (transport, trust) = way.transport.secure()?;
        way.transport = transport;
        let ready = Ready { way, trust, known: Mutex::default() };
        Ok(Arc::clone(self.ready.get_or_init(|| Arc::new(ready))))
    }

    /// Sends a call, named `name` in errors, and returns the body of its response.
    pub(super) async fn call(&self, name: &str, body: Bytes, mode: Mode) -> Result<Bytes, Error> {
        self.ready()?.call(name, body, mode).await
    }
}

impl Ready {
    /// Returns the name of the peer at this address, for errors.
    pub(super) fn name_of(&self, address: &Address) -> String {
        format!("{} {address}", self.peer)
    }

    async fn call(&self, name: &str, body: Bytes, mode: Mode) -> Result<Bytes, Error> {
        if mode == Mode::Wait {
            return self.attempt(body, mode, &Progress::default()).await;
        }
        let (limit, progress) = (self.call_timeout, Progress::default());
        let attempt = self.attempt(body, mode, &progress);
        progress.within(limit, attempt).await.unwrap_or_else(|| Err(self.late(name, limit, mode)))
    }

    pub(super) fn late(&self, name: &str, limit: Duration, mode: Mode) -> Error {
        let Way { peer, transport, .. } = &self.way;
        let seconds = limit.as_secs_f64();
        let done = if mode == Mode::Change { ": it may or may not have been done" } else { "" };
        let text = format!("{peer} {} did not respond to {name} within {seconds} s{done}", transport.master);
        Error::new(ErrorKind::Timeout, text)
    }

    async fn attempt(&self, body: Bytes, mode: Mode, progress: &Progress) -> Result<Bytes, Error> {
        let repeatable = mode != Mode::Change;
        let mut attempts =
            Attempts::new(repeatable, self.retries, self.trust.candidates(), fastrand::u64(..));
        let mut search = Search { ready: self, route: self.known().route.clone() };
        loop {
            let route = &mut search.route;
            let failure = match self.reach(route, &body, (mode, progress)).await {
                Ok(response) => return Ok(response),
                Err(failure) => failure,
            };
            match attempts.after(failure) {
                Next::At(leader) => route.target = Some(leader),
                Next::Later(wait) => {
                    self.forget(route);
                    route.target = None;
                    sleep(wait).await;
                }
                Next::GiveUp(error) => return Err(error),
            }
        }
    }

    /// Tries once, at the route's target or at the detector's response.
    async fn reach(&self, route: &mut Route, body: &Bytes, how: (Mode, &Progress)) -> Result<Bytes, Failure> {
        route.leads = false;
        let at = if let Some(target) = route.target.clone() {
            target
        } else {
            let found = self.find(route.named.as_ref()).await;
            route.named = found.as_ref().ok().cloned();
            found.map_err(Failure::NotDone)?
        };
        self.exchange(route, &at, body.clone(), how).await
    }

    /// Finds the peer. `failed` is the detector's last response, if it did not lead to the peer.
    pub(super) async fn find(&self, failed: Option<&Address>) -> Result<Address, Error> {
        self.transport.master.detector().detect(failed).await
    }

    /// Tries once at this address, and once more if the response is 401 and there are newer
    /// credentials.
    async fn exchange(
        &self,
        route: &mut Route,
        at: &Address,
        body: Bytes,
        how: (Mode, &Progress),
    ) -> Result<Bytes, Failure> {
        self.trust.allows(at, route.named.as_ref()).map_err(Failure::Refused)?;
        match self.post(route, at, body.clone(), how).await {
            Err(Failure::Refused(refusal)) => {
                match self.transport.renews(at, route.authorization.as_ref(), &refusal).await {
                    Ok(true) => self.post(route, at, body, how).await,
                    Ok(false) => Err(Failure::Refused(refusal)),
                    Err(error) => Err(Failure::Refused(error)),
                }
            }
            response => response,
        }
    }

    async fn post(
        &self,
        route: &mut Route,
        at: &Address,
        body: Bytes,
        (mode, progress): (Mode, &Progress),
    ) -> Result<Bytes, Failure> {
        let (kept, peer) = (self.idle_to(at), self.name_of(at));
        let (response, channel) = self.transport.post(kept, (at, &peer), &self.endpoint, body).await?;
        route.authorization = channel.authorization().cloned();
        let (parts, body) = response.into_parts();
        if mode == Mode::Change && parts.status.is_success() && is_endless(&parts.headers) {
            // The rest of the response does not matter, and may never end.
            self.keep(route, at, None);
            return Ok(Bytes::new());
        }
        let (text, response) = match parts.status.is_success() {
            true => {
                let body = body.map_frame(|frame| {
                    progress.is_made();
                    frame
                });
                let whole = whole(body, self.endpoint.max_record, &peer).await;
                (String::new(), whole.map_err(|error| error.sent(Sent::Yes))?)
            }
            false => (text_of(body).await, Bytes::new()),
        };
        match channel.head(parts.status, &parts.headers).to_operator(&text) {
            OperatorResponse::Accepted => {
                self.keep(route, at, Some(channel));
                Ok(response)
            }
            OperatorResponse::NotLeading(leader, error) => Err(Failure::NotLeading(leader, error)),
            OperatorResponse::NotReady(error) => Err(Failure::Unknown(error)),
            OperatorResponse::NotMesos(error) => Err(Failure::NotDone(error)),
            OperatorResponse::Refused(error) => {
                // The peer leads, and its refusal is the response.
                self.keep(route, at, Some(channel));
                Err(Failure::Refused(error))
            }
        }
    }

    fn keep(&self, route: &mut Route, leader: &Address, idle: Option<HyperClient>) {
        (route.target, route.leads) = (Some(leader.clone()), true);
        *self.known() = Known { route: route.clone(), idle };
    }

    /// Makes the next call ask the detector again.
    fn forget(&self, route: &Route) {
        let route = Route { named: route.named.clone(), ..Route::default() };
        *self.known() = Known { route, idle: None };
    }

    /// Returns the idle connection of an earlier call, if it leads to this address.
    fn idle_to(&self, address: &Address) -> Option<HyperClient> {
        let mut known = self.known();
        if known.route.target.as_ref() == Some(address) { known.idle.take() } else { None }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
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

impl fmt::Debug for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.way.peer, self.way.transport.master)
    }
}
