//! The framework id in the store.

use mesos_sdk::proto::v1::FrameworkId;

/// The framework id in the store.
#[derive(Debug, Default)]
pub(crate) struct StoredId {
    pub(crate) id: Option<FrameworkId>,
    /// The previous one.
    pub(crate) before: Option<FrameworkId>,
}

impl StoredId {
    pub(crate) fn put(&mut self, id: Option<FrameworkId>) {
        if self.id != id {
            self.before = std::mem::replace(&mut self.id, id);
        }
    }
}
