//! The events that frameworks get.

use std::net::Ipv4Addr;

use bytes::Bytes;
use mesos_sdk::proto::v1::master_info::{Capability, capability};
use mesos_sdk::proto::v1::scheduler::{Event, event};
use mesos_sdk::proto::v1::{
    Address, AgentId, ExecutorId, FrameworkId, InverseOffer, MasterInfo, Offer, OfferId, OperationStatus,
    TaskStatus,
};

use super::{Config, limits};

/// The capabilities of a master. The v1 API has no name for the last, which has no type in JSON.
pub(super) const CAPABILITIES: [(&str, i32); 3] = [
    ("AGENT_UPDATE", capability::Type::AgentUpdate as i32),
    ("AGENT_DRAINING", capability::Type::AgentDraining as i32),
    ("QUOTA_V2", 3),
];

pub(super) fn master_info(id: &str, config: &Config) -> MasterInfo {
    let ip = Ipv4Addr::LOCALHOST;
    let port = u32::from(config.port);
    MasterInfo {
        id: id.to_owned(),
        // Network order, read as a number of this machine: a habit of Mesos.
        ip: u32::from_ne_bytes(ip.octets()),
        port,
        pid: Some(format!("master@{ip}:{port}")),
        hostname: Some(config.hostname.clone()),
        version: Some("1.11.0".to_owned()),
        address: Some(Box::new(Address {
            hostname: Some(config.hostname.clone()),
            ip: Some(ip.to_string()),
            port: config.port.into(),
        })),
        domain: config.domain.clone(),
        capabilities: CAPABILITIES.map(|(_, kind)| Capability { r#type: Some(kind) }).into(),
    }
}

fn event(kind: event::Type) -> Event {
    Event { r#type: Some(kind.into()), ..Event::default() }
}

pub(super) fn subscribed(framework_id: FrameworkId, master: MasterInfo) -> Event {
    let subscribed = event::Subscribed {
        framework_id,
        heartbeat_interval_seconds: Some(limits::HEARTBEAT_INTERVAL.as_secs_f64()),
        master_info: Some(Box::new(master)),
    };
    Event { subscribed: Some(Box::new(subscribed)), ..event(event::Type::Subscribed) }
}

pub(super) fn heartbeat() -> Event {
    event(event::Type::Heartbeat)
}

pub(super) fn error(message: impl Into<String>) -> Event {
    Event { error: Some(event::Error { message: message.into() }), ..event(event::Type::Error) }
}

pub(super) fn offers(offers: Vec<Offer>) -> Event {
    Event { offers: Some(event::Offers { offers }), ..event(event::Type::Offers) }
}

pub(super) fn rescind(offer_id: OfferId) -> Event {
    Event { rescind: Some(event::Rescind { offer_id }), ..event(event::Type::Rescind) }
}

pub(super) fn inverse_offers(inverse_offers: Vec<InverseOffer>) -> Event {
    Event {
        inverse_offers: Some(event::InverseOffers { inverse_offers }),
        ..event(event::Type::InverseOffers)
    }
}

pub(super) fn rescind_inverse(inverse_offer_id: OfferId) -> Event {
    let rescind = event::RescindInverseOffer { inverse_offer_id };
    Event { rescind_inverse_offer: Some(rescind), ..event(event::Type::RescindInverseOffer) }
}

pub(super) fn update(status: TaskStatus) -> Event {
    Event { update: Some(Box::new(event::Update { status })), ..event(event::Type::Update) }
}

pub(super) fn operation_update(status: OperationStatus) -> Event {
    let update = event::UpdateOperationStatus { status };
    Event { update_operation_status: Some(Box::new(update)), ..event(event::Type::UpdateOperationStatus) }
}

pub(super) fn message(agent_id: AgentId, executor_id: ExecutorId, data: Bytes) -> Event {
    let message = event::Message { agent_id, executor_id, data };
    Event { message: Some(Box::new(message)), ..event(event::Type::Message) }
}

/// Creates the FAILURE event of an executor that ended (`executor` with its wait status), or of an
/// agent that is gone.
pub(super) fn failure(agent_id: AgentId, executor: Option<(ExecutorId, i32)>) -> Event {
    let (executor_id, status) = executor.unzip();
    let failure = event::Failure { agent_id: Some(agent_id), executor_id, status };
    Event { failure: Some(Box::new(failure)), ..event(event::Type::Failure) }
}
