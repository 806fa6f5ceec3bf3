//! One question to the cluster, and what the response costs whoever asks.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use mesos_sdk::operator::MasterOperator;
use mesos_sdk::proto::v1::{Offer, TaskStatus};
use mesos_sdk::scheduler::Subscription;
use mesos_sdk::{
    ClientOptions, HandlerResult, Master, Scheduler, SchedulerDriver, SchedulerHandle, async_trait,
};
use prost::Message;
use serde::{Deserialize, Serialize};

use super::{Size, framework};
use crate::measure::{Meter, Reading};

/// Larger than any response.
const MAX_RESPONSE: usize = 4 << 30;
const PATIENCE: Duration = Duration::from_secs(300);
/// Longer than a measurement takes: nothing is offered again unless it is asked for.
const REFUSED: Duration = Duration::from_secs(3600);

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Question {
    /// Subscribe, take an offer of each agent, decline them all
    Offers,
    /// Subscribe, reconcile all tasks implicitly
    Tasks,
    /// The operator's `GET_AGENTS`
    Agents,
    /// The operator's `GET_STATE`
    State,
}

/// What it took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Response {
    /// From the start of the driver, or of the call, until all was there.
    pub reading: Reading,
    /// How many bytes the response has as protobuf.
    pub bytes: usize,
}

/// Asks, and prints the [`Response`] as JSON.
///
/// # Errors
///
/// The cluster did not give what it has.
pub fn ask(master: &str, question: Question, size: Size) -> Result<()> {
    let master: Master = master.parse()?;
    let response = tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        match question {
            Question::Offers => subscribe(master, question, size.agents).await,
            Question::Tasks => subscribe(master, question, size.agents * size.tasks).await,
            Question::Agents => agents(&operator(master), size).await,
            Question::State => state(&operator(master), size).await,
        }
    })?;
    println!("{}", serde_json::to_string(&response)?);
    Ok(())
}

fn operator(master: Master) -> MasterOperator {
    MasterOperator::new(master)
        .client_options(ClientOptions::new().max_message_size(MAX_RESPONSE).call_timeout(PATIENCE))
}

async fn agents(operator: &MasterOperator, size: Size) -> Result<Response> {
    let meter = Meter::start()?;
    let response = operator.get_agents().await?;
    let reading = meter.read()?;
    ensure!(response.agents.len() == size.agents, "there are {} agents", response.agents.len());
    Ok(Response { reading, bytes: response.encoded_len() })
}

async fn state(operator: &MasterOperator, size: Size) -> Result<Response> {
    let meter = Meter::start()?;
    let response = operator.get_state().await?;
    let reading = meter.read()?;
    let tasks = response.get_tasks.as_ref().map_or(0, |tasks| tasks.tasks.len());
    ensure!(tasks == size.agents * size.tasks, "there are {tasks} tasks");
    Ok(Response { reading, bytes: response.encoded_len() })
}

async fn subscribe(master: Master, question: Question, wanted: usize) -> Result<Response> {
    let driver = SchedulerDriver::new(master, framework())
        .client_options(ClientOptions::new().max_message_size(MAX_RESPONSE));
    let mut asking = Asking { question, wanted, seen: 0, bytes: 0, meter: Meter::start()?, reading: None };
    tokio::time::timeout(PATIENCE, driver.run(&mut asking)).await.context("not all has come")??;
    let reading = asking.reading.context("the framework ended before all had come")?;
    Ok(Response { reading, bytes: asking.bytes })
}

struct Asking {
    question: Question,
    wanted: usize,
    seen: usize,
    bytes: usize,
    meter: Meter,
    reading: Option<Reading>,
}

impl Asking {
    fn end(&mut self, handle: &SchedulerHandle) -> HandlerResult {
        self.reading = Some(self.meter.read()?);
        handle.stop_with_failover();
        Ok(())
    }
}

#[async_trait]
impl Scheduler for Asking {
    async fn subscribed(&mut self, handle: &SchedulerHandle, _: Subscription) -> HandlerResult {
        match self.question {
            // What was declined to the one who asked before is offered again.
            Question::Offers => handle.revive_all().detach(),
            _ => handle.reconcile_all().detach(),
        }
        Ok(())
    }

    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        if self.question == Question::Offers {
            self.seen += offers.len();
            self.bytes += offers.iter().map(Message::encoded_len).sum::<usize>();
        }
        handle.decline_for(offers.into_iter().map(|offer| offer.id), REFUSED).await?;
        match self.question == Question::Offers && self.seen == self.wanted {
            true => self.end(handle),
            false => Ok(()),
        }
    }

    async fn update(&mut self, handle: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        self.seen += 1;
        self.bytes += status.encoded_len();
        match self.seen == self.wanted {
            true => self.end(handle),
            false => Ok(()),
        }
    }
}
