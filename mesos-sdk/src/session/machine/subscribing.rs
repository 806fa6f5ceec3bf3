//! From a leader's address to a subscription, and from a lost one to the next attempt.

use std::time::Duration;

use super::state::{Overdue, Subscription};
use super::{Machine, State};
use crate::http::SubscribeResponse;
use crate::session::input::{Action, Stop};
use crate::session::{Deliverable, Role};
use crate::silence::Silence;
use crate::{Address, Error, ErrorKind, Undecodable};

/// The number of redirects that are followed in a row.
const MAX_REDIRECTS: u32 = 8;

impl<R: Role> Machine<R> {
    pub(super) fn on_leader(&mut self, now: Duration, found: Result<Address, Error>) {
        if !matches!(self.state, State::Detecting) {
            return;
        }
        match found {
            Ok(peer) => {
                self.leader.detected(Some(peer.clone()));
                self.connect(now, peer, 0);
            }
            Err(error) if error.kind() == ErrorKind::Invalid => self.finish(Err(error)),
            Err(error) => {
                self.leader.detected(None);
                self.wait(now, error, None);
                self.actions.push_back(Action::Watch(None));
            }
        }
    }

    /// Connects to the new leader without a wait. If leaders change too often, there is a wait as
    /// after a failure: a detector that wavers, or that corrects its wrong results afterwards, must
    /// not make the driver loop.
    pub(super) fn on_leader_changed(&mut self, now: Duration, leader: Address) {
        if self.state.ignores_leader() || self.leader.named() == Some(&leader) {
            return;
        }
        let elsewhere = self.state.peer() != Some(&leader);
        let wavers = self.leader.renamed(now, leader.clone(), self.settings.longest_wait);
        match &mut self.state {
            _ if !elsewhere => self.actions.push_back(Action::Watch(Some(leader))),
            _ if !wavers => self.move_to(now, leader),
            // The leader is watched again after the wait.
            State::Waiting { leader: next, .. } => *next = Some(leader),
            _ => self.lose(now, self.leads_no_more(&leader), Some(leader)),
        }
    }

    fn move_to(&mut self, now: Duration, leader: Address) {
        self.leader.moved(now);
        let error = self.leads_no_more(&leader);
        let from = self.state.peer().map(tracing::field::display);
        tracing::info!(from, to = %leader, "the leading master has changed");
        self.give_up_subscription(now, &error);
        self.last_error = Some(error);
        self.backoff.reset();
        self.actions.push_back(Action::Disconnect);
        self.connect(now, leader, 0);
    }

    fn leads_no_more(&self, leader: &Address) -> Error {
        let text = match self.state.peer() {
            Some(peer) => format!("{} {peer} no longer leads: {leader} does", R::PEER),
            None => format!("{} {leader} leads now", R::PEER),
        };
        Error::new(ErrorKind::Disconnected, text)
    }

    pub(super) fn connect(&mut self, now: Duration, peer: Address, redirects: u32) {
        if let Err(error) = self.settings.trust.allows(&peer, self.leader.named()) {
            return self.on_stray(now, error);
        }
        self.attempt += 1;
        tracing::info!(peer = %peer, "subscribing");
        let body = self.settings.endpoint.encoding.encode(&self.role.subscribe());
        self.calls.subscribes();
        self.actions.push_back(Action::Connect { attempt: self.attempt, peer: peer.clone(), body });
        self.actions.push_back(Action::Watch(self.leader.named().cloned()));
        let silence = Silence::new(now, self.settings.subscribe_timeout);
        self.state = State::Connecting { peer, silence, redirects };
    }

    pub(super) fn on_subscribe_response(&mut self, now: Duration, response: SubscribeResponse) {
        let State::Connecting { peer, redirects, .. } = &self.state else { return };
        let (peer, redirects) = (peer.clone(), redirects + 1);
        match response {
            SubscribeResponse::Accepted(stream_id) => {
                let silence = Silence::new(now, self.settings.subscribe_timeout);
                self.state = State::Subscribing { peer, stream_id, silence };
            }
            SubscribeResponse::Redirected(leader) if self.leader.is_settling(now, &peer) => {
                let text =
                    format!("{} {peer} does not know yet that it leads: it redirects to {leader}", R::PEER);
                self.wait(now, Error::new(ErrorKind::Unavailable, text), Some(peer));
            }
            SubscribeResponse::Redirected(leader) if redirects <= MAX_REDIRECTS => {
                tracing::debug!(from = %peer, to = %leader, "redirected");
                self.connect(now, leader, redirects)
            }
            SubscribeResponse::Redirected(_) => {
                let text = format!("{} {peer}: {MAX_REDIRECTS} redirects in a row", R::PEER);
                self.wait(now, Error::new(ErrorKind::Unavailable, text), None);
            }
            SubscribeResponse::Failed(error) | SubscribeResponse::Refused(error)
                if matches!(error.kind(), ErrorKind::NotMesos | ErrorKind::Untrusted) =>
            {
                self.on_stray(now, error);
            }
            SubscribeResponse::Failed(error) => self.wait(now, error, None),
            SubscribeResponse::Refused(error) => self.finish(Err(error)),
        }
    }

