//! Many calls on one connection: their order, and what happens to unanswered ones when the
//! connection ends.

use std::collections::VecDeque;

/// How many unanswered calls a connection may have.
const MAX_PIPELINED: usize = 256;
/// No further call is written while this many bytes wait for the connection.
const MAX_UNWRITTEN: u64 = 256 << 10;

/// Pending calls. They are written in the order in which they came, and get their responses in that
/// order.
pub(crate) struct Pipeline<C> {
    /// Calls that are not written yet.
    waiting: VecDeque<C>,
    /// Calls that are written, or about to be, and have no response. Each has the number of bytes
    /// that are written before it.
    sent: VecDeque<(C, u64)>,
    /// Calls that were refused and wait for newer credentials. They are older than all in
    /// `waiting`.
    refused: VecDeque<C>,
    /// How many bytes the present connection was given, and how many it has accepted.
    given: u64,
    taken: u64,
    /// Whether the connection has carried a response, and whether it stays open after that.
    useful: bool,
    stays: bool,
}

impl<C> Pipeline<C> {
    pub(crate) fn new() -> Self {
        Self {
            waiting: VecDeque::new(),
            sent: VecDeque::new(),
            refused: VecDeque::new(),
            given: 0,
            taken: 0,
            useful: false,
            stays: false,
        }
    }

    pub(crate) fn push(&mut self, call: C) {
        self.waiting.push_back(call);
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::new();
    }

