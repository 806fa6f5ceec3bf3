//! Which parts of a state can be read as a stream, and where they are in the responses.

use crate::proto::v1::master::response::get_agents::Agent;
use crate::proto::v1::master::response::get_executors::Executor;
use crate::proto::v1::master::response::get_frameworks::Framework;
use crate::proto::v1::{AgentInfo, Operation, Task};
use crate::wire::split::{Content, Field};
use crate::wire::{DecodeError, Encoding, Message};

/// One item of [`MasterOperator::state`](super::MasterOperator::state).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum StateItem {
    /// A task on an agent that can be reached, unless its end is acknowledged.
    Task(Task),
    /// A task on an agent that can't be reached.
    UnreachableTask(Task),
    /// One of the last tasks that ended.
    CompletedTask(Task),
    /// An executor.
    Executor(Executor),
    /// A framework, connected or not.
    Framework(Framework),
    /// One of the last frameworks that ended.
    CompletedFramework(Framework),
    /// An agent.
    Agent(Agent),
    /// An agent that has yet to return after a change of masters.
    RecoveredAgent(AgentInfo),
}

/// How an element is decoded.
pub(super) type Decode<T> = fn(Encoding, &[u8]) -> Result<T, DecodeError>;

type Fields<T> = &'static [Field<Decode<T>>];

pub(super) const TASKS: Fields<Task> = &[part(13, "get_tasks", &[list(2, "tasks", decode)])];
pub(super) const UNREACHABLE_TASKS: Fields<Task> =
    &[part(13, "get_tasks", &[list(5, "unreachable_tasks", decode)])];
pub(super) const COMPLETED_TASKS: Fields<Task> =
    &[part(13, "get_tasks", &[list(3, "completed_tasks", decode)])];
pub(super) const EXECUTORS: Fields<Executor> = &[part(12, "get_executors", &[list(1, "executors", decode)])];
pub(super) const FRAMEWORKS: Fields<Framework> =
    &[part(11, "get_frameworks", &[list(1, "frameworks", decode)])];
pub(super) const COMPLETED_FRAMEWORKS: Fields<Framework> =
    &[part(11, "get_frameworks", &[list(2, "completed_frameworks", decode)])];
pub(super) const AGENTS: Fields<Agent> = &[part(10, "get_agents", &[list(1, "agents", decode)])];
pub(super) const RECOVERED_AGENTS: Fields<AgentInfo> =
    &[part(10, "get_agents", &[list(2, "recovered_agents", decode)])];
pub(super) const OPERATIONS: Fields<Operation> =
    &[part(20, "get_operations", &[list(1, "operations", decode)])];

pub(super) const STATE: Fields<StateItem> = &[part(
    9,
    "get_state",
    &[
        part(
            1,
            "get_tasks",
            &[
                list(2, "tasks", |encoding, bytes| encoding.decode(bytes).map(StateItem::Task)),
                list(5, "unreachable_tasks", |encoding, bytes| {
                    encoding.decode(bytes).map(StateItem::UnreachableTask)
                }),
                list(3, "completed_tasks", |encoding, bytes| {
                    encoding.decode(bytes).map(StateItem::CompletedTask)
                }),
            ],
        ),
        part(
            2,
            "get_executors",
            &[list(1, "executors", |encoding, bytes| encoding.decode(bytes).map(StateItem::Executor))],
        ),
        part(
            3,
            "get_frameworks",
            &[
                list(1, "frameworks", |encoding, bytes| encoding.decode(bytes).map(StateItem::Framework)),
                list(2, "completed_frameworks", |encoding, bytes| {
                    encoding.decode(bytes).map(StateItem::CompletedFramework)
                }),
            ],
        ),
        part(
            4,
            "get_agents",
            &[
                list(1, "agents", |encoding, bytes| encoding.decode(bytes).map(StateItem::Agent)),
                list(2, "recovered_agents", |encoding, bytes| {
                    encoding.decode(bytes).map(StateItem::RecoveredAgent)
                }),
            ],
        ),
    ],
)];

const fn part<T>(tag: u32, name: &'static str, fields: Fields<T>) -> Field<Decode<T>> {
    Field { tag, name, content: Content::Message(fields) }
}

const fn list<T>(tag: u32, name: &'static str, decode: Decode<T>) -> Field<Decode<T>> {
    Field { tag, name, content: Content::Elements(decode) }
}

fn decode<M: Message>(encoding: Encoding, bytes: &[u8]) -> Result<M, DecodeError> {
    encoding.decode(bytes)
}

#[cfg(test)]
#[cfg(feature = "json")]
mod tests {
    use super::*;
    use crate::proto::descriptor::{Described as _, Kind, Label, MessageType};
    use crate::proto::v1::master::Response;

    /// Checks that a message has these fields.
    fn check<T>(message: &MessageType, fields: Fields<T>) {
        for field in fields {
            let declared = message.by_tag(field.tag).filter(|declared| declared.name() == field.name);
            match (declared.map(|declared| (declared.kind, declared.label)), field.content) {
                (Some((Kind::Message(kind), Label::Optional)), Content::Message(fields)) => {
                    check(kind(), fields)
                }
                (Some((Kind::Message(_), Label::Repeated)), Content::Elements(_)) => {}
                (other, _) => panic!("{}: {other:?}", field.name),
            }
        }
    }

    #[test]
    fn tags_and_names_are_those_of_responses() {
        let response = Response::message_type();
        for fields in [TASKS, UNREACHABLE_TASKS, COMPLETED_TASKS] {
            check(response, fields);
        }
        for fields in [FRAMEWORKS, COMPLETED_FRAMEWORKS] {
            check(response, fields);
        }
        check(response, EXECUTORS);
        check(response, AGENTS);
        check(response, RECOVERED_AGENTS);
        check(response, OPERATIONS);
        check(response, STATE);
    }
}
