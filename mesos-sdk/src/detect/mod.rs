//! Finding the leading master.

mod fixed;
#[cfg(any(feature = "tls", feature = "native-tls"))]
mod over_tls;
#[cfg(feature = "zookeeper")]
pub(crate) mod zookeeper;

use std::fmt;
use std::future::pending;
use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;

use crate::address::{refuse_credentials, without_secrets};
use crate::security::Named;
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

    /// Returns when another master leads than `known`, which is what the detector has last given, or `None` if it
    /// could give none; at once if another one does already. The driver then leaves what it has for that one, and for some seconds does not follow it if it
    /// redirects elsewhere: a new leader may learn last of all that it leads.
    ///
    /// A detector that loses its own source of knowledge does not return. The default never does. The driver may
    /// drop the future and call it again.
    async fn changed(&self, known: Option<&Address>) -> Address {
        let _ = known;
        pending().await
    }
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
    named: Named,
}

impl Master {
    /// A master that `detector` finds; `text` names it in logs and errors. What the detector gives counts as named by
    /// you: credentials are sent there.
    pub fn detected_by(text: impl Into<String>, detector: Arc<dyn MasterDetector>) -> Self {
        Self { text: text.into(), detector, named: Named::ByDetector }
    }

    fn one_of(text: String, addresses: Vec<Address>) -> Self {
        let named = Named::Addresses(addresses.clone());
        Self { text, detector: Arc::new(Fixed::new(addresses)), named }
    }

    pub(crate) fn detector(&self) -> &Arc<dyn MasterDetector> {
        &self.detector
    }

    /// The same for a driver that is to speak TLS: what ZooKeeper names is taken to speak it.
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
                    return Err(Error::new(ErrorKind::Invalid, text));
                }
            }
            Named::ByDetector => {}
        }
        Ok(self)
    }

    /// Which hosts the user has named with it.
    pub(crate) fn named(&self) -> &Named {
        &self.named
    }
}

impl FromStr for Master {
    type Err = Error;

    /// Reads `host:port` or `https://host:port`, or several of them with commas between. `local` names the embedded cluster, which the
    /// crate `mesos-local` provides.
    ///
    /// With the feature `zookeeper` also `zk://host1:2181,host2:2181/mesos`: the servers of a ZooKeeper, with 2181 as
    /// the port where there is none, and the path that the masters were started with. `user:password@` in front of the
    /// servers authenticates by ZooKeeper's scheme `digest`; it is never printed. The leader is the master with the
    /// lowest number among those registered there, and is reached by its IP address, or by its name if it gives no
    /// IP address. A new leader is noticed at once. The driver's runtime keeps one connection to ZooKeeper open until
    /// the last clone of the value is dropped.
    fn from_str(text: &str) -> Result<Self, Error> {
        let invalid = |advice: &str| {
            Error::new(ErrorKind::Invalid, format!("master {:?}: {advice}", without_secrets(text)))
        };
        match text {
            "local" => return Err(invalid("the embedded cluster is mesos_local::master(\"local\")")),
            #[cfg(feature = "zookeeper")]
            zk if zk.starts_with("zk://") => return zookeeper::master(zk),
            #[cfg(not(feature = "zookeeper"))]
            zk if zk.starts_with("zk://") => {
                return Err(invalid(
                    "enable the feature `zookeeper` of mesos-sdk, or name the masters, as in host1:5050,host2:5050",
                ));
            }
            _ => {}
        }
        // As a whole: a comma may be part of a password.
        refuse_credentials(text)?;
        let addresses = text.split(',').map(|part| part.trim().parse()).collect::<Result<_, _>>()?;
        Ok(Self::one_of(text.to_owned(), addresses))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_with_a_password_is_refused_and_not_printed() {
        for text in ["http://u:secret@h:1,i:2", "https://u:sec,secret@h:1", "h:1,http://u:secret@i:2"] {
            let printed = format!("{:?}", text.parse::<Master>().unwrap_err());
            assert!(printed.contains("with_authentication") && !printed.contains("sec"), "{printed}");
        }
    }

    #[test]
    fn a_zookeeper_is_printed_without_its_secret() {
        for text in [
            "zk://user:secret@h:2181/mesos",
            "zk://user:sec:secret@ret@h:1,i:2/mesos",
            "zk://user:secret@h",
            "zk://user:p@secret@h",
        ] {
            let printed = match text.parse::<Master>() {
                Ok(master) => format!("{master} {master:?}"),
                Err(error) => format!("{error} {error:?}"),
            };
            assert!(printed.contains("zk://***@h") && !printed.contains("secret"), "{printed}");
        }
    }
}
