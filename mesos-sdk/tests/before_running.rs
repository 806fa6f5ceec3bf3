//! Calls of drivers that do not run yet, or any more.

use std::time::Duration;

use bytes::Bytes;
use mesos_sdk::executor::ExecutorEnvironment;
use mesos_sdk::proto::v1::{
    AgentId, ExecutorId, FrameworkInfo, KillPolicy, Offer, TaskId, TaskState, TaskStatus,
};
use mesos_sdk::{
    Address, CallFuture, Error, ErrorKind, ExecutorDriver, HandlerResult, Scheduler, SchedulerDriver,
    SchedulerHandle, Sent, async_trait,
};
use tokio::time::timeout;

/// Far longer than it takes to be refused, and than the calls wait that wait.
const HANGS: Duration = Duration::from_secs(20);
const WAITS: Duration = Duration::from_millis(50);

fn driver() -> SchedulerDriver {
    let framework = FrameworkInfo { name: "n".to_owned(), user: "u".to_owned(), ..FrameworkInfo::default() };
    SchedulerDriver::new(Address::new("127.0.0.1", 9), framework)
}

/// One of every kind of call.
fn calls(handle: &SchedulerHandle) -> Vec<CallFuture> {
    let task = || TaskId::from("t");
    let agent = || AgentId::from("a");
    let executor = || ExecutorId::from("e");
    vec![
        handle.accept([], []),
        handle.launch([], []),
        handle.decline([]),
        handle.kill(task(), None),
        handle.kill_with_policy(task(), None, KillPolicy::default()),
        handle.kill_until_terminal(task(), None, None),
        handle.shutdown(executor(), agent()),
        handle.accept_inverse_offers([]),
        handle.decline_inverse_offers([]),
        handle.reconcile_all(),
        handle.reconcile_all_operations(),
        handle.request([]),
        handle.update_framework(FrameworkInfo::default(), vec![], None),
        handle.message(agent(), executor(), Bytes::new()),
        handle.revive_all(),
        handle.suppress_all(),
    ]
}

async fn kinds(calls: Vec<CallFuture>) -> Vec<Option<ErrorKind>> {
    let mut kinds = Vec::new();
    for call in calls {
        let hangs = |_| Err(Error::new(ErrorKind::Timeout, "it hangs"));
        let result = timeout(HANGS, call).await.unwrap_or_else(hangs);
        kinds.push(result.err().map(|error| error.kind()));
    }
    kinds
}

struct Nothing;

#[async_trait]
impl Scheduler for Nothing {
    async fn offers(&mut self, _: &SchedulerHandle, _: Vec<Offer>) -> HandlerResult {
        Ok(())
    }

    async fn update(&mut self, _: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
        Ok(())
    }
}

#[tokio::test]
async fn calls_expire_before_and_after_running() {
    let driver = driver();
    let handle = driver.handle();
    handle.reconcile_known();
    for handle in [&handle, &handle.when_subscribed(WAITS)] {
        let kinds = kinds(calls(handle)).await;
        assert!(kinds.iter().all(|kind| *kind == Some(ErrorKind::NotSubscribed)), "{kinds:?}");
    }
    handle.abort();
    driver.run(&mut Nothing).await.unwrap();
    handle.reconcile_known();
    for handle in [&handle, &handle.when_subscribed(HANGS * 2)] {
        let kinds = kinds(calls(handle)).await;
        assert!(kinds.iter().all(|kind| *kind == Some(ErrorKind::Stopped)), "{kinds:?}");
    }
}

#[tokio::test]
async fn calls_fail_when_the_driver_is_dropped() {
    let driver = driver();
    let handle = driver.handle().when_subscribed(HANGS * 2);
    let calls = calls(&handle);
    drop(driver);
    for kind in kinds(calls).await {
        assert!(matches!(kind, Some(ErrorKind::Stopped | ErrorKind::NotSubscribed)), "{kind:?}");
    }
}

#[tokio::test]
async fn executor_keeps_only_updates_before_running() {
    let variables = |name: &str| {
        let value = match name {
            "MESOS_FRAMEWORK_ID" => "f",
            "MESOS_EXECUTOR_ID" => "e",
            "MESOS_AGENT_ENDPOINT" => "127.0.0.1:9",
            "MESOS_DIRECTORY" | "MESOS_SANDBOX" => "/tmp",
            _ => return None,
        };
        Some(value.to_owned())
    };
    let driver = ExecutorDriver::new(ExecutorEnvironment::from_variables(variables).unwrap());
    let handle = driver.handle();
    let status = TaskStatus { state: TaskState::Running.into(), ..TaskStatus::default() };
    let before = vec![handle.update(status.clone()), handle.message(Bytes::new())];
    assert_eq!(kinds(before).await, [None, Some(ErrorKind::NotSubscribed)]);
    drop(driver);
    let after = vec![handle.update(status), handle.message(Bytes::new())];
    assert_eq!(kinds(after).await, [Some(ErrorKind::Stopped); 2]);
}

/// To Mesos it would mean everything.
#[tokio::test]
async fn an_empty_list_sends_nothing() {
    let handle = driver().handle();
    let nothing = Vec::<String>::new;
    let calls = [
        handle.suppress(nothing()),
        handle.revive(nothing()),
        handle.reconcile([]),
        handle.reconcile_operations([]),
    ];
    for call in calls {
        timeout(HANGS, call).await.unwrap().unwrap();
    }
    assert_eq!(handle.suppress(["a"]).await.unwrap_err().was_sent(), Sent::No);
}

/// Their types are known only when the program runs.
#[tokio::test]
async fn boxed_schedulers_can_be_run() {
    let driver = || driver().subscribe_timeout(Duration::from_millis(1));
    let mut boxed: Box<dyn Scheduler> = Box::new(Nothing);
    assert!(driver().run(&mut boxed).await.is_err());
    assert!(driver().run(boxed.as_mut()).await.is_err());
}
