//! The messages of the Mesos v1 API, generated from the project's `.proto` files.
//!
//! Names follow protobuf: `mesos.v1.scheduler.Call` is [`v1::scheduler::Call`]. Fields of type
//! `bytes` are [`bytes::Bytes`]. With the feature `json` every message also has Mesos' JSON form
//! through serde.
//!
//! # Boxes
//!
//! An optional field whose message is larger than a string (24 bytes) is an `Option<Box<…>>`, so
//! that a message takes little memory for what it does not contain. Ids, labels and scalars are
//! smaller, and stay in place. A box is created with [`Box::new`] or [`into`](Into::into):
//!
//! ```
//! use mesos_sdk::proto::v1::{CommandInfo, ExecutorInfo};
//!
//! let command = CommandInfo { value: Some("exec server".into()), ..Default::default() };
//! let executor = ExecutorInfo { command: Some(command.into()), ..Default::default() };
//! assert!(executor.command.is_some_and(|command| command.value().starts_with("exec")));
//! ```

mod ahead;
mod command_exit;
#[cfg(feature = "json")]
#[allow(
    deprecated,
    unused_macro_rules,
    clippy::allow_attributes_without_reason,
    reason = "most of it is generated code"
)]
pub(crate) mod descriptor;
mod ids;
#[cfg(feature = "json")]
pub(crate) mod json;
mod kinds;
#[macro_use]
mod accessors;
#[allow(
    deprecated,
    unused_variables,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    reason = "most of it is generated code"
)]
mod message;
mod named;
/// What messages with a `oneof` are read from JSON as.
#[cfg(feature = "json")]
#[allow(clippy::all, clippy::pedantic, unused_qualifications, reason = "generated code")]
pub(crate) mod oneofs {
    include!("generated/oneofs.rs");
}
mod sealed;
#[cfg(test)]
#[allow(deprecated, unused_macro_rules, reason = "most of it is generated code")]
mod sizes;
mod states;
mod text;
mod too_large;

pub use command_exit::CommandExit;
pub use mesos::v1;
pub(crate) use sealed::Generated;
pub use states::TaskFate;

#[allow(
    rustdoc::invalid_html_tags,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    unused_qualifications,
    reason = "generated code, and messages are built as literals: Mesos 1.11 is the last version"
)]
pub(crate) mod mesos {
    /// The messages that all parts of the v1 API share: frameworks, tasks, offers, resources,
    /// containers.
    pub mod v1 {
        include!("generated/mesos.v1.rs");
        /// Operator and agent.
        pub mod agent {
            include!("generated/mesos.v1.agent.rs");
        }
        /// The master's allocator.
        pub mod allocator {
            include!("generated/mesos.v1.allocator.rs");
        }
        /// Executor and agent.
        pub mod executor {
            include!("generated/mesos.v1.executor.rs");
        }
        /// Maintenance of machines.
        pub mod maintenance {
            include!("generated/mesos.v1.maintenance.rs");
        }
        /// Operator and master.
        pub mod master {
            include!("generated/mesos.v1.master.rs");
        }
        /// Quotas of roles.
        pub mod quota {
            include!("generated/mesos.v1.quota.rs");
        }
        /// Resource provider and agent.
        pub mod resource_provider {
            include!("generated/mesos.v1.resource_provider.rs");
        }
        /// Scheduler and master.
        pub mod scheduler {
            include!("generated/mesos.v1.scheduler.rs");
        }
    }
}

/// Messages of Google's own packages that the v1 API uses.
#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    unused_qualifications,
    reason = "generated code, and messages are built as literals: Mesos 1.11 is the last version"
)]
pub mod google {
    /// The well-known types.
    pub mod protobuf {
        include!("generated/google.protobuf.rs");
    }
}
