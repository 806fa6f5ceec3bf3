//! What can be submitted.

use std::sync::Arc;

use crate::batch::Batch;
use crate::handle::BatchHandle;
use crate::service::Service;
use crate::service_handle::ServiceHandle;
use crate::shared::Shared;
use crate::spec::Spec;

/// What can be [submitted](crate::Launcher::submit): a [`Batch`] or a [`Service`].
#[expect(private_bounds, reason = "nobody else implements it")]
pub trait Workload: Into<Spec> {
    /// What it is seen and changed through.
    type Handle: View;
}

/// A view of what was submitted.
pub(crate) trait View {
    fn new(name: String, shared: Arc<Shared>) -> Self;
}

impl Workload for Batch {
    type Handle = BatchHandle;
}

impl Workload for Service {
    type Handle = ServiceHandle;
}

impl View for BatchHandle {
    fn new(name: String, shared: Arc<Shared>) -> Self {
        Self::new(name, shared)
    }
}

impl View for ServiceHandle {
    fn new(name: String, shared: Arc<Shared>) -> Self {
        Self::new(name, shared)
    }
}
