//! Carries the bytes of one connection, subject to faults.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use mesos_sdk::Io;
use peer::{Part, Requests, Responses, response};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, ReadHalf, WriteHalf, split};
use tokio::sync::{Mutex, Notify};
use tokio::time::sleep;

use super::connections::{After, Client, Connection, Delivery, Downstream, Switch};
use crate::rng::Rng;
use crate::world::World;

/// The number of bytes that are read at a time.
const READ: usize = 2048;

pub(super) struct Pump {
    world: Arc<World>,
    connection: Connection,
    rng: Rng,
    switch: Arc<Switch>,
    order: Arc<ResponseOrder>,
}

/// Keeps responses in the order of the requests, including those that the network makes.
#[derive(Debug, Default)]
struct ResponseOrder {
    /// The number of requests that the peer has received but not responded to.
    with_peer: AtomicUsize,
    responded: Notify,
}

impl ResponseOrder {
    fn sent_to_peer(&self) {
        self.with_peer.fetch_add(1, Ordering::Relaxed);
    }

    fn responded(&self) {
        self.with_peer.fetch_sub(1, Ordering::Relaxed);
        self.responded.notify_one();
    }

    /// Waits until the peer has responded to all requests that it has.
    async fn until_caught_up(&self) {
        while self.with_peer.load(Ordering::Relaxed) > 0 {
            self.responded.notified().await;
        }
    }
}

type ToDriver = Mutex<WriteHalf<DuplexStream>>;

impl Pump {
    pub(super) fn new(
        world: Arc<World>,
        (client, number, master): (Client, u32, usize),
        rng: Rng,
        switch: Arc<Switch>,
    ) -> Self {
        Self { world, connection: Connection { client, number, master }, rng, switch, order: Arc::default() }
    }

    /// Carries bytes until either end closes or a fault breaks the connection.
    pub(super) async fn run(mut self, driver: DuplexStream, peer: Box<dyn Io>) {
        let (from_driver, to_driver) = split(driver);
        let (from_peer, to_peer) = split(peer);
        let to_driver = Mutex::new(to_driver);
        let down = Down {
            world: Arc::clone(&self.world),
            connection: self.connection.clone(),
            rng: self.rng.fork(),
            switch: Arc::clone(&self.switch),
            order: Arc::clone(&self.order),
        };
        let switch = Arc::clone(&self.switch);
        tokio::select! {
            biased;
            () = switch.cut.notified() => {}
            _ = self.up(from_driver, to_peer, &to_driver) => {}
            _ = down.carry(from_peer, &to_driver) => {}
        }
        let connection = &self.connection;
        self.world.with(|world| world.closed(connection));
    }

    async fn up(
        &mut self,
        mut driver: ReadHalf<DuplexStream>,
        mut peer: WriteHalf<Box<dyn Io>>,
        to_driver: &ToDriver,
    ) -> io::Result<()> {
        let mut requests = Requests::default();
        while let Some(request) = requests.read(&mut driver).await? {
            let (world, connection, rng) = (&self.world, &self.connection, &mut self.rng);
            let delivery = world.with(|world| world.request(connection, &request, rng));
            self.switch.unless_deaf().await;
            match delivery {
                Delivery::Arrives { bytes, delay, after } => {
                    wait(delay).await;
                    self.order.sent_to_peer();
                    peer.write_all(&request.raw[..bytes.min(request.raw.len())]).await?;
                    match after {
                        After::Response => {}
                        After::Break => return Ok(()),
                        After::Silence => pending().await,
                    }
                }
                Delivery::Response(status, location, text) => {
                    self.order.until_caught_up().await;
                    let location = location.as_deref().map(|location| ("Location", location));
                    let bytes = response(status, location.as_slice(), text);
                    let (world, connection) = (&self.world, &self.connection);
                    to_driver.lock().await.write_all(&bytes).await?;
                    world.with(|world| world.response_head(connection, status, None));
                }
            }
        }
        let (world, connection) = (&self.world, &self.connection);
        world.with(|world| world.closed_by_driver(connection));
        Ok(())
    }
}

/// The direction from the peer to the driver.
struct Down {
    world: Arc<World>,
    connection: Connection,
    rng: Rng,
    switch: Arc<Switch>,
    order: Arc<ResponseOrder>,
}

