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
/// For the other crates of this project.
#[cfg(feature = "zookeeper")]
#[doc(hidden)]
pub use zookeeper::{Ensemble, Purpose};

/// Finds the leading master.
///
/// The driver asks whenever it has no subscription, and again after a failed attempt. The address
/// need not be right: a standby master redirects the driver to the leader.
#[async_trait]
pub trait MasterDetector: fmt::Debug + Send + Sync {
    /// Returns the address to subscribe at next.
    ///
    /// `failed` is the address that this detector last returned to the same driver (or call of an
    /// operator), if that led to no subscription or the subscription was lost. It is never an
    /// address that a master redirected to, so a detector with a list knows from it which one is
    /// next. An error counts as a failed attempt: the driver waits and asks again, with `None`,
    /// unless the error's kind is [`Invalid`](crate::ErrorKind::Invalid).
    async fn detect(&self, failed: Option<&Address>) -> Result<Address, Error>;

    /// Resolves when the leader differs from `known`, which is the address that the detector last
    /// returned, or `None` if it could return none; immediately if it already differs.
    ///
    /// The driver then reconnects to the returned address and, for 30 s, ignores redirects from
    /// it, because a newly elected leader may not know yet that it leads. The future never resolves
    /// while the detector has lost its own source, and never at all by default. The driver may drop
    /// it and call the method again.
    async fn changed(&self, known: Option<&Address>) -> Address {
        let _ = known;
        pending().await
    }
}

#[async_trait]
impl<D: MasterDetector + ?Sized> MasterDetector for Arc<D> {
    async fn detect(&self, failed: Option<&Address>) -> Result<Address, Error> {
        (**self).detect(failed).await
    }

    async fn changed(&self, known: Option<&Address>) -> Address {
        (**self).changed(known).await
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
    /// Creates a master that `detector` finds; `text` identifies it in logs and errors. Addresses
    /// that the detector returns count as named by you: credentials are sent there.
    pub fn with_detector(text: impl Into<String>, detector: impl MasterDetector + 'static) -> Self {
        Self { text: text.into(), detector: Arc::new(detector), named: Named::ByDetector }
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

    /// Returns the hosts that the user has named with it.
    pub(crate) fn named(&self) -> &Named {
        &self.named
    }
}

impl FromStr for Master {
    type Err = Error;

    /// Parses `host:port` or `https://host:port`, or a comma-separated list of them. As in Mesos,
    /// `master@` may precede each of them, and `file:///path` stands for the text in that file,
    /// which is read immediately. White space around any of it is ignored. `local` means the
    /// embedded cluster, which the crate `mesos-local` provides.
    ///
    /// With the feature `zookeeper` it also parses `zk://host1:2181,host2:2181/mesos`: the servers
    /// of a ZooKeeper ensemble, with 2181 as the default port, and the path that the masters were
    /// started with. `user:password@` in front of the servers authenticates with ZooKeeper's scheme
    /// `digest`; it is never printed. The leader is the master with the lowest number among those
    /// registered there, and is reached by its IP address, or by its name if it has no IP address.
    /// A new leader is noticed immediately. The driver's runtime keeps one connection to ZooKeeper
    /// open until the last clone of the value is dropped.
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
