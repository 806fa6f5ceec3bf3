//! What can be submitted.

use std::convert::Infallible;
use std::sync::Arc;

use crate::batch::Batch;
use crate::error::Error;
use crate::handle::BatchHandle;
use crate::map::Map;
use crate::map_handle::MapHandle;
use crate::service::Service;
use crate::service_handle::ServiceHandle;
use crate::shared::Shared;
use crate::spec::Spec;
use crate::work::Work;

/// What can be [submitted](crate::Launcher::submit): a [`Batch`], a [`Map`] or a [`Service`].
#[expect(private_bounds, reason = "nobody else implements it")]
pub trait Workload: TryInto<Spec, Error: Refusal> {
    /// What it is seen and changed through.
    type Handle: View;
}

/// A view of what was submitted.
pub(crate) trait View {
    fn new(name: String, shared: Arc<Shared>) -> Self;
}

/// Why a workload can't be stored, if that is possible at all.
pub(crate) trait Refusal {
    fn error(self) -> Error;
}

impl Refusal for Infallible {
    fn error(self) -> Error {
        match self {}
    }
}

impl Refusal for Error {
    fn error(self) -> Error {
        self
    }
}

impl Workload for Batch {
    type Handle = BatchHandle;
}

impl<W: Work> Workload for Map<W> {
    type Handle = MapHandle<W>;
}

impl Workload for Service {
    type Handle = ServiceHandle;
}

impl View for BatchHandle {
    fn new(name: String, shared: Arc<Shared>) -> Self {
        Self::new(name, shared)
    }
}

impl<W: Work> View for MapHandle<W> {
    fn new(name: String, shared: Arc<Shared>) -> Self {
        Self::new(BatchHandle::new(name, shared))
    }
}

impl View for ServiceHandle {
    fn new(name: String, shared: Arc<Shared>) -> Self {
        Self::new(name, shared)
    }
}
