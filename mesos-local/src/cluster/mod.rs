//! The cluster: everything put together.

mod availability;
mod clock;
mod endpoint;
mod leader;
