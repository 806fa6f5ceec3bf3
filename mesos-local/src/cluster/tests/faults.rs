use mesos_sdk::operator::MasterOperator;
use mesos_sdk::proto::v1::quota::QuotaRequest;
use mesos_sdk::{Address, ErrorKind};

use super::*;

#[statement::proves(resub)]
#[tokio::test]
async fn cut_stream_is_resubscribed_with_the_same_id() {
    let cluster = Cluster::builder().start().await.unwrap();
    let mut framework = Running::start(&cluster);
    let id = framework.subscribed().await;
    cluster.drop_event_streams().await;
    framework.next(|received| matches!(received, Received::Disconnected).then_some(())).await;
    assert_eq!(framework.subscribed().await, id);
    framework.stop().await;
}

#[statement::proves(nolead)]
#[tokio::test]
async fn framework_waits_for_a_leader() {
    let cluster = Cluster::builder().start().await.unwrap();
    let mut framework = Running::start(&cluster);
    let id = framework.subscribed().await;
    cluster.lose_leader();
    cluster.drop_event_streams().await;
    framework.next(|received| matches!(received, Received::Disconnected).then_some(())).await;
    cluster.resume_leading();
    assert_eq!(framework.subscribed().await, id);
    framework.stop().await;
}

#[statement::proves(recov)]
#[tokio::test]
async fn framework_waits_for_recovery() {
    let cluster = Cluster::builder().start().await.unwrap();
    cluster.start_recovery();
    let mut framework = Running::start(&cluster);
    let received = framework.next(|received| matches!(received, Received::Subscribed(_)).then_some(()));
    assert!(tokio::time::timeout(Duration::from_secs(1), received).await.is_err());
    cluster.resume_leading();
    framework.subscribed().await;
    framework.stop().await;
}

#[statement::proves(hb5)]
#[tokio::test(start_paused = true)]
async fn silent_master_is_left() {
    let cluster = Cluster::builder().agents(0).start().await.unwrap();
    let mut framework = Running::start(&cluster);
    let id = framework.subscribed().await;
    cluster.stop_heartbeats().await;
    let silent = tokio::time::Instant::now();
    while !matches!(framework.received.recv().await.unwrap(), Received::Disconnected) {}
    let silence = silent.elapsed();
    assert!((Duration::from_secs(60)..=Duration::from_secs(76)).contains(&silence), "{silence:?}");
    cluster.resume_heartbeats().await;
    assert_eq!(framework.subscribed().await, id);
    framework.stop().await;
}

#[statement::proves(redir)]
#[tokio::test]
async fn standby_redirects_the_framework() {
    let (standby, leader) = tokio::join!(Cluster::builder().start(), Cluster::builder().start());
    let (standby, leader) = (standby.unwrap(), leader.unwrap());
    standby.become_standby(leader.address().to_string());
    let mut framework = Running::start(&standby);
    framework.subscribed().await;
    assert_eq!(leader.state().await["frameworks"].as_array().map(Vec::len), Some(1));
    framework.stop().await;
}

#[tokio::test]
async fn lost_response_to_subscribe_leaks_framework() {
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
async fn change_with_lost_response_is_not_repeated() {
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
async fn failover_keeps_framework_and_agents() {
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
async fn killed_agent_loses_its_tasks_and_returns() {
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
async fn frozen_agent_is_unreachable_until_it_returns() {
    let timeout = Duration::from_millis(300);
    let cluster = Cluster::builder().agent_timeout(timeout).start().await.unwrap();
    let mut framework = Running::start(&cluster);
    framework.launch("sleep 1000").await;
    while framework.state().await != TaskState::Running {}
    cluster.freeze_agent(0).await;
    while framework.state().await != TaskState::Lost {}
    framework.next(|received| matches!(received, Received::Failure).then_some(())).await;
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
async fn checkpointed_tasks_outlive_their_agent() {
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
