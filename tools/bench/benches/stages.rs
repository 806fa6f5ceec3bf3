//! Each stage of an event's way beside its floor, with what it allocates: `cargo bench -p bench`.
//!
//! One iteration is one event, but for records, of which an iteration splits as many as one read
//! brings.

mod driver;

use bench::floor::Records;
use bench::stream::{Mix, event};
use bytes::Bytes;
use divan::counter::{BytesCount, ItemsCount};
use divan::{AllocProfiler, Bencher, black_box};
use mesos_sdk::proto::v1::scheduler::call::{Acknowledge, Decline, Type};
use mesos_sdk::proto::v1::scheduler::{Call, Event};
use mesos_sdk::proto::v1::{FrameworkId, Offer};
use mesos_sdk::resources::Resources;
use mesos_sdk::wire::{Encoding, RecordDecoder, encode_record};
use prost::Message as _;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const MIXES: [(&str, Mix); 3] =
    [("small", Mix::Small), ("update", Mix::Updates), ("ten offers", Mix::Offers(10))];
/// As much as one read may bring.
const READ: usize = 64 << 10;

fn main() {
    divan::main();
}

fn mix(name: &str) -> Mix {
    // The names are those of MIXES.
    MIXES.iter().find(|(known, _)| *known == name).map_or(Mix::Small, |(_, mix)| *mix)
}

fn names() -> impl Iterator<Item = &'static str> {
    MIXES.iter().map(|(name, _)| *name)
}

/// Bytes of an event that is not a heartbeat.
fn encoded(name: &str, encoding: Encoding) -> Bytes {
    encoding.encode(&event(mix(name), 1))
}

mod records {
    use super::*;

    /// Returns what one read brings, and how many records that are.
    fn read(name: &str) -> (Vec<u8>, usize) {
        let (mut bytes, mut records) = (Vec::new(), 0);
        while bytes.len() < READ {
            bytes.extend_from_slice(&encode_record(&Encoding::Protobuf.encode(&event(mix(name), records))));
            records += 1;
        }
        (bytes, records)
    }

    #[divan::bench(args = names())]
    fn library(bencher: Bencher<'_, '_>, name: &str) {
        let (bytes, records) = read(name);
        let mut decoder = RecordDecoder::default();
        bencher.counter(ItemsCount::new(records)).bench_local(|| {
            decoder.push(&bytes);
            while let Ok(Some(record)) = decoder.next_record() {
                black_box(record);
            }
        });
    }

    #[divan::bench(args = names())]
    fn floor(bencher: Bencher<'_, '_>, name: &str) {
        let (bytes, records) = read(name);
        let mut splitter = Records::default();
        bencher.counter(ItemsCount::new(records)).bench_local(|| {
            splitter.feed(&bytes, |record| {
                black_box(record);
            });
        });
    }
}

mod decoding {
    use super::*;

    #[divan::bench(args = names())]
    fn protobuf(bencher: Bencher<'_, '_>, name: &str) {
        let bytes = encoded(name, Encoding::Protobuf);
        bencher
            .counter(BytesCount::new(bytes.len()))
            .bench_local(|| Encoding::Protobuf.decode::<Event>(&bytes).is_ok());
    }

    /// By prost alone.
    #[divan::bench(args = names())]
    fn protobuf_floor(bencher: Bencher<'_, '_>, name: &str) {
        let bytes = encoded(name, Encoding::Protobuf);
        bencher.counter(BytesCount::new(bytes.len())).bench_local(|| Event::decode(&bytes[..]).is_ok());
    }

    #[divan::bench(args = names())]
    fn json(bencher: Bencher<'_, '_>, name: &str) {
        let bytes = encoded(name, Encoding::Json);
        bencher
            .counter(BytesCount::new(bytes.len()))
            .bench_local(|| Encoding::Json.decode::<Event>(&bytes).is_ok());
    }

    /// By serde, only what these events have.
    #[divan::bench(args = names())]
    fn json_floor(bencher: Bencher<'_, '_>, name: &str) {
        let bytes = encoded(name, Encoding::Json);
        bencher
            .counter(BytesCount::new(bytes.len()))
            .bench_local(|| serde_json::from_slice::<bench::floor::JsonEvent>(&bytes).is_ok());
    }
}

