//! Which answers have come.

use std::collections::BTreeMap;

use mesos_sdk::proto::v1::scheduler::Call;
use mesos_sdk::proto::v1::scheduler::call::Type;

use crate::orders::Until;
use crate::stream::{Stream, index_of_offer, index_of_update};

/// Every answer that is expected, and what has come.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    answered: Vec<bool>,
    /// Updates and offers that have been answered.
    pub distinct: usize,
    /// Answers that came before.
    pub repeated: usize,
    /// Answers to what was never sent.
    pub unexpected: usize,
    /// Calls that a master would not take.
    pub refused: usize,
    /// Subscriptions; one is enough.
    pub subscriptions: usize,
    /// How often each call came.
    pub calls: BTreeMap<&'static str, usize>,
}

impl Tally {
    /// Creates a tally in which nothing has arrived yet.
    pub fn new(stream: &Stream) -> Self {
        Self { answered: vec![false; stream.answers()], ..Self::default() }
    }

    /// Takes a call that a master would take; an update or offer that it answers.
    pub fn take(&mut self, call: &Call) -> Option<usize> {
        *self.calls.entry(call.r#type().as_str_name()).or_default() += 1;
        let mut answered = None;
        if let Some(acknowledge) = &call.acknowledge {
            answered = self.answer(index_of_update(&acknowledge.uuid));
        }
        for id in call.decline.iter().flat_map(|decline| &decline.offer_ids) {
            answered = self.answer(index_of_offer(&id.value));
        }
        answered
    }

    fn answer(&mut self, index: Option<usize>) -> Option<usize> {
        match index.and_then(|index| self.answered.get_mut(index)) {
            Some(answered) if *answered => self.repeated += 1,
            Some(answered) => {
                *answered = true;
                self.distinct += 1;
            }
            None => self.unexpected += 1,
        }
        index
    }

    /// Returns whether what ends the run has come.
    pub fn is_complete(&self, until: Until) -> bool {
        match until {
            Until::Answers => self.distinct == self.answered.len(),
            Until::Teardown => self.calls.contains_key(Type::Teardown.as_str_name()),
        }
    }

    /// Returns what is wrong with it, if anything.
    pub fn fault(&self, until: Until) -> Option<String> {
        let missing = if until == Until::Answers { self.answered.len() - self.distinct } else { 0 };
        let further = self.subscriptions.saturating_sub(1);
        let faults = [
            (missing, "of the expected answers are missing"),
            (self.repeated, "answers came twice"),
            (self.unexpected, "answers are to what was never sent"),
            (self.refused, "calls are such as a master refuses"),
            (further, "times it subscribed again"),
        ];
        let faults: Vec<_> =
            faults.iter().filter(|fault| fault.0 > 0).map(|(n, what)| format!("{n} {what}")).collect();
        (!faults.is_empty()).then(|| faults.join("; "))
    }
}
