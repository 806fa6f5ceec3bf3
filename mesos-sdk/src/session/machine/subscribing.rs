//! From a leader's address to a subscription, and from a lost one to the next attempt.

use std::time::Duration;

use super::{MAX_REDIRECTS, Machine, SETTLING, State, Subscribed};
use crate::http::SubscribeAnswer;
use crate::session::input::{Action, Stop};
use crate::session::{Handled, Received, Role};
use crate::silence::Silence;
use crate::{Address, Error, ErrorKind, Undecodable};

impl<R: Role> Machine<R> {
    pub(super) fn on_leader(&mut self, now: Duration, found: Result<Address, Error>) {
        if !matches!(self.state, State::Detecting) {
            return;
        }
        match found {
            Ok(peer) => {
                self.named = Some(peer.clone());
                self.connect(now, peer, 0);
            }
            Err(error) if error.kind() == ErrorKind::Invalid => self.finish(Err(error)),
            Err(error) => {
                self.named = None;
                self.wait(now, error, None);
                self.actions.push_back(Action::Watch(None));
            }
        }
    }

    /// Goes to the new leader without a wait. Only a leader that follows too soon on another has to be waited for, as
    /// after a failure: a detector that wavers, or is wrong each time it is asked and mends it then, must not make the
    /// driver run in circles.
    pub(super) fn on_leader_changed(&mut self, now: Duration, leader: Address) {
        let elsewhere = self.peer().as_ref() != Some(&leader);
        let ignored =
            matches!(self.state, State::Detecting | State::Renewing | State::TornDown { .. } | State::Ended);
        if ignored || self.named.as_ref() == Some(&leader) {
            return;
        }
        let wavers = self.moved.is_some_and(|before| now.saturating_sub(before) < self.settings.longest_wait);
        self.renamed = Some(now);
        self.named = Some(leader.clone());
        match &mut self.state {
            _ if !elsewhere => self.actions.push_back(Action::Watch(Some(leader))),
            _ if !wavers => self.move_to(now, leader),
            // Its next change is looked for when the wait is over.
            State::Waiting { leader: next, .. } => *next = Some(leader),
            _ => self.lose(now, self.leads_no_more(&leader), Some(leader)),
        }
    }

    fn move_to(&mut self, now: Duration, leader: Address) {
        self.moved = Some(now);
        let error = self.leads_no_more(&leader);
        tracing::info!(from = ?self.peer(), to = %leader, "the leading master has changed");
        self.give_up_subscription(now, &error);
        self.last_error = Some(error);
        self.backoff.reset();
        self.actions.push_back(Action::Disconnect);
        self.connect(now, leader, 0);
    }

    /// Whether `peer` was named just now, so that its redirects may lead back to the one before, who may be stuck.
    fn is_settling(&self, now: Duration, peer: &Address) -> bool {
        self.named.as_ref() == Some(peer)
            && self.renamed.is_some_and(|since| now < since.saturating_add(SETTLING))
    }

    fn leads_no_more(&self, leader: &Address) -> Error {
        let text = match self.peer() {
            Some(peer) => format!("{} {peer} leads no more: {leader} does", R::PEER),
            None => format!("{} {leader} leads now", R::PEER),
        };
        Error::new(ErrorKind::Disconnected, text)
    }

    pub(super) fn connect(&mut self, now: Duration, peer: Address, redirects: u32) {
        if let Err(error) = self.settings.trust.allows(&peer, self.named.as_ref()) {
            return self.on_stray(now, error);
        }
        self.attempt += 1;
        let body = self.settings.endpoint.encoding.encode(&self.role.subscribe());
        self.unsaid.clear();
        self.actions.push_back(Action::Connect { attempt: self.attempt, peer: peer.clone(), body });
        self.actions.push_back(Action::Watch(self.named.clone()));
        let silence = Silence::new(now, self.settings.subscribe_timeout);
        self.state = State::Connecting { peer, silence, redirects };
    }

