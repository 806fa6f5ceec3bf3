//! The path of a call to its peer, and of the response back.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use http::HeaderValue;

use crate::http::{Endpoint, HyperClient};
use crate::security::Trust;
use crate::transport::{CALL_TIMEOUT, ClientOptions, Transport};
use crate::wire::Encoding;
use crate::{Address, Error, ErrorKind, Master, Scheme};

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
pub(super) struct Known {
    /// Leads to where the last call had a response.
    pub(super) route: Route,
    pub(super) idle: Option<HyperClient>,
}

/// The route to the peer.
#[derive(Clone, Default)]
pub(super) struct Route {
    /// The detector's last response.
    pub(super) named: Option<Address>,
    /// Where to send the call, which after a redirect is not `named`. If it is `None`, the detector
    /// is asked.
    pub(super) target: Option<Address>,
    /// Whether the peer responds there.
    pub(super) leads: bool,
    /// The authorization that the last request was sent with.
    pub(super) authorization: Option<HeaderValue>,
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

    /// Returns how many bytes a response, or an item of a stream, may have.
    pub(super) fn max_message_size(&self) -> usize {
        self.way.endpoint.max_record
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
}

impl Ready {
    /// Returns the name of the peer at this address, for errors.
    pub(super) fn name_of(&self, address: &Address) -> String {
        format!("{} {address}", self.peer)
    }

    pub(super) fn late(&self, name: &str, limit: Duration, mode: Mode) -> Error {
        let Way { peer, transport, .. } = &self.way;
        let seconds = limit.as_secs_f64();
        let done = if mode == Mode::Change { ": it may or may not have been done" } else { "" };
        let text = format!("{peer} {} did not respond to {name} within {seconds} s{done}", transport.master);
        Error::new(ErrorKind::Timeout, text)
    }

    /// Finds the peer. `failed` is the detector's last response, if it did not lead to the peer.
    pub(super) async fn find(&self, failed: Option<&Address>) -> Result<Address, Error> {
        self.transport.master.detector().detect(failed).await
    }

    /// Makes the next call ask the detector again.
    pub(super) fn forget(&self, route: &Route) {
        let route = Route { named: route.named.clone(), ..Route::default() };
        *self.known() = Known { route, idle: None };
    }

    /// Returns the idle connection of an earlier call, if it leads to this address.
    pub(super) fn idle_to(&self, address: &Address) -> Option<HyperClient> {
        let mut known = self.known();
        if known.route.target.as_ref() == Some(address) { known.idle.take() } else { None }
    }

    pub(super) fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.way.peer, self.way.transport.master)
    }
}
