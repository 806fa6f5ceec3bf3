//! What a session reaches the outside with.

use std::fmt;
use std::sync::Arc;

use crate::detect::Master;
use crate::http::{Channel, Connector};
use crate::security::{Authentication, Trust, header_value};
use crate::{Address, Error, ErrorKind};

/// Where to, how, and as whom.
#[derive(Clone)]
pub(crate) struct Outside {
    pub(crate) master: Master,
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) authentication: Option<Arc<dyn Authentication>>,
    pub(crate) ending: Option<Arc<dyn Ending>>,
}

/// Is told that all has to end before the handler is, which may be busy.
pub(crate) trait Ending: fmt::Debug + Send + Sync {
    /// The handler has been, or is about to be, told.
    fn begins(&self);
}

impl Outside {
    /// Completes what is asked of peers with what is to be protected.
    pub(super) fn entrust(&self, trust: &mut Trust) {
        trust.has_credentials = self.authentication.is_some();
        trust.named = self.master.named().clone();
    }

    /// A new connection, or `channel` if that is still open; and whether it is a new one.
    pub(super) async fn open(
        &self,
        channel: Option<Channel>,
        address: &Address,
        peer: &str,
    ) -> Result<(Channel, bool), Error> {
        let (mut channel, is_new) = match channel.filter(Channel::is_open) {
            Some(channel) => (channel, false),
            None => (Channel::open(self.connector.as_ref(), address, peer.to_owned()).await?, true),
        };
        if let Some(authentication) = &self.authentication {
            let authorization = authentication.authorization(address).await?;
            channel.authorize(authorization.as_ref().map(header_value).transpose()?);
        }
        Ok((channel, is_new))
    }

    /// Whether a request that was refused like this is worth one more try with other credentials.
    pub(super) async fn renews(&self, address: &Address, refusal: &Error) -> Result<bool, Error> {
        match &self.authentication {
            Some(authentication) if refusal.kind() == ErrorKind::Unauthorized => {
                authentication.refused(address).await
            }
            _ => Ok(false),
        }
    }
}

impl fmt::Debug for Outside {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Outside").field("master", &self.master).finish_non_exhaustive()
    }
}
