//! What the network adds: duplicated events and responses, and floods of events.

use bytes::Bytes;
use mesos_sdk::proto::v1::scheduler::{Event, event};
use mesos_sdk::proto::v1::{AgentId, ExecutorId};
use mesos_sdk::wire::{Encoding, encode_record};
use peer::{Part, chunk};

use crate::network::{Client, Connection};
use crate::rng::Rng;
use crate::world::Inner;

/// The number of events in a flood, and of data bytes in each of them.
const FLOOD: u32 = 450;
const DATA: usize = 200;
/// The number of them that may be in buffers, which count bytes, while no event is read.
pub(super) const IN_BUFFERS: usize = 250;

impl Inner {
    /// Starts a flood with the next event.
    pub(crate) fn begin_flood(&mut self) {
        self.flood = FLOOD;
    }

    /// Returns further chunks for a stream whose last part is `last`.
    pub(crate) fn more_events(
        &mut self,
        connection: &Connection,
        last: Option<&Part>,
        rng: &mut Rng,
    ) -> Vec<u8> {
        let Client::Scheduler(_) = connection.client else { return Vec::new() };
        if std::mem::take(&mut self.flood) > 0 {
            self.note(format_args!("#{} a flood of events", connection.number));
            self.delays_next_handler = true;
            let record = message();
            return (0..FLOOD).flat_map(|_| chunk(&record)).collect();
        }
        let repeated = self.network_faults().repeated;
        match last {
            Some(Part::Data(record)) if is_update(record) && rng.chance(repeated) => chunk(record),
            _ => Vec::new(),
        }
    }

    /// Returns whether a response is duplicated. The duplicate belongs to no request, and must not
    /// be taken for the response to the next call.
    pub(crate) fn repeats_response(&mut self, connection: &Connection, rng: &mut Rng) -> bool {
        let repeated = self.network_faults().repeated;
        let twice = rng.chance(repeated);
        if twice {
            self.note(format_args!("{} #{} gets a response twice", connection.client, connection.number));
        }
        twice
    }
}

fn message() -> Bytes {
    let message = event::Message {
        agent_id: AgentId::from("flood"),
        executor_id: ExecutorId::from("flood"),
        data: vec![b'.'; DATA].into(),
    };
    let event = Event {
        r#type: Some(event::Type::Message.into()),
        message: Some(Box::new(message)),
        ..Event::default()
    };
    encode_record(&Encoding::Protobuf.encode(&event))
}

fn is_update(record: &Bytes) -> bool {
    let Some(at) = record.iter().position(|byte| *byte == b'\n') else { return false };
    let event = Encoding::Protobuf.decode::<Event>(&record[at + 1..]);
    event.is_ok_and(|event| event.update.is_some() || event.update_operation_status.is_some())
}