    pub(super) fn on_answer(&mut self, now: Duration, answer: SubscribeAnswer) {
        let State::Connecting { peer, redirects, .. } = &self.state else { return };
        let (peer, redirects) = (peer.clone(), redirects + 1);
        match answer {
            SubscribeAnswer::Accepted(stream_id) => {
                #[cfg(mesos_sdk_defects)]
                let stream_id = self.perhaps_the_first(stream_id);
                let silence = Silence::new(now, self.settings.subscribe_timeout);
                self.state = State::Subscribing { peer, stream_id, silence };
            }
            SubscribeAnswer::Redirected(leader)
                if self.is_settling(now, &peer) || defect!(IgnoreRedirect) =>
            {
                let text =
                    format!("{} {peer} does not know yet that it leads: it leads to {leader}", R::PEER);
                self.wait(now, Error::new(ErrorKind::Unavailable, text), Some(peer));
            }
            SubscribeAnswer::Redirected(leader) if redirects <= MAX_REDIRECTS => {
                tracing::debug!(from = %peer, to = %leader, "redirected");
                self.connect(now, leader, redirects)
            }
            SubscribeAnswer::Redirected(_) => {
                let text = format!("{} {peer}: {MAX_REDIRECTS} redirects in a row", R::PEER);
                self.wait(now, Error::new(ErrorKind::Unavailable, text), None);
            }
            SubscribeAnswer::Failed(error) | SubscribeAnswer::Refused(error)
                if matches!(error.kind(), ErrorKind::NotMesos | ErrorKind::Untrusted) =>
            {
                self.on_stray(now, error);
            }
            SubscribeAnswer::Failed(error) => self.wait(now, error, None),
            SubscribeAnswer::Refused(error) => self.finish(Err(error)),
        }
    }

    /// Something else answers, or a host that may not be spoken to. At first that is for the user to set right, once every
    /// master has had its turn. Later it is a passing disturbance, such as the page that a proxy shows while there is no
    /// master, or the framework may be saved by another master, or by whoever sets the cluster right.
    fn on_stray(&mut self, now: Duration, error: Error) {
        let astray = self.astray.saturating_add(1);
        match self.was_subscribed || astray < self.settings.trust.candidates() {
            true => {
                self.wait(now, error, None);
                self.astray = astray;
                self.actions.push_back(Action::Watch(self.named.clone()));
            }
            false => self.finish(Err(error)),
        }
    }

    /// Something has come, even if it is only a part of SUBSCRIBED, or the stream was left unread until now, so that
    /// nothing can have come.
    pub(super) fn end_silence(&mut self, now: Duration) {
        match &mut self.state {
            State::Subscribing { silence, .. }
            | State::Subscribed(Subscribed { silence: Some(silence), .. }) => silence.restart(now),
            _ => {}
        }
    }

    pub(super) fn on_event(&mut self, now: Duration, event: R::Event, bytes: usize) {
        // Whatever comes instead of SUBSCRIBED does not put it off.
        if !matches!(self.state, State::Subscribing { .. }) {
            self.end_silence(now);
        }
        let received = self.role.receive(event);
        self.acknowledge_too_soon(&received);
        match received {
            Received::Ended { error, last: true } => self.on_last_error(error),
            Received::Renewed { error, .. } if self.stop.is_some() => self.on_last_error(error),
            // After TEARDOWN nothing else matters.
            _ if matches!(self.state, State::TornDown { .. }) => {}
            Received::Subscribed { heartbeat, delivery } => self.on_subscribed(now, heartbeat, delivery),
            Received::Heartbeat => {}
            Received::Deliver(delivery) => self.deliver_bytes(delivery, bytes),
            Received::Answer(call) => self.send_own(call),
            Received::Renewed { error, delivery } => self.on_renewed(now, error, delivery),
            Received::Ended { error, last: false } => self.lose(now, error, None),
        }
    }

    /// One record is no reason to leave a peer that would send it again. Only without SUBSCRIBED nothing goes on: that
    /// is tried again, with growing waits.
    pub(super) fn on_undecodable(&mut self, now: Duration, record: Undecodable) {
        self.end_silence(now);
        let record = record.after(&mut self.undecodable);
        match self.state {
            State::Subscribing { .. } => self.lose(now, record.error.and(" instead of SUBSCRIBED"), None),
            State::Subscribed(_) => {
                let bytes = record.beginning.len();
                let delivery = self.role.undecodable(record);
                self.deliver_bytes(delivery, bytes);
            }
            _ => {}
        }
    }

    #[cfg(mesos_sdk_defects)]
    fn perhaps_the_first(
        &mut self,
        stream_id: Option<crate::http::StreamId>,
    ) -> Option<crate::http::StreamId> {
        let first = self.first_stream_id.get_or_insert_with(|| stream_id.clone()).clone();
        if defect!(KeepOldStreamId) { first } else { stream_id }
    }

