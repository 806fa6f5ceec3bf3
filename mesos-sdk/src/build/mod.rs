//! Builders for the messages of a framework: tasks, pods, executors, checks, containers, volumes,
//! operations, and the framework itself.
//!
//! Each builder has constructors for what is required, a method for each optional part, and
//! `build()`, which refuses what the master would refuse, with the [field and the master's
//! reason](crate::validation::ValidationError). A builder can be cloned, and built any number of
//! times. Set fields without a method on the built message.
//!
//! ```
//! use std::time::Duration;
//!
//! use mesos_sdk::build::{Command, HealthCheck, Task};
//! # use mesos_sdk::proto::v1::AgentId;
//! # fn example(agent: &AgentId) -> Result<(), mesos_sdk::validation::ValidationError> {
//! let task = Task::new("web-1")
//!     .command(Command::argv(["/usr/bin/serve", "--port", "8080"]).env("LEVEL", "info"))
//!     .health_check(HealthCheck::http(8080).path("/health").delay(Duration::from_secs(2)))
//!     .cpus(0.5)
//!     .mem(64.0)
//!     .build(agent)?;
//! # Ok(())
//! # }
//! # example(&AgentId::from("a")).unwrap();
//! let invalid = Task::new("a/b").command("true").cpus(0.5).build(&AgentId::default()).unwrap_err();
//! assert_eq!((invalid.field(), invalid.reason()), ("task_id", "'a/b' contains invalid characters"));
//! ```

mod check;
mod command;
mod constraints;
mod container;
mod discovery;
mod executor;
mod framework;
mod operation;
mod pod;
mod task;
mod volume;

#[cfg(test)]
mod tests;

use crate::proto::v1::{Label, Labels};

pub use check::{Check, HealthCheck};
pub use command::Command;
pub use constraints::{Constraint, Constraints};
pub use container::Container;
pub use discovery::Discovery;
pub use executor::Executor;
pub use framework::Framework;
pub use pod::Pod;
pub use task::Task;
pub use volume::{PersistentVolume, Reservation};

fn add_label(labels: &mut Option<Labels>, key: impl Into<String>, value: impl Into<String>) {
    let label = Label { key: key.into(), value: Some(value.into()) };
    labels.get_or_insert_default().labels.push(label);
}

/// What tasks and executors need, added up by name.
macro_rules! resources {
    () => {
        /// Needs this share of CPUs, counted in cores and down to 0.001.
        pub fn cpus(self, cores: f64) -> Self {
            self.amount("cpus", cores)
        }

        /// Needs this much memory, in megabytes of 1024 × 1024 bytes.
        pub fn mem(self, megabytes: f64) -> Self {
            self.amount("mem", megabytes)
        }

        /// Needs this much disk, in megabytes of 1024 × 1024 bytes.
        pub fn disk(self, megabytes: f64) -> Self {
            self.amount("disk", megabytes)
        }

        /// Needs these resources too: those of a [`ResourceSpec`](crate::ResourceSpec), some that
        /// were [found](crate::resources::Resources::find) in an offer, or a volume.
        pub fn resources(mut self, resources: impl IntoIterator<Item = $crate::proto::v1::Resource>) -> Self {
            self.0.resources.extend(resources);
            self
        }

        fn amount(self, name: &str, amount: f64) -> Self {
            use $crate::resource_spec::ResourceValue as _;
            self.resources(amount.to_resource(name))
        }
    };
}
use resources;
