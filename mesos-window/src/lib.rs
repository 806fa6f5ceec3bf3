//! A web page that shows an Apache Mesos cluster live: agents and how full they are, frameworks,
//! tasks with their history, offers, reservations, the last events, and the files in the sandboxes
//! of tasks.
//!
//! ```no_run
//! use mesos_sdk::Master;
//! use mesos_window::Window;
//! use tokio::net::TcpListener;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let master: Master = "10.0.0.1:5050".parse()?;
//! let listener = TcpListener::bind("127.0.0.1:5040").await?;
//! Window::new(master).serve(listener).await;
//! # Ok(())
//! # }
//! ```
//!
//! The window knows the cluster from the operator API: it subscribes to the master's events, and
//! asks, while somebody watches, for what events do not show. The page asks for the rows that are
//! on the screen, so that a cluster with 100,000 tasks is as fast as one with ten.
//!
//! # Security
//!
//! * Without [`Window::allow_changes`] nothing in the page, and no request, changes the cluster.
//! * A request must name the window by an IP address, by `localhost`, or by a name that
//!   [`Window::host`] allows. A page on the Internet whose name is made to point to loopback
//!   (DNS rebinding) is refused.
//! * Whatever a cluster contains is text to the page, never markup, and the page's
//!   `Content-Security-Policy` allows only the window's files, even if it were not.
//! * A change needs a token that the pages of other sites can't read. It does not stop other
//!   programs: with `allow_changes`, everyone who can reach the port can change the cluster.
//! * The window does not authenticate its users. Everyone who can reach the port sees the cluster:
//!   listen on loopback, or put a proxy with authentication in front.
//!
//! # Limits
//!
//! | Limit | | Then |
//! |---|---|---|
//! | `MAX_CONNECTIONS` | 256 connections | further ones wait |
//! | `MAX_ENDED_TASKS` | 20,000 tasks that have ended | the oldest is forgotten |
//! | `MAX_ENDED_FRAMEWORKS` | 200 frameworks that have ended | the oldest is forgotten |
//! | `MAX_HISTORY` | 32 states of a task | the first and the last ones stay |
//! | `MAX_LOG` | 2,000 events | the oldest is forgotten |
//! | `MAX_ROWS` | 500 rows in one response | the page asks again |
//! | `MAX_BODY` | 16 KiB of a request for a change | 413 |

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::disallowed_methods))]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod assets;
mod changes;
mod faults;
mod files;
mod guard;
mod live;
mod model;
mod parameters;
mod response;
mod routes;
mod server;
mod state;
mod watch;
mod window;

pub use faults::{Fault, Faults};
pub use window::Window;

/// Compiles the example in the README in the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
