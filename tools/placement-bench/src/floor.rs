//! The floor: a loop that looks at each agent for each task, with two scalars, one attribute and a
//! packing score.

use crate::outcome::Outcome;

/// Agents and tasks as plain numbers.
#[derive(Default)]
pub(crate) struct Floor {
    pub(crate) agents: Vec<PlainAgent>,
    pub(crate) tasks: Vec<PlainTask>,
}

#[derive(Clone, Copy)]
pub(crate) struct PlainAgent {
    pub(crate) cpus: f64,
    pub(crate) mem: f64,
    pub(crate) attribute: u32,
}

#[derive(Clone, Copy)]
pub(crate) struct PlainTask {
    pub(crate) cpus: f64,
    pub(crate) mem: f64,
    /// The attribute that it needs, or zero.
    pub(crate) attribute: u32,
}

impl Floor {
    pub(crate) fn run(&self) -> Outcome {
        let mut left: Vec<_> = self.agents.iter().map(|agent| (agent.cpus, agent.mem)).collect();
        let mut used = vec![false; left.len()];
        let mut placed = 0;
        for task in &self.tasks {
            if let Some(agent) = self.best(task, &left) {
                left[agent].0 -= task.cpus;
                left[agent].1 -= task.mem;
                used[agent] = true;
                placed += 1;
            }
        }
        Outcome { placed, with_gpus: 0, agents: used.iter().filter(|used| **used).count() }
    }

    fn best(&self, task: &PlainTask, left: &[(f64, f64)]) -> Option<usize> {
        let (mut best, mut score) = (None, f64::MIN);
        for (index, (agent, (cpus, mem))) in self.agents.iter().zip(left).enumerate() {
            if *cpus < task.cpus || *mem < task.mem {
                continue;
            }
            if task.attribute != 0 && agent.attribute != task.attribute {
                continue;
            }
            let share = (2.0 - (cpus - task.cpus) / agent.cpus - (mem - task.mem) / agent.mem) / 2.0;
            if share > score {
                (best, score) = (Some(index), share);
            }
        }
        best
    }
}
