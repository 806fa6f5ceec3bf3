//! What is known after events.

use mesos_sdk::operator::ClusterEvent;
use mesos_sdk::proto::v1::domain_info::FaultDomain;
use mesos_sdk::proto::v1::domain_info::fault_domain::{RegionInfo, ZoneInfo};
use mesos_sdk::proto::v1::master::event::TaskUpdated;
use mesos_sdk::proto::v1::master::response::get_agents::Agent;
use mesos_sdk::proto::v1::master::response::get_frameworks::Framework;
use mesos_sdk::proto::v1::master::response::{GetAgents, GetState, GetTasks};
use mesos_sdk::proto::v1::{
    AgentId, AgentInfo, DomainInfo, FrameworkId, FrameworkInfo, Task, TaskId, TaskState, TaskStatus,
};
use mesos_sdk::resources::Resources;
use mesos_sdk::{Error, ErrorKind};
use serde_json::Value;

use super::limits::{MAX_ENDED_TASKS, MAX_HISTORY, MAX_LOG, MAX_ROWS};
use super::{Model, Query};

fn task(id: &str, state: TaskState) -> Task {
    Task {
        name: "web".to_owned(),
        task_id: TaskId::from(id),
        framework_id: FrameworkId::from("f"),
        agent_id: AgentId::from("a"),
        state: state.into(),
        resources: Resources::parse("cpus:0.5;mem:64", "*").unwrap().into(),
        ..Task::default()
    }
}

fn update(id: &str, state: TaskState, uuid: u32) -> ClusterEvent {
    let status = TaskStatus {
        task_id: TaskId::from(id),
        state: state.into(),
        uuid: Some(uuid.to_be_bytes().to_vec().into()),
        data: Some(vec![0; 100].into()),
        timestamp: Some(f64::from(uuid)),
        ..TaskStatus::default()
    };
    let update = TaskUpdated { framework_id: FrameworkId::from("f"), status, state: state.into() };
    ClusterEvent::TaskUpdated(Box::new(update))
}

fn agent(id: &str, used: &str) -> Agent {
    let info =
        AgentInfo { id: Some(AgentId::from(id)), hostname: format!("host-{id}"), ..AgentInfo::default() };
    Agent {
        agent_info: info,
        active: true,
        pid: Some("slave(1)@127.0.0.1:5051".to_owned()),
        total_resources: Resources::parse("cpus:8;mem:1024", "*").unwrap().into(),
        allocated_resources: Resources::parse(used, "*").unwrap().into(),
        ..Agent::default()
    }
}

/// A cluster with a framework, an agent and these tasks, which run.
fn model(tasks: &[&str]) -> Model {
    let mut model = Model::default();
    let tasks = tasks.iter().map(|id| task(id, TaskState::Running)).collect();
    let state = GetState {
        get_tasks: Some(Box::new(GetTasks { tasks, ..GetTasks::default() })),
        get_agents: Some(Box::new(GetAgents { agents: vec![agent("a", "cpus:2")], ..GetAgents::default() })),
        ..GetState::default()
    };
    model.apply(ClusterEvent::Snapshot(Box::new(state)), 1.0);
    let info = FrameworkInfo {
        name: "shop".to_owned(),
        id: Some(FrameworkId::from("f")),
        ..FrameworkInfo::default()
    };
    let framework = Framework { framework_info: info, active: true, connected: true, ..Framework::default() };
    model.apply(ClusterEvent::FrameworkAdded(Box::new(framework)), 2.0);
    model
}

