//! Measures offers, tasks, acknowledgements and reconciliations.

use std::time::Duration;

use metrics::Gauge;

use super::ages::Ages;
use super::event::Delivery;
use super::launches::launched;
use super::task_meter::{MAX_REMEMBERED, TaskMeter};
use crate::proto::v1::OfferId;
use crate::proto::v1::scheduler::Call;
use crate::session::RoleMeter;
use crate::session::measures::{self, Labels, Metric, number, timestamp};

/// Measures what a scheduler receives and sends.
pub(crate) struct SchedulerMeter {
    labels: Labels,
    offers: Ages,
    tasks: TaskMeter,
    last_reconciliation: Option<Duration>,
    gauges: Gauges,
}

struct Gauges {
    offers: Gauge,
    oldest_offer: Gauge,
    unacknowledged: Gauge,
    oldest_unacknowledged: Gauge,
    unanswered: Gauge,
    last_reconciliation: Gauge,
}

impl SchedulerMeter {
    /// Counts offers by what became of them.
    fn ended(&self, outcome: &'static str, number: usize) {
        if number > 0 {
            measures::OFFERS_ENDED.add(self.labels.with([("outcome", outcome)]), number);
        }
    }

    fn remove(&mut self, offers: &[OfferId], outcome: &'static str) {
        let held = offers.iter().filter(|offer| self.offers.remove(&offer.value)).count();
        self.ended(outcome, held);
    }
}

impl RoleMeter for SchedulerMeter {
    type Delivery = Delivery;
    type Call = Box<Call>;

    fn new(labels: Labels) -> Self {
        let of = |metric: &Metric| metric.gauge(labels.with([]));
        let gauges = Gauges {
            offers: of(&measures::OFFERS_HELD),
            oldest_offer: of(&measures::OLDEST_OFFER),
            unacknowledged: of(&measures::UNACKNOWLEDGED_UPDATES),
            oldest_unacknowledged: of(&measures::OLDEST_UNACKNOWLEDGED_UPDATE),
            unanswered: of(&measures::RECONCILIATION_UNANSWERED),
            last_reconciliation: of(&measures::LAST_RECONCILIATION),
        };
        let tasks = TaskMeter::new(labels.clone());
        Self { labels, offers: Ages::new(MAX_REMEMBERED), tasks, last_reconciliation: None, gauges }
    }

    fn delivers(&mut self, now: Duration, delivery: &Delivery) {
        match delivery {
            Delivery::Subscribed(subscription) if subscription.replaced.is_some() => self.tasks.clear(),
            Delivery::Disconnected => {
                let lost = self.offers.clear();
                self.ended("lost", lost);
            }
            Delivery::Offers(offers) => {
                measures::OFFERS_RECEIVED.add(self.labels.with([]), offers.len());
                for offer in offers {
                    self.offers.insert(&offer.id.value, now);
                }
            }
            Delivery::Rescinded(offer) => self.remove(std::slice::from_ref(offer), "rescinded"),
            Delivery::Update(status) => self.tasks.updated(now, status),
            Delivery::Reconciled => self.last_reconciliation = Some(now),
            _ => {}
        }
    }

    fn sends(&mut self, now: Duration, call: &Box<Call>) {
        if let Some(acknowledge) = &call.acknowledge {
            self.tasks.acknowledged(&acknowledge.task_id);
        }
        if let Some(decline) = &call.decline {
            self.remove(&decline.offer_ids, "declined");
        }
        if let Some(accept) = &call.accept {
            let is_used = accept.operations.iter().any(|operation| {
                operation.launch.as_ref().is_none_or(|launch| !launch.task_infos.is_empty())
            });
            self.remove(&accept.offer_ids, if is_used { "accepted" } else { "declined" });
            launched(call).for_each(|task| self.tasks.launched(now, &task.task_id));
        }
    }

    fn publish(&mut self, now: Duration, unreconciled: usize) {
        let Gauges { offers, oldest_offer, unacknowledged, oldest_unacknowledged, unanswered, .. } =
            &self.gauges;
        offers.set(number(self.offers.len()));
        oldest_offer.set(timestamp(now, self.offers.oldest()));
        unacknowledged.set(number(self.tasks.unacknowledged().len()));
        oldest_unacknowledged.set(timestamp(now, self.tasks.unacknowledged().oldest()));
        unanswered.set(number(unreconciled));
        self.gauges.last_reconciliation.set(timestamp(now, self.last_reconciliation));
    }

    fn end(&mut self) {
        self.tasks.clear();
        for gauge in [&self.gauges.offers, &self.gauges.unacknowledged, &self.gauges.unanswered] {
            gauge.set(0.0);
        }
        self.gauges.oldest_offer.set(f64::NAN);
        self.gauges.oldest_unacknowledged.set(f64::NAN);
    }
}
