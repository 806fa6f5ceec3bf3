//! What a scheduler knows and does in a session.

use std::collections::BTreeSet;
use std::time::Duration;

use super::acknowledgement::{Acknowledgements, Arrival, acknowledge};
use super::call;
use super::event::{Delivery, FailedCall, Incoming, Subscription, incoming};
use crate::error::is_passing;
use crate::proto::v1::framework_info::capability;
use crate::proto::v1::scheduler::call::{Acknowledge, Type};
use crate::proto::v1::scheduler::{Call, Event, event};
use crate::proto::v1::{FrameworkInfo, TaskStatus};
use crate::session::{Handled, Received, Role};
use crate::{Error, ErrorKind, HandlerResult};

/// The texts of ERROR events after which subscribing again makes no sense.
const FAILED_OVER: &str = "Framework failed over";
const REMOVED: &str = "Framework has been removed";

/// A scheduler's side of a session.
pub(crate) struct SchedulerRole {
    /// With the framework's id once it is known.
    framework: FrameworkInfo,
    suppressed: BTreeSet<String>,
    acknowledgements: Acknowledgements,
    /// Whether SUBSCRIBED came at least once.
    was_subscribed: bool,
    is_subscribed: bool,
}

/// Which delivery a handler has returned from.
#[derive(Debug)]
pub(crate) enum Receipt {
    /// An update that wants an acknowledgement.
    Update(Acknowledge),
    /// An update that wants none.
    OtherUpdate,
    /// Anything else.
    Event,
}

impl SchedulerRole {
    pub(crate) fn new(framework: FrameworkInfo) -> Self {
        Self {
            framework,
            suppressed: BTreeSet::new(),
            acknowledgements: Acknowledgements::default(),
            was_subscribed: false,
            is_subscribed: false,
        }
    }

    fn on_subscribed(&mut self, subscribed: event::Subscribed) -> Received<Self> {
        self.framework.id = Some(subscribed.framework_id.clone());
        let again = std::mem::replace(&mut self.was_subscribed, true);
        self.is_subscribed = true;
        let heartbeat = subscribed
            .heartbeat_interval_seconds
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let (framework_id, master) = (subscribed.framework_id, subscribed.master_info);
        let delivery = Delivery::Subscribed(Subscription { framework_id, master, again });
        Received::Subscribed { heartbeat, delivery }
    }

    fn on_error(&self, text: &str) -> Received<Self> {
        let name = &self.framework.name;
        let id = self.framework.id.as_ref().map_or("no id yet", |id| &id.value);
        let (kind, advice) = match text {
            REMOVED => (
                ErrorKind::FrameworkRemoved,
                "it was torn down or its failover timeout has passed; start it without its id",
            ),
            FAILED_OVER => {
                (ErrorKind::FailedOver, "another instance has subscribed with its id; leave it to that one")
            }
            // The master does not accept what SUBSCRIBE says; it will not the next time.
            _ if !self.is_subscribed => (ErrorKind::Rejected, "correct the framework's info"),
            _ => (ErrorKind::Unavailable, "subscribing again"),
        };
        let error = Error::new(kind, format!("the master ends framework {name:?} ({id}): {text}; {advice}"));
        Received::Ended { last: !error.is_retryable(), error }
    }

    fn on_update(&mut self, status: Box<TaskStatus>) -> Received<Self> {
        match self.acknowledgements.arrived(&status) {
            Arrival::New => Received::Deliver(Delivery::Update(status)),
            Arrival::InHand => Received::Heartbeat,
            Arrival::Handled(acknowledge) => Received::Answer(self.with_id(call::acknowledge(acknowledge))),
        }
    }

    fn with_id(&self, mut call: Call) -> Call {
        call.framework_id.clone_from(&self.framework.id);
        call
    }

