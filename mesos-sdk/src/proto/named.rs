//! How values of enums are shown.

use std::fmt;
use std::marker::PhantomData;

/// The number of an enum's value, shown by its name where it has one.
pub(super) struct Named<E>(i32, PhantomData<E>);

impl<E> Named<E> {
    pub(super) fn new(value: i32) -> Self {
        Self(value, PhantomData)
    }
}

impl<E: TryFrom<i32> + fmt::Debug> fmt::Debug for Named<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match E::try_from(self.0) {
            Ok(value) => value.fmt(f),
            Err(_) => self.0.fmt(f),
        }
    }
}
