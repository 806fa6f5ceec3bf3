//! The states of a session.

use std::time::Duration;

use crate::Address;
use crate::http::StreamId;
use crate::silence::Silence;

/// The state of a session. The table at the top of [`Machine`](super::Machine)'s file shows the
/// transitions.
pub(super) enum State {
    Detecting,
    Connecting {
        peer: Address,
        silence: Silence,
        redirects: u32,
    },
    Subscribing {
        peer: Address,
        stream_id: Option<StreamId>,
        silence: Silence,
    },
    Subscribed(Subscription),
    Waiting {
        until: Duration,
        leader: Option<Address>,
    },
    /// The peer has ended the session, and the next one is not stored yet.
    Renewing,
    /// TEARDOWN was sent. Its response and the end of the stream arrive in either order.
    TornDown {
        peer: Address,
        until: Duration,
        answered: bool,
        stream_ended: bool,
    },
    Ended,
}

/// A subscription that stands.
pub(super) struct Subscription {
    pub(super) peer: Address,
    pub(super) stream_id: Option<StreamId>,
    pub(super) since: Duration,
    /// `None` if the peer promises no heartbeats.
    pub(super) silence: Option<Silence>,
}

/// A peer that has been silent for too long.
#[derive(Debug, PartialEq)]
pub(super) struct Overdue {
    pub(super) peer: Address,
    /// What it has failed to do, after its address in an error.
    pub(super) what: &'static str,
    pub(super) within: Duration,
}

impl State {
    pub(super) fn peer(&self) -> Option<&Address> {
        match self {
            Self::Connecting { peer, .. } | Self::Subscribing { peer, .. } | Self::TornDown { peer, .. } => {
                Some(peer)
            }
            Self::Subscribed(subscription) => Some(&subscription.peer),
            Self::Detecting | Self::Waiting { .. } | Self::Renewing | Self::Ended => None,
        }
    }

    /// Returns the subscription in which calls can be sent, if any.
    pub(super) fn subscription(&self) -> Option<&Subscription> {
        match self {
            Self::Subscribed(subscription) => Some(subscription),
            _ => None,
        }
    }

    pub(super) fn is_subscribed(&self) -> bool {
        self.subscription().is_some()
    }

    /// Returns whether SUBSCRIBE is in flight, so that no calls can be sent.
    pub(super) fn is_subscribing(&self) -> bool {
        matches!(self, Self::Connecting { .. } | Self::Subscribing { .. })
    }

    /// Returns whether a new leader makes no difference now.
    pub(super) fn ignores_leader(&self) -> bool {
        matches!(self, Self::Detecting | Self::Renewing | Self::TornDown { .. } | Self::Ended)
    }

    /// Returns whether the peer has confirmed the end of the session.
    pub(super) fn is_torn_down(&self) -> bool {
        matches!(self, Self::TornDown { answered: true, .. })
    }

    /// Restarts the wait for the peer, because part of an event has arrived, or because the stream
    /// was left unread until now.
    pub(super) fn restart_silence(&mut self, now: Duration) {
        match self {
            Self::Subscribing { silence, .. }
            | Self::Subscribed(Subscription { silence: Some(silence), .. }) => silence.restart(now),
            _ => {}
        }
    }

    /// Returns the silence that is measured, if any. It is not measured while the stream is left
    /// unread.
    fn watched(&mut self, is_reading: bool) -> Option<(&Address, &'static str, &mut Silence)> {
        match self {
            Self::Connecting { peer, silence, .. } => Some((peer, "did not respond to SUBSCRIBE", silence)),
            Self::Subscribing { peer, silence, .. } if is_reading => {
                Some((peer, "sent no SUBSCRIBED", silence))
            }
            Self::Subscribed(Subscription { peer, silence: Some(silence), .. }) if is_reading => {
                Some((peer, "sent no heartbeats", silence))
            }
            _ => None,
        }
    }

    /// Returns when the state ends by itself.
    pub(super) fn deadline(&self, is_reading: bool) -> Option<Duration> {
        match self {
            Self::Subscribing { silence, .. } => silence.end().filter(|_| is_reading),
            Self::Connecting { silence, .. } => silence.end(),
            Self::Waiting { until, .. } | Self::TornDown { until, .. } => Some(*until),
            Self::Subscribed(subscription) => {
                subscription.silence.filter(|_| is_reading).and_then(|silence| silence.end())
            }
            Self::Detecting | Self::Renewing | Self::Ended => None,
        }
    }

    /// Returns the peer if it has been silent for too long.
    pub(super) fn overdue(&mut self, now: Duration, is_reading: bool) -> Option<Overdue> {
        let (peer, what, silence) = self.watched(is_reading)?;
        let within = silence.most();
        silence.is_over(now).then(|| Overdue { peer: peer.clone(), what, within })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: Duration = Duration::from_secs(30);

    fn peer() -> Address {
        Address::new("m", 5050)
    }

    fn subscribing() -> State {
        State::Subscribing { peer: peer(), stream_id: None, silence: Silence::new(Duration::ZERO, MOST) }
    }

    fn subscribed(silence: Option<Silence>) -> State {
        State::Subscribed(Subscription { peer: peer(), stream_id: None, since: Duration::ZERO, silence })
    }

    #[test]
    fn silent_peer_is_overdue() {
        let mut state = subscribing();
        assert_eq!(state.deadline(true), Some(MOST));
        assert_eq!(state.overdue(MOST / 2, true), None);
        let overdue = state.overdue(MOST, true);
        assert_eq!(overdue, Some(Overdue { peer: peer(), what: "sent no SUBSCRIBED", within: MOST }));
        state.restart_silence(MOST);
        assert_eq!((state.deadline(true), state.overdue(MOST, true)), (Some(MOST * 2), None));
    }

    #[test]
    fn what_is_left_unread_is_not_missed() {
        for mut state in [subscribing(), subscribed(Some(Silence::new(Duration::ZERO, MOST)))] {
            assert_eq!((state.deadline(false), state.overdue(MOST, false)), (None, None));
            assert!(state.overdue(MOST, true).is_some());
        }
    }

    #[test]
    fn peer_without_heartbeats_is_never_overdue() {
        let mut state = subscribed(None);
        assert_eq!((state.deadline(true), state.overdue(Duration::MAX, true)), (None, None));
    }

    #[test]
    fn calls_go_out_with_a_subscription_alone() {
        assert!(subscribed(None).is_subscribed() && !subscribed(None).is_subscribing());
        assert!(!subscribing().is_subscribed() && subscribing().is_subscribing());
        assert_eq!((subscribing().peer(), State::Detecting.peer()), (Some(&peer()), None));
    }
}
