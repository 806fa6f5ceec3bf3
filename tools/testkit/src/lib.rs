//! The test kit: test backends, so that the same source runs on the embedded cluster and on a real
//! Mesos, and a proxy with faults before whatever listens.
//!
//! ```no_run
//! use anyhow::{Result, ensure};
//! use testkit::{TestCluster, Request};
//!
//! #[statement::proves(post)]
//! async fn other_methods_are_refused(cluster: TestCluster) -> Result<()> {
//!     let response = Request::get("/api/v1/scheduler").send(cluster.address()).await?;
//!     ensure!(response.status() == 405);
//!     Ok(())
//! }
//!
//! testkit::cases![other_methods_are_refused];
//!
//! fn main() -> std::process::ExitCode {
//!     testkit::run(cases())
//! }
//! ```
//!
//! In `Cargo.toml` such a test has `harness = false`. Its trials are named `embedded::…`, `real::…`
//! and `real_ha::…`. Those on `real` are reported as ignored unless the environment has
//! `MESOS_SDK_REAL=1`, which `cargo xtask test` sets where a real Mesos can run; those on `real_ha`
//! need `MESOS_SDK_REAL_HA=1`. Where the two test backends differ, the real one is right.

mod case;
mod executor;
mod faults;
mod framework;
mod helpers;
mod http;
mod members;
mod places;
mod proxy;
mod real;
mod test_cluster;
mod tls;

pub use case::{CHROMIUM, Case, run, run_in_browser};
pub use executor::{Executor, executor_command};
pub use framework::{Framework, framework_info};
pub use http::{Records, Request, Response, raw};
pub use members::Places;
pub use places::FACE;
pub use proxy::{LinkFault, Proxy, StreamFault};
pub use test_cluster::{Backend, TestCluster};
pub use tls::{Authority, Certificate};
