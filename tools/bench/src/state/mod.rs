//! A large response to `GET_TASKS`, and who reads it: the library, and a floor that decodes each
//! task and drops it. It is the same piece over and over, so that whoever sends it needs little
//! memory.

mod floor;
mod server;

use std::hint::black_box;
use std::time::Duration;

use anyhow::{Result, ensure};
use bytes::Bytes;
use futures::StreamExt as _;
use mesos_sdk::operator::MasterOperator;
use mesos_sdk::proto::v1::master::response::GetTasks;
use mesos_sdk::proto::v1::resource::AllocationInfo;
use mesos_sdk::proto::v1::value::{Scalar, Type};
use mesos_sdk::proto::v1::{AgentId, FrameworkId, Resource, Task, TaskId, TaskState, TaskStatus};
use mesos_sdk::wire::Encoding;
use mesos_sdk::{Address, ClientOptions, Master};

pub use self::server::Server;
use crate::measure::{Meter, Reading};

/// How many tasks a piece has.
pub const PIECE: usize = 1_000;

/// Who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Reader {
    /// Decodes each task where it lies in what was read, and drops it
    Floor,
    /// `MasterOperator::tasks`
    Stream,
}

/// What a reader is to do.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Orders {
    /// Who reads
    pub reader: Reader,
    /// The port of the server on 127.0.0.1
    pub port: u16,
    /// How many tasks there are
    pub tasks: usize,
    /// In JSON instead of protobuf
    #[arg(long)]
    pub json: bool,
}

impl Orders {
    fn encoding(self) -> Encoding {
        if self.json { Encoding::Json } else { Encoding::Protobuf }
    }
}

/// Reads all tasks, and prints the [`Reading`] as JSON.
///
/// # Errors
///
/// Not all of them came.
pub fn read(orders: Orders) -> Result<()> {
    let (tasks, reading) = match orders.reader {
        Reader::Floor => floor::read(orders)?,
        Reader::Stream => stream(orders)?,
    };
    ensure!(tasks == orders.tasks, "{tasks} tasks came");
    println!("{}", serde_json::to_string(&reading)?);
    Ok(())
}

fn stream(orders: Orders) -> Result<(usize, Reading)> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let options = ClientOptions::new().encoding(orders.encoding()).call_timeout(Duration::from_secs(300));
        let master = Master::from(Address::new("127.0.0.1", orders.port));
        let operator = MasterOperator::new(master).client_options(options);
        let (meter, mut tasks, mut count) = (Meter::start()?, operator.tasks(), 0);
        while let Some(task) = tasks.next().await {
            drop(black_box(task?));
            count += 1;
        }
        Ok((count, meter.read()?))
    })
}

fn task(index: usize) -> Task {
    let scalar = |name: &str, value| Resource {
        name: name.to_owned(),
        r#type: Type::Scalar.into(),
        scalar: Some(Scalar { value }),
        allocation_info: Some(AllocationInfo { role: Some("*".to_owned()) }),
        ..Resource::default()
    };
    let (task_id, agent_id) = (TaskId::from(format!("task-{index}")), AgentId::from(format!("{index}-S0")));
    let status = TaskStatus {
        task_id: task_id.clone(),
        state: TaskState::Running.into(),
        agent_id: Some(agent_id.clone()),
        timestamp: Some(1_764_000_000.5),
        uuid: Some(Bytes::from_static(b"0123456789abcdef")),
        ..TaskStatus::default()
    };
    Task {
        name: format!("task-{index}.name"),
        task_id,
        framework_id: FrameworkId::from("0ddba110-2f4e-4c7b-8c53-000000000007-0000"),
        agent_id,
        state: TaskState::Running.into(),
        resources: vec![scalar("cpus", 0.1), scalar("mem", 32.0)],
        statuses: vec![status],
        ..Task::default()
    }
}

fn piece() -> GetTasks {
    GetTasks { tasks: (0..PIECE).map(task).collect(), ..GetTasks::default() }
}
