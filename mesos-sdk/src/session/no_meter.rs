//! Stands in for the meter without the feature `metrics`.
#![allow(clippy::unused_self, clippy::needless_pass_by_ref_mut, reason = "the meter does something")]

use std::marker::PhantomData;
use std::time::Duration;

use super::input::{Action, Input};
use super::{Machine, Role, Settings};

/// Measures nothing.
pub(super) struct Meter<R>(PhantomData<fn(R)>);

impl<R: Role> Meter<R> {
    pub(super) fn new(_: &Settings) -> Self {
        Self(PhantomData)
    }

    pub(super) fn input(&mut self, _: Duration, _: &Input<R>) {}

    pub(super) fn action(&mut self, _: Duration, _: &Action<R>, _: &Machine<R>) {}

    pub(super) fn publish(&mut self, _: Duration, _: &Machine<R>) {}
}
