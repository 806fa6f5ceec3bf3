//! pinspider: a Mesos framework that visits the pages of Pinterest users and collects their
//! profiles and boards.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects, clippy::disallowed_methods))]

pub mod cli;
pub mod counts;
pub mod crawl;
pub mod credentials;
pub mod environment;
pub mod error_line;
pub mod executor;
pub mod fetch;
pub mod frontier;
pub mod html;
pub mod output;
pub mod page;
pub mod page_url;
pub mod profile;
pub mod run;
pub mod scheduler;
pub mod site;
pub mod visit;
pub mod work;
