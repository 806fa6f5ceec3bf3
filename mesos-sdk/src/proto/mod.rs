//! The messages of the Mesos v1 API, generated from the project's `.proto` files.
//!
//! Names follow protobuf: `mesos.v1.scheduler.Call` is [`v1::scheduler::Call`]. Fields of type `bytes` are
//! [`bytes::Bytes`] and share memory with the record they were read from. With the feature `json` every
//! message also has Mesos' JSON form through serde.

mod states;

pub use mesos::v1;

#[allow(
    missing_docs,
    rustdoc::invalid_html_tags,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    unused_qualifications,
    reason = "generated code"
)]
pub(crate) mod mesos {
    pub mod v1 {
        include!("generated/mesos.v1.rs");
        pub mod agent {
            include!("generated/mesos.v1.agent.rs");
        }
        pub mod allocator {
            include!("generated/mesos.v1.allocator.rs");
        }
        pub mod executor {
            include!("generated/mesos.v1.executor.rs");
        }
        pub mod maintenance {
            include!("generated/mesos.v1.maintenance.rs");
        }
        pub mod master {
            include!("generated/mesos.v1.master.rs");
        }
        pub mod quota {
            include!("generated/mesos.v1.quota.rs");
        }
        pub mod resource_provider {
            include!("generated/mesos.v1.resource_provider.rs");
        }
        pub mod scheduler {
            include!("generated/mesos.v1.scheduler.rs");
        }
    }
}

/// Messages of Google's own packages that the v1 API uses.
#[allow(
    missing_docs,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    unused_qualifications,
    reason = "generated code"
)]
pub mod google {
    /// The well-known types.
    pub mod protobuf {
        include!("generated/google.protobuf.rs");
    }
}
