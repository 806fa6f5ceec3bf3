//! The older names of the calls for nested containers.

use super::AgentOperator;
use crate::operator::calls::calls;
use crate::proto::v1::ContainerId;
use crate::proto::v1::agent::call::LaunchNestedContainer;

calls! { AgentOperator of agent;
    /// Launches a container whose id has a parent: the older name of
    /// [`launch_container`](Self::launch_container).
    #[expect(deprecated, reason = "the call still exists")]
    Change launch_nested_container(launch: LaunchNestedContainer) = LaunchNestedContainer {
        launch_nested_container: launch
    };

    /// Waits for a container whose id has a parent: the older name of
    /// [`wait_container`](Self::wait_container).
    #[expect(deprecated, reason = "the call still exists")]
    Wait wait_nested_container(container_id: ContainerId) = WaitNestedContainer {
        wait_nested_container: WaitNestedContainer { container_id }
    } -> wait_nested_container: WaitNestedContainer;

    /// Kills a container whose id has a parent: the older name of
    /// [`kill_container`](Self::kill_container).
    #[expect(deprecated, reason = "the call still exists")]
    Change kill_nested_container(container_id: ContainerId, signal: Option<i32>) = KillNestedContainer {
        kill_nested_container: KillNestedContainer { container_id, signal }
    };

    /// Removes a container whose id has a parent: the older name of
    /// [`remove_container`](Self::remove_container).
    #[expect(deprecated, reason = "the call still exists")]
    Change remove_nested_container(container_id: ContainerId) = RemoveNestedContainer {
        remove_nested_container: RemoveNestedContainer { container_id }
    };
}
