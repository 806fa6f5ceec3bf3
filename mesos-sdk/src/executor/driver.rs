//! The driver of an executor.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use tracing::Instrument as _;
use tracing::field::Empty;

use super::dispatch::ToExecutor;
use super::grace::Grace;
use super::notification::{NotificationHandler, notify};
use super::role::ExecutorRole;
use super::{Executor, ExecutorEnvironment, ExecutorHandle};
use crate::Error;
#[cfg(any(feature = "tls", feature = "native-tls"))]
use crate::Scheme;
use crate::http::{Connector, Endpoint, TcpConnector, UnixConnector};
use crate::operator::AgentOperator;
#[cfg(any(feature = "tls", feature = "native-tls"))]
use crate::security::Tls;
#[cfg(feature = "metrics")]
use crate::session::measures::Labels;
use crate::session::{CommandReceiver, Notifications, Notify, Settings, Store, command_channel, run};
use crate::transport::{ClientOptions, Transport};

/// How long to try for the first subscription: as long as an agent waits for it by default.
const REGISTRATION_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a call may be without a response. The agent is on the same machine: while its
/// connection stands it is alive, even if it was stopped for a while.
const AGENT_SILENCE: Duration = Duration::from_secs(15 * 60);

/// Keeps an executor subscribed with its agent, calls the methods of its [`Executor`], and sends
/// its updates until they are acknowledged.
pub struct ExecutorDriver {
    environment: ExecutorEnvironment,
    settings: Settings,
    transport: Transport,
    handle: ExecutorHandle,
    commands: CommandReceiver<ExecutorRole>,
}

impl ExecutorDriver {
    /// Creates a driver from the environment of this process, which it
    /// [kills](Self::kill_after_grace_period) when the process does not end in time. If the agent
    /// uses TLS, the driver trusts the authorities and presents the certificate that the
    /// environment names.
    ///
    /// # Errors
    ///
    /// A variable is missing or malformed, which the error names: the process was not started by an
    /// agent. Or a file for TLS cannot be read.
    pub fn from_env() -> Result<Self, Error> {
        Self::new(ExecutorEnvironment::from_env()?).kill_after_grace_period(true).with_tls_of_environment()
    }

    /// Creates a driver from an environment.
    pub fn new(environment: ExecutorEnvironment) -> Self {
        let (sender, commands) = command_channel();
        let connector = connector(&environment);
        let authenticator = environment.authorization.clone().map(|bearer| Arc::new(bearer) as _);
        Self {
            settings: settings(&environment),
            transport: Transport {
                connector,
                authenticator,
                ..Transport::new(environment.agent.clone().into())
            },
            environment,
            handle: ExecutorHandle(sender),
            commands,
        }
    }

    /// Sets how the driver connects to the agent and exchanges messages with it. What `options` do
    /// not set, such as the token and TLS, stays as the environment has it.
    #[must_use]
    pub fn client_options(mut self, options: ClientOptions) -> Self {
        let Settings { endpoint, call_timeout, .. } = &mut self.settings;
        options.apply(&mut self.transport, endpoint, call_timeout);
        self
    }

    #[cfg(any(feature = "tls", feature = "native-tls"))]
    fn with_tls_of_environment(mut self) -> Result<Self, Error> {
        let ExecutorEnvironment { agent, tls_authorities, tls_certificate, .. } = &self.environment;
        if agent.scheme() != Scheme::Https {
            return Ok(self);
        }
        let mut tls = Tls::new();
        if let Some(authorities) = tls_authorities {
            tls = tls.ca_file(authorities)?;
        }
        if let Some((chain, key)) = tls_certificate {
            tls = tls.client_certificate_files(chain, key)?;
        }
        self.transport.tls = Some(tls);
        Ok(self)
    }

    /// Does nothing: without the TLS features, connecting to an `https://` address fails.
    #[cfg(not(any(feature = "tls", feature = "native-tls")))]
    #[allow(clippy::unnecessary_wraps, reason = "with TLS it can fail")]
    fn with_tls_of_environment(self) -> Result<Self, Error> {
        Ok(self)
    }

    /// Sets whether this process is killed if it still runs when the agent's shutdown grace period
    /// has passed since [`shutdown`](Executor::shutdown) was due. It is killed by SIGKILL, together
    /// with its process group if it leads that group or the group leads its session, as is the case
    /// for an executor started by an agent. The default is yes for [`from_env`](Self::from_env) and
    /// no for [`new`](Self::new).
    ///
    /// This ends an executor even if a handler never returns from an await, or if its agent is gone
    /// and cannot end it. The period continues after [`run`](Self::run) has returned. While a
    /// handler blocks its thread, the driver does not learn of the shutdown.
    #[must_use]
    pub fn kill_after_grace_period(mut self, on: bool) -> Self {
        let period = self.environment.shutdown_grace_period;
        self.settings.ending = on.then(|| Arc::new(Grace::new(period)) as _);
        self
    }

    /// Returns a handle to make calls with, from outside the executor's methods.
    pub fn handle(&self) -> ExecutorHandle {
        self.handle.clone()
    }

    /// Returns the environment of the driver.
    pub fn environment(&self) -> &ExecutorEnvironment {
        &self.environment
    }

