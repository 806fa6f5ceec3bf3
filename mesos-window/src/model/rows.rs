//! The rows of the lists.

use std::cmp::Ordering;
use std::collections::HashSet;

use mesos_sdk::proto::v1::master::response::get_agents::Agent;
use mesos_sdk::proto::v1::master::response::get_frameworks::Framework;
use mesos_sdk::proto::v1::{Offer, Resource, Task};
use serde_json::{Value, json};

use super::amounts::{Amounts, Share, text};
use super::{Model, Query};

impl Model {
    /// Returns the rows that a query asks for, and how many there are in all.
    pub(crate) fn rows(&self, query: &Query) -> Value {
        let (total, rows) = match query.view.as_str() {
            "tasks" => self.task_rows(query),
            "agents" => self.agent_rows(query),
            "frameworks" => self.framework_rows(query),
            "offers" => self.offer_rows(query),
            "reservations" => self.reservation_rows(query),
            "events" => self.event_rows(query),
            _ => (0, Vec::new()),
        };
        json!({"version": self.version, "total": total, "offset": query.offset, "rows": rows})
    }

    fn task_rows(&self, query: &Query) -> (usize, Vec<Value>) {
        let (frameworks, agents) = self.found(query);
        let is_found = |task: &Task| {
            frameworks.contains(task.framework_id.value.as_str())
                || agents.contains(task.agent_id.value.as_str())
                || query.matches([&task.task_id.value, &task.name, task.state().as_str_name()])
        };
        let tasks = self.tasks.newest().filter(|task| is_wanted(query, task) && is_found(task)).collect();
        let by: Option<By<'_, Task>> = match query.sort.as_str() {
            "id" => Some(Box::new(|a, b| a.task_id.value.cmp(&b.task_id.value))),
            "name" => Some(Box::new(|a, b| a.name.cmp(&b.name))),
            "state" => Some(Box::new(|a, b| a.state().as_str_name().cmp(b.state().as_str_name()))),
            "framework" => Some(Box::new(|a, b| {
                self.framework_name(&a.framework_id.value).cmp(self.framework_name(&b.framework_id.value))
            })),
            "agent" => Some(Box::new(|a, b| a.agent_id.value.cmp(&b.agent_id.value))),
            "since" => Some(Box::new(|a, b| since(a).total_cmp(&since(b)))),
            "cpus" => Some(Box::new(|a, b| cpus(a).total_cmp(&cpus(b)))),
            _ => None,
        };
        page(query, tasks, by, |task| self.task_row(task))
    }

    /// Returns the ids of the frameworks and of the agents that contain the searched text, so that
    /// they are not searched for each of their tasks.
    fn found(&self, query: &Query) -> (HashSet<&str>, HashSet<&str>) {
        if query.finds_all() {
            return (HashSet::new(), HashSet::new());
        }
        let active = self.frameworks.values();
        let infos = active.chain(&self.ended_frameworks).map(|framework| &framework.framework_info);
        let named = infos.filter_map(|info| Some((info.id.as_ref()?.value.as_str(), info.name.as_str())));
        let frameworks = named.filter(|(id, name)| query.matches([*id, *name])).map(|(id, _)| id).collect();
        let agents = self.agents.iter();
        let agents = agents.filter(|(id, agent)| query.matches([id.as_str(), &agent.agent_info.hostname]));
        (frameworks, agents.map(|(id, _)| id.as_str()).collect())
    }

    pub(super) fn task_row(&self, task: &Task) -> Value {
        let last = task.statuses.last();
        json!({
            "id": task.task_id.value, "name": task.name, "state": task.state().as_str_name(),
            "framework": task.framework_id.value,
            "framework_name": self.framework_name(&task.framework_id.value),
            "agent": task.agent_id.value, "hostname": self.hostname(&task.agent_id.value),
            "since": since(task), "amounts": Amounts::from(&task.resources[..]),
            "healthy": last.and_then(|status| status.healthy),
        })
    }

    fn agent_rows(&self, query: &Query) -> (usize, Vec<Value>) {
        let agents = self.agents.iter().filter(|(id, agent)| {
            query.matches([id.as_str(), &agent.agent_info.hostname, agent_state(agent)])
        });
        let part = |part: fn(&Amounts) -> f64| -> Option<By<'_, (&String, &Agent)>> {
            let full = move |agent: &Agent| {
                let share = share(agent);
                part(&share.used) / part(&share.total).max(f64::MIN_POSITIVE)
            };
            Some(Box::new(move |a, b| full(a.1).total_cmp(&full(b.1))))
        };
        let by: Option<By<'_, (&String, &Agent)>> = match query.sort.as_str() {
            "id" => Some(Box::new(|a, b| a.0.cmp(b.0))),
            "hostname" => Some(Box::new(|a, b| a.1.agent_info.hostname.cmp(&b.1.agent_info.hostname))),
            "state" => Some(Box::new(|a, b| agent_state(a.1).cmp(agent_state(b.1)))),
            "cpus" => part(|amounts| amounts.cpus),
            "mem" => part(|amounts| amounts.mem),
            "disk" => part(|amounts| amounts.disk),
            _ => None,
        };
        let agents: Vec<_> = agents.collect();
        page(query, agents.iter().collect(), by, |(id, agent)| agent_row(id, agent))
    }

    fn framework_rows(&self, query: &Query) -> (usize, Vec<Value>) {
        let active = self.frameworks.values().map(|framework| (framework, false));
        let ended = self.ended_frameworks.iter().rev().map(|framework| (framework, true));
        let all: Vec<_> = active.chain(ended).collect();
        let wanted = all.iter().filter(|(framework, ended)| {
            let info = &framework.framework_info;
            let id = info.id.as_ref().map_or("", |id| &id.value);
            query.matches([id, &info.name, &info.user, framework_state(framework, *ended)])
        });
        let by: Option<By<'_, (&Framework, bool)>> = match query.sort.as_str() {
            "name" => Some(Box::new(|a, b| a.0.framework_info.name.cmp(&b.0.framework_info.name))),
            "state" => Some(Box::new(|a, b| framework_state(a.0, a.1).cmp(framework_state(b.0, b.1)))),
            _ => None,
        };
        page(query, wanted.collect(), by, |(framework, ended)| framework_row(framework, *ended))
    }

    fn offer_rows(&self, query: &Query) -> (usize, Vec<Value>) {
        let offers: Vec<_> = self
            .frameworks
            .values()
            .flat_map(|framework| {
                framework.offers.iter().map(|offer| (&framework.framework_info.name, offer))
            })
            .filter(|(name, offer)| {
                query.matches([name.as_str(), &offer.id.value, &offer.hostname, &offer.agent_id.value])
            })
            .collect();
        let by: Option<By<'_, (&String, &Offer)>> = match query.sort.as_str() {
            "id" => Some(Box::new(|a, b| a.1.id.value.cmp(&b.1.id.value))),
            "framework" => Some(Box::new(|a, b| a.0.cmp(b.0))),
            "agent" => Some(Box::new(|a, b| a.1.hostname.cmp(&b.1.hostname))),
            _ => None,
        };
        page(query, offers.iter().collect(), by, |(name, offer)| {
            json!({
                "id": offer.id.value, "framework": offer.framework_id.value, "framework_name": name,
                "agent": offer.agent_id.value, "hostname": offer.hostname,
                "role": offer.allocation_info.as_ref().and_then(|info| info.role.clone()),
                "amounts": Amounts::from(&offer.resources[..]), "resources": text(&offer.resources),
            })
        })
    }

    fn reservation_rows(&self, query: &Query) -> (usize, Vec<Value>) {
        let all: Vec<_> = self
            .agents
            .iter()
            .flat_map(|(id, agent)| {
                let reserved =
                    agent.total_resources.iter().filter_map(|resource| Some((role(resource)?, resource)));
                reserved.map(move |(role, resource)| (role, id, agent, resource))
            })
            .filter(|(role, id, agent, resource)| {
                query.matches([
                    role.as_str(),
                    id,
                    &agent.agent_info.hostname,
                    &resource.name,
                    volume(resource),
                ])
            })
            .collect();
        let by: Option<By<'_, (String, &String, &Agent, &Resource)>> = match query.sort.as_str() {
            "role" => Some(Box::new(|a, b| a.0.cmp(&b.0))),
            "agent" => Some(Box::new(|a, b| a.2.agent_info.hostname.cmp(&b.2.agent_info.hostname))),
            _ => None,
        };
        page(query, all.iter().collect(), by, |(role, id, agent, resource)| {
            let last = resource.reservations.last();
            json!({
                "role": role, "agent": id, "hostname": agent.agent_info.hostname,
                "principal": last.and_then(|last| last.principal.clone()), "volume": volume(resource),
                "resources": text(std::slice::from_ref(*resource)),
            })
        })
    }

    fn event_rows(&self, query: &Query) -> (usize, Vec<Value>) {
        let entries = self.log.newest().filter(|entry| {
            query.matches([entry.kind, &entry.what, &entry.id, &entry.name, &entry.framework, &entry.message])
        });
        page(query, entries.collect(), None, |entry| json!(entry))
    }
}

