//! The schedulers: one, or several of which one leads.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::time::{Instant, sleep, timeout};

use crate::history::{Event, Line};
use crate::journal;
use crate::life::Life;
use crate::orders::{Crash, Orders};

/// How long an orderly end may take.
const END_WITHIN: Duration = Duration::from_secs(150);

/// From one look at who leads to the next.
const POLL: Duration = Duration::from_millis(100);

/// The processes, each started again after its end.
#[derive(Debug)]
pub(crate) struct Schedulers {
    program: PathBuf,
    /// Those of each scheduler; the last of several is the one that intrudes.
    orders: Vec<Orders>,
    lives: Vec<Option<Life>>,
}

impl Schedulers {
    /// Takes the orders for one scheduler, and the stores of several.
    pub(crate) fn new(program: &Path, orders: &Orders, stores: &[String]) -> Self {
        let of = |number: usize| Orders {
            number,
            store: stores.get(number).cloned(),
            intrudes: number > 0 && number + 1 == stores.len(),
            ..orders.clone()
        };
        let orders: Vec<_> = (0..stores.len().max(1)).map(of).collect();
        let lives = orders.iter().map(|_| None).collect();
        Self { program: program.to_owned(), orders, lives }
    }

    /// Runs one life that ends itself at a moment that a kill would hardly ever hit.
    pub(crate) async fn crash_at(&self, moment: Crash) -> Result<()> {
        let mut life = Life::begin(&self.program, self.first(), Some(moment))?;
        let status = timeout(END_WITHIN, life.wait()).await.context("the scheduler does not crash")??;
        ensure!(!status.success(), "the scheduler should have crashed");
        Ok(())
    }

    fn first(&self) -> &Orders {
        &self.orders[0]
    }

    /// Starts all but the one that intrudes.
    pub(crate) fn start_all(&mut self) -> Result<()> {
        let count = (self.orders.len() - 1).max(1);
        (0..count).try_for_each(|number| self.start(number))
    }

    pub(crate) fn start(&mut self, number: usize) -> Result<()> {
        self.lives[number] = Some(Life::begin(&self.program, &self.orders[number], None)?);
        Ok(())
    }

    /// Starts the one that takes over from whoever leads.
    pub(crate) fn begin_intrusion(&mut self) -> Result<()> {
        self.start(self.orders.len() - 1)
    }

    /// Kills it, unless it has left already.
    pub(crate) async fn end_intrusion(&mut self) -> Result<()> {
        self.kill(self.orders.len() - 1).await
    }

    pub(crate) async fn kill(&mut self, number: usize) -> Result<()> {
        let Some(mut life) = self.lives[number].take() else { return Ok(()) };
        if life.runs()? { life.kill().await } else { Ok(()) }
    }

    pub(crate) fn freeze(&self, number: usize) -> Result<()> {
        self.life(number)?.freeze()
    }

    pub(crate) fn thaw(&self, number: usize) -> Result<()> {
        self.life(number)?.thaw()
    }

    fn life(&self, number: usize) -> Result<&Life> {
        self.lives[number].as_ref().context("there is none")
    }

    /// Starts those again that have left the framework to another one, but not the one that
    /// intruded. Returns their numbers. Fails if one has ended otherwise.
    pub(crate) fn revive(&mut self) -> Result<Vec<usize>> {
        let mut left = Vec::new();
        for (number, life) in self.lives.iter_mut().enumerate() {
            if life.as_mut().map_or(Ok(true), Life::runs)? {
                continue;
            }
            *life = None;
            left.push(number);
        }
        for &number in &left {
            if !self.orders[number].intrudes {
                self.start(number)?;
            }
        }
        Ok(left)
    }

    /// Returns what the one that leads uses now, unless it has just ended.
    pub(crate) fn measure(&self) -> Option<Event> {
        self.lives[self.leading()?].as_ref()?.measure().ok()
    }

    /// Returns the number of the one that leads, if it is known.
    fn leading(&self) -> Option<usize> {
        if self.lives.len() == 1 {
            return Some(0);
        }
        let leader: u32 = std::fs::read_to_string(self.first().leader()).ok()?.parse().ok()?;
        let is_leader = |life: &Option<Life>| life.as_ref().and_then(Life::id) == Some(leader);
        self.lives.iter().position(is_leader)
    }

    /// Waits for one that leads: the last faults may have cost the leader its session.
    async fn leader(&mut self) -> Result<usize> {
        let give_up = Instant::now() + END_WITHIN;
        loop {
            self.revive()?;
            match self.leading() {
                Some(leading) => return Ok(leading),
                None if Instant::now() >= give_up => bail!("no scheduler leads"),
                None => sleep(POLL).await,
            }
        }
    }

    /// Lets all end in good order: those on standby first, because the end of the framework would
    /// be the beginning of theirs.
    pub(crate) async fn stop(&mut self) -> Result<()> {
        let leading = self.leader().await?;
        let standby = (0..self.lives.len()).filter(|number| *number != leading);
        for number in standby.chain([leading]) {
            let Some(mut life) = self.lives[number].take() else { continue };
            life.stop();
            let status = timeout(END_WITHIN, life.wait()).await.context("the scheduler does not end")??;
            ensure!(status.success(), "scheduler {number} has ended with {status}");
        }
        Ok(())
    }

    /// Returns how long the journals are.
    pub(crate) fn written(&self) -> u64 {
        let lengths = self.orders.iter().map(|orders| std::fs::metadata(orders.journal()));
        lengths.filter_map(|metadata| Some(metadata.ok()?.len())).sum()
    }

    /// Returns what all have written down.
    pub(crate) fn journals(&self) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        for path in self.orders.iter().map(Orders::journal).filter(|path| path.exists()) {
            lines.extend(journal::read(&path)?);
        }
        Ok(lines)
    }
}
