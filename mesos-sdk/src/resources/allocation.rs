//! Which role resources are allocated to.

use crate::proto::v1::resource::AllocationInfo;

use super::Resources;

impl Resources {
    /// Allocates every entry to `role`, whatever it was allocated to before. As in Mesos entries
    /// that become alike by that stay apart.
    pub fn allocate(&mut self, role: &str) {
        for entry in &mut self.entries {
            entry.resource.allocation_info = Some(AllocationInfo { role: Some(role.to_owned()) });
        }
    }

    /// Takes the allocation from every entry. As in Mesos entries that become alike by that stay
    /// apart.
    pub fn unallocate(&mut self) {
        for entry in &mut self.entries {
            entry.resource.allocation_info = None;
        }
    }
}
