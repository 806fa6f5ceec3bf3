//! Amounts by name, whatever they are reserved for.

use std::collections::BTreeMap;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::str::FromStr;

use crate::proto::v1::Resource;
use crate::proto::v1::value::Type;

use super::entry::{item, range, scalar};
use super::parse::trim;
use super::value::{self, ValueError, tokens};
use super::{Resources, Scalar, ranges};

/// How much there is of each resource: the sum of scalars, the count of a set's items or a range's
/// numbers.
///
/// No amount is zero or below: what reaches zero is dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceQuantities(BTreeMap<String, Scalar>);

/// A text that gives neither quantities nor limits. Reading it again gives the same error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuantitiesError {
    /// Not `name:amount`.
    #[error("{0:?} is not the amount of a resource: write name:amount, as in cpus:8")]
    Pair(String),
    /// The amount cannot be read.
    #[error("the amount of {name:?} cannot be read")]
    Value {
        /// The resource.
        name: String,
        /// What is wrong with the amount.
        source: ValueError,
    },
    /// The amount is not a number.
    #[error("the amount of {0:?} is not a number")]
    NotScalar(String),
    /// A limit was given before.
    #[error("there are two limits for {0:?}")]
    Duplicate(String),
}

impl ResourceQuantities {
    /// Returns how much there is of `name`, zero if nothing.
    pub fn get(&self, name: &str) -> Scalar {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// Returns whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the amounts in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Scalar)> {
        self.0.iter().map(|(name, amount)| (name.as_str(), *amount))
    }

    /// Returns whether there is as much of everything as in `other`.
    pub fn contains(&self, other: &Self) -> bool {
        other.iter().all(|(name, amount)| self.get(name) >= amount)
    }

    /// Adds an amount; one of zero or less is left out.
    pub fn increase(&mut self, name: &str, amount: Scalar) {
        if amount <= Scalar::ZERO {
            return;
        }
        match self.0.get_mut(name) {
            Some(total) => *total += amount,
            None => _ = self.0.insert(name.to_owned(), amount),
        }
    }
}

impl From<&Resources> for ResourceQuantities {
    fn from(resources: &Resources) -> Self {
        let mut quantities = Self::default();
        resources.iter().for_each(|resource| quantities.increase(&resource.name, quantity(resource)));
        quantities
    }
}

/// Amounts of the same name are added, those of zero or less left out.
impl FromIterator<(String, Scalar)> for ResourceQuantities {
    fn from_iter<I: IntoIterator<Item = (String, Scalar)>>(amounts: I) -> Self {
        let mut quantities = Self::default();
        amounts.into_iter().for_each(|(name, amount)| quantities.increase(&name, amount));
        quantities
    }
}

/// Reads `cpus:8;mem:1024`.
impl FromStr for ResourceQuantities {
    type Err = QuantitiesError;
    fn from_str(text: &str) -> Result<Self, QuantitiesError> {
        tokens(text, &[';']).map(read_pair).collect()
    }
}

impl AddAssign<&ResourceQuantities> for ResourceQuantities {
    fn add_assign(&mut self, other: &Self) {
        other.iter().for_each(|(name, amount)| self.increase(name, amount));
    }
}

/// What reaches zero is dropped; what is not there is ignored.
impl SubAssign<&ResourceQuantities> for ResourceQuantities {
    fn sub_assign(&mut self, other: &Self) {
        for (name, amount) in other.iter() {
            if let Some(mine) = self.0.get_mut(name) {
                *mine -= amount;
            }
        }
        self.0.retain(|_, amount| *amount > Scalar::ZERO);
    }
}

impl Add<&ResourceQuantities> for ResourceQuantities {
    type Output = Self;
    fn add(mut self, other: &Self) -> Self {
        self += other;
        self
    }
}

impl Sub<&ResourceQuantities> for ResourceQuantities {
    type Output = Self;
    fn sub(mut self, other: &Self) -> Self {
        self -= other;
        self
    }
}

impl<'a> Sum<&'a ResourceQuantities> for ResourceQuantities {
    fn sum<I: Iterator<Item = &'a Self>>(quantities: I) -> Self {
        quantities.fold(Self::default(), |total, next| total + next)
    }
}

impl fmt::Display for ResourceQuantities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_amounts(f, &self.0)
    }
}

/// Returns how much a resource is: its scalar, or how many items or numbers it has.
pub(super) fn quantity(resource: &Resource) -> Scalar {
    match resource.r#type() {
        Type::Scalar => scalar(resource),
        Type::Ranges => Scalar::whole(ranges::size(range(resource))),
        Type::Set => Scalar::whole(item(resource).len() as u64),
        Type::Text => Scalar::ZERO,
    }
}

pub(super) fn read_pair(token: &str) -> Result<(String, Scalar), QuantitiesError> {
    let pair: Vec<_> = tokens(token, &[':']).collect();
    let [name, value] = pair[..] else { return Err(QuantitiesError::Pair(token.to_owned())) };
    let name = trim(name).to_owned();
    match value::parse(value) {
        Err(source) => Err(QuantitiesError::Value { name, source }),
        Ok(value) => match value.scalar {
            Some(scalar) => Ok((name, scalar.into())),
            None => Err(QuantitiesError::NotScalar(name)),
        },
    }
}

pub(super) fn write_amounts(f: &mut fmt::Formatter<'_>, amounts: &BTreeMap<String, Scalar>) -> fmt::Result {
    if amounts.is_empty() {
        return f.write_str("{}");
    }
    for (index, (name, amount)) in amounts.iter().enumerate() {
        write!(f, "{}{name}:{amount}", if index == 0 { "" } else { "; " })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> ResourceQuantities {
        text.parse().unwrap()
    }

    #[test]
    fn quantities_are_parsed_added_and_printed() {
        assert_eq!(read(" mem : 10 ;cpus:1;cpus:0.5;gpus:0").to_string(), "cpus:1.5; mem:10");
        assert_eq!(ResourceQuantities::default().to_string(), "{}");
        assert_eq!((read("cpus:1") - &read("cpus:2;mem:1")).to_string(), "{}");
        for text in ["cpus", "cpus:1:2", "cpus:a", "cpus:-1", "cpus:nan", "ports:3,cpus:1"] {
            assert!(text.parse::<ResourceQuantities>().is_err(), "{text}");
        }
    }

    #[test]
    fn ranges_and_sets_are_counted() {
        let resources: Resources = "cpus:0.5;ports:[1-3,7-7];disks:{a,b}".parse().unwrap();
        let quantities = ResourceQuantities::from(&resources);
        assert_eq!(quantities.to_string(), "cpus:0.5; disks:2; ports:4");
        assert!(resources.contains_quantities(&quantities));
        assert!(!resources.contains_quantities(&read("ports:5")));
        assert!(!resources.contains_quantities(&read("mem:1")));
    }
}
