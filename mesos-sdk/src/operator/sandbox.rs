//! From a task to its sandbox, and from an agent's id to its client.

use super::agent::AgentOperator;
use super::files::FileChunks;
use super::master::MasterOperator;
use crate::proto::v1::master::response::get_agents::Agent;
use crate::proto::v1::{AgentId, FrameworkId, Task, TaskId};
use crate::{Address, Error, ErrorKind};

/// The sandbox of a task: the folder on its agent that contains its files and its output.
///
/// A task that shares its executor with others shares its sandbox as well, unless it has its own
/// container within the executor's, as the tasks of a pod have.
#[derive(Clone, Debug)]
pub struct Sandbox {
    agent: AgentOperator,
    path: String,
}

impl Sandbox {
    /// Returns the sandbox of a task that its agent has.
    pub fn new(agent: AgentOperator, task: &Task) -> Self {
        // The executor of a command has the id of its task.
        let executor = task.executor_id.as_ref().map_or(task.task_id.as_str(), |id| id.as_str());
        let own = if is_nested(task) { format!("/tasks/{}", task.task_id) } else { String::new() };
        let path = format!("/frameworks/{}/executors/{executor}/runs/latest{own}", task.framework_id);
        Self { agent, path }
    }

    /// Returns the path by which the agent shows it, for [`AgentOperator::list_files`].
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns a client for the agent that has it.
    pub fn agent(&self) -> &AgentOperator {
        &self.agent
    }

    /// Reads a file, whose path is relative to the sandbox.
    pub fn file(&self, path: &str) -> FileChunks {
        self.agent.read_whole_file(format!("{}/{path}", self.path))
    }

    /// Reads what the task has written to its standard output.
    pub fn stdout(&self) -> FileChunks {
        self.file("stdout")
    }

    /// Reads what the task has written to its standard error.
    pub fn stderr(&self) -> FileChunks {
        self.file("stderr")
    }
}

impl MasterOperator {
    /// Returns a client for an agent of the cluster, with the settings of this client. It uses TLS
    /// if the master does.
    ///
    /// # Errors
    ///
    /// `NotFound` if the master does not know the agent, `Untrusted` if there are credentials and
    /// the agent's host is not one that you have named, and those of every call that only reads.
    pub async fn agent(&self, agent_id: &AgentId) -> Result<AgentOperator, Error> {
        let agents = self.get_agents().await?.agents;
        let agent = agents.iter().find(|agent| agent.agent_info.id.as_ref() == Some(agent_id));
        self.agent_of(agent.ok_or_else(|| not_found(&format!("agent {agent_id}")))?)
    }

    /// Returns a client for an agent from the state or the events of the cluster, like
    /// [`agent`](Self::agent), but without asking the master.
    ///
    /// # Errors
    ///
    /// `Untrusted` if there are credentials and the agent's host is not one that you have named,
    /// `Invalid` if the master reported no address.
    pub fn agent_of(&self, agent: &Agent) -> Result<AgentOperator, Error> {
        let (name, address) = endpoint(agent)?;
        AgentOperator { line: self.line.to_agent(address)? }.path(&format!("/{name}/api/v1"))
    }

    /// Returns the sandbox of a task whose framework has not ended. The agent keeps the sandbox of
    /// a task that has ended, by default for a week at most.
    ///
    /// # Errors
    ///
    /// `NotFound` if the master does not know the task, as after the end of its framework; those of
    /// [`agent`](Self::agent).
    pub async fn sandbox(&self, framework_id: &FrameworkId, task_id: &TaskId) -> Result<Sandbox, Error> {
        let known = self.get_tasks().await?;
        let mut tasks = known.tasks.iter().chain(&known.completed_tasks).chain(&known.unreachable_tasks);
        let task = tasks.find(|task| task.framework_id == *framework_id && task.task_id == *task_id);
        let task = task.ok_or_else(|| not_found(&format!("task {task_id} of framework {framework_id}")))?;
        self.sandbox_of(task).await
    }

