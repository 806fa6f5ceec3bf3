//! Events of the program itself, which reach the scheduler's own method.

use std::collections::VecDeque;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use futures::stream::{self, Stream};
use mesos_sdk::proto::v1::{Offer, TaskState, TaskStatus};
use mesos_sdk::scheduler::NotificationHandler;
use mesos_sdk::{HandlerResult, Scheduler, SchedulerHandle, async_trait};
use testkit::TestCluster;
use tokio::sync::mpsc;
use tokio::time::{interval, timeout};

use crate::framework::{NO_FILTER, driver, info};
use crate::task::{Work, task};

testkit::cases![notifications_drive_and_end_a_framework];

#[derive(Debug)]
enum Notification {
    Launch(String),
    Tick,
    Stop,
}

/// Launches the tasks that it is asked for.
struct OnDemand {
    wanted: VecDeque<String>,
    ticks: u32,
    updates: mpsc::UnboundedSender<(TaskStatus, u32)>,
}

#[async_trait]
impl Scheduler for OnDemand {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        for offer in offers {
            let tasks =
                self.wanted.pop_front().map(|id| task(&id, &offer, Work::FinishAfter(0))).transpose()?;
            handle.launch_with_filters([offer.id], tasks, NO_FILTER).detach();
        }
        Ok(())
    }

    async fn update(&mut self, _: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        Ok(self.updates.send((status, self.ticks))?)
    }
}

#[async_trait]
impl NotificationHandler<Notification> for OnDemand {
    async fn notified(&mut self, handle: &SchedulerHandle, notification: Notification) -> HandlerResult {
        match notification {
            Notification::Launch(id) => self.wanted.push_back(id),
            Notification::Tick => self.ticks += 1,
            Notification::Stop => handle.stop(),
        }
        Ok(())
    }
}

fn notifications(mut requests: mpsc::Receiver<Notification>) -> impl Stream<Item = Notification> {
    let requests = stream::poll_fn(move |context| requests.poll_recv(context));
    let ticks = stream::unfold(interval(Duration::from_millis(50)), |mut timer| async {
        timer.tick().await;
        Some((Notification::Tick, timer))
    });
    stream::select(requests, ticks)
}

async fn notifications_drive_and_end_a_framework(cluster: TestCluster) -> Result<()> {
    let (request, requests) = mpsc::channel(1);
    let (updates, mut received) = mpsc::unbounded_channel();
    let driver = driver(cluster.address(), info("on demand"))?;
    let mut framework = OnDemand { wanted: VecDeque::new(), ticks: 0, updates };
    let life = tokio::spawn(async move { driver.run_with(&mut framework, notifications(requests)).await });
    let mut before = 0;
    for id in ["one", "two"] {
        request.send(Notification::Launch(id.to_owned())).await?;
        let finished = async {
            loop {
                let (status, ticks) = received.recv().await.context("the driver has ended")?;
                ensure!(status.task_id.as_str() == id, "{status:?}");
                if status.state() == TaskState::Finished {
                    return Ok(ticks);
                }
            }
        };
        let ticks = timeout(Duration::from_secs(60), finished).await??;
        ensure!(ticks > before, "the timer stands still at {ticks}");
        before = ticks;
    }
    request.send(Notification::Stop).await?;
    Ok(life.await??)
}
