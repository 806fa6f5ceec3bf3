//! Masters whose addresses are known: each in turn.

use async_trait::async_trait;

use super::MasterDetector;
use crate::{Address, Error};

/// At least one address, each of them once.
#[derive(Debug)]
pub(super) struct Fixed(Vec<Address>);

impl Fixed {
    pub(super) fn new(addresses: Vec<Address>) -> Self {
        let mut once = Vec::with_capacity(addresses.len());
        for address in addresses {
            if !once.contains(&address) {
                once.push(address);
            }
        }
        Self(once)
    }

    /// Returns the one after `failed`, which is one of these: what this detector gave before.
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
    }

    #[test]
    fn duplicate_address_does_not_block_others() {
        let [a, b, c] = ["a", "b", "c"].map(|host| Address::new(host, 1));
        let fixed = Fixed::new(vec![a.clone(), a.clone(), b.clone(), a.clone(), c.clone()]);
        assert_eq!(fixed.next(Some(&a)), b);
        assert_eq!(fixed.next(Some(&b)), c);
        assert_eq!(fixed.next(Some(&c)), a);
    }
}
