//! Whole clusters, used as framework authors use them.

mod attack;
mod crowd;
mod faults;
mod http;
mod in_process;
mod pausing;
mod settings;
mod tasks;

use std::time::Duration;

use mesos_sdk::proto::v1::{
    CommandInfo, FrameworkId, FrameworkInfo, Offer, TaskId, TaskInfo, TaskState, TaskStatus,
};
use mesos_sdk::resources::Resources;
use mesos_sdk::scheduler::{Failure, Subscription};
use mesos_sdk::{
    ClientOptions, Error, HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, async_trait,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{Builder, Cluster};

/// How long anything may take that needs processes and sockets.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a scheduler receives.
#[derive(Debug)]
enum Received {
    Subscribed(FrameworkId),
    Disconnected,
    Offers(Vec<Offer>),
    Update(Box<TaskStatus>),
    Failure,
}

/// Passes on what it receives.
struct Recorder(mpsc::UnboundedSender<Received>);

impl Recorder {
    fn record(&self, received: Received) -> HandlerResult {
        Ok(self.0.send(received)?)
    }
}

#[async_trait]
impl Scheduler for Recorder {
    async fn subscribed(&mut self, _: &SchedulerHandle, subscription: Subscription) -> HandlerResult {
        self.record(Received::Subscribed(subscription.framework_id))
    }
    async fn disconnected(&mut self, _: &SchedulerHandle) -> HandlerResult {
        self.record(Received::Disconnected)
    }
    async fn offers(&mut self, _: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        self.record(Received::Offers(offers))
    }
    async fn update(&mut self, _: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        self.record(Received::Update(Box::new(status)))
    }
    async fn failure(&mut self, _: &SchedulerHandle, _: Failure) -> HandlerResult {
        self.record(Received::Failure)
    }
}

/// A framework that runs.
struct Running {
    driver: SchedulerHandle,
    received: mpsc::UnboundedReceiver<Received>,
    end: JoinHandle<Result<(), Error>>,
}

impl Running {
    fn start(cluster: &Cluster) -> Self {
        Self::start_with(cluster, |_| {})
    }

    fn start_with(cluster: &Cluster, change: impl FnOnce(&mut FrameworkInfo)) -> Self {
        let mut info = FrameworkInfo {
            user: std::env::var("USER").unwrap_or_else(|_| "root".to_owned()),
            name: "test".to_owned(),
            failover_timeout: Some(60.0),
            ..FrameworkInfo::default()
        };
        change(&mut info);
        let driver = SchedulerDriver::new(cluster.master(), info)
            .client_options(ClientOptions::new().connector(cluster.connector()));
        let handle = driver.handle();
        let (sender, received) = mpsc::unbounded_channel();
        let end = tokio::spawn(async move { driver.run(&mut Recorder(sender)).await });
        Self { driver: handle, received, end }
    }

    /// The next thing of a kind; others are skipped.
    async fn next<T>(&mut self, mut wanted: impl FnMut(Received) -> Option<T>) -> T {
        let search = async {
            loop {
                let received = self.received.recv().await.expect("the framework runs");
                if let Some(found) = wanted(received) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, search).await.expect("it learns of it in time")
    }

    async fn subscribed(&mut self) -> FrameworkId {
        self.next(|received| if let Received::Subscribed(id) = received { Some(id) } else { None }).await
    }

    async fn offers(&mut self) -> Vec<Offer> {
        self.next(|received| if let Received::Offers(offers) = received { Some(offers) } else { None }).await
    }

    async fn state(&mut self) -> TaskState {
        self.next(
            |received| if let Received::Update(status) = received { Some(status.state()) } else { None },
        )
        .await
    }

    /// Launches a shell command on the first offer.
    async fn launch(&mut self, command: &str) -> Offer {
        let offer = self.offers().await.remove(0);
        let task = command_task("task", &offer, command);
        self.driver.launch([offer.id.clone()], [task]).await.unwrap();
        offer
    }

    async fn stop(self) {
        self.driver.stop();
        self.end.await.unwrap().unwrap();
    }
}

fn command_task(id: &str, offer: &Offer, command: &str) -> TaskInfo {
    TaskInfo {
        name: id.to_owned(),
        task_id: TaskId::from(id),
        agent_id: offer.agent_id.clone(),
        resources: "cpus:1;mem:32".parse::<Resources>().unwrap().into(),
        command: Some(Box::new(CommandInfo { value: Some(command.to_owned()), ..CommandInfo::default() })),
        ..TaskInfo::default()
    }
}
