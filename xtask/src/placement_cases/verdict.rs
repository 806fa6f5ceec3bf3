//! What is wrong with the answers to a case.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use mesos_placement::{PlacementError, Placer, Reason, Round, Task};

use super::form::{Amounts, Case, Count, Expect, Fields};
use super::{cluster, task};

/// Returns what is wrong; nothing if all is as expected.
pub(super) fn problems(case: &Case) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let tasks: Result<Vec<_>> = case.tasks.iter().map(task::read).collect();
    let tasks = match tasks {
        Ok(tasks) => tasks,
        // A constraint that is refused when it is made.
        Err(error) if !case.expect.error.is_empty() && error.downcast_ref::<PlacementError>().is_some() => {
            return Ok(problems);
        }
        Err(error) => return Err(error),
    };
    for task in &tasks {
        problems.extend(alone(case, task)?);
    }
    if case.expect.is_about_all() {
        problems.extend(together(case, tasks)?);
    }
    Ok(problems)
}

/// Returns a placer that knows the agents and what runs.
fn placer(case: &Case) -> Result<Placer> {
    let mut placer = Placer::new(cluster::settings(&case.settings)?)?;
    for agent in &case.agents {
        placer.set_agent(cluster::agent(agent)?)?;
    }
    for running in &case.running {
        placer.set_running(cluster::running(running)?)?;
    }
    Ok(placer)
}

/// Returns what is wrong with the answers for a task that is the only new one.
fn alone(case: &Case, task: &Task) -> Result<Vec<String>> {
    let (expect, id) = (&case.expect, &task.id);
    let mut placer = placer(case)?;
    let reasons = match (placer.reasons(task), expect.error.contains_key(id)) {
        (Err(_), true) => return Ok(Vec::new()),
        (Err(error), false) => return Ok(vec![format!("refused: {error}")]),
        (Ok(_), true) => return Ok(vec![format!("{id} is not refused when it is made")]),
        (Ok(reasons), false) => reasons.into_iter().collect::<BTreeMap<_, _>>(),
    };
    let mut problems = expect.reasons(id, &reasons);
    if let Some(wanted) = expect.ranking.get(id) {
        let ranking = placer.ranking(task)?;
        if sorted(&ranking) != sorted(wanted) {
            problems.push(format!("{id} ranks {ranking:?} instead of {wanted:?}"));
        }
    }
    Ok(problems)
}

fn sorted(ranking: &[Vec<String>]) -> Vec<BTreeSet<&String>> {
    ranking.iter().map(|rank| rank.iter().collect()).collect()
}

impl Expect {
    /// Returns whether something is expected of all tasks together.
    fn is_about_all(&self) -> bool {
        let count = &self.count;
        let counts = [count.placed, count.unplaced, count.agents_used, count.max_per_agent];
        let per = [count.per_agent.is_some(), count.per_value.is_some(), count.per_group.is_some()];
        !self.placed.is_empty()
            || !self.unplaced.is_empty()
            || counts.iter().any(Option::is_some)
            || per.contains(&true)
    }

    fn reasons(&self, task: &str, reasons: &BTreeMap<String, Vec<Reason>>) -> Vec<String> {
        let mut problems = Vec::new();
        if let Some(wanted) = self.allowed.get(task) {
            let free = reasons.iter().filter(|(_, reasons)| reasons.is_empty());
            let allowed: BTreeSet<_> = free.map(|(agent, _)| agent).collect();
            if allowed != wanted.iter().collect() {
                problems.push(format!("{task} is allowed on {allowed:?} instead of {wanted:?}: {reasons:?}"));
            }
        }
        let kinds = |agent: &str| {
            let reasons = reasons.get(agent).into_iter().flatten();
            reasons.map(Reason::kind).collect::<BTreeSet<_>>()
        };
        let mut hold = |what: &str,
                        of: &Fields<Fields<Vec<String>>>,
                        is_right: fn(&BTreeSet<String>, &BTreeSet<String>) -> bool| {
            for (agent, wanted) in of.get(task).into_iter().flatten() {
                let (wanted, given) = (wanted.iter().cloned().collect(), kinds(agent));
                if !is_right(&wanted, &given) {
                    problems.push(format!("{task} on {agent}: {given:?}, {what} {wanted:?}"));
                }
            }
        };
        hold("wanted", &self.refused, BTreeSet::is_subset);
        hold("wanted exactly", &self.only_reasons, BTreeSet::eq);
        hold("wanted none of", &self.not_reasons, BTreeSet::is_disjoint);
        problems.extend(self.shortages(task, reasons));
        problems
    }

