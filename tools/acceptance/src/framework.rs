//! The two frameworks.

use std::fmt;
use std::str::FromStr;

use anyhow::{Error, Result};
use clap::ValueEnum;

/// What a framework is written on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Framework {
    /// The scheduler driver, with the journal of `tools/acceptance`.
    Driver,
    /// The launcher.
    Launcher,
}

/// Writes the name that its parser takes.
impl fmt::Display for Framework {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Driver => "driver",
            Self::Launcher => "launcher",
        })
    }
}

impl FromStr for Framework {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        ValueEnum::from_str(text, false).map_err(Error::msg)
    }
}