    /// Remembers which roles are suppressed, for the next SUBSCRIBE.
    fn remember_suppression(&mut self, call: &Call) {
        if let Some(suppress) = &call.suppress {
            let roles = if suppress.roles.is_empty() { self.roles() } else { suppress.roles.clone() };
            self.suppressed.extend(roles);
        }
        if let Some(revive) = &call.revive {
            match revive.roles.is_empty() {
                true => self.suppressed.clear(),
                false => self.suppressed.retain(|role| !revive.roles.contains(role)),
            }
        }
    }

    fn roles(&self) -> Vec<String> {
        let multi_role = capability::Type::MultiRole.into();
        let is_multi_role =
            self.framework.capabilities.iter().any(|capability| capability.r#type == Some(multi_role));
        match is_multi_role {
            true => self.framework.roles.clone(),
            #[allow(deprecated, reason = "a framework without MULTI_ROLE has its role here")]
            false => vec![self.framework.role().to_owned()],
        }
    }
}

impl Role for SchedulerRole {
    type Call = Call;
    type Event = Event;
    type Delivery = Delivery;
    type Receipt = Receipt;
    type Kept = std::convert::Infallible;

    const PEER: &'static str = "master";
    const HAS_STREAM_ID: bool = true;

    fn subscribe(&self) -> Call {
        call::subscribe(self.framework.clone(), self.suppressed.iter().cloned().collect())
    }

    fn receive(&mut self, event: Event) -> Received<Self> {
        match incoming(event) {
            Incoming::Subscribed(subscribed) => self.on_subscribed(subscribed),
            Incoming::Heartbeat | Incoming::Unknown => Received::Heartbeat,
            Incoming::Error(text) => self.on_error(&text),
            Incoming::Deliver(Delivery::Update(status)) => self.on_update(status),
            Incoming::Deliver(delivery) => Received::Deliver(delivery),
        }
    }

    fn handled(&mut self, receipt: Receipt, result: &HandlerResult) -> Handled<Self> {
        match (receipt, result) {
            (Receipt::Update(update), _) => {
                let acknowledge = self.acknowledgements.handled(update, result.is_ok());
                acknowledge
                    .map_or(Handled::Done, |update| Handled::Call(self.with_id(call::acknowledge(update))))
            }
            (Receipt::Event, Err(error)) if is_passing(error.as_ref()) => {
                tracing::warn!(%error, "a handler returned the error of a call");
                Handled::Done
            }
            (Receipt::Event, Err(error)) => {
                let text = format!("a handler of framework {:?} failed: {error}", self.framework.name);
                Handled::Fail(Error::new(ErrorKind::Handler, text))
            }
            (Receipt::Event, Ok(())) | (Receipt::OtherUpdate, _) => Handled::Done,
        }
    }

    fn outgoing(&mut self, call: &mut Call, subscribed: bool) -> Result<Option<Self::Kept>, Error> {
        call.framework_id.clone_from(&self.framework.id);
        if subscribed && [Some(Type::Suppress.into()), Some(Type::Revive.into())].contains(&call.r#type) {
            self.remember_suppression(call);
        }
        Ok(None)
    }

    fn refused(&mut self, kept: Self::Kept) {
        match kept {}
    }

    fn disconnected(&mut self) -> Delivery {
        self.is_subscribed = false;
        Delivery::Disconnected
    }

    fn call_failed(&self, call: Call, error: Error) -> Delivery {
        Delivery::CallFailed(FailedCall { call: Box::new(call), error })
    }

    fn farewell(&self) -> Option<Delivery> {
        None
    }

    fn teardown(&self) -> Option<Call> {
        Some(self.with_id(call::teardown()))
    }

    fn is_drained(&self) -> bool {
        true
    }

    fn receipt(delivery: &Delivery) -> Receipt {
        match delivery {
            Delivery::Update(status) => acknowledge(status).map_or(Receipt::OtherUpdate, Receipt::Update),
            _ => Receipt::Event,
        }
    }
}
