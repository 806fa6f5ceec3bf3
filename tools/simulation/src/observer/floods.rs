//! What the network adds: events and answers that come twice, and a lot of events.

use bytes::Bytes;
use mesos_sdk::proto::v1::scheduler::{Event, event};
use mesos_sdk::proto::v1::{AgentId, ExecutorId};
use mesos_sdk::wire::{Encoding, encode_record};

use crate::dice::Dice;
use crate::network::http::{Part, chunk};
use crate::network::{Line, Speaker};
use crate::world::Inner;

/// How many events a flood has, and how many bytes each of them says.
const FLOOD: u32 = 450;
const SAYS: usize = 200;
/// How many of them may be in buffers, which count bytes, when none is read any more.
pub(super) const IN_BUFFERS: usize = 250;

impl Inner {
    /// A flood comes with the next event.
    pub(crate) fn begin_flood(&mut self) {
        self.flood = FLOOD;
    }

    /// Further chunks for a stream that has just said `last`.
    pub(crate) fn more_events(&mut self, pipe: &Line, last: Option<&Part>, dice: &mut Dice) -> Vec<u8> {
        let Speaker::Scheduler(_) = pipe.speaker else { return Vec::new() };
        if std::mem::take(&mut self.flood) > 0 {
            self.note(format_args!("#{} a flood of events", pipe.number));
            self.dawdles = true;
            let says = message();
            return (0..FLOOD).flat_map(|_| chunk(&says)).collect();
        }
        let repeated = self.weather().repeated;
        match last {
            Some(Part::Data(record)) if is_update(record) && dice.chance(repeated) => chunk(record),
            _ => Vec::new(),
        }
    }

    /// Whether an answer comes twice: the second is nobody's, and may not be taken for that to the next call.
    pub(crate) fn repeats_answer(&mut self, pipe: &Line, dice: &mut Dice) -> bool {
        let repeated = self.weather().repeated;
        let twice = dice.chance(repeated);
        if twice {
            self.note(format_args!("{} #{} gets an answer twice", pipe.speaker, pipe.number));
        }
        twice
    }
}

fn message() -> Bytes {
    let message = event::Message {
        agent_id: AgentId::from("flood"),
        executor_id: ExecutorId::from("flood"),
        data: vec![b'.'; SAYS].into(),
    };
    let event =
        Event { r#type: Some(event::Type::Message.into()), message: Some(message), ..Event::default() };
    encode_record(&Encoding::Protobuf.encode(&event))
}

fn is_update(record: &Bytes) -> bool {
    let Some(at) = record.iter().position(|byte| *byte == b'\n') else { return false };
    let event = Encoding::Protobuf.decode::<Event>(&record[at + 1..]);
    event.is_ok_and(|event| event.update.is_some() || event.update_operation_status.is_some())
}
