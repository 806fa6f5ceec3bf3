//! An agent, and its link to the master.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::mpsc;

use super::leader::{self, Command};
use crate::agent::{self, AgentConfig, AgentHandle, MasterLink};
use crate::master::Link;

/// Links are numbered through, whatever cluster they belong to.
static NEXT_LINK: AtomicU64 = AtomicU64::new(0);

#[derive(Debug)]
pub(super) struct Member {
    pub(super) handle: AgentHandle,
    /// The newest one.
    link: Mutex<Link>,
}

impl Member {
    pub(super) async fn start(config: AgentConfig, commands: &mpsc::Sender<Command>) -> io::Result<Self> {
        let (link, ends) = open(commands).await;
        let handle = agent::start(config, ends).await?;
        Ok(Self { handle, link: Mutex::new(link) })
    }

    pub(super) fn link(&self) -> Link {
        *self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns a new link, for the agent to come back with.
    pub(super) async fn open(&self, commands: &mpsc::Sender<Command>) -> MasterLink {
        let (link, ends) = open(commands).await;
        *self.link.lock().unwrap_or_else(PoisonError::into_inner) = link;
        ends
    }
}

/// Returns a link that was never used.
pub(super) fn next_link() -> Link {
    Link(NEXT_LINK.fetch_add(1, Ordering::Relaxed))
}

async fn open(commands: &mpsc::Sender<Command>) -> (Link, MasterLink) {
    let link = next_link();
    let (to_master, from_master) = leader::connect(commands, link).await;
    (link, MasterLink { to_master, from_master })
}