    /// Returns whether there are no calls.
    pub(crate) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.sent.is_empty() && self.refused.is_empty()
    }

    /// Returns whether another call would be written as soon as the connection accepts it, on a
    /// connection that has proven useful.
    pub(crate) fn flows(&self) -> bool {
        let ahead = self.sent.len() + self.waiting.len();
        self.stays && ahead < MAX_PIPELINED && self.refused.is_empty() && !self.is_clogged()
    }

    /// Returns the oldest call.
    pub(crate) fn oldest(&self) -> Option<&C> {
        let sent = self.sent.front().map(|(call, _)| call);
        self.refused.front().or(sent).or_else(|| self.waiting.front())
    }

    /// Returns whether the present connection has carried a response.
    pub(crate) fn is_useful(&self) -> bool {
        self.useful
    }

    /// Returns the unanswered calls of which a part may have arrived.
    pub(crate) fn written(&self) -> impl Iterator<Item = &C> {
        self.sent.iter().take_while(|(_, start)| *start < self.taken).map(|(call, _)| call)
    }

    /// Returns whether a response is awaited.
    pub(crate) fn awaits(&self) -> bool {
        !self.sent.is_empty()
    }

    /// Returns whether a part of the next call to get a response was written, so that it may have a
    /// response.
    pub(crate) fn has_asked(&self) -> bool {
        self.sent.front().is_some_and(|(_, start)| *start < self.taken)
    }

    /// Returns the call to write next, if it may be written now. The first call of a connection is
    /// sent alone, because some peers close after each response.
    pub(crate) fn next(&self) -> Option<&C> {
        self.waiting.front().filter(|_| self.may_write())
    }

    fn may_write(&self) -> bool {
        let most = if self.stays { MAX_PIPELINED } else { 1 };
        self.refused.is_empty() && self.sent.len() < most && !self.is_clogged()
    }

    /// Returns whether the connection accepts less than it is given.
    fn is_clogged(&self) -> bool {
        self.given - self.taken >= MAX_UNWRITTEN
    }

    /// Records that the next call was given to the connection as `bytes` bytes. Returns the call.
    pub(crate) fn given(&mut self, bytes: usize) -> Option<&mut C> {
        let call = self.waiting.pop_front()?;
        self.sent.push_back((call, self.given));
        self.given += bytes as u64;
        self.sent.back_mut().map(|(call, _)| call)
    }

    /// Records that the connection has accepted `bytes` bytes.
    pub(crate) fn taken(&mut self, bytes: usize) {
        self.taken += bytes as u64;
    }

    /// Returns the call that a response belongs to, or `None` if there was no call. `stays` is
    /// whether the connection stays open.
    pub(crate) fn answered(&mut self, stays: bool) -> Option<C> {
        (self.useful, self.stays) = (true, stays);
        self.sent.pop_front().map(|(call, _)| call)
    }

    /// Keeps a refused call until there are newer credentials.
    pub(crate) fn refused(&mut self, call: C) {
        self.refused.push_back(call);
    }

    /// Returns whether nothing is left to do on the connection but to get newer credentials.
    pub(crate) fn wants_renewal(&self) -> bool {
        !self.awaits() && !self.refused.is_empty()
    }

    /// Returns the latest call that waits for newer credentials.
    pub(crate) fn last_refused(&self) -> Option<&C> {
        self.refused.back()
    }

    /// Takes all calls that wait for newer credentials.
    pub(crate) fn take_refused(&mut self) -> VecDeque<C> {
        std::mem::take(&mut self.refused)
    }

    /// Puts calls before all that wait.
    pub(crate) fn put_first(&mut self, mut calls: VecDeque<C>) {
        calls.append(&mut self.waiting);
        self.waiting = calls;
    }

    /// Gives up the next call, because there is no connection to write it on.
    pub(crate) fn give_up_next(&mut self) -> Option<C> {
        self.waiting.pop_front()
    }

    /// Gives up the waiting calls for which `is_late` returns true.
    pub(crate) fn give_up_waiting(&mut self, mut is_late: impl FnMut(&mut C) -> bool) -> VecDeque<C> {
        let mut late = VecDeque::new();
        for mut call in std::mem::take(&mut self.waiting) {
            let to = if is_late(&mut call) { &mut late } else { &mut self.waiting };
            to.push_back(call);
        }
        late
    }

    /// Handles the end of the connection. Returns the calls of which a part may have arrived, in
    /// order; the others are written on the next connection. If the connection was of no use at
    /// all, only the first call is given up, so that reconnecting comes to an end.
    pub(crate) fn closed(&mut self) -> Vec<C> {
        let in_doubt = self.written().count();
        let mut lost: Vec<C> = self.sent.drain(..in_doubt).map(|(call, _)| call).collect();
        let unwritten = self.sent.drain(..).map(|(call, _)| call).collect();
        self.put_first(unwritten);
        if lost.is_empty() && !self.useful {
            lost.extend(self.waiting.pop_front());
        }
        (self.given, self.taken) = (0, 0);
        (self.useful, self.stays) = (false, false);
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(calls: u32) -> Pipeline<u32> {
        let mut pipeline = Pipeline::new();
        (1..=calls).for_each(|call| pipeline.push(call));
        pipeline
    }

    /// Writes all that may be written, ten bytes each.
    fn write(pipeline: &mut Pipeline<u32>) -> Vec<u32> {
        let mut written = Vec::new();
        while let Some(call) = pipeline.next() {
            written.push(*call);
            pipeline.given(10);
        }
        written
    }

    /// Returns a pipeline with a connection that has carried the response to the first call.
    fn proven(calls: u32) -> Pipeline<u32> {
        let mut pipeline = with(calls);
        write(&mut pipeline);
        pipeline.taken(10);
        assert_eq!(pipeline.answered(true), Some(1));
        pipeline
    }

    #[test]
    fn it_is_idle_when_there_is_no_call_at_all() {
        assert!(with(0).is_idle());
        let mut pipeline = with(1);
        assert!(!pipeline.is_idle(), "one waits");
        write(&mut pipeline);
        assert!(!pipeline.is_idle(), "one has no response");
        let call = pipeline.answered(true).unwrap();
        assert!(pipeline.is_idle());
        pipeline.refused(call);
        assert!(!pipeline.is_idle(), "one waits for newer credentials");
        pipeline.clear();
        assert!(pipeline.is_idle());
    }

    #[test]
    fn first_call_goes_alone_and_others_together() {
        let mut pipeline = with(4);
        assert_eq!(write(&mut pipeline), [1]);
        pipeline.taken(10);
        assert_eq!(pipeline.answered(true), Some(1));
        assert_eq!(write(&mut pipeline), [2, 3, 4]);
        pipeline.taken(30);
        assert_eq!([(); 4].map(|()| pipeline.answered(true)), [Some(2), Some(3), Some(4), None]);
    }

    #[test]
    fn calls_in_flight_have_a_limit() {
        let most = u32::try_from(MAX_PIPELINED).unwrap();
        let mut pipeline = proven(2 * most);
        assert_eq!(write(&mut pipeline).len(), MAX_PIPELINED);
        assert_eq!(pipeline.answered(true), Some(2));
        assert_eq!(write(&mut pipeline), [most + 2]);
    }

    #[test]
    fn a_connection_flows_up_to_the_limit() {
        let most = u32::try_from(MAX_PIPELINED).unwrap();
        assert!(!with(0).flows(), "it has proven nothing");
        let mut pipeline = proven(most);
        write(&mut pipeline);
        assert!(pipeline.flows(), "one less than the limit is ahead");
        pipeline.push(most + 1);
        assert!(!pipeline.flows(), "the limit is ahead");
    }

    #[test]
    fn stalled_connection_gets_no_more_calls() {
        let mut pipeline = proven(3);
        pipeline.given(usize::try_from(MAX_UNWRITTEN).unwrap());
        assert_eq!(pipeline.next(), None);
        pipeline.taken(1);
        assert_eq!(pipeline.next(), Some(&3));
    }

    #[test]
    fn possibly_sent_calls_are_lost_others_move() {
        for (taken, lost) in [(0, vec![]), (1, vec![2]), (10, vec![2]), (11, vec![2, 3]), (30, vec![2, 3, 4])]
        {
            let mut pipeline = proven(4);
            write(&mut pipeline);
            pipeline.taken(taken);
            assert_eq!(pipeline.closed(), lost, "{taken}");
            let mut rest = Vec::new();
            while let Some(call) = write(&mut pipeline).first() {
                rest.push(*call);
                pipeline.answered(false);
                pipeline.closed();
            }
            assert_eq!(lost.into_iter().chain(rest).collect::<Vec<_>>(), [2, 3, 4], "{taken}");
        }
    }

    #[test]
    fn calls_after_last_response_may_have_arrived() {
        let mut pipeline = proven(4);
        write(&mut pipeline);
        pipeline.taken(11);
        assert_eq!(pipeline.answered(false), Some(2));
        assert_eq!(pipeline.closed(), [3]);
        assert_eq!(write(&mut pipeline), [4], "alone, on a connection that has not answered yet");
    }

    #[test]
    fn unwritten_call_has_no_response() {
        let mut pipeline = proven(2);
        assert!(!pipeline.has_asked());
        write(&mut pipeline);
        assert!(!pipeline.has_asked());
        pipeline.taken(1);
        assert!(pipeline.has_asked());
    }

    #[test]
    fn idle_connection_costs_no_call() {
        let mut pipeline = proven(1);
        assert!(pipeline.closed().is_empty());
        pipeline.push(2);
        pipeline.push(3);
        assert_eq!(write(&mut pipeline), [2]);
        assert_eq!(pipeline.closed(), [2], "nothing of it was written");
        assert_eq!(write(&mut pipeline), [3]);
    }

    #[test]
    fn late_calls_are_dropped_and_order_is_kept() {
        let mut pipeline = proven(6);
        assert_eq!(pipeline.give_up_waiting(|call| *call % 2 == 0), [2, 4, 6]);
        assert_eq!(write(&mut pipeline), [3, 5]);
        assert!(pipeline.give_up_waiting(|_| true).is_empty(), "these have been written");
    }

    #[test]
    fn refused_calls_precede_all_others() {
        let mut pipeline = proven(5);
        write(&mut pipeline);
        pipeline.push(6);
        for refused in [true, false, true, false] {
            assert!(!pipeline.wants_renewal(), "others have no response yet");
            let call = pipeline.answered(true).unwrap();
            if refused {
                pipeline.refused(call);
            }
            assert_eq!(pipeline.next(), None, "the credentials are too old");
        }
        assert!(pipeline.wants_renewal());
        let refused = pipeline.take_refused();
        pipeline.put_first(refused);
        assert_eq!(write(&mut pipeline), [2, 4, 6]);
    }
}
