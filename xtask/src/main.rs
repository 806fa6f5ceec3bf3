//! The project's own commands. `cargo xtask --help` lists them.

mod codegen;
mod json_attributes;
mod workspace;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write the Rust types from proto/
    Codegen {
        /// Change nothing; fail if what is checked in does not follow from proto/
        #[arg(long)]
        check: bool,
    },
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Task::Codegen { check } => codegen::run(check),
    }
}
