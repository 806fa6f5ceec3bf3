use std::collections::BTreeSet;

use mesos_sdk::operator::MasterOperator;
use mesos_sdk::resources::Scalar;

use super::*;
use crate::SimulatedAgents;

const AGENTS: usize = 60;
const TASKS: usize = 3;

#[tokio::test]
async fn crowd_is_offered_reconciled_and_described() {
    let mut info = FrameworkInfo { user: "root".to_owned(), name: "test".to_owned(), ..Default::default() };
    info.id = Some(FrameworkId::from("shop"));
    let crowd = SimulatedAgents::new(info.clone()).agents(AGENTS).tasks(TASKS);
    let builder =
        Cluster::builder().agents(0).simulated_agents(crowd).max_offers(AGENTS).event_queue(1000, 1 << 20);
    let cluster = builder.start().await.unwrap();
    let mut framework = Running::start_with(&cluster, |own| *own = info);
    assert_eq!(framework.offers().await.len(), AGENTS);
    framework.driver.reconcile_all().await.unwrap();
    let mut named = BTreeSet::new();
    while named.len() < AGENTS * TASKS {
        let received = |received| if let Received::Update(status) = received { Some(status) } else { None };
        let status = framework.next(received).await;
        assert_eq!(status.state(), TaskState::Running);
        named.insert(status.task_id.value);
    }
    let state = MasterOperator::new(cluster.master()).get_state().await.unwrap();
    assert_eq!(state.get_tasks.unwrap_or_default().tasks.len(), AGENTS * TASKS);
    let agents = state.get_agents.unwrap_or_default().agents;
    let resources = |list: &[mesos_sdk::proto::v1::Resource]| Resources::from(list);
    assert_eq!(agents.len(), AGENTS);
    assert!(agents.iter().all(|agent| {
        let used = resources(&agent.allocated_resources);
        let offered = resources(&agent.offered_resources);
        used.cpus() > Scalar::default()
            && resources(&agent.total_resources).cpus() == used.cpus() + offered.cpus()
    }));
    framework.stop().await;
}

#[tokio::test]
async fn slow_reader_is_cut_off() {
    let mut info = FrameworkInfo { user: "root".to_owned(), name: "test".to_owned(), ..Default::default() };
    info.id = Some(FrameworkId::from("shop"));
    info.failover_timeout = Some(60.0);
    let crowd = SimulatedAgents::new(info.clone()).agents(AGENTS).tasks(TASKS);
    let cluster =
        Cluster::builder().agents(0).simulated_agents(crowd).event_queue(100, 1 << 20).start().await.unwrap();
    let mut framework = Running::start_with(&cluster, |own| *own = info);
    assert_eq!(framework.offers().await.len(), 50);
    framework.driver.reconcile_all().await.unwrap();
    framework.next(|received| matches!(received, Received::Disconnected).then_some(())).await;
    framework.stop().await;
}

#[tokio::test]
async fn crowd_runs_and_ends_what_is_launched() {
    let crowd = SimulatedAgents::new(FrameworkInfo::default()).agents(1).run_tasks();
    let cluster = Cluster::builder().agents(0).simulated_agents(crowd).start().await.unwrap();
    let mut framework = Running::start(&cluster);
    framework.launch("exec server").await;
    assert_eq!(framework.state().await, TaskState::Running);
    framework.driver.kill(TaskId::from("task"), None).await.unwrap();
    assert_eq!(framework.state().await, TaskState::Killed);
    framework.stop().await;
}