impl Down {
    async fn carry(mut self, mut peer: ReadHalf<Box<dyn Io>>, driver: &ToDriver) -> io::Result<()> {
        let mut network_faults = self.world.with(|world| world.network_faults().clone());
        if self.connection.is_local() {
            network_faults.half_open = 0;
        }
        let mut downstream = Downstream::new(&mut self.rng, &network_faults);
        let (mut responses, mut parts, mut carried) = (Responses::default(), VecDeque::new(), 0);
        let mut buffer = BytesMut::new();
        while read(&mut peer, &mut buffer).await? > 0 {
            responses.push(&buffer);
            self.find_parts(&mut responses, &mut parts)?;
            if responses.is_between_chunks() {
                let (connection, last, rng) =
                    (&self.connection, parts.back().map(|(_, part)| part), &mut self.rng);
                let more = self.world.with(|world| world.more_events(connection, last, rng));
                responses.push(&more);
                buffer.extend_from_slice(&more);
                self.find_parts(&mut responses, &mut parts)?;
            }
            let bytes = buffer.split().freeze();
            let whole = responses.is_between_responses() && parts.len() == 1 && downstream.is_fair();
            let twice =
                whole && self.world.with(|world| world.repeats_response(&self.connection, &mut self.rng));
            self.switch.unless_deaf().await;
            let delay = self.world.with(|world| world.delay(&mut self.rng));
            wait(delay).await;
            self.carry_bytes(bytes.clone(), &mut downstream, (&mut parts, &mut carried), driver).await?;
            if twice {
                driver.lock().await.write_all(&bytes).await?;
            }
        }
        Ok(())
    }

    fn find_parts(&self, responses: &mut Responses, parts: &mut VecDeque<(usize, Part)>) -> io::Result<()> {
        while let Some((end, part)) = responses.next_part()? {
            self.taken(&part);
            parts.push_back((end, part));
        }
        Ok(())
    }

    async fn carry_bytes(
        &mut self,
        mut bytes: Bytes,
        downstream: &mut Downstream,
        (parts, carried): (&mut VecDeque<(usize, Part)>, &mut usize),
        driver: &ToDriver,
    ) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.world.with(|world| world.calm) {
                *downstream = Downstream::fair();
            }
            let left = match downstream.budget {
                Some((0, After::Silence)) => return pending().await,
                Some((0, _)) => return Err(io::ErrorKind::ConnectionReset.into()),
                Some((left, _)) => left,
                None => usize::MAX,
            };
            let to_part = parts.front().map_or(usize::MAX, |(end, _)| end.saturating_sub(*carried).max(1));
            let piece = bytes.split_to(downstream.piece.min(left).min(to_part).min(bytes.len()));
            self.switch.unless_deaf().await;
            driver.lock().await.write_all(&piece).await?;
            *carried += piece.len();
            if let Some((left, _)) = &mut downstream.budget {
                *left -= piece.len();
            }
            let connection = &self.connection;
            self.world.with(|world| world.bytes_arrived(connection));
            while parts.front().is_some_and(|(end, _)| *end <= *carried)
                && let Some((_, part)) = parts.pop_front()
            {
                self.delivered(&part);
            }
            if !bytes.is_empty() && downstream.piece != usize::MAX {
                wait(Duration::from_millis(1)).await;
            }
        }
        Ok(())
    }

    /// Reports a part that the peer has sent.
    fn taken(&self, part: &Part) {
        if let Part::Head { status, .. } = part {
            self.world.with(|world| world.peer_responded(&self.connection, *status));
        }
    }

    /// Reports a part that the driver can now read.
    fn delivered(&self, part: &Part) {
        self.world.with(|world| match part {
            Part::Head { status, stream_id } => {
                world.response_head(&self.connection, *status, stream_id.clone())
            }
            Part::Data(record) => world.event(&self.connection, record),
            Part::End => {
                world.response_ends(&self.connection);
                self.order.responded();
            }
        });
    }
}

/// Reads roughly as much as there is.
async fn read(from: &mut (impl AsyncRead + Unpin), into: &mut BytesMut) -> io::Result<usize> {
    into.reserve(READ);
    from.read_buf(into).await
}

async fn wait(delay: Duration) {
    if !delay.is_zero() {
        sleep(delay).await;
    }
}
