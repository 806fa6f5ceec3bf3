//! One connection: bytes are carried from one end to the other, or not.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use mesos_sdk::Io;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, ReadHalf, WriteHalf, split};
use tokio::sync::{Mutex, Notify};
use tokio::time::sleep;

use super::http::{Answers, Part, Requests, answer};
use super::lines::{After, Downstream, Fate, Line, Speaker, Switch};
use crate::dice::Dice;
use crate::world::World;

/// How many bytes are read at a time.
const READ: usize = 2048;

pub(super) struct Pump {
    world: Arc<World>,
    line: Line,
    dice: Dice,
    switch: Arc<Switch>,
    turn: Arc<Turn>,
}

/// Answers come in the order of the requests, those of the network too.
#[derive(Debug, Default)]
struct Turn {
    /// Requests that the peer has and has not answered.
    with_peer: AtomicUsize,
    answered: Notify,
}

impl Turn {
    fn given(&self) {
        self.with_peer.fetch_add(1, Ordering::Relaxed);
    }

    fn answered(&self) {
        self.with_peer.fetch_sub(1, Ordering::Relaxed);
        self.answered.notify_one();
    }

    /// Until the peer has answered all that it has.
    async fn comes(&self) {
        while self.with_peer.load(Ordering::Relaxed) > 0 {
            self.answered.notified().await;
        }
    }
}

type ToDriver = Mutex<WriteHalf<DuplexStream>>;

impl Pump {
    pub(super) fn new(
        world: Arc<World>,
        (speaker, number, master): (Speaker, u32, usize),
        dice: Dice,
        switch: Arc<Switch>,
    ) -> Self {
        Self { world, line: Line { speaker, number, master }, dice, switch, turn: Arc::default() }
    }

    /// Carries until either end closes or a fault breaks the connection.
    pub(super) async fn run(mut self, driver: DuplexStream, peer: Box<dyn Io>) {
        let (from_driver, to_driver) = split(driver);
        let (from_peer, to_peer) = split(peer);
        let to_driver = Mutex::new(to_driver);
        let down = Down {
            world: Arc::clone(&self.world),
            line: self.line.clone(),
            dice: self.dice.fork(),
            switch: Arc::clone(&self.switch),
            turn: Arc::clone(&self.turn),
        };
        let switch = Arc::clone(&self.switch);
        tokio::select! {
            biased;
            () = switch.cut.notified() => {}
            _ = self.up(from_driver, to_peer, &to_driver) => {}
            _ = down.carry(from_peer, &to_driver) => {}
        }
        let line = &self.line;
        self.world.with(|world| world.closed(line));
    }

    async fn up(
        &mut self,
        mut driver: ReadHalf<DuplexStream>,
        mut peer: WriteHalf<Box<dyn Io>>,
        to_driver: &ToDriver,
    ) -> io::Result<()> {
        let mut requests = Requests::default();
        while read(&mut driver, &mut requests.0).await? > 0 {
            while let Some(request) = requests.next() {
                let (world, line, dice) = (&self.world, &self.line, &mut self.dice);
                let fate = world.with(|world| world.request(line, &request, dice));
                self.switch.unless_deaf().await;
                match fate {
                    Fate::Arrives { bytes, delay, after } => {
                        wait(delay).await;
                        self.turn.given();
                        peer.write_all(&request.raw[..bytes.min(request.raw.len())]).await?;
                        match after {
                            After::Answer => {}
                            After::Break => return Ok(()),
                            After::Silence => pending().await,
                        }
                    }
                    Fate::Answered(status, location, text) => {
                        self.turn.comes().await;
                        let said = answer(status, location.as_deref(), text);
                        let (world, line) = (&self.world, &self.line);
                        to_driver.lock().await.write_all(&said).await?;
                        world.with(|world| world.answered(line, status, None));
                    }
                }
            }
        }
        let (world, line) = (&self.world, &self.line);
        world.with(|world| world.closed_by_driver(line));
        Ok(())
    }
}

/// The way from the peer to the driver.
struct Down {
    world: Arc<World>,
    line: Line,
    dice: Dice,
    switch: Arc<Switch>,
    turn: Arc<Turn>,
}