    /// Handles a host that is not Mesos, or not trusted. Before the first subscription this is an
    /// error of the user, once every master was tried. Later it may pass, such as the error page of
    /// a proxy while there is no master.
    fn on_stray(&mut self, now: Duration, error: Error) {
        let astray = self.astray.saturating_add(1);
        match self.patience.was_subscribed() || astray < self.settings.trust.candidates() {
            true => {
                self.wait(now, error, None);
                self.astray = astray;
                self.actions.push_back(Action::Watch(self.leader.named().cloned()));
            }
            false => self.finish(Err(error)),
        }
    }

    /// Leaves a peer that has been silent for too long.
    pub(super) fn watch_silence(&mut self, now: Duration) {
        let is_reading = self.may_read();
        if let Some(Overdue { peer, what, within }) = self.state.overdue(now, is_reading) {
            let text = format!("{} {peer} {what} within {} s", R::PEER, within.as_secs_f64());
            self.lose(now, Error::new(ErrorKind::Timeout, text), None);
        }
    }

    /// Handles a record that cannot be decoded. A subscription survives it, because the peer would
    /// resend the record to a new one. Only an undecodable SUBSCRIBED ends the attempt.
    pub(super) fn on_undecodable(&mut self, now: Duration, record: Undecodable) {
        self.state.restart_silence(now);
        let record = record.after(&mut self.undecodable);
        match self.state {
            State::Subscribing { .. } => self.lose(now, record.error.and(" instead of SUBSCRIBED"), None),
            State::Subscribed(_) => {
                let bytes = record.beginning.len();
                self.deliver(Deliverable::undecodable(record), bytes);
            }
            _ => {}
        }
    }

    pub(super) fn on_subscribed(
        &mut self,
        now: Duration,
        heartbeat: Option<Duration>,
        record: Option<R::Record>,
        delivery: R::Delivery,
    ) {
        let State::Subscribing { peer, stream_id, .. } = &self.state else { return };
        tracing::info!(peer = %peer, "subscribed");
        self.state = State::Subscribed(Subscription {
            peer: peer.clone(),
            stream_id: stream_id.clone(),
            since: now,
            silence: heartbeat
                .map(|interval| Silence::new(now, interval.saturating_mul(self.settings.missed_heartbeats))),
        });
        self.patience.subscribed();
        if let Some(record) = record {
            self.store(record);
        }
        self.deliver(delivery, 0);
        self.resend_after_subscribe();
        if let Some(Stop::Teardown) = self.shutdown.stop() {
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
        let Some(peer) = self.state.peer() else { return };
        let text = format!("{} {peer} ended the event stream", R::PEER);
        let error = error.unwrap_or_else(|| Error::new(ErrorKind::Disconnected, text));
        self.lose(now, error, None);
    }

    /// Ends the subscription or the attempt, and waits for the next one.
    pub(super) fn lose(&mut self, now: Duration, error: Error, leader: Option<Address>) {
        self.give_up_subscription(now, &error);
        self.wait(now, error, leader);
    }

    /// Ends the session for good. The next attempt starts a new session as soon as the record is
    /// stored.
    pub(super) fn on_renewed(&mut self, now: Duration, error: Error, record: R::Record) {
        tracing::warn!(?error, "a new session begins");
        self.give_up_subscription(now, &error);
        self.last_error = Some(error);
        self.store(record);
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
        self.reset_backoff_if_healthy(now);
        if self.state.is_subscribed() {
            self.patience.lost(now, self.settings.patience_again);
            let delivery = self.role.disconnected();
            self.deliver(delivery, 0);
            self.actions.extend(self.calls.lose(error));
        }
    }

    /// Resets the backoff if the subscription has stood for long.
    fn reset_backoff_if_healthy(&mut self, now: Duration) {
        if let Some(subscription) = self.state.subscription()
            && now.saturating_sub(subscription.since) >= self.settings.healthy_after
        {
            self.backoff.reset();
        }
    }

    pub(super) fn wait(&mut self, now: Duration, error: Error, leader: Option<Address>) {
        self.leader.failed();
        self.astray = 0;
        let wait = self.backoff.next_wait();
        tracing::warn!(?error, next_attempt_in = ?wait, "not subscribed");
        self.last_error = Some(error);
        self.actions.push_back(Action::Disconnect);
        self.attempt += 1;
        self.state = State::Waiting { until: now.saturating_add(wait), leader };
    }

    pub(super) fn detect(&mut self) {
        self.state = State::Detecting;
        self.actions.push_back(Action::Detect(self.leader.take_failed()));
    }
}
