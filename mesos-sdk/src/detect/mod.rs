//! Finding the leading master.

mod fixed;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;

use crate::{Address, Error, ErrorKind};
use fixed::Fixed;

/// Finds the leading master.
///
/// The driver asks each time it has no subscription, and again after an attempt has failed. Answers need not be
/// right: a standby master redirects the driver to the leader.
#[async_trait]
pub trait MasterDetector: Send + Sync {
    /// Where to subscribe next.
    ///
    /// `failed` is the address of the last attempt, if it did not lead to a subscription or the subscription was
    /// lost. An error counts as a failed attempt: the driver waits and asks again, unless its kind is
    /// [`ErrorKind::Invalid`].
    async fn detect(&self, failed: Option<&Address>) -> Result<Address, Error>;
}

/// Which master to subscribe to: parsed from text, or a [`MasterDetector`] of one's own.
///
/// ```
/// use mesos_sdk::Master;
///
/// let one: Master = "10.0.0.1:5050".parse()?;
/// let several: Master = "10.0.0.1:5050,10.0.0.2:5050,10.0.0.3:5050".parse()?;
/// assert!("10.0.0.1:no-port".parse::<Master>().is_err());
/// # Ok::<(), mesos_sdk::Error>(())
/// ```
#[derive(Clone)]
pub struct Master {
    text: String,
    detector: Arc<dyn MasterDetector>,
}

impl Master {
    /// A master that `detector` finds; `text` names it in logs and errors.
    pub fn detected_by(text: impl Into<String>, detector: Arc<dyn MasterDetector>) -> Self {
        Self { text: text.into(), detector }
    }

    pub(crate) fn detector(&self) -> &Arc<dyn MasterDetector> {
        &self.detector
    }
}

impl FromStr for Master {
    type Err = Error;

    /// Reads `host:port`, or several of them with commas between. `local` names the embedded cluster, which the
    /// crate `mesos-local` provides.
    fn from_str(text: &str) -> Result<Self, Error> {
        let invalid = |advice: &str| Error::new(ErrorKind::Invalid, format!("master {text:?}: {advice}"));
        match text {
            "local" => return Err(invalid("the embedded cluster is mesos_local::master(\"local\")")),
            zk if zk.starts_with("zk://") => {
                return Err(invalid(
                    "ZooKeeper is not supported yet: name the masters, as in host1:5050,host2:5050",
                ));
            }
            _ => {}
        }
        let addresses =
            text.split(',').map(|part| part.trim().parse()).collect::<Result<Vec<Address>, _>>()?;
        Ok(Self::detected_by(text, Arc::new(Fixed::new(addresses))))
    }
}

impl From<Address> for Master {
    fn from(address: Address) -> Self {
        Self::detected_by(address.to_string(), Arc::new(Fixed::new(vec![address])))
    }
}

impl fmt::Display for Master {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for Master {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Master({self})")
    }
}
