//! Who leads, as far as the detector says.

use std::time::Duration;

use crate::Address;

/// How long a new leader may take to learn that it leads. The driver may know it before, and until then is redirected
/// to the old one, who may be stuck for longer than this.
const SETTLING: Duration = Duration::from_secs(30);

/// What the detector has said of the leader.
#[derive(Debug, Default)]
pub(super) struct LeaderTracker {
    /// The leader by the detector's last word, which need not be whom a redirect has led to.
    named: Option<Address>,
    /// When the detector last named another one by itself.
    renamed: Option<Duration>,
    /// When a new leader was last gone to at once.
    moved: Option<Duration>,
    /// Why the next attempt goes elsewhere.
    failed: Option<Address>,
}

impl LeaderTracker {
    /// The leader by the detector's last word.
    pub(super) fn named(&self) -> Option<&Address> {
        self.named.as_ref()
    }

    /// The detector has answered.
    pub(super) fn detected(&mut self, leader: Option<Address>) {
        self.named = leader;
    }

    /// The detector names another leader by itself. Says whether it wavers: the last one that was gone to at once was
    /// named less than `shortest` ago.
    pub(super) fn renamed(&mut self, now: Duration, leader: Address, shortest: Duration) -> bool {
        self.renamed = Some(now);
        self.named = Some(leader);
        self.moved.is_some_and(|before| now.saturating_sub(before) < shortest)
    }

    /// The leader that was named is gone to at once.
    pub(super) fn moved(&mut self, now: Duration) {
        self.moved = Some(now);
    }

    /// Whether `peer` was named just now, so that its redirects may lead back to the one before, who may be stuck.
    pub(super) fn is_settling(&self, now: Duration, peer: &Address) -> bool {
        self.named.as_ref() == Some(peer)
            && self.renamed.is_some_and(|since| now < since.saturating_add(SETTLING))
    }

    /// The attempt with the leader that was named has failed.
    pub(super) fn failed(&mut self) {
        self.failed.clone_from(&self.named);
    }

    /// The leader with which the last attempt failed, once.
    pub(super) fn take_failed(&mut self) -> Option<Address> {
        self.failed.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn master(port: u16) -> Address {
        Address::new("m", port)
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_detector_wavers_that_names_another_leader_soon_after_one_that_was_gone_to() {
        let mut leader = LeaderTracker::default();
        assert!(!leader.renamed(seconds(1), master(1), seconds(15)), "the first one");
        assert!(!leader.renamed(seconds(2), master(2), seconds(15)), "none was gone to");
        leader.moved(seconds(2));
        assert!(leader.renamed(seconds(16), master(1), seconds(15)));
        assert!(!leader.renamed(seconds(17), master(2), seconds(15)));
    }

    #[test]
    fn a_leader_that_was_named_just_now_settles() {
        let mut leader = LeaderTracker::default();
        leader.detected(Some(master(1)));
        assert!(!leader.is_settling(seconds(0), &master(1)), "the detector was asked");
        leader.renamed(seconds(10), master(2), Duration::ZERO);
        assert!(leader.is_settling(seconds(39), &master(2)));
        assert!(!leader.is_settling(seconds(39), &master(1)));
        assert!(!leader.is_settling(seconds(40), &master(2)));
    }

    #[test]
    fn the_detector_is_told_once_with_whom_the_attempt_failed() {
        let mut leader = LeaderTracker::default();
        leader.detected(Some(master(1)));
        leader.failed();
        leader.detected(Some(master(2)));
        assert_eq!(leader.take_failed(), Some(master(1)));
        assert_eq!(leader.take_failed(), None);
    }
}
