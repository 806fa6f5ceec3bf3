//! Whether a framework comes through whatever happens: tasks are launched and end while masters,
//! agents, executors, ZooKeeper, the network and the scheduler itself are tormented.
//!
//! Several programs in one: [`scheduler`] and [`executor`] are a framework on the driver, as
//! anybody would write one that must lose nothing; [`launcher`](Framework::Launcher) and [`job`]
//! are one on the launcher; [`run()`] starts the scheduler, carries out a [`Plan`] on a [`World`],
//! puts together what everybody has written down to one history, and holds that against what should
//! have happened, in a [`Table`].

mod check;
mod dice;
mod evidence;
pub mod executor;
mod executors;
mod fault;
mod framework;
mod history;
pub mod job;
mod journal;
mod launcher;
mod life;
mod orders;
mod plan;
mod remains;
mod run;
pub mod scheduler;
mod schedulers;
mod stateful;
mod work;
mod world;

pub use check::Table;
pub use framework::Framework;
pub use orders::{FENCED, Orders};
pub use plan::{Plan, Shape};
pub use run::{Program, run};
pub use world::World;
