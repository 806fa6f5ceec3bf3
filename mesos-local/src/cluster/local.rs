//! `local`: a cluster that starts when it is needed.

use std::fmt;

use mesos_sdk::{Address, Error, ErrorKind, Master, MasterDetector, async_trait};
use tokio::sync::OnceCell;

use super::{Builder, Cluster};

/// How many agents the cluster has that `local` starts.
const LOCAL_AGENTS: usize = 3;

/// Reads a master as the programs of frameworks take it from their users: `local`, or what
/// [`Master`] reads.
///
/// `local` is an embedded cluster of three agents with the defaults of [`Builder`]. It starts when
/// a driver first looks for its master, and ends when the last copy of the value is dropped,
/// drivers that use it included.
///
/// ```
/// let local = mesos_local::master("local")?;
/// let remote = mesos_local::master("10.0.0.1:5050")?;
/// # Ok::<(), mesos_sdk::Error>(())
/// ```
pub fn master(text: &str) -> Result<Master, Error> {
    match text.trim() {
        "local" => Ok(Master::with_detector("local", Local::default())),
        other => other.parse(),
    }
}

#[derive(Default)]
struct Local {
    cluster: OnceCell<Cluster>,
}

#[async_trait]
impl MasterDetector for Local {
    async fn detect(&self, _: Option<&Address>) -> Result<Address, Error> {
        let start = || Builder::default().agents(LOCAL_AGENTS).start();
        let cluster = self.cluster.get_or_try_init(start).await;
        let cluster = cluster.map_err(|error| {
            Error::new(ErrorKind::Invalid, "the embedded cluster does not start").with_source(error)
        })?;
        Ok(Address::new(cluster.address().ip().to_string(), cluster.address().port()))
    }
}

impl fmt::Debug for Local {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Local")
    }
}
