//! The common parts of the clients for masters and agents.

/// Defines the settings of a client, and how it sends a call of its API.
macro_rules! client {
    ($client:ident of $api:ident) => {
        impl $client {
            /// Sets how messages are encoded. Default: protobuf.
            #[must_use]
            pub fn encoding(mut self, encoding: $crate::wire::Encoding) -> Self {
                self.line.change().endpoint.encoding = encoding;
                self
            }

            /// Sets how connections are opened. Default: [`TcpConnector`](crate::TcpConnector).
            #[must_use]
            pub fn connector(mut self, connector: impl $crate::Connector + 'static) -> Self {
                self.line.change().transport.connector = ::std::sync::Arc::new(connector);
                self
            }

            /// Sets the credentials. Default: none. See [`security`](crate::security) for where
            /// they are sent, and where not.
            #[must_use]
            pub fn authenticator(
                mut self,
                authenticator: impl $crate::security::Authenticator + 'static,
            ) -> Self {
                self.line.change().transport.authenticator = Some(::std::sync::Arc::new(authenticator));
                self
            }

            /// Requires TLS: the peer must be named `https://…`, and a redirect to a peer without
            /// TLS is refused. Masters that ZooKeeper names are assumed to speak TLS. Default: TLS
            /// with peers that are named `https://…`, as [`Tls::new`](crate::security::Tls::new)
            /// configures it.
            #[cfg(any(feature = "tls", feature = "native-tls"))]
            #[must_use]
            pub fn tls(mut self, tls: $crate::security::Tls) -> Self {
                self.line.change().transport.tls = Some(tls);
                self
            }

            /// Sets which hosts may receive the credentials, besides those that you named: the
            /// targets of a master's redirects, and the masters that ZooKeeper names. Each is a
            /// name or an IP address, a domain such as `*.example.com`, or a network such as
            /// `10.0.0.0/8`.
            ///
            /// # Errors
            ///
            /// Fails if a text does not name hosts.
            pub fn trusted_hosts<'a>(
                mut self,
                hosts: impl IntoIterator<Item = &'a str>,
            ) -> Result<Self, $crate::Error> {
                let hosts = hosts.into_iter().map(str::parse).collect::<Result<Vec<_>, _>>()?;
                self.line.change().trust.hosts.extend(hosts);
                Ok(self)
            }

            /// Sets how long a call may take until its answer begins, including all attempts, and
            /// how long the rest of the answer may then pause. An answer that keeps arriving slowly
            /// is read to its end. Default: 30 s.
            #[must_use]
            pub fn call_timeout(mut self, timeout: ::std::time::Duration) -> Self {
                self.line.change().call_timeout = timeout;
                self
            }

            /// Sets how often a call is tried again after a temporary failure, with growing, random
            /// waits. Calls that change something are only tried again if they were certainly not
            /// sent, or no master accepted them. Default: 8.
            #[must_use]
            pub fn retries(mut self, retries: u32) -> Self {
                self.line.change().retries = retries;
                self
            }

            /// Sets the largest answer, or event of a stream, that is accepted, in bytes. Default:
            /// 256 MiB.
            ///
            /// In memory it takes at most [`DECODED_FACTOR`]($crate::wire::DECODED_FACTOR) times
            /// its size plus [`DECODED_FLOOR`]($crate::wire::DECODED_FLOOR). What would take more
            /// can't be decoded.
            #[must_use]
            pub fn max_response_size(mut self, bytes: usize) -> Self {
                self.line.change().endpoint.max_record = bytes;
                self
            }

            /// Sends a call whose answer has content.
            pub(super) async fn ask(
                &self,
                name: &str,
                call: &$crate::proto::v1::$api::Call,
                mode: $crate::operator::line::Mode,
            ) -> Result<$crate::proto::v1::$api::Response, $crate::Error> {
                let encoding = self.line.encoding();
                let answer = self.line.call(name, encoding.encode(call), mode).await?;
                encoding.decode(&answer).map_err(|reason| {
                    let peer = format!("{:?}", self.line);
                    let what = format!("a response to {name}");
                    let undecodable = $crate::Undecodable::new(&peer, &what, &answer, reason);
                    undecodable.log();
                    undecodable.error
                })
            }

            /// Sends a call whose answer has no content.
            pub(super) async fn change(
                &self,
                name: &str,
                call: &$crate::proto::v1::$api::Call,
                mode: $crate::operator::line::Mode,
            ) -> Result<(), $crate::Error> {
                self.line.call(name, self.line.encoding().encode(call), mode).await.map(drop)
            }
        }
    };
}
pub(super) use client;
