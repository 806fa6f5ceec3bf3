//! Containers: started, waited for, killed, removed.

use super::AgentOperator;
use crate::operator::calls::calls;
use crate::proto::v1::ContainerId;
use crate::proto::v1::agent::call::LaunchContainer;

calls! { AgentOperator of agent;
    /// Starts a container: within another if its id has a parent, otherwise one of its own without framework. `Ok` also
    /// if there is one with this id already.
    Change launch_container(launch: LaunchContainer) = LaunchContainer { launch_container: launch };

    /// Waits for the end of a container, for as long as that takes: drop the future to wait no longer. `NotFound` if
    /// there is no such container.
    Wait wait_container(container_id: ContainerId) = WaitContainer {
        wait_container: WaitContainer { container_id }
    } -> wait_container: WaitContainer;

    /// Sends a signal to a container: `SIGKILL` if `signal` is `None`. `NotFound` if there is no such container.
    Change kill_container(container_id: ContainerId, signal: Option<i32>) = KillContainer {
        kill_container: KillContainer { container_id, signal }
    };

    /// Removes what is left of a container that has ended, its sandbox included.
    Change remove_container(container_id: ContainerId) = RemoveContainer {
        remove_container: RemoveContainer { container_id }
    };
}
