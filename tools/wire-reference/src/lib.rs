//! The messages once more, by prost's own derive macros: what the library's table of messages is
//! compared with.
//!
//! The library implements these with its own macros, so that its users need not compile prost's
//! derive macros. The tests here hold them to be the same, message by message and byte by byte.

#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    reason = "generated code"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}

pub use generated::google;
pub use generated::mesos::v1;
