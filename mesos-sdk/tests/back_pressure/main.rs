//! A handler that is slow, or that does nothing for minutes, loses neither an event nor the
//! subscription, and does not make the memory grow. The time is made up.

mod master;

use std::time::Duration;

use mesos_sdk::proto::v1::scheduler::call::Type as CallType;
use mesos_sdk::proto::v1::{FrameworkInfo, Offer, TaskId, TaskStatus};
use mesos_sdk::scheduler::{ExecutorMessage, KnownTask, Reconciliation, Subscription};
use mesos_sdk::wire::DEFAULT_MAX_RECORD;
use mesos_sdk::{
    Address, ClientOptions, Error, HandlerResult, Scheduler, SchedulerDriver, SchedulerHandle, Undecodable,
    async_trait,
};
use tokio::time::{Instant, sleep};

use crate::master::{Master, Outgoing, message, reconciled};

const TASKS: usize = 100_000;
const MINUTE: Duration = Duration::from_secs(60);
/// Events that are neither with the master nor with the handler: the driver's limit, and the half
/// MiB of small events that the pipe and the HTTP connection hold.
const UNDER_WAY: usize = 1024 + 12_000;

/// A framework whose first handler does nothing for minutes.
struct Slow {
    master: Master,
    awaits_for: Duration,
    known: usize,
    /// When to stop.
    wanted: usize,
    updates: Vec<String>,
    messages: Vec<usize>,
    undecodable: Vec<usize>,
    subscriptions: usize,
    most_under_way: usize,
    bytes_while_awaiting: usize,
}

impl Slow {
    fn new(wanted: usize) -> Self {
        Self {
            master: Master::new(),
            awaits_for: Duration::ZERO,
            known: 0,
            wanted,
            updates: Vec::new(),
            messages: Vec::new(),
            undecodable: Vec::new(),
            subscriptions: 0,
            most_under_way: 0,
            bytes_while_awaiting: 0,
        }
    }

    fn driver(&self) -> SchedulerDriver {
        let framework = FrameworkInfo { name: "slow".into(), user: "u".into(), ..FrameworkInfo::default() };
        SchedulerDriver::new(Address::new("m", 5050), framework)
            .client_options(ClientOptions::new().connector(self.master.clone()))
            .reconciliation(Reconciliation::new().implicit(false))
    }

    async fn run(&mut self, driver: SchedulerDriver) -> Result<(), Error> {
        driver.run(self).await
    }

    async fn handled(&mut self, handle: &SchedulerHandle) {
        let handled = self.updates.len() + self.messages.len();
        self.most_under_way = self.most_under_way.max(self.master.events_taken().saturating_sub(handled));
        if handled == 1 {
            sleep(self.awaits_for).await;
            self.bytes_while_awaiting = self.master.bytes_taken();
        }
        if handled == self.wanted {
            handle.stop_with_failover();
        }
    }
}

#[async_trait]
impl Scheduler for Slow {
    async fn subscribed(&mut self, handle: &SchedulerHandle, _: Subscription) -> HandlerResult {
        self.subscriptions += 1;
        if self.known == 0 && self.subscriptions == 1 {
            handle.reconcile_all().await?;
        }
        Ok(())
    }

    async fn known_tasks(&mut self) -> Option<Vec<KnownTask>> {
        let known = |number: usize| KnownTask { task_id: TaskId::from(number.to_string()), agent_id: None };
        (self.known > 0).then(|| (0..self.known).map(known).collect())
    }

    async fn offers(&mut self, _: &SchedulerHandle, _: Vec<Offer>) -> HandlerResult {
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        self.updates.push(status.task_id.value);
        self.handled(handle).await;
        Ok(())
    }

    async fn message(&mut self, handle: &SchedulerHandle, message: ExecutorMessage) -> HandlerResult {
        self.messages.push(message.data.len());
        self.handled(handle).await;
        Ok(())
    }

    async fn undecodable_event(&mut self, _: &SchedulerHandle, event: Undecodable) -> HandlerResult {
        self.undecodable.push(event.length);
        Ok(())
    }
}

