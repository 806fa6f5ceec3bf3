//! The fuzz targets in `fuzz/`. Each function here is a target, and accepts any bytes.
//!
//! A target panics where a promise is broken, but not because the bytes make no sense. The tests
//! run each target on the files of `fuzz/corpus/TARGET` as well.

mod events;
mod http;
mod messages;
mod records;
mod resources;
mod responses;
mod split;
mod texts;
mod zookeeper;

#[cfg(test)]
mod tests;

pub use events::{executor_event, operator_event, scheduler_event};
pub use http::{location, response};
pub use messages::{call, task};
pub use records::recordio;
pub use resources::{resource_list, resource_text};
pub use responses::responses;
pub use split::split;
pub use texts::{address, environment, value};
pub use zookeeper::{master_info, zookeeper};

/// A fuzz target.
pub type Target = fn(&[u8]);

/// Every target, by its name in `fuzz/`.
pub const TARGETS: [(&str, Target); 17] = [
    ("address", address),
    ("response", response),
    ("responses", responses),
    ("call", call),
    ("environment", environment),
    ("executor_event", executor_event),
    ("location", location),
    ("master_info", master_info),
    ("operator_event", operator_event),
    ("recordio", recordio),
    ("resource_list", resource_list),
    ("resource_text", resource_text),
    ("scheduler_event", scheduler_event),
    ("split", split),
    ("task", task),
    ("value", value),
    ("zookeeper", zookeeper),
];
