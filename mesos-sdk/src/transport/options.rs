//! The settings that all drivers and operator clients have in common.

use std::sync::Arc;
use std::time::Duration;

use super::Transport;
use crate::Error;
use crate::http::{Connector, Endpoint};
#[cfg(any(feature = "tls", feature = "native-tls"))]
use crate::security::Tls;
use crate::security::{Authenticator, Hosts};
use crate::wire::Encoding;

/// How a driver or an operator client connects to masters and agents, identifies itself to them,
/// and exchanges messages with them.
///
/// One value can serve any number of drivers and clients. A setting that is not set keeps the
/// default of the driver or client, so a program that needs only defaults needs no options.
///
/// ```no_run
/// use mesos_sdk::operator::MasterOperator;
/// use mesos_sdk::proto::v1::FrameworkInfo;
/// use mesos_sdk::security::{Basic, Tls};
/// use mesos_sdk::{ClientOptions, Error, Master, SchedulerDriver};
///
/// fn clients(framework: FrameworkInfo) -> Result<(SchedulerDriver, MasterOperator), Error> {
///     let options = ClientOptions::new()
///         .authenticator(Basic::new("my-framework", "secret")?)
///         .tls(Tls::new().ca_file("/etc/mesos/ca.pem")?);
///     let master: Master = "https://m1.example.com:5050,https://m2.example.com:5050".parse()?;
///     let operator = MasterOperator::new(master.clone()).client_options(options.clone());
///     Ok((SchedulerDriver::new(master, framework).client_options(options), operator))
/// }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ClientOptions {
    encoding: Option<Encoding>,
    connector: Option<Arc<dyn Connector>>,
    authenticator: Option<Arc<dyn Authenticator>>,
    #[cfg(any(feature = "tls", feature = "native-tls"))]
    tls: Option<Tls>,
    trusted_hosts: Vec<Hosts>,
    call_timeout: Option<Duration>,
    max_message_size: Option<usize>,
}

impl ClientOptions {
    /// Creates options that set nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how messages are encoded. Default: protobuf.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// Sets how connections are opened. TLS is added on top of them. Default:
    /// [`TcpConnector`](crate::TcpConnector); for an executor, the agent's domain socket if its
    /// environment names one.
    #[must_use]
    pub fn connector(mut self, connector: impl Connector + 'static) -> Self {
        self.connector = Some(Arc::new(connector));
        self
    }

    /// Sets the credentials. Default: none; for an executor, the token in its environment. See
    /// [`security`](crate::security) for where they are sent, and where not.
    #[must_use]
    pub fn authenticator(mut self, authenticator: impl Authenticator + 'static) -> Self {
        self.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// Requires TLS: the peer must be named `https://…`, and a redirect to a peer without TLS is
    /// refused. Masters that ZooKeeper names are assumed to speak TLS. A domain socket never uses
    /// TLS.
    ///
    /// Default: TLS with peers that are named `https://…`, as [`Tls::new`] configures it; for
    /// [`ExecutorDriver::from_env`](crate::ExecutorDriver::from_env), with an agent that speaks
    /// TLS, as the environment configures it.
    #[cfg(any(feature = "tls", feature = "native-tls"))]
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Adds hosts that may receive the credentials, besides those that you named: the targets of a
    /// master's redirects, and the masters that ZooKeeper names. Each is a name or an IP address, a
    /// domain such as `*.example.com`, or a network such as `10.0.0.0/8`.
    ///
    /// # Errors
    ///
    /// Returns [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if a text does not name hosts.
    pub fn trusted_hosts<'a>(mut self, hosts: impl IntoIterator<Item = &'a str>) -> Result<Self, Error> {
        for host in hosts {
            self.trusted_hosts.push(host.parse()?);
        }
        Ok(self)
    }

    /// Sets how long a call may wait for its response. Default: 30 s; for an executor, 15 minutes.
    ///
    /// In a driver the time runs from when the call was made. As long as the peer responds to calls
    /// that were made before it, the driver keeps waiting; and a call that was not sent when a
    /// connection that had worked is given up is tried on one further connection, for as long
    /// again.
    ///
    /// In an operator client the time includes all attempts, and ends when the response begins.
    /// The rest of the response may then pause for as long; one that keeps arriving slowly is read
    /// to its end.
    ///
    /// With a time of zero, a call succeeds only if its response is there at once.
    #[must_use]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = Some(timeout);
        self
    }

    /// Sets the largest message that is accepted, in bytes: an event, the response to a call of an
    /// operator API, or one item of a response that is [read as a
    /// stream](crate::operator::MasterOperator::tasks). Default: 64 MiB
    /// ([`DEFAULT_MAX_RECORD`](crate::wire::DEFAULT_MAX_RECORD)) in a driver, 256 MiB in an
    /// operator client.
    ///
    /// A larger event ends the subscription; the driver logs it, and subscribes again. With a limit
    /// below some hundred bytes, which SUBSCRIBED takes, it is never subscribed.
    ///
    /// In memory a message takes at most [`DECODED_FACTOR`](crate::wire::DECODED_FACTOR) times its
    /// size plus [`DECODED_FLOOR`](crate::wire::DECODED_FLOOR). What would take more can't be
    /// decoded.
    #[must_use]
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.max_message_size = Some(bytes);
        self
    }

    /// Changes the settings of a driver or client to those that are set.
    pub(crate) fn apply(
        self,
        transport: &mut Transport,
        endpoint: &mut Endpoint,
        call_timeout: &mut Duration,
    ) {
        replace(&mut endpoint.encoding, self.encoding);
        replace(&mut endpoint.max_record, self.max_message_size);
        replace(call_timeout, self.call_timeout);
        replace(&mut transport.connector, self.connector);
        transport.authenticator = self.authenticator.or(transport.authenticator.take());
        #[cfg(any(feature = "tls", feature = "native-tls"))]
        {
            transport.tls = self.tls.or(transport.tls.take());
        }
        transport.trusted_hosts.extend(self.trusted_hosts);
    }
}

fn replace<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::security::Bearer;
    use crate::{Address, TcpConnector};

    #[test]
    fn unset_options_change_nothing() {
        let (mut transport, mut endpoint) =
            (Transport::new(Address::new("m", 5050).into()), Endpoint::new("/api/v1"));
        let (max_record, mut call_timeout) = (endpoint.max_record, Duration::from_secs(7));
        let token = ClientOptions::new().authenticator(Bearer::new("token"));
        for options in [token.call_timeout(Duration::from_secs(9)), ClientOptions::new()] {
            options.apply(&mut transport, &mut endpoint, &mut call_timeout);
            assert!(transport.authenticator.is_some());
            assert_eq!((endpoint.max_record, call_timeout), (max_record, Duration::from_secs(9)));
        }
        let sized = ClientOptions::new().max_message_size(5).connector(TcpConnector);
        sized.apply(&mut transport, &mut endpoint, &mut call_timeout);
        assert_eq!(endpoint.max_record, 5);
    }

    #[test]
    fn invalid_hosts_are_refused_without_secrets() {
        let options = ClientOptions::new().authenticator(Bearer::new("hidden"));
        assert!(!format!("{options:?}").contains("hidden"));
        assert!(options.clone().trusted_hosts(["10.0.0.0/8", "*.example.com"]).is_ok());
        assert!(options.trusted_hosts(["10.0.0.0/99"]).is_err());
    }
}
