//! The id that the store holds.

use mesos_sdk::proto::v1::FrameworkId;

/// What the store holds.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) id: Option<FrameworkId>,
    /// What it held before that.
    pub(crate) before: Option<FrameworkId>,
}

impl Kept {
    pub(crate) fn put(&mut self, id: Option<FrameworkId>) {
        if self.id != id {
            self.before = std::mem::replace(&mut self.id, id);
        }
    }
}
