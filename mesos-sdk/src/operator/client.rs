//! The common parts of the clients for masters and agents.

/// Defines the settings of a client, and how it sends a call of its API.
macro_rules! client {
    ($client:ident of $api:ident) => {
        impl $client {
            /// Sets how the client connects to its peer and exchanges messages with it.
            #[must_use]
            pub fn client_options(mut self, options: $crate::ClientOptions) -> Self {
                self.line.change().set(options);
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

            /// Sends a call whose response has content.
            pub(super) async fn ask(
                &self,
                name: &str,
                call: &$crate::proto::v1::$api::Call,
                mode: $crate::operator::line::Mode,
            ) -> Result<$crate::proto::v1::$api::Response, $crate::Error> {
                let encoding = self.line.encoding();
                let response = self.line.call(name, encoding.encode(call), mode).await?;
                encoding.decode(&response).map_err(|reason| {
                    let peer = format!("{:?}", self.line);
                    let what = format!("a response to {name}");
                    let undecodable = $crate::Undecodable::new(&peer, &what, &response, reason);
                    undecodable.log();
                    undecodable.error
                })
            }

            /// Sends a call whose response has no content.
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
