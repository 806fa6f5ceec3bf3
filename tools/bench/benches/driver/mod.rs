//! From the bytes of an event to the handler, and to the bytes of what it answers: over pipes in
//! memory, in one thread, because the library has no way in between. What hands over and polls the
//! pipes is part of what is measured, of the floor too.

mod floor;
mod master;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bench::stream::{Mix, chunk, event};
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use mesos_sdk::proto::v1::scheduler::Event;
use mesos_sdk::proto::v1::{Offer, TaskStatus};
use mesos_sdk::wire::Encoding;
use mesos_sdk::{
    ClientOptions, HandlerResult, Master, Scheduler, SchedulerDriver, SchedulerHandle, async_trait, build,
};
use tokio::runtime::Runtime;

use self::master::{Connections, Pipes};

/// One event that finds the client asleep, and as many as one read may bring.
const TOGETHER: [usize; 2] = [1, 100];

/// Counts what it receives, and does nothing else but what the library does for it.
struct Counting(Arc<AtomicUsize>);

#[async_trait]
impl Scheduler for Counting {
    async fn offers(&mut self, handle: &SchedulerHandle, offers: Vec<Offer>) -> HandlerResult {
        self.0.fetch_add(1, Ordering::Relaxed);
        handle.decline(offers.into_iter().map(|offer| offer.id)).detach();
        Ok(())
    }

    async fn update(&mut self, _: &SchedulerHandle, status: TaskStatus) -> HandlerResult {
        black_box(status);
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// A client at the other end of the pipes.
struct Setup {
    runtime: Runtime,
    pipes: Pipes,
    decoded: Arc<AtomicUsize>,
}

impl Setup {
    fn library() -> io::Result<Self> {
        let (connections, opened) = Connections::new();
        let decoded = Arc::<AtomicUsize>::default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut scheduler = Counting(Arc::clone(&decoded));
        runtime.spawn(async move {
            let info = build::Framework::new("benchmark", "root").build().map_err(io::Error::other)?;
            let master: Master = "127.0.0.1:5050".parse().map_err(io::Error::other)?;
            let driver = SchedulerDriver::new(master, info)
                .client_options(ClientOptions::new().connector(connections));
            driver.run(&mut scheduler).await.map_err(io::Error::other)
        });
        let pipes = runtime.block_on(Pipes::subscribed(opened))?;
        Ok(Self { runtime, pipes, decoded })
    }

    fn floor() -> io::Result<Self> {
        let (connections, opened) = Connections::new();
        let decoded = Arc::<AtomicUsize>::default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.spawn(floor::run(connections, Arc::clone(&decoded)));
        let pipes = runtime.block_on(Pipes::subscribed(opened))?;
        Ok(Self { runtime, pipes, decoded })
    }

    /// Events that want no answer are handed over.
    fn measure(mut self, bencher: Bencher<'_, '_>, together: usize) {
        let bytes = encoded(together, |index| event(Mix::Cluster { agents: 0, tasks: usize::MAX }, index));
        let counted = bencher.counter(ItemsCount::new(together)).counter(BytesCount::new(bytes.len()));
        counted.bench_local(|| {
            let (decoded, wanted) = (&self.decoded, self.decoded.load(Ordering::Relaxed) + together);
            let pipes = &mut self.pipes;
            self.runtime.block_on(async {
                pipes.play(&bytes).await?;
                while decoded.load(Ordering::Relaxed) < wanted {
                    tokio::task::yield_now().await;
                }
                Ok::<_, io::Error>(())
            })
        });
    }

    /// Events are handed over and answered, each by one call.
    fn answered(mut self, bencher: Bencher<'_, '_>, together: usize, of: fn(usize) -> Event) {
        // What was acknowledged once is known, so each round has its own updates.
        let mut first = 0;
        let length = encoded(together, of).len();
        let counted = bencher.counter(ItemsCount::new(together)).counter(BytesCount::new(length));
        counted
            .with_inputs(|| {
                first += together;
                encoded(together, |index| of(first + index))
            })
            .bench_local_refs(|bytes| {
                let pipes = &mut self.pipes;
                self.runtime.block_on(async {
                    pipes.play(bytes).await?;
                    pipes.take_calls(together).await
                })
            });
    }
}

fn encoded(events: usize, of: impl Fn(usize) -> Event) -> Vec<u8> {
    let mut bytes = Vec::new();
    (0..events).for_each(|index| chunk(&mut bytes, Encoding::Protobuf, &of(index)));
    bytes
}

fn update(index: usize) -> Event {
    event(Mix::Updates, index)
}

fn offers(index: usize) -> Event {
    event(Mix::Offers(10), index)
}

macro_rules! stage {
    ($name:ident, $floor:ident, |$setup:ident, $bencher:ident, $together:ident| $run:expr) => {
        #[divan::bench(args = TOGETHER)]
        fn $name($bencher: Bencher<'_, '_>, $together: usize) {
            let $setup = Setup::library().expect("pipes do not break");
            $run;
        }

        #[divan::bench(args = TOGETHER)]
        fn $floor($bencher: Bencher<'_, '_>, $together: usize) {
            let $setup = Setup::floor().expect("pipes do not break");
            $run;
        }
    };
}

stage!(handed_over, handed_over_floor, |setup, bencher, together| setup.measure(bencher, together));
stage!(acknowledged, acknowledged_floor, |setup, bencher, together| setup
    .answered(bencher, together, update));
stage!(declined, declined_floor, |setup, bencher, together| setup.answered(bencher, together, offers));
