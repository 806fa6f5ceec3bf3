//! Lists of agents and tasks.

use std::collections::HashMap;

use mesos_sdk::proto::v1::Task;
use mesos_sdk::proto::v1::master::response::get_agents::Agent;
use mesos_sdk::resources::Resources;
use serde_json::{Value, json};

use super::options::{List, Tasks};
use super::outcome::Outcome;
use super::output;
use super::table::table;

/// Prints the agents.
pub(crate) async fn agents(list: &List) -> Outcome {
    let agents = list.access.operator()?.get_agents().await?.agents;
    if list.json {
        output::line(&agents.iter().map(agent).collect::<Value>().to_string());
        return Ok(());
    }
    let rows: Vec<_> = agents.iter().map(agent_row).collect();
    output::line(&table(["ID", "HOST", "ADDRESS", "STATE", "CPUS", "MEM", "DISK"], &rows));
    Ok(())
}

/// Prints the tasks.
pub(crate) async fn tasks(Tasks { list, all }: &Tasks) -> Outcome {
    let operator = list.access.operator()?;
    let (found, frameworks) = tokio::try_join!(operator.get_tasks(), operator.get_frameworks())?;
    let ended = if *all { found.completed_tasks } else { Vec::new() };
    let tasks = found.tasks.into_iter().chain(found.unreachable_tasks).chain(ended);
    let tasks: Vec<_> = tasks.filter(|task| *all || !task.state().is_terminal()).collect();
    let frameworks = frameworks.frameworks.into_iter().chain(frameworks.completed_frameworks);
    let names: HashMap<_, _> = frameworks
        .filter_map(|framework| Some((framework.framework_info.id?.value, framework.framework_info.name)))
        .collect();
    let name = |task: &Task| names.get(&task.framework_id.value).cloned().unwrap_or_default();
    if list.json {
        let all: Value = tasks.iter().map(|one| task(one, &name(one))).collect();
        output::line(&all.to_string());
        return Ok(());
    }
    let rows: Vec<_> = tasks.iter().map(|one| task_row(one, name(one))).collect();
    output::line(&table(["ID", "NAME", "STATE", "FRAMEWORK", "AGENT"], &rows));
    Ok(())
}

fn agent(agent: &Agent) -> Value {
    let [total, used, offered] = amounts(agent);
    let part = |pick: fn(&Resources) -> f64| json!({"total": pick(&total), "used": pick(&used), "offered": pick(&offered)});
    json!({
        "id": agent.agent_info.id.as_ref().map(|id| &id.value), "hostname": agent.agent_info.hostname,
        "address": address(agent), "state": state(agent), "version": agent.version,
        "cpus": part(|all| all.cpus().as_f64()), "mem": part(|all| all.mem().as_f64()),
        "disk": part(|all| all.disk().as_f64()), "gpus": part(|all| all.gpus().as_f64()),
    })
}

fn agent_row(agent: &Agent) -> [String; 7] {
    let [total, used, _] = amounts(agent);
    let part = |pick: fn(&Resources) -> f64| format!("{}/{}", pick(&used), pick(&total));
    let id = agent.agent_info.id.as_ref().map(|id| id.value.clone()).unwrap_or_default();
    [
        id,
        agent.agent_info.hostname.clone(),
        address(agent).to_owned(),
        state(agent).to_owned(),
        part(|all| all.cpus().as_f64()),
        part(|all| all.mem().as_f64()),
        part(|all| all.disk().as_f64()),
    ]
}

/// Returns what an agent has, what is in use, and what is on offer.
fn amounts(agent: &Agent) -> [Resources; 3] {
    [&agent.total_resources, &agent.allocated_resources, &agent.offered_resources]
        .map(|resources| Resources::from(&resources[..]))
}

/// Returns the `host:port` of an agent.
fn address(agent: &Agent) -> &str {
    agent.pid.as_deref().and_then(|pid| pid.split_once('@')).map_or("", |(_, address)| address)
}

fn state(agent: &Agent) -> &'static str {
    match agent {
        Agent { drain_info: Some(_), .. } => "draining",
        Agent { deactivated: Some(true), .. } => "deactivated",
        Agent { active: false, .. } => "disconnected",
        _ => "active",
    }
}

fn task(task: &Task, framework: &str) -> Value {
    let last = task.statuses.last();
    json!({
        "id": task.task_id.value, "name": task.name, "state": task.state().as_str_name(),
        "framework_id": task.framework_id.value, "framework": framework, "agent_id": task.agent_id.value,
        "since": last.and_then(|status| status.timestamp), "message": last.and_then(|status| status.message.clone()),
    })
}

fn task_row(task: &Task, framework: String) -> [String; 5] {
    let state = task.state().as_str_name().to_owned();
    [task.task_id.value.clone(), task.name.clone(), state, framework, task.agent_id.value.clone()]
}
