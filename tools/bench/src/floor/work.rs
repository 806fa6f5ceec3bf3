//! What a floor does with a record, and what it answers.

use std::fmt::Write as _;
use std::hint::black_box;

use anyhow::{Context as _, Result};
use mesos_sdk::proto::v1::scheduler::call::{Acknowledge, Decline, Subscribe, Type};
use mesos_sdk::proto::v1::scheduler::{Call, Event};
use mesos_sdk::proto::v1::{FrameworkId, FrameworkInfo, TaskStatus};
use mesos_sdk::wire::Encoding;
use prost::Message as _;

use super::{Floor, json};
use crate::orders::{Orders, Until};
use crate::stream::FRAMEWORK_ID;

/// Takes records, and has the bodies of the calls that are due.
#[derive(Debug)]
pub struct Work {
    floor: Floor,
    orders: Orders,
    /// Records, SUBSCRIBED included.
    records: usize,
    /// Their bodies; whoever makes the calls takes them.
    pub due: Vec<Vec<u8>>,
}

impl Work {
    /// Creates the work, before any record has arrived.
    pub fn new(floor: Floor, orders: Orders) -> Self {
        Self { floor, orders, records: 0, due: Vec::new() }
    }

    /// Returns whether the last event has come.
    pub(super) fn is_done(&self) -> bool {
        self.records > self.orders.events
    }

    /// Takes a record.
    ///
    /// # Errors
    ///
    /// It can't be decoded.
    pub fn record(&mut self, record: &[u8]) -> Result<()> {
        if self.is_done() {
            return Ok(());
        }
        self.records += 1;
        match (self.floor, self.orders.encoding) {
            (Floor::Scan, _) => drop(black_box(record)),
            (_, Encoding::Json) => self.due.extend(self.read_json(record)?),
            (_, _) => self.due.extend(self.read_protobuf(record)?),
        }
        if self.is_done() && self.orders.until == Until::Teardown {
            self.due.push(teardown(self.orders.encoding));
        }
        Ok(())
    }

    fn read_protobuf(&self, record: &[u8]) -> Result<Option<Vec<u8>>> {
        let event = black_box(Event::decode(record)?);
        let call = match (self.orders.until, event.update, event.offers) {
            (Until::Answers, Some(update), _) if update.status.uuid.is_some() => acknowledge(update.status)?,
            (Until::Answers, _, Some(offers)) => {
                let offer_ids = offers.offers.into_iter().map(|offer| offer.id).collect();
                let decline = Some(Decline { offer_ids, ..Decline::default() }.into());
                Call { decline, ..of_type(Type::Decline) }
            }
            _ => return Ok(None),
        };
        Ok(Some(call.encode_to_vec()))
    }

    fn read_json(&self, record: &[u8]) -> Result<Option<Vec<u8>>> {
        let event: json::Event = black_box(serde_json::from_slice(record)?);
        let framework = format!(r#""framework_id":{{"value":"{FRAMEWORK_ID}"}}"#);
        let call = match (self.orders.until, event.update, event.offers) {
            (Until::Answers, Some(update), _) if update.status.uuid.is_some() => {
                let agent = update.status.agent_id.context("no agent")?.value;
                let (task, uuid) = (update.status.task_id.value, update.status.uuid.context("no uuid")?);
                format!(
                    r#"{{{framework},"type":"ACKNOWLEDGE","acknowledge":{{"agent_id":{{"value":"{agent}"}},"task_id":{{"value":"{task}"}},"uuid":"{uuid}"}}}}"#
                )
            }
            (Until::Answers, _, Some(offers)) => {
                let mut call = format!(r#"{{{framework},"type":"DECLINE","decline":{{"offer_ids":["#);
                for (index, offer) in offers.offers.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    write!(call, r#"{comma}{{"value":"{}"}}"#, offer.id.value)?;
                }
                call + "]}}"
            }
            _ => return Ok(None),
        };
        Ok(Some(call.into_bytes()))
    }
}

fn acknowledge(status: TaskStatus) -> Result<Call> {
    let acknowledge = Acknowledge {
        agent_id: status.agent_id.context("no agent")?,
        task_id: status.task_id,
        uuid: status.uuid.context("no uuid")?,
    };
    Ok(Call { acknowledge: Some(Box::new(acknowledge)), ..of_type(Type::Acknowledge) })
}

/// Returns the body of SUBSCRIBE.
pub fn subscribe(encoding: Encoding) -> Vec<u8> {
    let info =
        FrameworkInfo { user: "root".to_owned(), name: "floor".to_owned(), ..FrameworkInfo::default() };
    let subscribe = Some(Box::new(Subscribe { framework_info: info, ..Subscribe::default() }));
    let call = Call { subscribe, r#type: Some(Type::Subscribe.into()), ..Call::default() };
    encoding.encode(&call).to_vec()
}

fn teardown(encoding: Encoding) -> Vec<u8> {
    encoding.encode(&of_type(Type::Teardown)).to_vec()
}

fn of_type(r#type: Type) -> Call {
    let framework_id = Some(FrameworkId::from(FRAMEWORK_ID));
    Call { framework_id, r#type: Some(r#type.into()), ..Call::default() }
}
