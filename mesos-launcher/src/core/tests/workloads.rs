//! What the model is asked to run.

use mesos_placement::Constraint;

use crate::batch::Batch;
use crate::data::Data;
use crate::retry::Retry;
use crate::service::Service;
use crate::spec::{Kind, Spec};
use crate::task::Task;

/// Returns a batch whose tasks may fail so often.
pub(super) fn batch(tasks: usize, attempts: u32) -> Batch {
    let tasks = (0..tasks).map(|_| Task::shell("work").cpus(1.0).mem(1.0));
    Batch::new("b", tasks).retry(Retry::attempts(attempts))
}

/// Returns a batch as a map, whose inputs are the numbers of its tasks.
pub(super) fn map(batch: Batch) -> Spec {
    let mut spec = Spec::from(batch);
    for (index, task) in spec.tasks.iter_mut().enumerate() {
        task.input = Some(Data(index.to_string().into()));
    }
    if let Kind::Batch(policy) = &mut spec.policy.kind {
        policy.is_map = true;
    }
    spec
}

/// Returns a service.
pub(super) fn service(instances: usize) -> Service {
    Service::new("b", Task::shell("work").cpus(1.0).mem(1.0)).instances(instances)
}

/// Returns a service with at most one instance in each rack; each agent of the model has its own.
pub(super) fn unique(instances: usize) -> Service {
    let task = Task::shell("work").cpus(1.0).mem(1.0);
    Service::new("b", task.constraint(Constraint::limit("rack", 1))).instances(instances)
}
