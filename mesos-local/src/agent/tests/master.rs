//! A master with one agent.

use std::time::Duration;

use mesos_sdk::proto::v1::{
    AgentId, AgentInfo, CommandInfo, ExecutorId, ExecutorInfo, FrameworkId, FrameworkInfo, TaskId, TaskInfo,
    TaskStatus,
};
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::agent::{AgentConfig, AgentHandle, InProcessExecutors, MasterLink, start};
use crate::messages::{FromAgent, ToAgent};

pub(super) struct Master {
    pub(super) agent: Option<AgentHandle>,
    pub(super) work_dir: TempDir,
    pub(super) checkpoint: bool,
    to_agent: mpsc::Sender<ToAgent>,
    from_agent: mpsc::Receiver<FromAgent>,
}

impl Master {
    pub(super) async fn new() -> Self {
        Self::with(InProcessExecutors::default(), |_| {}).await
    }

    /// A registered agent, its configuration changed.
    pub(super) async fn with(in_process: InProcessExecutors, change: impl FnOnce(&mut AgentConfig)) -> Self {
        let work_dir = TempDir::new().unwrap();
        let mut config = AgentConfig::new(AgentInfo::default(), work_dir.path().to_owned());
        config.in_process = in_process;
        change(&mut config);
        let (link, to_agent, from_agent) = link();
        let agent = Some(start(config, link).await.unwrap());
        let mut master = Self { agent, work_dir, checkpoint: false, to_agent, from_agent };
        assert!(matches!(master.receive().await, FromAgent::Register { .. }));
        master.register().await;
        master
    }

    pub(super) fn agent(&self) -> &AgentHandle {
        self.agent.as_ref().unwrap()
    }

    /// After the agent was killed.
    pub(super) async fn restart_agent(&mut self) {
        let (link, to_agent, from_agent) = link();
        (self.to_agent, self.from_agent) = (to_agent, from_agent);
        self.agent().restart(link).await.unwrap();
    }

    pub(super) async fn register(&self) {
        self.send(ToAgent::Registered { agent_id: AgentId::from("S0") }).await;
    }

    pub(super) async fn send(&self, message: ToAgent) {
        self.to_agent.send(message).await.unwrap();
    }

    pub(super) async fn receive(&mut self) -> FromAgent {
        let received = tokio::time::timeout(Duration::from_secs(30), self.from_agent.recv()).await;
        received.expect("the agent sends nothing").expect("the agent is gone")
    }

    /// The next status update, which is then acknowledged.
    pub(super) async fn update(&mut self) -> TaskStatus {
        loop {
            if let FromAgent::Update { framework_id, status, .. } = self.receive().await {
                let (task_id, uuid) = (status.task_id.clone(), status.uuid.clone().unwrap());
                self.send(ToAgent::Acknowledge { framework_id, task_id, uuid }).await;
                return *status;
            }
        }
    }

    /// Runs task `t1`, a shell command.
    pub(super) async fn run_command(&self, command: &str) {
        self.run(None, TaskInfo { command: Some(Box::new(shell(command))), ..task() }).await;
    }

    /// Runs task `t1` in an executor `e1`.
    pub(super) async fn run_executor(&self, command: &str) {
        let executor = ExecutorInfo {
            executor_id: ExecutorId::from("e1"),
            command: Some(Box::new(shell(command))),
            ..ExecutorInfo::default()
        };
        self.run(Some(Box::new(executor)), task()).await;
    }

    pub(super) async fn run(&self, executor: Option<Box<ExecutorInfo>>, task: TaskInfo) {
        let framework = FrameworkInfo {
            id: Some(framework_id()),
            checkpoint: Some(self.checkpoint),
            ..FrameworkInfo::default()
        };
        let framework = Box::new(framework);
        self.send(ToAgent::RunTasks {
            framework,
            executor,
            launch_executor: true,
            tasks: vec![task],
            group: false,
        })
        .await;
    }

    /// A file in the sandbox of the last run of `executor`.
    pub(super) fn sandbox_file(&self, executor: &str, name: &str) -> String {
        let runs = self.work_dir.path().join("slaves/S0/frameworks/F0/executors").join(executor).join("runs");
        std::fs::read_to_string(runs.join("latest").join(name)).unwrap()
    }
}

pub(super) fn framework_id() -> FrameworkId {
    FrameworkId::from("F0")
}

pub(super) fn task() -> TaskInfo {
    TaskInfo { task_id: TaskId::from("t1"), agent_id: AgentId::from("S0"), ..TaskInfo::default() }
}

pub(super) fn shell(command: &str) -> CommandInfo {
    CommandInfo { value: Some(command.into()), ..CommandInfo::default() }
}

fn link() -> (MasterLink, mpsc::Sender<ToAgent>, mpsc::Receiver<FromAgent>) {
    let (to_agent, from_master) = mpsc::channel(16);
    let (to_master, from_agent) = mpsc::channel(16);
    (MasterLink { to_master, from_master }, to_agent, from_agent)
}
