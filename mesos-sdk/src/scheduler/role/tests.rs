//! When a framework learns that reconciliation is complete.

use bytes::Bytes;

use super::*;
use crate::proto::v1::{AgentId, FrameworkInfo, OperationId, TaskId};

/// A subscribed role, and what the framework knows.
struct Bench {
    role: SchedulerRole,
    tasks: Option<Vec<KnownTask>>,
    operations: Option<Vec<KnownOperation>>,
}

impl Bench {
    fn knowing(tasks: Option<&[&str]>, operations: Option<&[&str]>) -> Self {
        let task = |id: &&str| KnownTask { task_id: TaskId::from(*id), agent_id: None };
        let operation =
            |id: &&str| KnownOperation { operation_id: OperationId::from(*id), ..KnownOperation::default() };
        let identity = Identity::new(FrameworkInfo::default(), None);
        let settings = Reconciliation::new().implicit(false);
        let mut role = SchedulerRole::new(identity, RemovedPolicy::Fail, false).reconciliation(settings, 7);
        role.on_subscribed(event::Subscribed::default());
        Self {
            role,
            tasks: tasks.map(|ids| ids.iter().map(task).collect()),
            operations: operations.map(|ids| ids.iter().map(operation).collect()),
        }
    }

    /// Does what is due, and returns how often the framework learns that all is reconciled.
    fn reconciled(&mut self) -> usize {
        let mut times = 0;
        loop {
            let due = self.role.due(Duration::from_secs(1), true);
            if due.is_empty() {
                return times;
            }
            for due in due {
                let answer = match due {
                    Due::Deliver(Delivery::KnownTasks(question)) => {
                        HandleEvent::KnownTasks(question, self.tasks.clone())
                    }
                    Due::Deliver(Delivery::KnownOperations(question)) => {
                        HandleEvent::KnownOperations(question, self.operations.clone())
                    }
                    Due::Deliver(Delivery::Reconciled) => {
                        times += 1;
                        continue;
                    }
                    _ => continue,
                };
                self.role.on_handle_event(answer);
            }
        }
    }

    /// An update of a task comes, with this uuid.
    fn update(&mut self, id: &str, uuid: Option<Bytes>) -> &mut Self {
        let (task_id, agent_id) = (TaskId::from(id), Some(AgentId::from("a")));
        self.role.on_update(Box::new(TaskStatus { task_id, agent_id, uuid, ..TaskStatus::default() }));
        self
    }

    fn operation_update(&mut self, id: &str, state: OperationState) -> &mut Self {
        let (operation_id, state) = (Some(OperationId::from(id)), state.into());
        self.role.on_operation_update(Box::new(OperationStatus {
            operation_id,
            state,
            ..OperationStatus::default()
        }));
        self
    }
}

#[test]
fn completion_is_reported_once() {
    let mut bench = Bench::knowing(Some(&["t"]), Some(&["o"]));
    assert_eq!(bench.reconciled(), 0);
    assert_eq!(bench.update("t", None).reconciled(), 0, "the operation is missing");
    assert_eq!(bench.operation_update("o", OperationState::Recovering).reconciled(), 0);
    assert_eq!(bench.operation_update("o", OperationState::Pending).reconciled(), 1);
    assert_eq!(bench.reconciled(), 0);
    bench.role.on_handle_event(HandleEvent::Reconcile);
    assert_eq!(bench.reconciled(), 0);
    assert_eq!(bench.operation_update("o", OperationState::Pending).update("t", None).reconciled(), 1);
}

#[test]
fn completion_depends_on_taking_part() {
    assert_eq!(Bench::knowing(None, None).reconciled(), 0);
    assert_eq!(Bench::knowing(Some(&[]), None).reconciled(), 1);
    assert_eq!(Bench::knowing(None, Some(&[])).reconciled(), 1);
    assert_eq!(Bench::knowing(Some(&["t"]), None).update("t", None).reconciled(), 0, "not asked for yet");
    let mut bench = Bench::knowing(Some(&["t"]), None);
    assert_eq!((bench.reconciled(), bench.update("t", None).reconciled()), (0, 1));
}

#[test]
fn lost_subscription_interrupts_reconciliation() {
    let mut bench = Bench::knowing(Some(&["t"]), None);
    assert_eq!(bench.reconciled(), 0);
    bench.role.disconnected();
    assert_eq!(bench.update("t", None).reconciled(), 0);
    bench.role.on_subscribed(event::Subscribed::default());
    assert_eq!((bench.reconciled(), bench.update("t", None).reconciled()), (0, 1));
}

#[test]
fn resent_update_is_no_response() {
    let old = || Some(Bytes::from_static(&[7; 16]));
    let mut bench = Bench::knowing(Some(&["t"]), None);
    bench.update("t", old());
    assert_eq!((bench.reconciled(), bench.update("t", old()).reconciled()), (0, 0));
    assert_eq!(bench.update("t", None).reconciled(), 1);
}
