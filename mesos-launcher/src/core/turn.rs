//! What goes into a turn of the core, and what comes out of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mesos_sdk::proto::v1::offer::Operation;
use mesos_sdk::proto::v1::offer::operation::LaunchGroup;
use mesos_sdk::proto::v1::{AgentId, Offer, OfferId, TaskId, TaskInfo, TaskStatus};

use super::handling::Handling;
use crate::end::End;
use crate::error::Error;
use crate::instance::Instance;
use crate::spec::Spec;
use crate::store::Change;
use crate::volume::Volume;

/// The time, by two clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Now {
    /// Since some point in time; never goes back.
    pub(crate) monotonic: Duration,
    /// Since the Unix epoch; may jump.
    pub(crate) wall: Duration,
}

/// Names an update that is held, or a command that waits for its result.
pub(crate) type Token = u64;

/// What has happened.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    Subscribed,
    Disconnected,
    Offers(Vec<Offer>),
    Rescinded(OfferId),
    /// An update, and what acknowledges it.
    Update(Box<TaskStatus>, Option<Token>),
    /// The result of an ACCEPT.
    Accepted(Launched, Handling),
    /// The offers of an ACCEPT in doubt can no longer be used.
    Fenced(Launched),
    /// A REVIVE or a SUPPRESS failed.
    DemandFailed,
    Submit(Box<Spec>, Token),
    /// Scale a service to this number of instances.
    Scale(String, usize, Token),
    /// An instance of a service is to be started again.
    Restart(String, usize, Token),
    /// An instance of a service is to get another volume.
    Replace(String, usize, Token),
    /// The volume of a service with this id is to be destroyed.
    Destroy(String, String, Token),
    /// Something is asked of the rollout of a service.
    Rollout(String, RolloutCommand, Token),
    Stop(String, Token),
    Forget(String, Token),
    /// What is unreachable may be replaced, however much it is.
    ReplaceUnreachable(Token),
}

impl Input {
    /// Returns whether a user waits for its result.
    pub(crate) fn is_command(&self) -> bool {
        matches!(
            self,
            Self::Submit(..)
                | Self::Scale(..)
                | Self::Restart(..)
                | Self::Replace(..)
                | Self::Destroy(..)
                | Self::Rollout(..)
                | Self::Stop(..)
                | Self::Forget(..)
                | Self::ReplaceUnreachable(..)
        )
    }
}

/// What is asked of a rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RolloutCommand {
    Pause,
    Resume,
    Promote,
    RollBack,
}

/// The offers of an ACCEPT, and the ids of its tasks and of the executors of its groups.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Launched {
    pub(crate) offers: Vec<OfferId>,
    pub(crate) tasks: Vec<String>,
}

/// What to do.
#[derive(Debug)]
pub(crate) enum Effect {
    Accept {
        offers: Vec<OfferId>,
        /// What comes before the launches.
        operations: Vec<Operation>,
        tasks: Vec<TaskInfo>,
        groups: Vec<LaunchGroup>,
        filter: Duration,
    },
    Decline {
        offers: Vec<OfferId>,
        filter: Duration,
    },
    /// Decline the offers of an ACCEPT in doubt until that is confirmed: [`Input::Fenced`].
    Fence(Launched),
    Kill {
        task: TaskId,
        agent: AgentId,
    },
    Acknowledge(Token),
    Reconcile,
    Revive,
    Suppress,
    Reply(Token, Result<(), Error>),
    Ended(End),
    /// An instance of a service has changed, or is gone.
    Instance(String, usize, Option<Box<Instance>>),
    /// The volume of a service with this id has changed, or is gone.
    Volume(String, String, Option<Volume>),
}

/// The outcome of a turn.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    /// To be written at once, all or none.
    pub(crate) changes: Vec<Change>,
    /// To be done now.
    pub(crate) immediate: Vec<Effect>,
    /// To be done in order when the changes are durable, and not before.
    pub(crate) after_write: Vec<Effect>,
}

/// A turn that is being worked out.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) immediate: Vec<Effect>,
    pub(super) after_write: Vec<Effect>,
    /// Records to put, or to delete.
    pub(super) records: BTreeMap<String, Option<String>>,
    /// The slots that have changed.
    pub(super) slots: BTreeSet<(String, usize)>,
    /// The agents of which more or less may have to be stored.
    pub(super) agents: BTreeSet<String>,
    /// The slots that look different, although their records are the same.
    pub(super) shown: BTreeSet<(String, usize)>,
}

impl Draft {
    pub(super) fn put(&mut self, key: String, text: String) {
        self.records.insert(key, Some(text));
    }

    pub(super) fn delete(&mut self, key: String) {
        self.records.insert(key, None);
    }

    pub(super) fn show_volume(&mut self, name: &str, id: &str, volume: Option<Volume>) {
        self.after_write.push(Effect::Volume(name.to_owned(), id.to_owned(), volume));
    }

    pub(super) fn finish(self) -> Turn {
        let changes = self.records.into_iter().map(|(key, record)| match record {
            Some(record) => Change::Put(key, record),
            None => Change::Delete(key),
        });
        Turn { changes: changes.collect(), immediate: self.immediate, after_write: self.after_write }
    }
}
