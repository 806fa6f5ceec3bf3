//! The project's own commands. `cargo xtask --help` lists them.

mod acceptance;
mod bench;
mod book;
mod ci;
mod codegen;
mod crates;
mod dependencies;
mod features;
mod foreign_types;
mod fuzz;
mod json_attributes;
mod layers;
mod package;
mod packages;
mod placement_cases;
mod prose;
mod prost_releases;
mod proto_files;
mod protocol;
mod real_mesos;
mod resource_cases;
mod rules;
mod simulate;
mod spelling;
mod steps;
mod template;
mod test;
mod watch;
mod workspace;

use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;

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
    /// Check everything but the tests: formatting, lints, documentation, generated code, rules for
    /// source files
    Ci,
    /// Run all tests, those on a real Mesos included where this machine can run one
    Test {
        /// Fail if the tests on a real Mesos cannot run
        #[arg(long, conflicts_with = "quick")]
        require_real: bool,
        /// Leave out what takes longer: a real Mesos, the examples in the documentation, the
        /// default features
        #[arg(long)]
        quick: bool,
    },
    /// Build the book from docs/, in target/book/html
    ///
    /// Needs mdBook: `cargo install --locked mdbook`.
    Book,
    /// Write the Rust types from proto/
    Codegen {
        /// Change nothing; fail if what is checked in does not follow from proto/
        #[arg(long)]
        check: bool,
    },
    /// Fill in which tests prove what docs/protocol.md and docs/pitfalls.md list, and print what
    /// they lack
    Protocol {
        /// Change nothing; fail if the page does not follow from proto/ and the tests
        #[arg(long)]
        check: bool,
        /// Run the tests of one statement instead, by its tag
        #[arg(long, conflicts_with = "check")]
        tag: Option<String>,
    },
    /// Pack the crates as they are published, and run the tests that are in the packages
    Package,
    /// Check the licenses and the sources of all dependencies
    ///
    /// Installs cargo-deny if it is missing.
    Dependencies {
        /// Check known vulnerabilities too, which needs the network
        #[arg(long)]
        advisories: bool,
    },
    /// Fuzz the parsers
    ///
    /// Installs cargo-fuzz if it is missing.
    Fuzz {
        /// How long each target runs
        #[arg(long, default_value_t = 60)]
        seconds: u32,
        /// Where chance begins, so that the next run tries much the same; each run tries something
        /// else if there is none
        #[arg(long)]
        seed: Option<NonZero<u32>>,
        /// Which ones; all if none is named
        #[arg(value_name = "TARGET")]
        targets: Vec<String>,
    },
    /// Run a real Mesos 1.11.0 on this machine
    ///
    /// `check` lists what is missing here, `setup` downloads and compiles once, `up` runs a cluster
    /// and prints the address to give to a framework; `up --help` lists its options. `up` builds
    /// the helper programs that agents need for command tasks, unless `--helper` names others.
    RealMesos {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "check|setup|up [OPTIONS]")]
        arguments: Vec<String>,
    },
    /// Kill masters, agents and a scheduler of a real Mesos while tasks run, and check that nothing
    /// is lost or done twice
    ///
    /// `ha` kills the leading one of three masters every 20 seconds for 5 minutes, and the
    /// scheduler 5 times in between, while 2,000 tasks run on two agents. `agent` kills an agent
    /// instead. `ha --help` lists what can be changed.
    Acceptance {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ha|agent [OPTIONS]")]
        arguments: Vec<String>,
    },
    /// Run the chaos test on a real cluster: inject faults that follow from a seed, and check the
    /// history
    ///
    /// Three masters, `ZooKeeper`, three agents, their executors and the scheduler are killed,
    /// frozen and started again, and proxies between all of them cut, delay, throttle and swallow
    /// what passes, while 1,000 tasks a minute run. Options: `--minutes 10`, `--seed S`, `--tasks
    /// N`, `--history FILE`, `--check`, `--embedded`.
    Chaos {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
        arguments: Vec<String>,
    },
    /// Run schedulers, executors and a cluster in virtual time, with faults, and check the
    /// guarantees
    ///
    /// `--runs N --seed S`; a failing seed prints what led to it and how to see it again. `--day`
    /// takes seeds of the current day. `--defects` runs a copy of the sources with one deliberate
    /// defect of the drivers after the other, each of which must be caught.
    Simulate {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
        arguments: Vec<String>,
    },
    /// Measure the library beside what the machine allows, and beside other clients
    ///
    /// A replayed master and clients that decode, acknowledge and decline its events, in turn;
    /// takes about 6 minutes. `--quick`, `--peers FOLDER`, `--write` puts the table into
    /// docs/performance.md; `latency`, `scale`, `real` and `launcher` measure these, `placement`
    /// mesos-placement; `--help` lists the rest.
    Bench {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
        arguments: Vec<String>,
    },
    /// Hold the resource algebra against a table of cases
    ///
    /// Prints each difference (id, operation, wanted, got) and what agreed; fails if anything
    /// differs.
    ResourceCases {
        /// The table: one JSON object a line
        table: PathBuf,
    },
    /// Hold mesos-placement against a file of cases
    ///
    /// Prints each case that comes out wrong; fails if any does.
    PlacementCases {
        /// The cases: one JSON object a line
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Ci => ci::run(),
        Task::Test { require_real, quick } => test::run(&test::Options { require_real, quick }),
        Task::Book => book::run(),
        Task::Codegen { check } => codegen::run(check),
        Task::Protocol { tag: Some(tag), .. } => protocol::test(&tag),
        Task::Protocol { check, tag: None } => protocol::run(check),
        Task::Dependencies { advisories } => dependencies::run(advisories),
        Task::Package => package::run(),
        Task::Fuzz { seconds, seed, targets } => fuzz::run(&fuzz::Options { seconds, seed, targets }),
        Task::RealMesos { arguments } => real_mesos::run(&arguments),
        Task::Acceptance { arguments } => acceptance::run(&arguments),
        Task::Chaos { arguments } => acceptance::chaos(&arguments),
        Task::Simulate { arguments } => simulate::run(&arguments),
        Task::Bench { arguments } => bench::run(&arguments),
        Task::ResourceCases { table } => resource_cases::run(&table),
        Task::PlacementCases { file } => placement_cases::run(&file),
    }
}
