//! Notices what does not go well for long: offers that are held, tasks that stay staging, and
//! offers that do not come. Each is logged once, and again only after it was well in between.

use std::time::Duration;

use super::ages::Ages;
use super::event::Delivery;
use super::launches::launched;
use crate::duration::from_secs;
use crate::proto::v1::scheduler::Call;
use crate::proto::v1::{Filters, OfferId, TaskState};
use crate::session::Outlook;

/// How long an offer may be held.
const OFFER_HELD: Duration = Duration::from_secs(60);
/// How long a task may be staging.
const TASK_STAGING: Duration = Duration::from_secs(5 * 60);
/// How long no offer may come once no filter of the framework is left.
const NO_OFFERS: Duration = Duration::from_secs(5 * 60);
/// How often to look.
const INTERVAL: Duration = Duration::from_secs(5);

/// How many offers and how many tasks are watched at a time. A framework that holds more, or that
/// launches more at once, holds or waits for some of these as well.
const MAX_WATCHED: usize = 1_000;

/// How a framework fares.
#[derive(Debug)]
pub(crate) struct SchedulerOutlook {
    offers: Ages,
    /// Tasks without an update since their launch.
    staging: Ages,
    /// From when on offers should come, while subscribed and not suppressed.
    expected: Option<Duration>,
    is_suppressed: bool,
    next_look: Duration,
    reported: Reported,
}

impl Default for SchedulerOutlook {
    fn default() -> Self {
        Self {
            offers: Ages::new(MAX_WATCHED),
            staging: Ages::new(MAX_WATCHED),
            expected: None,
            is_suppressed: false,
            next_look: Duration::ZERO,
            reported: Reported::default(),
        }
    }
}

/// What was logged, and has not been well since.
#[derive(Debug, Default)]
struct Reported {
    offer: bool,
    task: bool,
    no_offers: bool,
}

/// What does not go well.
#[derive(Debug, PartialEq, Eq)]
enum Concern {
    OfferHeld { offer: String, held: usize },
    TaskStaging { task: String, staging: usize },
    NoOffers(Duration),
}

impl Concern {
    fn log(&self) {
        match self {
            Self::OfferHeld { offer, held } => {
                tracing::warn!(
                    offer,
                    held,
                    "an offer is held for more than a minute: accept or decline it, because no other framework can use it"
                );
            }
            Self::TaskStaging { task, staging } => {
                tracing::warn!(
                    task,
                    staging,
                    "a task is staging for more than 5 minutes: does its agent fetch large files or images, or fail to start it? See its sandbox and the agent's log"
                );
            }
            Self::NoOffers(since) => {
                tracing::warn!(
                    seconds = since.as_secs(),
                    "no offers come: are all resources in use or reserved for other roles, is the quota of the role reached, or do offer constraints exclude every agent?"
                );
            }
        }
    }
}

impl SchedulerOutlook {
    /// Returns what has begun not to go well.
    fn concerns(&mut self, now: Duration) -> Vec<Concern> {
        let late = |ages: &Ages, most: Duration| {
            ages.first().filter(|(since, _)| now.saturating_sub(*since) > most).map(|(_, id)| id.to_owned())
        };
        let (offer, task) = (late(&self.offers, OFFER_HELD), late(&self.staging, TASK_STAGING));
        let waits = self.expected.filter(|_| !self.is_suppressed && self.offers.len() == 0);
        let waits = waits.map(|since| now.saturating_sub(since)).filter(|time| *time > NO_OFFERS);
        let (held, staging) = (self.offers.len(), self.staging.len());
        let is_new = |reported: &mut bool, holds: bool| !std::mem::replace(reported, holds) && holds;
        let mut concerns = Vec::new();
        if is_new(&mut self.reported.offer, offer.is_some()) {
            concerns.extend(offer.map(|offer| Concern::OfferHeld { offer, held }));
        }
        if is_new(&mut self.reported.task, task.is_some()) {
            concerns.extend(task.map(|task| Concern::TaskStaging { task, staging }));
        }
        if is_new(&mut self.reported.no_offers, waits.is_some()) {
            concerns.extend(waits.map(Concern::NoOffers));
        }
        concerns
    }

    fn used(&mut self, now: Duration, offers: &[OfferId], filters: Option<&Filters>) {
        for offer in offers {
            self.offers.remove(&offer.value);
        }
        let filter = from_secs(filters.unwrap_or(&Filters::default()).refuse_seconds());
        let until = now.saturating_add(filter);
        self.expected = self.expected.map(|expected| expected.max(until));
    }
}

impl Outlook for SchedulerOutlook {
    type Delivery = Delivery;
    type Call = Box<Call>;

    fn delivers(&mut self, now: Duration, delivery: &Delivery) {
        match delivery {
            Delivery::Subscribed(_) => self.expected = Some(now),
            Delivery::Disconnected => {
                self.offers.clear();
                self.expected = None;
            }
            Delivery::Offers(offers) => {
                self.expected = self.expected.map(|expected| expected.max(now));
                for offer in offers {
                    self.offers.insert(&offer.id.value, now);
                }
            }
            Delivery::Rescinded(offer) => drop(self.offers.remove(&offer.value)),
            Delivery::Update(status) if status.state() != TaskState::Staging => {
                self.staging.remove(&status.task_id.value);
            }
            _ => {}
        }
    }

