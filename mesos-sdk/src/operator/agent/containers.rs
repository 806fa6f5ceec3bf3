//! Starting, awaiting, killing and removing containers.

use super::AgentOperator;
use crate::operator::calls::calls;
use crate::operator::line::Mode;
use crate::proto::v1::ContainerId;
use crate::proto::v1::agent::Call;
use crate::proto::v1::agent::call::{LaunchContainer, RemoveContainer, Type};
use crate::validation::fatal;
use crate::{Error, ErrorKind};

calls! { AgentOperator of agent;
    /// Starts a container: a nested one if its id has a parent, or else a standalone one, outside
    /// of any framework. Returns `Ok` also if a container with this id already exists.
    Change launch_container(launch: LaunchContainer) if (fatal::resources(&launch.resources)) = LaunchContainer { launch_container: launch };

    /// Waits for the end of a container, without a timeout; drop the future to stop waiting. Fails
    /// with `NotFound` if there is no such container.
    Wait wait_container(container_id: ContainerId) = WaitContainer {
        wait_container: WaitContainer { container_id }
    } -> wait_container: WaitContainer;

    /// Sends a signal to a container, by default `SIGKILL`. Fails with `NotFound` if there is no
    /// such container.
    Change kill_container(container_id: ContainerId, signal: Option<i32>) = KillContainer {
        kill_container: KillContainer { container_id, signal }
    };
}

impl AgentOperator {
    /// Removes the remains of a nested container that has ended, including its sandbox.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Invalid`], without sending the call, for a container whose id has no
    /// parent. Agents of Mesos 1.11 crash if they are asked to remove one.
    pub async fn remove_container(&self, container_id: ContainerId) -> Result<(), Error> {
        if container_id.parent.is_none() {
            let text = "the container's id has no parent, and agents can't remove such a container";
            return Err(Error::new(ErrorKind::Invalid, text));
        }
        let kind = Type::RemoveContainer;
        let remove_container = Some(RemoveContainer { container_id }.into());
        let call = Call { r#type: Some(kind.into()), remove_container, ..Call::default() };
        self.change(kind.as_str_name(), &call, Mode::Change).await
    }
}
