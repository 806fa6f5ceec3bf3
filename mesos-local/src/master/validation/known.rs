//! What this master knows of a framework and an agent when it looks at tasks.

use mesos_sdk::proto::v1::ExecutorInfo;
use mesos_sdk::resources::Resources;
use mesos_sdk::validation::{Context, InUse};

use super::super::Master;
use super::super::agent::Agent;
use super::super::framework::Framework;
use super::super::task::Task;

/// One framework, and an agent with an offer for it.
pub(in super::super) struct Known<'a> {
    framework: &'a Framework,
    agent: &'a Agent,
    offered: &'a Resources,
}

impl Master {
    /// Returns what is known of the two, if they still exist.
    pub(in super::super) fn known<'a>(
        &'a self,
        framework: &str,
        agent: &str,
        offered: &'a Resources,
    ) -> Result<Known<'a>, String> {
        let agent = self.agents.get(agent).ok_or("Agent removed")?;
        let framework = self.frameworks.get(framework).ok_or("Framework cannot be found")?;
        Ok(Known { framework, agent, offered })
    }
}

impl Context for Known<'_> {
    fn framework_id(&self) -> Option<&str> {
        Some(self.framework.id())
    }

    fn agent_id(&self) -> Option<&str> {
        Some(self.agent.id())
    }

    fn offered(&self) -> Option<&Resources> {
        Some(self.offered)
    }

    fn task(&self, id: &str) -> InUse {
        if self.framework.tasks.contains_key(id) {
            InUse::Running
        } else if self.framework.unreachable_tasks.contains_key(id) {
            InUse::Unreachable
        } else {
            InUse::No
        }
    }

    fn executor(&self, id: &str) -> Option<&ExecutorInfo> {
        self.agent.executor(self.framework.id(), id)
    }

    fn share_cgroups(&self, executor: &str) -> Vec<bool> {
        let tasks = self.framework.tasks.values().chain(self.framework.unreachable_tasks.values());
        let running = tasks.filter(|task| {
            let runs_in = task.executor_id.as_ref().is_some_and(|id| id.value == executor);
            runs_in && task.agent_id().value == self.agent.id()
        });
        running.map(|task| shares_cgroups(task).unwrap_or(true)).collect()
    }
}

fn shares_cgroups(task: &Task) -> Option<bool> {
    task.info.container.as_ref()?.linux_info.as_ref()?.share_cgroups
}
