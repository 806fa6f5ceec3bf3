//! An executor's driver: what its handle shows, and what the program itself has for the handler.

use futures::stream::{self, StreamExt as _};
use tokio::time::{Instant, sleep};

use super::*;
use crate::executor::{ExecutorEnvironment, NotificationHandler};
use crate::proto::v1::executor::{Event, event};
use crate::proto::v1::{KillPolicy, TaskId, TaskInfo};
use crate::{DriverStatus, Executor, ExecutorDriver, ExecutorHandle};

fn agent() -> Responds {
    let subscribed = Event {
        r#type: Some(event::Type::Subscribed.into()),
        subscribed: Some(Box::default()),
        ..Event::default()
    };
    let mut response = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    response.extend(encode_record(&subscribed.encode_to_vec()));
    Responds(response)
}

fn environment() -> ExecutorEnvironment {
    let variable = |name: &str| match name {
        "MESOS_AGENT_ENDPOINT" => Some("a:5051".to_owned()),
        "MESOS_FRAMEWORK_ID" => Some("f".to_owned()),
        "MESOS_EXECUTOR_ID" | "MESOS_DIRECTORY" => Some("x".to_owned()),
        _ => None,
    };
    ExecutorEnvironment::from_variables(variable).unwrap()
}

/// Looks at the driver with each notification, and stops it with the last one.
#[derive(Default)]
struct Looks {
    statuses: Vec<DriverStatus>,
    numbers: Vec<u32>,
}

#[async_trait]
impl Executor for Looks {
    async fn launch(&mut self, _: &ExecutorHandle, _: TaskInfo) -> HandlerResult {
        Ok(())
    }

    async fn kill(&mut self, _: &ExecutorHandle, _: TaskId, _: Option<KillPolicy>) -> HandlerResult {
        Ok(())
    }
}

#[async_trait]
impl NotificationHandler<u32> for Looks {
    async fn notified(&mut self, handle: &ExecutorHandle, number: u32) -> HandlerResult {
        self.statuses.push(handle.status());
        self.numbers.push(number);
        match number {
            2 => handle.stop(),
            7 => return Err("broken".into()),
            _ => {}
        }
        Ok(())
    }
}

async fn run(numbers: std::ops::Range<u32>) -> (Result<(), Error>, Looks, [DriverStatus; 2]) {
    let driver = ExecutorDriver::new(environment()).client_options(ClientOptions::new().connector(agent()));
    let (handle, mut looks) = (driver.handle(), Looks::default());
    let before = handle.status();
    let notifications = stream::iter(numbers).then(|number| async move {
        sleep(Duration::from_secs(1)).await;
        number
    });
    let ran = timeout(Duration::from_secs(3600), driver.run_with(&mut looks, notifications)).await;
    (ran.expect("it does not end"), looks, [before, handle.status()])
}

#[tokio::test(start_paused = true)]
async fn notifications_reach_an_executor() {
    let (result, looks, [before, after]) = run(0..7).await;
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(looks.numbers, [0, 1, 2], "nothing after the stop");
    assert!(!before.is_subscribed && before.peer.is_none() && before.framework_id.is_none(), "{before:?}");
    for status in looks.statuses {
        assert!(status.is_subscribed && status.peer == Some(Address::new("a", 5051)), "{status:?}");
        assert_eq!(status.framework_id, Some(FrameworkId::from("f")));
        assert!(status.since_last_event.is_some() && status.queued_events == 0, "{status:?}");
    }
    assert!(!after.is_subscribed && after.peer.is_none() && after.queued_events == 0, "{after:?}");
}

#[tokio::test(start_paused = true)]
async fn failed_notification_ends_an_executor() {
    let (result, looks, _) = run(7..9).await;
    assert_eq!(result.unwrap_err().kind(), crate::ErrorKind::Handler);
    assert_eq!(looks.numbers, [7]);
}

/// Never returns from its last handler.
struct NeverEnds;

#[async_trait]
impl Executor for NeverEnds {
    async fn launch(&mut self, _: &ExecutorHandle, _: TaskInfo) -> HandlerResult {
        Ok(())
    }

    async fn kill(&mut self, _: &ExecutorHandle, _: TaskId, _: Option<KillPolicy>) -> HandlerResult {
        Ok(())
    }

    async fn shutdown(&mut self, _: &ExecutorHandle) -> HandlerResult {
        std::future::pending().await
    }
}

/// An agent that is gone cannot end the process either.
#[tokio::test(start_paused = true)]
async fn shutdown_without_an_agent_is_given_up() {
    let environment = ExecutorEnvironment { shutdown_grace_period: Duration::from_secs(7), ..environment() };
    let driver = ExecutorDriver::new(environment)
        .kill_after_grace_period(false)
        .client_options(ClientOptions::new().connector(Responds(Vec::new())));
    let began = Instant::now();
    let ended = timeout(Duration::from_secs(3600), driver.run(&mut NeverEnds)).await;
    let error = ended.expect("it does not end").unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Timeout, "{error:#}");
    assert_eq!(began.elapsed().as_secs(), 60 + 7, "after the time to subscribe");
}