    fn shortages(&self, task: &str, reasons: &BTreeMap<String, Vec<Reason>>) -> Vec<String> {
        let mut problems = Vec::new();
        for (agent, wanted) in self.amounts.get(task).into_iter().flatten() {
            let given: Vec<_> = reasons.get(agent).into_iter().flatten().filter_map(amounts).collect();
            for wanted in wanted.iter().filter(|wanted| !given.contains(wanted)) {
                problems.push(format!("{task} on {agent}: {given:?} lacks {wanted:?}"));
            }
        }
        problems
    }
}

fn amounts(reason: &Reason) -> Option<Amounts> {
    let Reason::Resource(shortage) = reason else { return None };
    let (asked, used, total) = (shortage.asked.as_f64(), shortage.used.as_f64(), shortage.total.as_f64());
    Some((shortage.name.clone(), asked, used, total))
}

/// Returns what is wrong after all tasks were placed in order.
fn together(case: &Case, tasks: Vec<Task>) -> Result<Vec<String>> {
    let mut placer = placer(case)?;
    let groups: BTreeMap<_, _> = tasks.iter().map(|task| (task.id.clone(), task.group.clone())).collect();
    for task in tasks {
        placer.submit(task)?;
    }
    let round = placer.place();
    let agents: BTreeMap<_, _> =
        round.assigned.iter().map(|assigned| (assigned.task.as_str(), assigned.agent.as_str())).collect();
    let mut problems = Vec::new();
    for (task, wanted) in &case.expect.placed {
        let place = agents.get(task.as_str()).copied().unwrap_or("nowhere");
        if !wanted.iter().any(|wanted| wanted == place) {
            problems.push(format!("{task} is placed on {place} instead of {wanted:?}"));
        }
    }
    let placed_all_the_same = case.expect.unplaced.iter().filter(|task| agents.contains_key(task.as_str()));
    problems.extend(placed_all_the_same.map(|task| format!("{task} is placed")));
    problems.extend(counts(&case.expect.count, case, &round, &groups));
    Ok(problems)
}

fn counts(count: &Count, case: &Case, round: &Round, groups: &Fields<String>) -> Vec<String> {
    let (mut per_agent, mut per_group) = (Fields::<usize>::new(), Fields::<usize>::new());
    for assigned in &round.assigned {
        *per_agent.entry(assigned.agent.clone()).or_default() += 1;
        *per_group.entry(groups[&assigned.task].clone()).or_default() += 1;
    }
    let mut problems = Vec::new();
    let mut hold = |what: &str, wanted: Option<usize>, given: usize| {
        if let Some(wanted) = wanted.filter(|wanted| *wanted != given) {
            problems.push(format!("{what}: {given} instead of {wanted}"));
        }
    };
    hold("placed", count.placed, round.assigned.len());
    hold("unplaced", count.unplaced, round.unplaced + round.postponed);
    hold("agents used", count.agents_used, per_agent.len());
    hold("most on one agent", count.max_per_agent, per_agent.values().copied().max().unwrap_or(0));
    for (agent, wanted) in count.per_agent.iter().flatten() {
        hold(agent, Some(*wanted), per_agent.get(agent).copied().unwrap_or(0));
    }
    for (group, wanted) in count.per_group.iter().flatten() {
        hold(group, Some(*wanted), per_group.get(group).copied().unwrap_or(0));
    }
    for (key, values) in count.per_value.iter().flatten() {
        for (value, wanted) in values {
            let here = case
                .agents
                .iter()
                .filter(|agent| agent.attributes.get(key).is_some_and(|own| own.as_str() == Some(value)));
            let given = here.filter_map(|agent| per_agent.get(&agent.id)).sum();
            hold(value, Some(*wanted), given);
        }
    }
    problems
}