/// What the test wants sent as soon as the framework is subscribed.
fn send_when_subscribed(master: Master, outgoing: Vec<Outgoing>) {
    tokio::spawn(async move {
        while master.count(CallType::Reconcile) == 0 {
            sleep(Duration::from_millis(1)).await;
        }
        for outgoing in outgoing {
            master.send(outgoing);
        }
    });
}

#[statement::proves(recon2)]
#[tokio::test(start_paused = true)]
async fn reconciling_100_000_tasks_while_awaiting() {
    let mut slow = Slow { known: TASKS, awaits_for: 10 * MINUTE, ..Slow::new(TASKS) };
    let (driver, began) = (slow.driver(), Instant::now());
    slow.run(driver).await.expect("a good end");
    slow.updates.sort_unstable();
    slow.updates.dedup();
    assert_eq!(slow.updates.len(), TASKS, "each one once");
    assert_eq!((slow.subscriptions, slow.master.subscriptions()), (1, 1));
    assert_eq!(slow.master.count(CallType::Reconcile), TASKS / 1000, "none was asked for twice");
    assert!(slow.most_under_way <= UNDER_WAY, "{} events in memory", slow.most_under_way);
    assert!(began.elapsed() >= 10 * MINUTE);
}

#[statement::proves(hb5)]
#[tokio::test(start_paused = true)]
async fn burst_stays_with_the_master_while_awaiting() {
    let mut slow = Slow { awaits_for: 30 * MINUTE, ..Slow::new(TASKS) };
    let burst = (0..TASKS).map(|number| Outgoing::Event(reconciled(&number.to_string()))).collect();
    send_when_subscribed(slow.master.clone(), burst);
    let driver = slow.driver();
    slow.run(driver).await.expect("a good end");
    let in_order: Vec<_> = (0..TASKS).map(|number| number.to_string()).collect();
    assert!(slow.updates == in_order, "an event was lost, or out of order");
    assert_eq!((slow.subscriptions, slow.master.subscriptions()), (1, 1));
    assert!(slow.most_under_way <= UNDER_WAY, "{} events in memory", slow.most_under_way);
}

/// It takes longer than the master may be silent.
#[statement::proves(rec3, hb5)]
#[tokio::test(start_paused = true)]
async fn large_event_may_arrive_slowly() {
    let mut slow = Slow::new(1);
    let bytes = DEFAULT_MAX_RECORD - 100;
    send_when_subscribed(slow.master.clone(), vec![Outgoing::Slowly(message(bytes), 512 << 10)]);
    let (driver, began) = (slow.driver(), Instant::now());
    slow.run(driver).await.expect("a good end");
    assert_eq!(slow.messages, [bytes]);
    assert_eq!(slow.master.subscriptions(), 1);
    assert!(began.elapsed() > 2 * MINUTE);
}

#[statement::proves(rec3)]
#[tokio::test(start_paused = true)]
async fn event_above_the_limit_is_passed_over() {
    let mut slow = Slow::new(1);
    let mut too_large = format!("{}\n", DEFAULT_MAX_RECORD + 1).into_bytes();
    let length = too_large.len() + DEFAULT_MAX_RECORD + 1;
    too_large.resize(length, 0);
    send_when_subscribed(slow.master.clone(), vec![Outgoing::Bytes(too_large), Outgoing::Event(message(5))]);
    let driver = slow.driver();
    slow.run(driver).await.expect("a good end");
    assert_eq!((slow.messages, slow.subscriptions), (vec![5], 1));
    assert_eq!(slow.undecodable, [DEFAULT_MAX_RECORD + 1]);
}

#[tokio::test(start_paused = true)]
async fn buffered_bytes_are_limited_while_awaiting() {
    const MIB: usize = 1 << 20;
    let mut slow = Slow { awaits_for: 10 * MINUTE, ..Slow::new(100) };
    send_when_subscribed(slow.master.clone(), (0..100).map(|_| Outgoing::Event(message(MIB / 4))).collect());
    let driver = slow.driver().max_queued_bytes(2 * MIB);
    slow.run(driver).await.expect("a good end");
    assert_eq!(slow.messages, [MIB / 4; 100]);
    assert_eq!(slow.master.subscriptions(), 1);
    let most = 2 * MIB + MIB / 4 + MIB;
    assert!(slow.bytes_while_awaiting <= most, "{} bytes were taken", slow.bytes_while_awaiting);
}
