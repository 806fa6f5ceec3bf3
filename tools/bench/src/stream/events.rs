//! The events, each made from its index.

use std::ops::Range;

use bytes::Bytes;
use fastrand::Rng;
use mesos_sdk::proto::v1::network_info::IpAddress;
use mesos_sdk::proto::v1::scheduler::Event;
use mesos_sdk::proto::v1::scheduler::event::{Failure, Offers, Rescind, Subscribed, Type, Update};
use mesos_sdk::proto::v1::task_status::{Reason, Source};
use mesos_sdk::proto::v1::{
    ContainerId, ContainerStatus, ExecutorId, FrameworkId, MasterInfo, NetworkInfo, TaskId, TaskState,
    TaskStatus,
};

use super::ids::{AGENTS, FRAMEWORK_ID, MASTER_ID, agent_id, offer_id, random};
use super::offer::offer;

/// Creates SUBSCRIBED, of which nothing varies.
pub fn subscribed() -> Event {
    let master = MasterInfo {
        id: MASTER_ID.to_owned(),
        ip: 0x0100_007f,
        port: 5050,
        hostname: Some("localhost".to_owned()),
        version: Some("1.11.0".to_owned()),
        ..MasterInfo::default()
    };
    let subscribed = Subscribed {
        framework_id: FrameworkId::from(FRAMEWORK_ID),
        heartbeat_interval_seconds: Some(15.0),
        master_info: Some(Box::new(master)),
    };
    Event { subscribed: Some(Box::new(subscribed)), ..of_type(Type::Subscribed) }
}

/// Returns what a master sends every 15 s.
pub fn heartbeat() -> Event {
    of_type(Type::Heartbeat)
}

fn of_type(r#type: Type) -> Event {
    Event { r#type: Some(r#type.into()), ..Event::default() }
}

pub(super) fn small(index: usize) -> Event {
    match index % 4 {
        1 => Event { rescind: Some(Rescind { offer_id: offer_id(index) }), ..of_type(Type::Rescind) },
        3 => Event { failure: Some(Box::new(failure(index))), ..of_type(Type::Failure) },
        _ => heartbeat(),
    }
}

fn failure(index: usize) -> Failure {
    let executor_id = Some(ExecutorId::from(format!("executor-{index}")));
    Failure { agent_id: Some(agent_id(index)), executor_id, status: Some(9) }
}

pub(super) fn offers(indices: Range<usize>) -> Event {
    Event { offers: Some(Offers { offers: indices.map(offer).collect() }), ..of_type(Type::Offers) }
}

/// Returns the update of an orchestrator's task that runs and is healthy.
pub(super) fn update(index: usize) -> Event {
    let task = format!("shop_checkout.instance-{}._app.1", random_uuid(&mut random(index)));
    let status = TaskStatus {
        executor_id: Some(ExecutorId::from(task.clone())),
        task_id: TaskId::from(task),
        state: TaskState::Running.into(),
        source: Some(Source::Executor.into()),
        agent_id: Some(agent_id(index)),
        timestamp: Some(1_600_000_000.25 + f64::from(low_bits(index)) / 512.0),
        uuid: Some(Bytes::copy_from_slice(&uuid(index))),
        healthy: Some(true),
        container_status: Some(Box::new(container(index))),
        ..TaskStatus::default()
    };
    Event { update: Some(Box::new(Update { status })), ..of_type(Type::Update) }
}

/// Returns the same task, as a master knows it that has been asked.
pub(super) fn reconciled(index: usize) -> Event {
    let mut event = update(index);
    if let Some(update) = &mut event.update {
        update.status.uuid = None;
        update.status.source = Some(Source::Master.into());
        update.status.reason = Some(Reason::Reconciliation.into());
    }
    event
}

fn container(index: usize) -> ContainerStatus {
    let value = random_uuid(&mut random(index ^ 1 << 40));
    let ip_address = Some(format!("10.{}.{}.{}", index % 4, index % AGENTS / 4, index % 250));
    let address = IpAddress { ip_address, ..IpAddress::default() };
    ContainerStatus {
        container_id: Some(Box::new(ContainerId { value, ..ContainerId::default() })),
        network_infos: vec![NetworkInfo { ip_addresses: vec![address], ..NetworkInfo::default() }],
        executor_pid: Some(1000 + low_bits(index)),
        ..ContainerStatus::default()
    }
}

/// Creates a uuid of random bytes, and the index, by which it is found again.
pub(super) fn uuid(index: usize) -> [u8; 16] {
    let mut uuid = [0; 16];
    uuid[..8].copy_from_slice(&random(index).u64(..).to_be_bytes());
    uuid[8..].copy_from_slice(&(index as u64).to_be_bytes());
    uuid
}

fn low_bits(index: usize) -> u32 {
    u16::try_from(index & 0x7fff).unwrap_or_default().into()
}

fn random_uuid(random: &mut Rng) -> String {
    let (high, low) = (random.u64(..), random.u64(..));
    let (variant, node) = (low >> 52, low & 0xffff_ffff_ffff);
    let (first, second, third) = (high >> 32, high >> 16 & 0xffff, high & 0xfff);
    format!("{first:08x}-{second:04x}-4{third:03x}-8{variant:03x}-{node:012x}")
}