mod calls {
    use super::*;

    const NAMES: [&str; 2] = ["acknowledge", "decline ten"];

    fn call(name: &str) -> Call {
        let framework_id = Some(FrameworkId::from(bench::stream::FRAMEWORK_ID));
        let call = Call { framework_id, ..Call::default() };
        let offers = event(Mix::Offers(10), 1).offers.into_iter().flat_map(|offers| offers.offers);
        let decline = Decline { offer_ids: offers.map(|offer| offer.id).collect(), ..Decline::default() };
        match (name, event(Mix::Updates, 1).update) {
            ("acknowledge", Some(update)) => {
                let status = update.status;
                let acknowledge = Acknowledge {
                    agent_id: status.agent_id.unwrap_or_default(),
                    task_id: status.task_id,
                    uuid: status.uuid.unwrap_or_default(),
                };
                Call {
                    r#type: Some(Type::Acknowledge.into()),
                    acknowledge: Some(Box::new(acknowledge)),
                    ..call
                }
            }
            _ => Call { r#type: Some(Type::Decline.into()), decline: Some(Box::new(decline)), ..call },
        }
    }

    #[divan::bench(args = NAMES)]
    fn protobuf(bencher: Bencher<'_, '_>, name: &str) {
        let call = call(name);
        bencher.bench_local(|| Encoding::Protobuf.encode(&call));
    }

    /// By prost into memory that is used again.
    #[divan::bench(args = NAMES)]
    fn protobuf_floor(bencher: Bencher<'_, '_>, name: &str) {
        let (call, mut buffer) = (call(name), Vec::with_capacity(4096));
        bencher.bench_local(|| {
            buffer.clear();
            call.encode(&mut buffer).is_ok()
        });
    }

    #[divan::bench(args = NAMES)]
    fn json(bencher: Bencher<'_, '_>, name: &str) {
        let call = call(name);
        bencher.bench_local(|| Encoding::Json.encode(&call));
    }

    /// By serde into memory that is used again.
    #[divan::bench(args = NAMES)]
    fn json_floor(bencher: Bencher<'_, '_>, name: &str) {
        let (call, mut buffer) = (call(name), Vec::with_capacity(4096));
        bencher.bench_local(|| {
            buffer.clear();
            serde_json::to_writer(&mut buffer, &call).is_ok()
        });
    }
}

mod resources {
    use super::{Bencher, Mix, Offer, Resources, black_box, event};

    fn offer() -> Offer {
        let offers = event(Mix::Offers(1), 1).offers.into_iter().flat_map(|offers| offers.offers);
        offers.last().unwrap_or_default()
    }

    /// What an offer has, as Mesos counts it.
    #[divan::bench]
    fn read(bencher: Bencher<'_, '_>) {
        let offer = offer();
        bencher.bench_local(|| offer.resources.iter().cloned().collect::<Resources>());
    }

    /// Only copied.
    #[divan::bench]
    fn read_floor(bencher: Bencher<'_, '_>) {
        let offer = offer();
        bencher.bench_local(|| offer.resources.clone());
    }

    /// Returns whether a task fits.
    #[divan::bench]
    fn contains(bencher: Bencher<'_, '_>) {
        let (offered, task) = (offered(), task());
        bencher.bench_local(|| offered.contains(&task));
    }

    /// What a task leaves.
    #[divan::bench]
    fn subtract(bencher: Bencher<'_, '_>) {
        let (offered, task) = (offered(), task());
        bencher.bench_local(|| offered.clone() - task.clone());
    }

    /// Both by numbers alone, which know no roles, ranges and reservations.
    #[divan::bench]
    fn subtract_floor(bencher: Bencher<'_, '_>) {
        let (offered, task) = (black_box([32.0, 64_000.0]), black_box([0.1, 32.0]));
        bencher.bench_local(|| {
            let fits = task[0] <= offered[0] && task[1] <= offered[1];
            fits.then(|| [offered[0] - task[0], offered[1] - task[1]])
        });
    }

    fn offered() -> Resources {
        offer().resources.into_iter().collect()
    }

    fn task() -> Resources {
        let mut task = Resources::parse("cpus:0.1;mem:32", "*").unwrap_or_default();
        task.allocate("shop");
        task
    }
}
