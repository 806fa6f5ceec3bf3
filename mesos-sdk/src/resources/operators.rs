//! `+`, `-` and the ways into and out of [`Resources`].

use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::slice;

use crate::proto::v1::Resource;

use super::entry::Entry;
use super::{ResourceError, Resources};

impl Resources {
    /// Returns the entries; a shared resource comes once, however many copies there are.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.entries.iter())
    }
}

impl Resources {
    /// Adds a resource. Fails if it is not valid.
    pub fn try_add(&mut self, resource: Resource) -> Result<(), ResourceError> {
        self.add_entry(Entry::new(resource)?);
        Ok(())
    }
}

/// An invalid resource adds nothing; [`Resources::try_add`] returns the reason.
impl AddAssign<Resource> for Resources {
    fn add_assign(&mut self, resource: Resource) {
        _ = self.try_add(resource);
    }
}

impl AddAssign for Resources {
    fn add_assign(&mut self, other: Self) {
        other.entries.into_iter().for_each(|entry| self.add_entry(entry));
    }
}

impl AddAssign<&Resources> for Resources {
    fn add_assign(&mut self, other: &Self) {
        other.entries.iter().for_each(|entry| self.add_copy(entry));
    }
}

/// Takes away what is there of the resource: an invalid one, or one that is not there, changes
/// nothing.
impl SubAssign<Resource> for Resources {
    fn sub_assign(&mut self, resource: Resource) {
        if let Ok(entry) = Entry::new(resource) {
            self.subtract_entry(&entry);
        }
    }
}

/// Takes away what is there of `other`: taking more than there is leaves nothing of that entry, and
/// what is not there at all changes nothing. Ask [`Resources::contains`] first where that matters.
impl SubAssign<&Resources> for Resources {
    fn sub_assign(&mut self, other: &Self) {
        other.entries.iter().for_each(|entry| self.subtract_entry(entry));
    }
}

impl SubAssign for Resources {
    fn sub_assign(&mut self, other: Self) {
        *self -= &other;
    }
}

impl<T> Add<T> for Resources
where
    Self: AddAssign<T>,
{
    type Output = Self;
    fn add(mut self, other: T) -> Self {
        self += other;
        self
    }
}

impl Add<&Resources> for &Resources {
    type Output = Resources;
    fn add(self, other: &Resources) -> Resources {
        self.clone() + other
    }
}

impl<T> Sub<T> for Resources
where
    Self: SubAssign<T>,
{
    type Output = Self;
    fn sub(mut self, other: T) -> Self {
        self -= other;
        self
    }
}

impl Sub<&Resources> for &Resources {
    type Output = Resources;
    fn sub(self, other: &Resources) -> Resources {
        self.clone() - other
    }
}

impl Extend<Resource> for Resources {
    fn extend<I: IntoIterator<Item = Resource>>(&mut self, resources: I) {
        resources.into_iter().for_each(|resource| *self += resource);
    }
}

impl FromIterator<Resource> for Resources {
    fn from_iter<I: IntoIterator<Item = Resource>>(resources: I) -> Self {
        let mut total = Self::new();
        total.extend(resources);
        total
    }
}

impl From<Vec<Resource>> for Resources {
    fn from(resources: Vec<Resource>) -> Self {
        resources.into_iter().collect()
    }
}

impl From<&[Resource]> for Resources {
    fn from(resources: &[Resource]) -> Self {
        resources.iter().cloned().collect()
    }
}

impl From<Resource> for Resources {
    fn from(resource: Resource) -> Self {
        Self::new() + resource
    }
}

/// The entries; a shared resource comes once, however many copies there are.
impl From<Resources> for Vec<Resource> {
    fn from(resources: Resources) -> Self {
        resources.into_iter().collect()
    }
}

impl Sum for Resources {
    fn sum<I: Iterator<Item = Self>>(resources: I) -> Self {
        resources.fold(Self::new(), Add::add)
    }
}

impl<'a> Sum<&'a Resources> for Resources {
    fn sum<I: Iterator<Item = &'a Self>>(resources: I) -> Self {
        resources.fold(Self::new(), Add::add)
    }
}

/// The entries of [`Resources`].
#[derive(Clone, Debug)]
pub struct Iter<'a>(slice::Iter<'a, Entry>);

impl<'a> Iterator for Iter<'a> {
    type Item = &'a Resource;
    fn next(&mut self) -> Option<&'a Resource> {
        self.0.next().map(|entry| &entry.resource)
    }
}

impl<'a> IntoIterator for &'a Resources {
    type Item = &'a Resource;
    type IntoIter = Iter<'a>;
    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// The entries of [`Resources`], by value.
#[derive(Clone, Debug)]
pub struct IntoIter(std::vec::IntoIter<Entry>);

impl Iterator for IntoIter {
    type Item = Resource;
    fn next(&mut self) -> Option<Resource> {
        self.0.next().map(|entry| entry.resource)
    }
}

impl IntoIterator for Resources {
    type Item = Resource;
    type IntoIter = IntoIter;
    fn into_iter(self) -> IntoIter {
        IntoIter(self.entries.into_iter())
    }
}
