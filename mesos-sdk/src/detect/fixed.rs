//! Masters whose addresses are known: each in turn.

use async_trait::async_trait;

use super::MasterDetector;
use crate::{Address, Error};

/// At least one address.
pub(super) struct Fixed(Vec<Address>);

impl Fixed {
    pub(super) fn new(addresses: Vec<Address>) -> Self {
        Self(addresses)
    }

    /// The one after `failed`. An address that is not listed (a redirect's) leads back to the first.
    fn next(&self, failed: Option<&Address>) -> Address {
        let position = failed.and_then(|failed| self.0.iter().position(|known| known == failed));
        let next = position.map_or(0, |position| (position + 1) % self.0.len());
        self.0[next].clone()
    }
}

#[async_trait]
impl MasterDetector for Fixed {
    async fn detect(&self, failed: Option<&Address>) -> Result<Address, Error> {
        Ok(self.next(failed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_each_in_turn() {
        let addresses = ["a", "b", "c"].map(|host| Address::new(host, 1));
        let fixed = Fixed::new(addresses.to_vec());
        assert_eq!(fixed.next(None), addresses[0]);
        assert_eq!(fixed.next(Some(&addresses[0])), addresses[1]);
        assert_eq!(fixed.next(Some(&addresses[2])), addresses[0]);
        assert_eq!(fixed.next(Some(&Address::new("elsewhere", 1))), addresses[0]);
    }
}