    fn sends(&mut self, now: Duration, call: &Box<Call>) {
        if let Some(accept) = &call.accept {
            self.used(now, &accept.offer_ids, accept.filters.as_ref());
            for task in launched(call) {
                self.staging.insert(&task.task_id.value, now);
            }
        }
        if let Some(decline) = &call.decline {
            self.used(now, &decline.offer_ids, decline.filters.as_ref());
        }
        // Which roles there are is not known here: one that is suppressed is enough to expect none.
        if call.suppress.is_some() {
            self.is_suppressed = true;
        }
        if let Some(update) = &call.update_framework {
            self.is_suppressed = !update.suppressed_roles.is_empty();
        }
        if call.revive.is_some() {
            self.is_suppressed = false;
            self.expected = self.expected.map(|_| now);
        }
    }

    fn look(&mut self, now: Duration) {
        if now >= self.next_look {
            self.next_look = now.saturating_add(INTERVAL);
            self.concerns(now).iter().for_each(Concern::log);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::call;
    use super::super::event::Subscription;
    use super::*;
    use crate::proto::v1::offer::Operation;
    use crate::proto::v1::{FrameworkId, Offer, TaskId, TaskInfo, TaskStatus};

    const SECOND: Duration = Duration::from_secs(1);

    fn subscribed() -> SchedulerOutlook {
        let mut outlook = SchedulerOutlook::default();
        let framework_id = FrameworkId::from("f");
        let subscription = Subscription { framework_id, master: None, resubscribed: false, replaced: None };
        outlook.delivers(Duration::ZERO, &Delivery::Subscribed(Box::new(subscription)));
        outlook
    }

    fn offers(outlook: &mut SchedulerOutlook, now: Duration) {
        let offer = Offer { id: OfferId::from("o"), ..Offer::default() };
        outlook.delivers(now, &Delivery::Offers(vec![offer]));
    }

    #[test]
    fn held_offer_is_reported_once() {
        let mut outlook = subscribed();
        offers(&mut outlook, SECOND);
        assert_eq!(outlook.concerns(OFFER_HELD), []);
        let concern = || Concern::OfferHeld { offer: "o".to_owned(), held: 1 };
        assert_eq!(outlook.concerns(OFFER_HELD + SECOND * 2), [concern()]);
        assert_eq!(outlook.concerns(OFFER_HELD + SECOND * 3), []);
        outlook.sends(OFFER_HELD * 2, &call::decline(vec![OfferId::from("o")], None));
        assert_eq!(outlook.concerns(OFFER_HELD * 2), []);
        offers(&mut outlook, OFFER_HELD * 2);
        assert_eq!(outlook.concerns(OFFER_HELD * 4), [concern()], "again");
        outlook.delivers(OFFER_HELD * 4, &Delivery::Rescinded(OfferId::from("o")));
        assert_eq!(outlook.concerns(OFFER_HELD * 4), []);
    }

    #[test]
    fn task_that_stays_staging_is_reported() {
        let mut outlook = subscribed();
        outlook.is_suppressed = true;
        let launch = |id: &str| {
            let task = TaskInfo { task_id: TaskId::from(id), ..TaskInfo::default() };
            call::accept(vec![], vec![Operation::launch(vec![task])], None)
        };
        outlook.sends(SECOND, &launch("a"));
        outlook.sends(SECOND, &launch("b"));
        let status = |id: &str, state: TaskState| {
            let status =
                TaskStatus { task_id: TaskId::from(id), state: state.into(), ..TaskStatus::default() };
            Delivery::Update(Box::new(status))
        };
        outlook.delivers(SECOND, &status("a", TaskState::Starting));
        outlook.delivers(SECOND, &status("b", TaskState::Staging));
        let concern = Concern::TaskStaging { task: "b".to_owned(), staging: 1 };
        assert_eq!(outlook.concerns(TASK_STAGING + SECOND * 2), [concern]);
        outlook.delivers(TASK_STAGING * 2, &status("b", TaskState::Running));
        assert_eq!(outlook.concerns(TASK_STAGING * 3), []);
    }

    #[test]
    fn missing_offers_are_reported_unless_unwanted() {
        let late = NO_OFFERS + SECOND;
        assert_eq!(SchedulerOutlook::default().concerns(late), [], "not subscribed");
        assert_eq!(subscribed().concerns(late), [Concern::NoOffers(late)]);
        let mut suppressed = subscribed();
        suppressed.sends(SECOND, &call::suppress(vec![]));
        assert_eq!(suppressed.concerns(late), []);
        suppressed.sends(late, &call::revive(vec![]));
        assert_eq!(suppressed.concerns(late), []);
        assert_eq!(suppressed.concerns(late * 2), [Concern::NoOffers(late)]);
        let mut filtering = subscribed();
        offers(&mut filtering, SECOND);
        let filters = Filters { refuse_seconds: Some(3600.0) };
        filtering.sends(SECOND, &call::decline(vec![OfferId::from("o")], Some(filters)));
        assert_eq!(filtering.concerns(late * 2), [], "filtered by the framework");
        assert_eq!(filtering.concerns(SECOND * 3602 + NO_OFFERS).len(), 1);
    }
}
