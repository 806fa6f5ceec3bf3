//! Messages of the v1 API, and their validation.

use crate::proto::v1::offer::Operation;
use crate::proto::v1::offer::operation::LaunchGroup;
use crate::proto::v1::scheduler::Call;
use crate::proto::v1::{FrameworkInfo, TaskGroupInfo, TaskInfo};
use crate::resources::Resources;
use crate::validation;
use crate::wire::{Encoding, Message, read_call, write_message};

/// Reads a message, as JSON if it begins like JSON, or else as protobuf. The result can be written
/// and read again.
pub(super) fn read<M: Message>(data: &[u8]) -> Option<M> {
    let encoding = if data.starts_with(b"{") { Encoding::Json } else { Encoding::Protobuf };
    let message: M = match encoding.decode(data) {
        Ok(message) => message,
        Err(error) => {
            assert!(error.to_string().starts_with("malformed "), "{error}");
            return None;
        }
    };
    let written = encoding.encode(&message);
    let again: M = encoding.decode(&written).unwrap_or_else(|error| panic!("{error}: {written:?}"));
    assert_eq!(encoding.encode(&again), written);
    Some(message)
}

/// Reads a call as a server does. The result can be written and read again.
fn serve(data: &[u8]) {
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        match read_call::<Call>(encoding, data) {
            Ok(call) => {
                let written = write_message(encoding, &call);
                read_call::<Call>(encoding, &written).unwrap_or_else(|error| panic!("{error}: {written:?}"));
            }
            Err(error) => assert!(error.to_string().starts_with("Failed to "), "{error}"),
        }
    }
}

/// Reads a task, and validates it alone and as a group of one.
pub fn task(data: &[u8]) {
    let Some(task) = read::<TaskInfo>(data) else { return };
    check_task(&task);
    let executor = task.executor.clone().unwrap_or_default();
    check_group(&LaunchGroup { executor: *executor, task_group: TaskGroupInfo { tasks: vec![task] } });
}

/// Reads a scheduler's call, and validates everything in it.
pub fn call(data: &[u8]) {
    serve(data);
    let Some(call) = read::<Call>(data) else { return };
    let framework = call.subscribe.as_ref().map(|subscribe| &subscribe.framework_info);
    if let Some(subscribe) = &call.subscribe {
        check_framework(&subscribe.framework_info, &subscribe.suppressed_roles);
        if let Some(constraints) = &subscribe.offer_constraints {
            explained(validation::offer_constraints(constraints));
        }
    }
    let framework = framework.cloned().unwrap_or_default();
    for operation in call.accept.iter().flat_map(|accept| &accept.operations) {
        check_operation(operation.clone(), &framework);
    }
}

fn check_task(task: &TaskInfo) {
    explained(validation::task(task));
    explained(validation::task_in(task, &()));
    let mut prepared = task.clone();
    explained(validation::prepare_task(&mut prepared, "role", "framework"));
    explained(validation::task(&prepared));
}

fn check_group(group: &LaunchGroup) {
    explained(validation::task_group(group));
    explained(validation::executor(&group.executor));
    let mut prepared = group.clone();
    explained(validation::prepare_group(&mut prepared, "role"));
    explained(validation::task_group(&prepared));
}

fn check_framework(framework: &FrameworkInfo, suppressed: &[String]) {
    explained(validation::framework(framework));
    explained(validation::suppressed_roles(framework, suppressed));
    explained(validation::failover_timeout(framework));
    explained(validation::update(&FrameworkInfo::default(), framework));
}

fn check_operation(mut operation: Operation, framework: &FrameworkInfo) {
    let launched = operation.launch.iter().flat_map(|launch| &launch.task_infos);
    launched.for_each(check_task);
    operation.launch_group.iter().for_each(|group| check_group(group));
    explained(validation::prepare_operation(&mut operation, "role"));
    explained(validation::operation(&operation, Some(framework), &Resources::new()));
    explained(Resources::new().apply(&operation).map(drop));
    validation::unallocate_operation(&mut operation);
}

/// Checks that a refusal gives a reason.
pub(super) fn explained<T, E: std::fmt::Display>(result: Result<T, E>) {
    assert!(result.err().is_none_or(|error| !error.to_string().is_empty()));
}
