//! What the model is asked to run.

use mesos_placement::Constraint;

use crate::batch::Batch;
use crate::data::Data;
use crate::pod::Pod;
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
    map_of(batch, |index| index.to_string())
}

/// Returns a batch as a map with these inputs.
pub(super) fn map_of(mut batch: Batch, input: impl Fn(usize) -> String) -> Spec {
    for (index, task) in batch.tasks.iter_mut().enumerate() {
        task.input = Some(Data(input(index).into()));
    }
    let mut spec = Spec::from(batch);
    if let Kind::Batch(policy) = &mut spec.policy.kind {
        policy.is_map = true;
    }
    spec
}

/// Returns a service.
pub(super) fn service(instances: usize) -> Service {
    Service::new("b", Task::shell("work").cpus(1.0).mem(1.0)).instances(instances)
}

/// Returns a service of pods. Two have place on an agent with 4 cores.
pub(super) fn pods(instances: usize) -> Service {
    let task = || Task::shell("work").cpus(0.9).mem(1.0);
    let pod = Pod::new().task("server", task()).helper("shipper", task());
    Service::new("b", pod).instances(instances)
}

/// Returns a service whose instances have volumes.
pub(super) fn with_volumes(instances: usize) -> Service {
    let task = Task::shell("work").cpus(1.0).mem(1.0).volume("data", 10.0);
    Service::new("b", task).instances(instances)
}

/// Returns a service with at most one instance in each rack; each agent of the model has its own.
pub(super) fn unique(instances: usize) -> Service {
    let task = Task::shell("work").cpus(1.0).mem(1.0);
    Service::new("b", task.constraint(Constraint::limit("rack", 1))).instances(instances)
}
