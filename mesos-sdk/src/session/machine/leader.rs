//! The leader, as far as the detector knows it.

use std::time::Duration;

use crate::Address;

/// How long a new leader may take to learn that it leads. The driver may know it earlier, and would
/// be redirected to the old leader, which may hang for longer than this.
const SETTLING: Duration = Duration::from_secs(30);

/// What the detector has reported about the leader.
#[derive(Debug, Default)]
pub(super) struct LeaderTracker {
    /// The leader that the detector reported last. A redirect may have led elsewhere.
    named: Option<Address>,
    /// When the detector last reported a new leader unasked.
    renamed: Option<Duration>,
    /// When the driver last connected to a new leader at once.
    moved: Option<Duration>,
    /// The leader that the last attempt failed with.
    failed: Option<Address>,
}

impl LeaderTracker {
    /// Returns the leader that the detector reported last.
    pub(super) fn named(&self) -> Option<&Address> {
        self.named.as_ref()
    }

    /// Records the result of the detector.
    pub(super) fn detected(&mut self, leader: Option<Address>) {
        self.named = leader;
    }

    /// Records that the detector reports a new leader unasked. Returns whether leaders change too
    /// often: the driver connected to one at once less than `shortest` ago.
    pub(super) fn renamed(&mut self, now: Duration, leader: Address, shortest: Duration) -> bool {
        self.renamed = Some(now);
        self.named = Some(leader);
        self.moved.is_some_and(|before| now.saturating_sub(before) < shortest)
    }

    /// Records that the driver connects to the new leader at once.
    pub(super) fn moved(&mut self, now: Duration) {
        self.moved = Some(now);
    }

    /// Returns whether `peer` was reported only recently, so that its redirects may lead back to
    /// the old leader, which may hang.
    pub(super) fn is_settling(&self, now: Duration, peer: &Address) -> bool {
        self.named.as_ref() == Some(peer)
            && self.renamed.is_some_and(|since| now < since.saturating_add(SETTLING))
    }

    /// Records that the attempt with the reported leader failed.
    pub(super) fn failed(&mut self) {
        self.failed.clone_from(&self.named);
    }

    /// Takes the leader that the last attempt failed with.
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
    fn changing_leaders_quickly_is_wavering() {
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
    fn detector_learns_of_a_failure_once() {
        let mut leader = LeaderTracker::default();
        leader.detected(Some(master(1)));
        leader.failed();
        leader.detected(Some(master(2)));
        assert_eq!(leader.take_failed(), Some(master(1)));
        assert_eq!(leader.take_failed(), None);
    }
}
