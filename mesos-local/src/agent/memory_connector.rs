//! The way into an agent through memory.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use mesos_sdk::{Address, Connector, Io};

use crate::server::Pipes;

/// Opens connections to one agent, whichever run of it is up.
#[derive(Clone, Debug, Default)]
pub(super) struct MemoryConnector {
    current: Arc<Mutex<Option<Pipes>>>,
}

impl MemoryConnector {
    /// Makes new connections lead to this server, or refuses them if there is none.
    pub(super) fn lead_to(&self, pipes: Option<Pipes>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = pipes;
    }
}

#[async_trait]
impl Connector for MemoryConnector {
    async fn connect(&self, _: &Address) -> io::Result<Box<dyn Io>> {
        let pipes = self.current.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let pipes = pipes.ok_or(io::ErrorKind::ConnectionRefused)?;
        Ok(Box::new(pipes.connect().await?))
    }
}
