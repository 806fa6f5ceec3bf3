//! Whether a framework comes through whatever is killed: tasks are launched and end while masters, agents and the
//! scheduler itself are killed with SIGKILL and started again.
//!
//! Three programs in one: [`scheduler`] and [`executor`] are the framework, as anybody would write one that must lose
//! nothing; [`run()`] starts the scheduler, kills, and at the end holds what both have written down against what should
//! have happened, in a [`Table`].

mod check;
pub mod executor;
mod journal;
mod run;
pub mod scheduler;
mod work;

pub use check::Table;
pub use run::{Plan, Program, run};
