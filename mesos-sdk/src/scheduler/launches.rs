//! The tasks that a call launches.

use crate::proto::v1::TaskInfo;
use crate::proto::v1::scheduler::Call;

/// Returns the tasks that an ACCEPT launches, alone or in groups.
pub(super) fn launched(call: &Call) -> impl Iterator<Item = &TaskInfo> {
    let operations = call.accept.iter().flat_map(|accept| &accept.operations);
    operations.flat_map(|operation| {
        let alone = operation.launch.iter().flat_map(|launch| &launch.task_infos);
        alone.chain(operation.launch_group.iter().flat_map(|group| &group.task_group.tasks))
    })
}
