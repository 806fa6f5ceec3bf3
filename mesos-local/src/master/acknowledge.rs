//! ACKNOWLEDGE.

use mesos_sdk::proto::v1::FrameworkId;
use mesos_sdk::proto::v1::scheduler::call::Acknowledge;

use super::Master;
use super::counters::ACKNOWLEDGEMENTS;
use crate::messages::ToAgent;

impl Master {
    /// Passes an acknowledgement on to the agent. If the agent is not connected, the
    /// acknowledgement is dropped, and the agent sends the update again. The task is forgotten once
    /// the terminal update that was sent last is acknowledged.
    pub(super) fn acknowledge(&mut self, id: &str, acknowledge: Acknowledge) {
        let Acknowledge { agent_id, task_id, uuid } = acknowledge;
        if self.agents.get(&agent_id.value).is_none_or(|agent| agent.link.is_none()) {
            self.counters.count_valid(ACKNOWLEDGEMENTS, false);
            return tracing::warn!(framework = id, task = %task_id.value, "acknowledgement dropped: no such agent");
        }
        let task = self.frameworks.get(id).and_then(|framework| framework.tasks.get(&task_id.value));
        if let Some(task) = task.filter(|task| *task.agent_id() == agent_id) {
            let Some((state, sent)) = &task.sent else {
                self.counters.count_valid(ACKNOWLEDGEMENTS, false);
                return tracing::warn!(framework = id, "acknowledgement dropped: this master sent no update");
            };
            if state.is_terminal() && *sent == uuid {
                self.remove_task(id, &task_id.value);
            }
        }
        self.counters.count_valid(ACKNOWLEDGEMENTS, true);
        let framework_id = FrameworkId::from(id);
        self.send_to_agent(&agent_id.value, ToAgent::Acknowledge { framework_id, task_id, uuid });
    }
}
