//! The list, and which one is on.

use std::cell::Cell;

thread_local! {
    static ON: Cell<Option<Defect>> = const { Cell::new(None) };
}

/// A deliberate defect of the drivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// An update is acknowledged when it arrives.
    AcknowledgeBeforeHandler,
    /// An update whose handler has failed is acknowledged all the same.
    AcknowledgeAfterError,
    /// No update is acknowledged.
    AcknowledgeNothing,
    /// A held update is acknowledged when its handler returns.
    AcknowledgeHeld,
    /// A held update that is rejected counts as handled.
    RejectedIsHandled,
    /// An update that comes again while its handler is at work is handed over again.
    HandOverAgain,
    /// An update that comes again after it was handled is handed over again.
    ForgetHandled,
    /// A call without a subscription gets no answer.
    DropCallWhenDisconnected,
    /// Calls under way get no answer when the subscription is lost.
    DropUnansweredCalls,
    /// The failure of a call that nobody awaits is told to nobody.
    DropFailureOfDetached,
    /// A call is answered Ok when it is sent.
    OkBeforeAnswer,
    /// A call that the master refuses is answered Ok.
    OkWhenRefused,
    /// A call that the master refuses is sent again.
    RetryRefused,
    /// Calls that wait for a subscription are forgotten when it comes.
    ForgetWaitingCalls,
    /// A call without an answer waits for ever.
    CallsNeverTimeOut,
    /// Calls carry the id of the first subscription.
    KeepOldStreamId,
    /// The waits do not begin anew after a healthy subscription.
    KeepBackoff,
    /// The waits do not grow.
    NoBackoff,
    /// Silence never ends a subscription.
    HeartbeatsNeverMissed,
    /// A subscription is given up before the next heartbeat can come.
    HeartbeatsAlwaysMissed,
    /// A redirect is not followed.
    IgnoreRedirect,
    /// A deadline is judged by the clock before what has come was read.
    ClockBeforeSocket,
    /// A SUBSCRIBE without an answer is waited for for ever.
    SubscribeNeverTimesOut,
    /// An executor's update that was made while SUBSCRIBE was on its way is not sent after it.
    ForgetToResend,
    /// SUBSCRIBE does not tell the suppressed roles.
    ForgetSuppressed,
    /// SUBSCRIBE does not tell the framework's id once it is known.
    ForgetFrameworkId,
    /// The framework's id is not stored.
    ForgetToStore,
    /// A framework that was removed is silently replaced by a new one.
    TakeNewId,
    /// An instance that another one has replaced subscribes again.
    FightNewerInstance,
    /// Nothing is reconciled.
    NeverReconcile,
    /// Only the first subscription is reconciled.
    ReconcileOnce,
    /// What is not answered in a reconciliation is not asked for again.
    AskOnce,
    /// A kill that is to be repeated is sent once.
    KillOnce,
    /// A kill that is to be repeated counts as done after any update of the task.
    SettleKillTooSoon,
    /// The stream is read though too many events wait for the handler.
    ReadOn,
    /// A handler that panics counts as one that has returned Ok.
    SwallowPanic,
    /// An executor does not tell its agent of the tasks that are not acknowledged.
    ForgetTasks,
    /// An executor does not send updates again that are not acknowledged.
    ForgetUpdates,
    /// An executor forgets one of several updates that are not acknowledged.
    ForgetOldestUpdate,
    /// An executor ends before its updates are acknowledged.
    EndWithUpdates,
    /// An executor ends when it loses its agent for the first time.
    ExecutorGivesUp,
    /// The driver ends before the master has confirmed TEARDOWN.
    UnconfirmedTeardown,
    /// The last byte of what is read at a time is lost.
    LoseLastBytes,
}

