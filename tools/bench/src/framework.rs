//! A framework as anyone would write it: declines what it is offered, and accepts every update.

use std::time::Duration;

use anyhow::Result;
use mesos_sdk::proto::v1::{Offer, OfferId, TaskStatus};
use mesos_sdk::scheduler::Failure;
use mesos_sdk::{
    ClientOptions, HandlerResult, Master, Scheduler, SchedulerDriver, SchedulerHandle, async_trait, build,
};

use crate::orders::{Orders, Until};

/// How long the last answers may take to go out; the master's clock has stopped by then.
const AFTERWARDS: Duration = Duration::from_millis(300);

struct Framework {
    orders: Orders,
    seen: usize,
}

impl Framework {
    fn count(&mut self, handle: &SchedulerHandle, events: usize) {
        self.seen += events;
        match self.orders.until {
            _ if self.seen != self.orders.events => {}
            Until::Answers => drop(tokio::spawn(leave(handle.clone()))),
            Until::Teardown => handle.stop(),
        }
    }
}

/// Stops, but not before the acknowledgement of the last update, which follows its handler's
/// return.
async fn leave(driver: SchedulerHandle) {
    tokio::time::sleep(AFTERWARDS).await;
    driver.stop_with_failover();
}

#[async_trait]
impl Scheduler for Framework {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        if self.orders.until == Until::Answers {
            handle.decline(offers.into_iter().map(|offer| offer.id)).detach();
        }
        self.count(handle, 1);
        Ok(())
    }

    async fn update(&mut self, handle: &SchedulerHandle, _: TaskStatus) -> HandlerResult {
        self.count(handle, 1);
        match self.orders.until {
            Until::Answers => Ok(()),
            Until::Teardown => Err("none is to be acknowledged".into()),
        }
    }

    async fn rescinded(&mut self, handle: &SchedulerHandle, _: OfferId) -> HandlerResult {
        // There is a heartbeat before each, which a scheduler does not receive.
        self.count(handle, 2);
        Ok(())
    }

    async fn failure(&mut self, handle: &SchedulerHandle, _: Failure) -> HandlerResult {
        self.count(handle, 2);
        Ok(())
    }
}

/// Does what the orders say, on tokio's ordinary runtime, or with `one_thread` on that of one
/// thread.
///
/// # Errors
///
/// What ends the driver.
pub fn run(orders: Orders, one_thread: bool) -> Result<()> {
    let mut runtime = match one_thread {
        true => tokio::runtime::Builder::new_current_thread(),
        false => tokio::runtime::Builder::new_multi_thread(),
    };
    runtime.enable_all().build()?.block_on(subscribe(orders))
}

async fn subscribe(orders: Orders) -> Result<()> {
    let master: Master = format!("127.0.0.1:{}", orders.port).parse()?;
    let info = build::Framework::new("benchmark", "root").build()?;
    let driver =
        SchedulerDriver::new(master, info).client_options(ClientOptions::new().encoding(orders.encoding));
    Ok(driver.run(&mut Framework { orders, seen: 0 }).await?)
}
