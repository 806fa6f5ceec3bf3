//! How long a peer may stay silent.

use std::time::Duration;

use crate::duration;

/// How many heartbeats may be missing before a subscription counts as lost.
pub(crate) const MISSED_HEARTBEATS: u32 = 5;
/// The shortest heartbeat interval that is accepted: five of them must outlast the delays of a
/// network.
const SHORTEST_HEARTBEAT: Duration = Duration::from_secs(1);
/// The interval of Mesos' masters, which replaces an invalid one.
const USUAL_HEARTBEAT: Duration = Duration::from_secs(15);
/// How late a look at the clock must be to reveal a pause of this process or of its machine. If the
/// permitted silence is less than five times this, a fifth of it counts as late.
const LATE: Duration = Duration::from_secs(1);

/// The silence of a peer. It ends when something arrives, and is only measured once everything that
/// has arrived was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Silence {
    since: Duration,
    most: Duration,
    /// Whether it was attributed to a pause.
    excused: bool,
}

impl Silence {
    /// Begins a silence, which may last for `most`.
    pub(crate) fn new(now: Duration, most: Duration) -> Self {
        Self { since: now, most, excused: false }
    }

    /// Returns how long it may last.
    pub(crate) fn most(&self) -> Duration {
        self.most
    }

    /// Restarts it, because something has arrived, or could not have arrived.
    pub(crate) fn restart(&mut self, now: Duration) {
        *self = Self::new(now, self.most);
    }

    /// Returns when it will have lasted too long, or `None` if that never happens.
    pub(crate) fn end(&self) -> Option<Duration> {
        self.since.checked_add(self.most).filter(|end| *end < Duration::MAX)
    }

    /// Returns whether it has lasted too long. After a pause, which may have affected the peer or
    /// the network as well, it starts over, but only once.
    pub(crate) fn is_over(&mut self, now: Duration) -> bool {
        let Some(end) = self.end().filter(|end| now >= *end) else { return false };
        if self.excused || now.saturating_sub(end) <= LATE.min(self.most / 5) {
            return true;
        }
        *self = Self { since: now, excused: true, ..*self };
        false
    }
}

/// Returns the interval of heartbeats for the announced number of seconds.
pub(crate) fn heartbeat_interval(seconds: f64) -> Duration {
    match seconds > 0.0 {
        true => duration::from_secs(seconds).max(SHORTEST_HEARTBEAT),
        false => USUAL_HEARTBEAT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn silence_ends_with_input() {
        let mut silence = Silence::new(seconds(1), seconds(75));
        assert!(!silence.is_over(seconds(75)));
        silence.restart(seconds(75));
        assert_eq!(silence.end(), Some(seconds(150)));
        assert!(silence.is_over(seconds(150)));
    }

    #[test]
    fn own_pause_is_tolerated_once() {
        let mut silence = Silence::new(seconds(0), seconds(75));
        assert!(!silence.is_over(seconds(1000)), "a pause");
        assert_eq!(silence.end(), Some(seconds(1075)));
        assert!(silence.is_over(seconds(3000)), "nothing has come since the last one");
        silence.restart(seconds(3000));
        assert!(!silence.is_over(seconds(4000)), "something has");
    }

    #[test]
    fn of_a_short_silence_a_fifth_is_late() {
        for (most, late) in [(1000, 200), (5000, 1000), (75_000, 1000)] {
            let [most, late] = [most, late].map(Duration::from_millis);
            assert!(Silence::new(seconds(0), most).is_over(most + late));
            let later = most + late + Duration::from_millis(1);
            assert!(!Silence::new(seconds(0), most).is_over(later), "a pause");
        }
    }

    #[test]
    fn a_silence_without_an_end_is_never_over() {
        let mut silence = Silence::new(seconds(1), Duration::MAX);
        assert_eq!(silence.end(), None);
        assert!(!silence.is_over(Duration::MAX));
    }

    #[statement::proves(hb5)]
    #[test]
    fn any_announced_interval_is_tolerated() {
        for (seconds, interval) in [
            (15.0, USUAL_HEARTBEAT),
            (1800.0, Duration::from_secs(1800)),
            (1e-12, SHORTEST_HEARTBEAT),
            (0.0, USUAL_HEARTBEAT),
            (-1.0, USUAL_HEARTBEAT),
            (f64::NAN, USUAL_HEARTBEAT),
            (f64::NEG_INFINITY, USUAL_HEARTBEAT),
            (3.7e18, Duration::from_secs(3_700_000_000_000_000_000)),
            (f64::INFINITY, Duration::MAX),
        ] {
            assert_eq!(heartbeat_interval(seconds), interval, "{seconds}");
        }
    }
}
