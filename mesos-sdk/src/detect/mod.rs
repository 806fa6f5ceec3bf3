//! Finding the leading master.

mod fixed;
#[cfg(any(feature = "tls", feature = "native-tls"))]
mod over_tls;
mod text;
#[cfg(feature = "zookeeper")]
pub(crate) mod zookeeper;

use std::fmt;
use std::future::pending;
use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;

use crate::security::Named;
use crate::{Address, Error};
use fixed::Fixed;

/// Finds the leading master.
///
/// The driver asks each time it has no subscription, and again after an attempt has failed. Answers
/// need not be right: a standby master redirects the driver to the leader.
#[async_trait]
pub trait MasterDetector: Send + Sync {
    /// Returns where to subscribe next.
    ///
    /// `failed` is what this detector last gave to the same driver (or call of an operator), if no
    /// subscription came of it, or the subscription was lost. It is never an address that a master
    /// redirected to, so a detector with a list knows from it whose turn is next. An error counts
    /// as a failed attempt: the driver waits and asks again, with `None`, unless its kind is
    /// [`Invalid`](crate::ErrorKind::Invalid).
    async fn detect(&self, failed: Option<&Address>) -> Result<Address, Error>;

    /// Returns when another master leads than `known`, which is what the detector has last given,
    /// or `None` if it could give none; at once if another one does already. The driver then leaves
    /// what it has for that one, and for some seconds does not follow it if it redirects elsewhere:
    /// a new leader may learn last of all that it leads.
    ///
    /// A detector that loses its own source of knowledge does not return. The default never does.
    /// The driver may drop the future and call it again.
    async fn changed(&self, known: Option<&Address>) -> Address {
        let _ = known;
        pending().await
    }
}

/// Which master to subscribe to: parsed from text, or your own [`MasterDetector`].
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
    named: Named,
}

impl Master {
    /// Creates a master that `detector` finds; `text` names it in logs and errors. What the
    /// detector gives counts as named by you: credentials are sent there.
    pub fn with_detector(text: impl Into<String>, detector: Arc<dyn MasterDetector>) -> Self {
        Self { text: text.into(), detector, named: Named::ByDetector }
    }

    fn one_of(text: String, addresses: Vec<Address>) -> Self {
        let named = Named::Addresses(addresses.clone());
        Self { text, detector: Arc::new(Fixed::new(addresses)), named }
    }

    pub(crate) fn detector(&self) -> &Arc<dyn MasterDetector> {
        &self.detector
    }

    /// Returns the same for a driver that uses TLS: masters found in ZooKeeper are contacted with
    /// TLS.
    #[cfg(any(feature = "tls", feature = "native-tls"))]
    pub(crate) fn over_tls(mut self) -> Result<Self, Error> {
        match &self.named {
            Named::Nobody => self.detector = Arc::new(over_tls::OverTls(self.detector)),
            Named::Addresses(addresses) => {
                if let Some(plain) = addresses.iter().find(|address| address.scheme() != crate::Scheme::Https)
                {
                    let text = format!(
                        "the driver is to speak TLS, but master {plain} is named without it: write https://{plain}"
                    );
                    return Err(Error::new(crate::ErrorKind::Invalid, text));
                }
            }
            Named::ByDetector => {}
        }
        Ok(self)
    }

    /// Returns which hosts the user has named with it.
    pub(crate) fn named(&self) -> &Named {
        &self.named
    }
}

impl FromStr for Master {
    type Err = Error;

    /// Reads `host:port` or `https://host:port`, or several of them with commas between. As in
    /// Mesos, `master@` may stand before each of them, and `file:///path` stands for the text in
    /// that file, which is read at once. White space around any of it has no meaning. `local` names
    /// the embedded cluster, which the crate `mesos-local` provides.
    ///
    /// With the feature `zookeeper` also `zk://host1:2181,host2:2181/mesos`: the servers of a
    /// ZooKeeper, with 2181 as the port where there is none, and the path that the masters were
    /// started with. `user:password@` in front of the servers authenticates by ZooKeeper's scheme
    /// `digest`; it is never printed. The leader is the master with the lowest number among those
    /// registered there, and is reached by its IP address, or by its name if it gives no IP
    /// address. A new leader is noticed at once. The driver's runtime keeps one connection to
    /// ZooKeeper open until the last clone of the value is dropped.
    fn from_str(text: &str) -> Result<Self, Error> {
        text::parse(text)
    }
}

impl From<Address> for Master {
    fn from(address: Address) -> Self {
        Self::one_of(address.to_string(), vec![address])
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