/// Returns whether a task has the state, the framework and the agent of a query.
fn is_wanted(query: &Query, task: &Task) -> bool {
    let is_over = task.state().is_terminal();
    let state = match query.state.as_str() {
        "" => true,
        "active" => !is_over,
        "ended" => is_over,
        state => task.state().as_str_name().strip_prefix("TASK_") == Some(state),
    };
    let is_of = |wanted: &str, id: &str| wanted.is_empty() || wanted == id;
    state && is_of(&query.framework, &task.framework_id.value) && is_of(&query.agent, &task.agent_id.value)
}

type By<'a, T> = Box<dyn Fn(&T, &T) -> Ordering + 'a>;

/// Orders what was found, and returns how much that is, with a part of it.
fn page<T>(
    query: &Query,
    mut found: Vec<&T>,
    by: Option<By<'_, T>>,
    row: impl Fn(&T) -> Value,
) -> (usize, Vec<Value>) {
    if let Some(by) = by {
        found.sort_by(|a, b| if query.descending { by(b, a) } else { by(a, b) });
    } else if query.descending {
        found.reverse();
    }
    let part = found.iter().skip(query.offset).take(query.limit);
    (found.len(), part.map(|one| row(one)).collect())
}

/// Returns since when a task has been in its state, in seconds since 1970.
pub(super) fn since(task: &Task) -> f64 {
    task.statuses.last().and_then(|status| status.timestamp).unwrap_or_default()
}

