//! Durable records of what an [Apache Mesos] framework runs: the foundation of a launcher that
//! carries out what it was asked for across crashes.
//!
//! Today this crate contains the [`store`]: where a framework keeps which tasks it is about to
//! launch, so that none is lost or launched twice whenever its scheduler dies.
//!
//! ```
//! use mesos_launcher::store::{Change, FileLog, Store};
//!
//! # async fn example(folder: &std::path::Path) -> Result<(), mesos_launcher::store::StoreError> {
//! let store = FileLog::new(folder);
//! let opened = store.open().await?; // from now on, earlier openers can't write
//! let next = opened.records.len();
//! store.write(opened.epoch, vec![Change::put(format!("task/{next}"), "intended")]).await?;
//! // It is on the disk: launch the task.
//! # Ok(())
//! # }
//! ```
//!
//! [Apache Mesos]: https://mesos.apache.org

#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs, clippy::disallowed_methods)]

pub mod store;
