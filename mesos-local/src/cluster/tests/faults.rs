use mesos_sdk::operator::MasterOperator;
use mesos_sdk::proto::v1::quota::QuotaRequest;
use mesos_sdk::{Address, ErrorKind};

use super::*;

#[tokio::test]
async fn resub_cut_streams_lead_to_a_new_subscription_with_the_same_id() {
    let cluster = Cluster::builder().start().await.unwrap();
    let mut framework = Running::start(&cluster);
    let id = framework.subscribed().await;
    cluster.drop_event_streams().await;
    framework.next(|told| matches!(told, Told::Disconnected).then_some(())).await;
    assert_eq!(framework.subscribed().await, id);
    framework.stop().await;
}

#[tokio::test]
async fn nolead_the_framework_waits_for_a_leader() {
    let cluster = Cluster::builder().start().await.unwrap();
    let mut framework = Running::start(&cluster);
    let id = framework.subscribed().await;
    cluster.lose_leader();
    cluster.drop_event_streams().await;
    framework.next(|told| matches!(told, Told::Disconnected).then_some(())).await;
    cluster.resume_leading();
    assert_eq!(framework.subscribed().await, id);
    framework.stop().await;
}

#[tokio::test]
async fn recov_the_framework_waits_for_the_master_to_recover() {
    let cluster = Cluster::builder().start().await.unwrap();
    cluster.start_recovery();
    let mut framework = Running::start(&cluster);
    let told = framework.next(|told| matches!(told, Told::Subscribed(_)).then_some(()));
    assert!(tokio::time::timeout(Duration::from_secs(1), told).await.is_err());
    cluster.resume_leading();
    framework.subscribed().await;
    framework.stop().await;
}

#[tokio::test(start_paused = true)]
async fn hb5_a_master_that_falls_silent_is_left_after_five_heartbeats() {
    let cluster = Cluster::builder().agents(0).start().await.unwrap();
    let mut framework = Running::start(&cluster);
    let id = framework.subscribed().await;
    cluster.set_heartbeats(false).await;
    let silent = tokio::time::Instant::now();
    while !matches!(framework.told.recv().await.unwrap(), Told::Disconnected) {}
    let silence = silent.elapsed();
    assert!((Duration::from_secs(60)..=Duration::from_secs(76)).contains(&silence), "{silence:?}");
    cluster.set_heartbeats(true).await;
    assert_eq!(framework.subscribed().await, id);
    framework.stop().await;
}

#[tokio::test]
async fn redir_a_standby_leads_the_framework_to_the_leader() {
    let (standby, leader) = tokio::join!(Cluster::builder().start(), Cluster::builder().start());
    let (standby, leader) = (standby.unwrap(), leader.unwrap());
    standby.become_standby(leader.address().to_string());
    let mut framework = Running::start(&standby);
    framework.subscribed().await;
    assert_eq!(leader.state().await["frameworks"].as_array().map(Vec::len), Some(1));
    framework.stop().await;
}

#[tokio::test]
async fn a_lost_answer_to_subscribe_leaves_a_framework_behind() {
    let cluster = Cluster::builder().start().await.unwrap();
    cluster.drop_responses(1);
    let mut framework = Running::start(&cluster);
    framework.subscribed().await;
    assert_eq!(cluster.state().await["frameworks"].as_array().map(Vec::len), Some(2));
    framework.stop().await;
}

/// An operator's change is not sent again by itself: the second would be refused, for there is such
/// a quota.
#[tokio::test]
async fn a_change_whose_answer_is_lost_is_not_repeated() {
    let cluster = Cluster::builder().start().await.unwrap();
    let address: Address = cluster.address().to_string().parse().unwrap();
    let operator = MasterOperator::new(address);
    let cpus: Resources = "cpus:1".parse().unwrap();
    let request =
        QuotaRequest { role: Some("web".to_owned()), guarantee: cpus.into(), ..QuotaRequest::default() };
    cluster.drop_responses(1);
    let lost = operator.set_quota(request).await.unwrap_err();
    assert_eq!(lost.kind(), ErrorKind::Disconnected, "{lost:?}");
    let quotas = operator.get_quota().await.unwrap().status.configs;
    assert_eq!(quotas.len(), 1);
}

#[tokio::test]
async fn after_a_failover_the_framework_is_subscribed_again_and_sees_its_agents() {
    let cluster = Cluster::builder().agents(2).start().await.unwrap();
    let mut framework = Running::start(&cluster);
    let id = framework.subscribed().await;
    let before = cluster.state().await;
    cluster.fail_over().await;
    assert_eq!(framework.subscribed().await, id);
    let mut offers = framework.offers().await;
    while offers.len() < 2 {
        offers.extend(framework.offers().await);
    }
    let after = cluster.state().await;
    assert_ne!(before["id"], after["id"]);
    let ids = |state: &serde_json::Value| {
        let agents = state["slaves"].as_array().unwrap().iter();
        agents.map(|agent| agent["id"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&before), ids(&after));
    framework.stop().await;
}

#[tokio::test]
async fn a_killed_agents_tasks_are_lost_and_the_agent_comes_back() {
    let cluster = Cluster::builder().start().await.unwrap();
    let mut framework = Running::start(&cluster);
    let offer = framework.launch("sleep 1000").await;
    while framework.state().await != TaskState::Running {}
    cluster.kill_agent(0).await;
    while framework.state().await != TaskState::Lost {}
    cluster.restart_agent(0).await.unwrap();
    let offers = framework.offers().await;
    assert_eq!(offers[0].agent_id, offer.agent_id);
    framework.stop().await;
}

#[tokio::test]
async fn a_frozen_agent_is_unreachable_after_its_timeout_and_comes_back() {
    let timeout = Duration::from_millis(300);
    let cluster = Cluster::builder().agent_timeout(timeout).start().await.unwrap();
    let mut framework = Running::start(&cluster);
    framework.launch("sleep 1000").await;
    while framework.state().await != TaskState::Running {}
    cluster.freeze_agent(0).await;
    while framework.state().await != TaskState::Lost {}
    framework.next(|told| matches!(told, Told::Failure).then_some(())).await;
    cluster.thaw_agent(0).await;
    while framework.state().await != TaskState::Running {}
    framework.stop().await;
}

#[tokio::test]
async fn a_short_freeze_goes_unnoticed() {
    let cluster = Cluster::builder().start().await.unwrap();
    let mut framework = Running::start(&cluster);
    framework.launch("sleep 0.2").await;
    cluster.freeze_agent(0).await;
    cluster.thaw_agent(0).await;
    while framework.state().await != TaskState::Finished {}
    framework.stop().await;
}

#[tokio::test]
async fn tasks_of_a_checkpointing_framework_outlive_their_agent() {
    let cluster = Cluster::builder().start().await.unwrap();
    let mut framework = Running::start_with(&cluster, |info| info.checkpoint = Some(true));
    framework.launch("sleep 1000").await;
    while framework.state().await != TaskState::Running {}
    cluster.kill_agent(0).await;
    active(&cluster, false).await;
    cluster.restart_agent(0).await.unwrap();
    active(&cluster, true).await;
    framework.driver.kill(TaskId::from("task"), None).await.unwrap();
    while framework.state().await != TaskState::Killed {}
    framework.stop().await;
}

/// Returns when the only agent is connected, or is not.
async fn active(cluster: &Cluster, is_active: bool) {
    let wait = async {
        while cluster.state().await["slaves"][0]["active"] != is_active {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
}
