//! Containers: started, waited for, killed, removed.

use super::AgentOperator;
use crate::operator::calls::calls;
use crate::operator::line::Mode;
use crate::proto::v1::ContainerId;
use crate::proto::v1::agent::Call;
use crate::proto::v1::agent::call::{LaunchContainer, RemoveContainer, Type};
use crate::validation::fatal;
use crate::{Error, ErrorKind};

calls! { AgentOperator of agent;
    /// Starts a container: within another if its id has a parent, otherwise one of its own without framework. `Ok` also
    /// if there is one with this id already.
    Change launch_container(launch: LaunchContainer) if (fatal::resources(&launch.resources)) = LaunchContainer { launch_container: launch };

    /// Waits for the end of a container, for as long as that takes: drop the future to wait no longer. `NotFound` if
    /// there is no such container.
    Wait wait_container(container_id: ContainerId) = WaitContainer {
        wait_container: WaitContainer { container_id }
    } -> wait_container: WaitContainer;

    /// Sends a signal to a container: `SIGKILL` if `signal` is `None`. `NotFound` if there is no such container.
    Change kill_container(container_id: ContainerId, signal: Option<i32>) = KillContainer {
        kill_container: KillContainer { container_id, signal }
    };
}

impl AgentOperator {
    /// Removes what is left of a container within another that has ended, its sandbox included.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Invalid`] for a container whose id has no parent: agents of Mesos 1.11 end when they are asked to
    /// remove one, so nothing is sent.
    pub async fn remove_container(&self, container_id: ContainerId) -> Result<(), Error> {
        if container_id.parent.is_none() {
            let text = "the container's id has no parent, and agents can't remove such a container";
            return Err(Error::new(ErrorKind::Invalid, text));
        }
        let kind = Type::RemoveContainer;
        let remove_container = Some(RemoveContainer { container_id });
        let call = Call { r#type: Some(kind.into()), remove_container, ..Call::default() };
        self.change(kind.as_str_name(), &call, Mode::Change).await
    }
}
