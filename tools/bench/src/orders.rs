//! The instructions for a client, in environment variables, so that it can be written in any
//! language.

use std::env::var;
use std::fmt;

use anyhow::{Context as _, Result, bail};
use mesos_sdk::wire::Encoding;

/// What ends a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Every update is acknowledged, every offer declined.
    Answers,
    /// A TEARDOWN after the last event; nothing is answered before.
    Teardown,
}

impl fmt::Display for Until {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Answers => "answers",
            Self::Teardown => "teardown",
        })
    }
}

/// Where to subscribe and what to do there.
#[derive(Clone, Copy, Debug)]
pub struct Orders {
    /// The master's port on 127.0.0.1.
    pub port: u16,
    /// How many events follow SUBSCRIBED; what comes after them does not count.
    pub events: usize,
    /// How to speak.
    pub encoding: Encoding,
    /// What ends the run.
    pub until: Until,
}

impl Orders {
    /// Returns the orders of this process.
    ///
    /// # Errors
    ///
    /// A variable is missing or makes no sense.
    pub fn from_environment() -> Result<Self> {
        let text = |name: &str| var(name).with_context(|| format!("{name} is not set"));
        let encoding = match text("REPLAY_FORMAT")?.as_str() {
            "pb" => Encoding::Protobuf,
            "json" => Encoding::Json,
            other => bail!("REPLAY_FORMAT is {other:?}, neither pb nor json"),
        };
        let until = match text("REPLAY_UNTIL")?.as_str() {
            "answers" => Until::Answers,
            "teardown" => Until::Teardown,
            other => bail!("REPLAY_UNTIL is {other:?}, neither answers nor teardown"),
        };
        let port = text("REPLAY_PORT")?.parse().context("REPLAY_PORT")?;
        let events = text("REPLAY_EVENTS")?.parse().context("REPLAY_EVENTS")?;
        Ok(Self { port, events, encoding, until })
    }

    /// Returns the same for another process.
    pub fn variables(&self) -> [(&'static str, String); 4] {
        let format = match self.encoding {
            Encoding::Json => "json",
            _ => "pb",
        };
        [
            ("REPLAY_PORT", self.port.to_string()),
            ("REPLAY_EVENTS", self.events.to_string()),
            ("REPLAY_FORMAT", format.to_owned()),
            ("REPLAY_UNTIL", self.until.to_string()),
        ]
    }
}