fn cpus(task: &Task) -> f64 {
    Amounts::from(&task.resources[..]).cpus
}

pub(super) fn share(agent: &Agent) -> Share {
    Share {
        total: Amounts::from(&agent.total_resources[..]),
        used: Amounts::from(&agent.allocated_resources[..]),
        offered: Amounts::from(&agent.offered_resources[..]),
    }
}

pub(super) fn agent_row(id: &str, agent: &Agent) -> Value {
    json!({
        "id": id, "hostname": agent.agent_info.hostname, "state": agent_state(agent),
        "share": share(agent), "version": agent.version,
    })
}

/// Returns in a word whether tasks can be launched on an agent.
fn agent_state(agent: &Agent) -> &'static str {
    match agent {
        Agent { drain_info: Some(_), .. } => "draining",
        Agent { deactivated: Some(true), .. } => "deactivated",
        Agent { active: false, .. } => "disconnected",
        _ => "active",
    }
}

pub(super) fn framework_row(framework: &Framework, ended: bool) -> Value {
    let info = &framework.framework_info;
    json!({
        "id": info.id.as_ref().map(|id| id.value.clone()), "name": info.name, "user": info.user,
        "state": framework_state(framework, ended), "roles": roles(framework),
        "amounts": Amounts::from(&framework.allocated_resources[..]), "offers": framework.offers.len(),
    })
}

fn framework_state(framework: &Framework, ended: bool) -> &'static str {
    match framework {
        _ if ended => "ended",
        Framework { connected: false, .. } => "disconnected",
        Framework { active: false, .. } => "inactive",
        _ => "active",
    }
}

#[expect(deprecated, reason = "older frameworks have one role")]
fn roles(framework: &Framework) -> Vec<String> {
    let info = &framework.framework_info;
    if info.roles.is_empty() { info.role.iter().cloned().collect() } else { info.roles.clone() }
}

/// Returns the role for which a resource is reserved.
#[expect(deprecated, reason = "older masters state it so")]
fn role(resource: &Resource) -> Option<String> {
    let role = match resource.reservations.last() {
        Some(last) => last.role.clone(),
        None => resource.role.clone(),
    };
    role.filter(|role| role != "*")
}

/// Returns the id of a persistent volume.
fn volume(resource: &Resource) -> &str {
    let persistence = resource.disk.as_ref().and_then(|disk| disk.persistence.as_ref());
    persistence.map_or("", |persistence| &persistence.id)
}