impl Down {
    async fn carry(mut self, mut peer: ReadHalf<Box<dyn Io>>, driver: &ToDriver) -> io::Result<()> {
        let mut weather = self.world.with(|world| world.weather().clone());
        if self.line.is_local() {
            weather.half_open = 0;
        }
        let mut fate = Downstream::new(&mut self.dice, &weather);
        let (mut answers, mut parts, mut carried) = (Answers::new(), VecDeque::new(), 0);
        let mut buffer = BytesMut::new();
        while read(&mut peer, &mut buffer).await? > 0 {
            answers.push(&buffer);
            self.find_parts(&mut answers, &mut parts);
            if answers.is_between_chunks() {
                let (line, last, dice) = (&self.line, parts.back().map(|(_, part)| part), &mut self.dice);
                let more = self.world.with(|world| world.more_events(line, last, dice));
                answers.push(&more);
                buffer.extend_from_slice(&more);
                self.find_parts(&mut answers, &mut parts);
            }
            let bytes = buffer.split().freeze();
            let whole = answers.is_between_answers() && parts.len() == 1 && fate.is_fair();
            let twice = whole && self.world.with(|world| world.repeats_answer(&self.line, &mut self.dice));
            self.switch.unless_deaf().await;
            let delay = self.world.with(|world| world.delay(&mut self.dice));
            wait(delay).await;
            self.carry_bytes(bytes.clone(), &mut fate, (&mut parts, &mut carried), driver).await?;
            if twice {
                driver.lock().await.write_all(&bytes).await?;
            }
        }
        Ok(())
    }

    fn find_parts(&self, answers: &mut Answers, parts: &mut VecDeque<(usize, Part)>) {
        while let Some((end, part)) = answers.next() {
            self.taken(&part);
            parts.push_back((end, part));
        }
    }

    async fn carry_bytes(
        &mut self,
        mut bytes: Bytes,
        fate: &mut Downstream,
        (parts, carried): (&mut VecDeque<(usize, Part)>, &mut usize),
        driver: &ToDriver,
    ) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.world.with(|world| world.calm) {
                *fate = Downstream::fair();
            }
            let left = match fate.budget {
                Some((0, After::Silence)) => return pending().await,
                Some((0, _)) => return Err(io::ErrorKind::ConnectionReset.into()),
                Some((left, _)) => left,
                None => usize::MAX,
            };
            let to_part = parts.front().map_or(usize::MAX, |(end, _)| end.saturating_sub(*carried).max(1));
            let piece = bytes.split_to(fate.piece.min(left).min(to_part).min(bytes.len()));
            self.switch.unless_deaf().await;
            driver.lock().await.write_all(&piece).await?;
            *carried += piece.len();
            if let Some((left, _)) = &mut fate.budget {
                *left -= piece.len();
            }
            let line = &self.line;
            self.world.with(|world| world.heard(line));
            while parts.front().is_some_and(|(end, _)| *end <= *carried)
                && let Some((_, part)) = parts.pop_front()
            {
                self.delivered(&part);
            }
            if !bytes.is_empty() && fate.piece != usize::MAX {
                wait(Duration::from_millis(1)).await;
            }
        }
        Ok(())
    }

    /// The peer has said this.
    fn taken(&self, part: &Part) {
        if let Part::Head { status, .. } = part {
            self.world.with(|world| world.peer_answered(&self.line, *status));
        }
    }

    /// The driver can read it.
    fn delivered(&self, part: &Part) {
        self.world.with(|world| match part {
            Part::Head { status, stream_id } => world.answered(&self.line, *status, stream_id.clone()),
            Part::Data(record) => world.event(&self.line, record),
            Part::End => {
                world.answer_ends(&self.line);
                self.turn.answered();
            }
        });
    }
}

/// Reads as much as there is, about.
async fn read(from: &mut (impl AsyncRead + Unpin), into: &mut BytesMut) -> io::Result<usize> {
    into.reserve(READ);
    from.read_buf(into).await
}

async fn wait(delay: Duration) {
    if !delay.is_zero() {
        sleep(delay).await;
    }
}
