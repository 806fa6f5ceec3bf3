//! Masters that speak TLS, found by what does not know that.

use std::sync::Arc;

use async_trait::async_trait;

use super::MasterDetector;
use crate::{Address, Error, Scheme};

/// Gives what another detector gives, with `https` before it.
#[derive(Debug)]
pub(super) struct OverTls(pub(super) Arc<dyn MasterDetector>);

fn plain(address: Option<&Address>) -> Option<Address> {
    address.map(|address| address.clone().with_scheme(Scheme::Http))
}

#[async_trait]
impl MasterDetector for OverTls {
    async fn detect(&self, failed: Option<&Address>) -> Result<Address, Error> {
        let found = self.0.detect(plain(failed).as_ref()).await?;
        Ok(found.with_scheme(Scheme::Https))
    }

    async fn changed(&self, known: Option<&Address>) -> Address {
        self.0.changed(plain(known).as_ref()).await.with_scheme(Scheme::Https)
    }
}