    /// Only with a defect.
    fn acknowledge_too_soon(&mut self, received: &Received<R>) {
        if defect!(AcknowledgeBeforeHandler)
            && let Received::Deliver(delivery) = received
            && let Handled::Call(call) = self.role.handled(R::receipt(delivery), &Ok(()))
        {
            self.send_own(call);
        }
    }

    pub(super) fn on_subscribed(
        &mut self,
        now: Duration,
        heartbeat: Option<Duration>,
        delivery: R::Delivery,
    ) {
        let State::Subscribing { peer, stream_id, .. } = &self.state else { return };
        tracing::info!(peer = %peer, "subscribed");
        self.state = State::Subscribed(Subscribed {
            peer: peer.clone(),
            stream_id: stream_id.clone(),
            since: now,
            silence: heartbeat.map(|interval| match defect!(HeartbeatsAlwaysMissed) {
                true => Silence::new(now, interval / 2),
                false => Silence::new(now, interval.saturating_mul(self.settings.missed_heartbeats)),
            }),
        });
        self.down = None;
        self.was_subscribed = true;
        self.deliver(delivery);
        self.say_what_is_unsaid();
        if let Some((Stop::Teardown, _)) = self.stop {
            self.tear_down(now);
        }
    }

    pub(super) fn on_end(&mut self, now: Duration, error: Option<Error>) {
        if let State::TornDown { answered, stream_ended, .. } = &mut self.state {
            *stream_ended = true;
            return if *answered {
                self.finish(Ok(()))
            };
        }
        let Some(peer) = self.peer() else { return };
        let text = format!("{} {peer} ended the event stream", R::PEER);
        let error = error.unwrap_or_else(|| Error::new(ErrorKind::Disconnected, text));
        self.lose(now, error, None);
    }

    /// The subscription, or the attempt at one, is over.
    pub(super) fn lose(&mut self, now: Duration, error: Error, leader: Option<Address>) {
        self.give_up_subscription(now, &error);
        self.wait(now, error, leader);
    }

    /// The session is over for good. The next attempt, which begins another one, waits for the handler.
    fn on_renewed(&mut self, now: Duration, error: Error, delivery: R::Delivery) {
        tracing::warn!(error = error.to_line(), "beginning anew");
        self.give_up_subscription(now, &error);
        self.last_error = Some(error);
        self.deliver(delivery);
        self.actions.push_back(Action::Disconnect);
        self.attempt += 1;
        self.state = State::Renewing;
    }

    pub(super) fn renew(&mut self, now: Duration) {
        if let State::Renewing = self.state {
            self.state = State::Waiting { until: now.saturating_add(self.backoff.next_wait()), leader: None };
        }
    }

    fn give_up_subscription(&mut self, now: Duration, error: &Error) {
        self.begin_waits_anew_if_healthy(now);
        if let State::Subscribed(_) = &self.state {
            let patience = match self.settings.patience_again {
                Some(_) if defect!(ExecutorGivesUp) => Duration::ZERO,
                patience => patience.unwrap_or(Duration::MAX),
            };
            self.down = Some(Silence::new(now, patience));
            let delivery = self.role.disconnected();
            self.deliver(delivery);
            self.fail_pending(error);
        }
    }

    /// A subscription that has stood for long ends whatever was wrong before it.
    pub(super) fn begin_waits_anew_if_healthy(&mut self, now: Duration) {
        if let State::Subscribed(subscribed) = &self.state
            && now.saturating_sub(subscribed.since) >= self.settings.healthy_after
            && !defect!(KeepBackoff)
        {
            self.backoff.reset();
        }
    }

    pub(super) fn wait(&mut self, now: Duration, error: Error, leader: Option<Address>) {
        self.failed = self.named.clone();
        self.astray = 0;
        let wait = self.backoff.next_wait();
        tracing::warn!(error = error.to_line(), next_attempt_in = ?wait, "not subscribed");
        self.last_error = Some(error);
        self.actions.push_back(Action::Disconnect);
        self.attempt += 1;
        self.state = State::Waiting { until: now.saturating_add(wait), leader };
    }

    pub(super) fn detect(&mut self) {
        self.state = State::Detecting;
        self.actions.push_back(Action::Detect(self.failed.take()));
    }
}