    /// Returns a client for the operator API of the executor's agent, which connects and
    /// authenticates as the driver does. With it, an executor starts containers within its own, as
    /// Mesos' default executor does for the tasks of a pod.
    ///
    /// # Errors
    ///
    /// The path in the environment is malformed.
    pub fn agent_operator(&self) -> Result<AgentOperator, Error> {
        let Transport { connector, authenticator, .. } = &self.transport;
        let options = ClientOptions::new().connector(Arc::clone(connector));
        let options = match authenticator {
            Some(authenticator) => options.authenticator(Arc::clone(authenticator)),
            None => options,
        };
        #[cfg(any(feature = "tls", feature = "native-tls"))]
        let options = match &self.transport.tls {
            Some(tls) => options.tls(tls.clone()),
            None => options,
        };
        // The API for operators is above that for executors.
        let path = self.environment.path().trim_end_matches("/executor");
        Ok(AgentOperator::new(self.environment.agent.clone()).path(path)?.client_options(options))
    }

    /// Runs the executor until its agent shuts it down, or [`ExecutorHandle::stop`].
    ///
    /// A boxed `dyn Executor` can be run as well: `driver.run(&mut *boxed)`. Must be called within
    /// a tokio runtime with I/O and time. Afterwards the process should end: the agent reports
    /// tasks that have not ended by then.
    ///
    /// # Errors
    ///
    /// The agent does not know the executor, or could not be reached in time, or a handler failed.
    pub async fn run<E: Executor + ?Sized>(self, executor: &mut E) -> Result<(), Error> {
        self.run_session(executor, Notifications::none()).await
    }

    /// Runs the executor as [`run`](Self::run) does, and calls [`NotificationHandler::notified`]
    /// with what `notifications` yields: events of the program itself, such as children that end,
    /// ticks of a timer and requests of an API.
    ///
    /// The stream is polled only while no method of the executor is at work, and takes turns with
    /// the agent's events. Nothing is queued here: if the executor is slow, the stream has to
    /// wait, and its own limits apply. The end of the stream does not end the driver.
    /// [`ExecutorHandle::stop`] also stops polling the stream; after
    /// [`shutdown`](Executor::shutdown) it is polled until the driver ends.
    ///
    /// # Errors
    ///
    /// As for [`run`](Self::run). An `Err` of `notified` is treated like that of any other
    /// method.
    pub async fn run_with<E, N>(
        self,
        executor: &mut E,
        notifications: impl Stream<Item = N> + Send,
    ) -> Result<(), Error>
    where
        E: NotificationHandler<N> + ?Sized,
        N: Send + 'static,
    {
        let notifications = pin!(notifications.map(notify));
        self.run_session(executor, Notifications::of(notifications)).await
    }

    async fn run_session<E: Executor + ?Sized>(
        self,
        executor: &mut E,
        notifications: Notifications<'_, Notify<E, ExecutorHandle>>,
    ) -> Result<(), Error> {
        let (handle, commands) = (self.handle, self.commands);
        let executor_id = self.environment.executor_id.as_str();
        let span = tracing::error_span!("executor", executor_id, framework_id = Empty);
        let role = ExecutorRole::new(self.environment.framework_id, self.environment.executor_id);
        let mut handler = ToExecutor { executor, handle: handle.clone() };
        let store: Store<ExecutorRole> = Box::new(|record| match record {});
        let ends = (handle.0, commands);
        let handler = (&mut handler, notifications);
        let settings = Settings {
            span: span.clone(),
            #[cfg(feature = "metrics")]
            labels: Labels::new("executor", None),
            ..self.settings
        };
        run(role, settings, (self.transport, store), ends, handler).instrument(span).await.map(drop)
    }
}

fn connector(environment: &ExecutorEnvironment) -> Arc<dyn Connector> {
    match &environment.domain_socket {
        Some(socket) => Arc::new(UnixConnector::new(socket.clone())),
        None => Arc::new(TcpConnector),
    }
}

/// Returns the limits: with checkpointing an executor waits for its agent, without it ends with its
/// agent.
pub(crate) fn settings(environment: &ExecutorEnvironment) -> Settings {
    let patience_again = if environment.checkpoint { environment.recovery_timeout } else { Duration::ZERO };
    Settings {
        endpoint: Endpoint { path: environment.path.clone(), ..Endpoint::new("/") },
        first_wait: environment.subscription_backoff_max,
        longest_wait: environment.subscription_backoff_max,
        patience: Some(REGISTRATION_TIMEOUT),
        patience_again: Some(patience_again),
        stop_timeout: environment.shutdown_grace_period,
        call_timeout: AGENT_SILENCE,
        ..Settings::default()
    }
}

impl fmt::Debug for ExecutorDriver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ExecutorDriver")
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agent_address_and_recovery_timeout_are_used() {
        let variable = |name: &str| match name {
            "MESOS_AGENT_ENDPOINT" => Some("m:5051".to_owned()),
            "MESOS_SLAVE_PID" => Some("slave(2)@10.0.0.1:5051".to_owned()),
            "MESOS_FRAMEWORK_ID" | "MESOS_EXECUTOR_ID" | "MESOS_DIRECTORY" => Some("x".to_owned()),
            _ => None,
        };
        let environment = ExecutorEnvironment::from_variables(variable).unwrap();
        let settings = settings(&environment);
        assert_eq!(settings.endpoint.path, "/slave(2)/api/v1/executor");
        assert_eq!(settings.call_timeout, Duration::from_secs(900));
    }
}