impl Defect {
    /// All of them, each with its name and what it does.
    pub const ALL: [(Self, &'static str, &'static str); 43] = [
        (
            Self::AcknowledgeBeforeHandler,
            "AcknowledgeBeforeHandler",
            "An update is acknowledged when it arrives.",
        ),
        (
            Self::AcknowledgeAfterError,
            "AcknowledgeAfterError",
            "An update whose handler has failed is acknowledged all the same.",
        ),
        (Self::AcknowledgeNothing, "AcknowledgeNothing", "No update is acknowledged."),
        (Self::AcknowledgeHeld, "AcknowledgeHeld", "A held update is acknowledged when its handler returns."),
        (Self::RejectedIsHandled, "RejectedIsHandled", "A held update that is rejected counts as handled."),
        (
            Self::HandOverAgain,
            "HandOverAgain",
            "An update that comes again while its handler is at work is handed over again.",
        ),
        (
            Self::ForgetHandled,
            "ForgetHandled",
            "An update that comes again after it was handled is handed over again.",
        ),
        (
            Self::DropCallWhenDisconnected,
            "DropCallWhenDisconnected",
            "A call without a subscription gets no answer.",
        ),
        (
            Self::DropUnansweredCalls,
            "DropUnansweredCalls",
            "Calls under way get no answer when the subscription is lost.",
        ),
        (
            Self::DropFailureOfDetached,
            "DropFailureOfDetached",
            "The failure of a call that nobody awaits is told to nobody.",
        ),
        (Self::OkBeforeAnswer, "OkBeforeAnswer", "A call is answered Ok when it is sent."),
        (Self::OkWhenRefused, "OkWhenRefused", "A call that the master refuses is answered Ok."),
        (Self::RetryRefused, "RetryRefused", "A call that the master refuses is sent again."),
        (
            Self::ForgetWaitingCalls,
            "ForgetWaitingCalls",
            "Calls that wait for a subscription are forgotten when it comes.",
        ),
        (Self::CallsNeverTimeOut, "CallsNeverTimeOut", "A call without an answer waits for ever."),
        (Self::KeepOldStreamId, "KeepOldStreamId", "Calls carry the id of the first subscription."),
        (Self::KeepBackoff, "KeepBackoff", "The waits do not begin anew after a healthy subscription."),
        (Self::NoBackoff, "NoBackoff", "The waits do not grow."),
        (Self::HeartbeatsNeverMissed, "HeartbeatsNeverMissed", "Silence never ends a subscription."),
        (
            Self::HeartbeatsAlwaysMissed,
            "HeartbeatsAlwaysMissed",
            "A subscription is given up before the next heartbeat can come.",
        ),
        (Self::IgnoreRedirect, "IgnoreRedirect", "A redirect is not followed."),
        (
            Self::ClockBeforeSocket,
            "ClockBeforeSocket",
            "A deadline is judged by the clock before what has come was read.",
        ),
        (
            Self::SubscribeNeverTimesOut,
            "SubscribeNeverTimesOut",
            "A SUBSCRIBE without an answer is waited for for ever.",
        ),
        (
            Self::ForgetToResend,
            "ForgetToResend",
            "An executor's update that was made while SUBSCRIBE was on its way is not sent after it.",
        ),
        (Self::ForgetSuppressed, "ForgetSuppressed", "SUBSCRIBE does not tell the suppressed roles."),
        (
            Self::ForgetFrameworkId,
            "ForgetFrameworkId",
            "SUBSCRIBE does not tell the framework's id once it is known.",
        ),
        (Self::ForgetToStore, "ForgetToStore", "The framework's id is not stored."),
        (Self::TakeNewId, "TakeNewId", "A framework that was removed is silently replaced by a new one."),
        (
            Self::FightNewerInstance,
            "FightNewerInstance",
            "An instance that another one has replaced subscribes again.",
        ),
        (Self::NeverReconcile, "NeverReconcile", "Nothing is reconciled."),
        (Self::ReconcileOnce, "ReconcileOnce", "Only the first subscription is reconciled."),
        (Self::AskOnce, "AskOnce", "What is not answered in a reconciliation is not asked for again."),
        (Self::KillOnce, "KillOnce", "A kill that is to be repeated is sent once."),
        (
            Self::SettleKillTooSoon,
            "SettleKillTooSoon",
            "A kill that is to be repeated counts as done after any update of the task.",
        ),
        (Self::ReadOn, "ReadOn", "The stream is read though too many events wait for the handler."),
        (Self::SwallowPanic, "SwallowPanic", "A handler that panics counts as one that has returned Ok."),
        (
            Self::ForgetTasks,
            "ForgetTasks",
            "An executor does not tell its agent of the tasks that are not acknowledged.",
        ),
        (
            Self::ForgetUpdates,
            "ForgetUpdates",
            "An executor does not send updates again that are not acknowledged.",
        ),
        (
            Self::ForgetOldestUpdate,
            "ForgetOldestUpdate",
            "An executor forgets one of several updates that are not acknowledged.",
        ),
        (Self::EndWithUpdates, "EndWithUpdates", "An executor ends before its updates are acknowledged."),
        (
            Self::ExecutorGivesUp,
            "ExecutorGivesUp",
            "An executor ends when it loses its agent for the first time.",
        ),
        (
            Self::UnconfirmedTeardown,
            "UnconfirmedTeardown",
            "The driver ends before the master has confirmed TEARDOWN.",
        ),
        (Self::LoseLastBytes, "LoseLastBytes", "The last byte of what is read at a time is lost."),
    ];
}

/// From now on the drivers on this thread have this defect, or none.
pub fn switch_on(defect: Option<Defect>) {
    ON.set(defect);
}

/// Whether the drivers on this thread have it.
pub fn is_on(defect: Defect) -> bool {
    ON.get() == Some(defect)
}