    /// Returns the sandbox of a task from the state or the events of the cluster.
    ///
    /// # Errors
    ///
    /// Those of [`agent`](Self::agent).
    pub async fn sandbox_of(&self, task: &Task) -> Result<Sandbox, Error> {
        Ok(Sandbox::new(self.agent(&task.agent_id).await?, task))
    }
}

/// Returns whether the task has a container within that of its executor. The default executor names
/// the sandboxes of such containers after their tasks.
fn is_nested(task: &Task) -> bool {
    let containers = task.statuses.iter().filter_map(|status| status.container_status.as_deref());
    containers.filter_map(|status| status.container_id.as_deref()).any(|id| id.parent.is_some())
}

/// Returns the name of an agent's process and where it listens, from `slave(1)@10.0.0.3:5051`.
fn endpoint(agent: &Agent) -> Result<(&str, Address), Error> {
    let pid = agent.pid.as_deref().unwrap_or_default();
    let invalid = || {
        let text =
            format!("the master reported {pid:?} as the address of agent {}", agent.agent_info.hostname);
        Error::new(ErrorKind::Invalid, text)
    };
    let (name, address) = pid.split_once('@').ok_or_else(invalid)?;
    Ok((name, address.parse().map_err(|error| invalid().with_source(error))?))
}

fn not_found(what: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("the master does not know {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::v1::{AgentInfo, ContainerId, ContainerStatus, TaskStatus};
    use crate::security::Basic;
    use crate::{ClientOptions, Master};

    fn agent(pid: Option<&str>) -> Agent {
        let agent_info = AgentInfo { hostname: "h".to_owned(), ..AgentInfo::default() };
        Agent { agent_info, pid: pid.map(str::to_owned), ..Agent::default() }
    }

    #[test]
    fn pids_name_a_process_and_an_address() {
        let (name, address) =
            endpoint(&agent(Some("slave(1)@10.0.0.3:5051"))).map(|it| (it.0.to_owned(), it.1)).unwrap();
        assert_eq!((name.as_str(), address), ("slave(1)", Address::new("10.0.0.3", 5051)));
        for wrong in [None, Some("slave(1)"), Some("slave(1)@10.0.0.3:x")] {
            assert_eq!(
                endpoint(&agent(wrong)).map(drop).unwrap_err().kind(),
                ErrorKind::Invalid,
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn task_of_a_pod_has_its_own_sandbox() {
        let agent = || AgentOperator::new(Address::new("h", 5051));
        let parent = Some(Box::new(ContainerId::from("executor")));
        for (parent, path) in [(None, "latest"), (parent, "latest/tasks/t")] {
            let container_id = Some(Box::new(ContainerId { value: "c".to_owned(), parent }));
            let container_status = Some(Box::new(ContainerStatus { container_id, ..Default::default() }));
            let statuses = vec![TaskStatus { container_status, ..TaskStatus::default() }];
            let task = Task { task_id: TaskId::from("t"), statuses, ..Task::default() };
            assert!(Sandbox::new(agent(), &task).path().ends_with(path), "{path}");
        }
    }

    #[test]
    fn credentials_go_to_named_agents_only() {
        let options = ClientOptions::new().authenticator(Basic::new("me", "secret").unwrap());
        let options = options.trusted_hosts(["10.0.1.0/24"]).unwrap();
        let master: Master = "10.0.0.1:5050".parse().unwrap();
        let operator = MasterOperator::new(master).client_options(options);
        let to = |host: &str| {
            let reported = agent(Some(&format!("slave(1)@{host}:5051")));
            operator.agent_of(&reported).map(drop).map_err(|error| error.kind())
        };
        assert_eq!(
            [to("10.0.0.1"), to("10.0.1.7"), to("10.0.2.7")],
            [Ok(()), Ok(()), Err(ErrorKind::Untrusted)]
        );
    }
}