fn ids(model: &Model, query: &str) -> Vec<String> {
    let rows = model.rows(&Query::parse(query));
    rows["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_task_keeps_its_history_without_data() {
    let mut model = model(&[]);
    model.apply(ClusterEvent::TaskAdded(Box::new(task("t", TaskState::Staging))), 3.0);
    let running = (2..5).map(|uuid| (uuid, TaskState::Running));
    let states = [(1, TaskState::Starting)].into_iter().chain(running).chain([(5, TaskState::Failed)]);
    for (uuid, state) in states {
        model.apply(update("t", state, uuid), 4.0);
    }
    assert_eq!(ids(&model, "view=events").iter().filter(|id| *id == "t").count(), 4);
    let details = model.task("f", "t").unwrap();
    let states: Vec<_> = details["history"].as_array().unwrap().iter().map(|step| &step["state"]).collect();
    assert_eq!(states, ["TASK_STARTING", "TASK_RUNNING", "TASK_FAILED"]);
    assert_eq!((&details["is_over"], &details["raw"]["statuses"][0]["data"]), (&true.into(), &().into()));
    assert_eq!(model.summary()["states"], serde_json::json!({"TASK_FAILED": 1}));
}

#[test]
fn everything_has_a_limit() {
    let mut model = model(&[]);
    model.apply(ClusterEvent::TaskAdded(Box::new(task("t", TaskState::Staging))), 3.0);
    for uuid in 0..1000 {
        let state = if uuid % 2 == 0 { TaskState::Running } else { TaskState::Killing };
        model.apply(update("t", state, uuid), 4.0);
    }
    let history = model.task("f", "t").unwrap()["history"].as_array().unwrap().clone();
    assert_eq!((history.len(), &history[0]["time"]), (MAX_HISTORY, &0.0.into()));
    for number in 0..=MAX_ENDED_TASKS + 9 {
        model
            .apply(ClusterEvent::TaskAdded(Box::new(task(&format!("e-{number}"), TaskState::Finished))), 5.0);
    }
    assert_eq!(model.rows(&Query::parse("view=tasks"))["total"], MAX_ENDED_TASKS + 1);
    assert!(model.task("f", "e-0").is_none() && model.task("f", "t").is_some());
    assert_eq!(model.rows(&Query::parse("view=events"))["total"], MAX_LOG);
    assert_eq!(ids(&model, "view=tasks&limit=100000").len(), MAX_ROWS);
}

#[test]
fn rows_are_searched_ordered_and_cut() {
    let model = model(&["a-1", "a-2", "b-1"]);
    assert_eq!(ids(&model, "view=tasks"), ["b-1", "a-2", "a-1"]);
    assert_eq!(ids(&model, "view=tasks&sort=id&desc=1"), ["b-1", "a-2", "a-1"]);
    assert_eq!(ids(&model, "view=tasks&sort=id&offset=1&limit=1"), ["a-2"]);
    assert_eq!(ids(&model, "view=tasks&q=A-&sort=id"), ["a-1", "a-2"]);
    assert_eq!(ids(&model, "view=tasks&q=SHOP").len(), 3);
    assert_eq!(ids(&model, "view=tasks&q=host-a").len(), 3);
    assert_eq!(ids(&model, "view=tasks&state=ended").len(), 0);
    assert_eq!(ids(&model, "view=tasks&agent=b").len(), 0);
    assert_eq!(ids(&model, "view=agents"), ["a"]);
    assert_eq!(ids(&model, "view=nothing").len(), 0);
}

#[test]
fn what_events_do_not_show_is_asked_for() {
    let mut model = model(&[]);
    assert_eq!(model.summary()["share"]["used"]["cpus"], 2.0);
    let agents = vec![agent("b", "cpus:4")];
    model.set_agents(GetAgents { agents, ..GetAgents::default() }, 6.0);
    assert_eq!(model.summary()["share"]["used"]["cpus"], 4.0);
    assert_eq!(model.summary()["latest"][0]["what"], "removed");
}

#[test]
fn a_lost_connection_shows_until_the_next_snapshot() {
    let mut model = model(&["t"]);
    let error = Error::new(ErrorKind::Unavailable, "No leader elected");
    model.apply(ClusterEvent::Disconnected(error), 7.0);
    assert_eq!(model.summary()["link"], "lost");
    assert!(model.summary()["reason"].as_str().unwrap().contains("No leader elected"));
    // What was known stays visible.
    assert_eq!(model.summary()["tasks"], 1);
    model.apply(ClusterEvent::Snapshot(Box::default()), 8.0);
    assert_eq!((&model.summary()["link"], &model.summary()["tasks"]), (&"live".into(), &0.into()));
}

#[test]
fn a_task_is_on_its_agent() {
    let model = model(&["t"]);
    let (agent, task) = model.place("f", "t").unwrap();
    assert_eq!((agent.pid.as_deref(), task.task_id.as_str()), (Some("slave(1)@127.0.0.1:5051"), "t"));
    assert!(model.place("f", "other").is_none());
}

#[test]
fn details_of_an_agent_have_its_region_and_zone() {
    let mut model = model(&[]);
    let place = |model: &Model| {
        let details = model.agent("a").unwrap();
        [details["region"].clone(), details["zone"].clone()]
    };
    assert_eq!(place(&model), [Value::Null, Value::Null]);
    let region = RegionInfo { name: "europe".to_owned() };
    let domain = FaultDomain { region, zone: ZoneInfo { name: "b".to_owned() } };
    let mut agent = agent("a", "cpus:2");
    agent.agent_info.domain = Some(DomainInfo { fault_domain: Some(Box::new(domain)) });
    model.set_agents(GetAgents { agents: vec![agent], ..GetAgents::default() }, 6.0);
    assert_eq!(place(&model), ["europe", "b"]);
}
