//! Limits by name: how much there may be.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Sub, SubAssign};
use std::str::FromStr;

use super::quantities::{read_pair, write_amounts};
use super::value::tokens;
use super::{QuantitiesError, ResourceQuantities, Scalar};

/// How much there may be of each resource. Without a limit for its name there may be any amount; a
/// limit of zero stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceLimits(BTreeMap<String, Scalar>);

impl ResourceLimits {
    /// Returns the limit for `name`, if there is one.
    pub fn get(&self, name: &str) -> Option<Scalar> {
        self.0.get(name).copied()
    }

    /// Sets the limit for `name`.
    pub fn set(&mut self, name: &str, limit: Scalar) {
        self.0.insert(name.to_owned(), limit);
    }

    /// Returns whether there is no limit at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the limits in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Scalar)> {
        self.0.iter().map(|(name, limit)| (name.as_str(), *limit))
    }

    /// Returns whether these limits allow all that `other` allows.
    pub fn contains(&self, other: &Self) -> bool {
        self.iter().all(|(name, limit)| other.get(name).is_some_and(|other| limit >= other))
    }

    /// Returns whether these limits allow the amounts.
    pub fn allow(&self, quantities: &ResourceQuantities) -> bool {
        self.iter().all(|(name, limit)| limit >= quantities.get(name))
    }
}

/// The last limit of a name counts.
impl FromIterator<(String, Scalar)> for ResourceLimits {
    fn from_iter<I: IntoIterator<Item = (String, Scalar)>>(limits: I) -> Self {
        Self(limits.into_iter().collect())
    }
}

/// Reads `cpus:8;mem:1024`; each name may come once.
impl FromStr for ResourceLimits {
    type Err = QuantitiesError;
    fn from_str(text: &str) -> Result<Self, QuantitiesError> {
        let mut limits = Self::default();
        for token in tokens(text, &[';']) {
            let (name, limit) = read_pair(token)?;
            if limits.get(&name).is_some() {
                return Err(QuantitiesError::Duplicate(name));
            }
            limits.set(&name, limit);
        }
        Ok(limits)
    }
}

/// Lowers the limits by what is used, to zero at the lowest.
impl SubAssign<&ResourceQuantities> for ResourceLimits {
    fn sub_assign(&mut self, used: &ResourceQuantities) {
        for (name, limit) in &mut self.0 {
            *limit = (*limit - used.get(name)).max(Scalar::ZERO);
        }
    }
}

impl Sub<&ResourceQuantities> for ResourceLimits {
    type Output = Self;
    fn sub(mut self, used: &ResourceQuantities) -> Self {
        self -= used;
        self
    }
}

impl fmt::Display for ResourceLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_amounts(f, &self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(text: &str) -> ResourceLimits {
        text.parse().unwrap()
    }

    #[test]
    fn missing_limit_is_infinite_and_zero_is_zero() {
        let quantities: ResourceQuantities = "cpus:1;mem:5".parse().unwrap();
        assert!(limits("cpus:1").allow(&quantities) && ResourceLimits::default().allow(&quantities));
        assert!(!limits("mem:0").allow(&quantities));
        assert!(ResourceLimits::default().contains(&limits("cpus:1")));
        assert!(limits("cpus:2").contains(&limits("cpus:1;mem:1")));
        assert!(!limits("cpus:2").contains(&limits("mem:1")));
        assert_eq!((limits("cpus:3;mem:4") - &quantities).to_string(), "cpus:2; mem:0");
    }

    #[test]
    fn each_name_has_one_limit() {
        let twice = "cpus:1;cpus:2".parse::<ResourceLimits>();
        assert_eq!(twice, Err(QuantitiesError::Duplicate("cpus".to_owned())));
    }
}
