//! Several masters.

use anyhow::{Context, Result, ensure};
use futures::StreamExt as _;
use judges::Judge;
use mesos_sdk::Master;
use mesos_sdk::operator::{ClusterEvent, MasterOperator};

judges::cases![
    ;several masters:
    redir_a_standby_leads_a_question_to_the_leader,
    a_question_finds_the_new_leader_when_the_old_one_has_ended
];

async fn redir_a_standby_leads_a_question_to_the_leader(judge: Judge) -> Result<()> {
    let leader = judge.leader().await?.context("no leader")?;
    for standby in judge.masters().iter().filter(|master| **master != leader) {
        let operator = MasterOperator::new(standby.parse::<Master>()?);
        let led_by = operator.get_master().await?.master_info.context("no master info")?;
        ensure!(leader.ends_with(&format!(":{}", led_by.port)), "{led_by:?}");
        let first = operator.events().next().await.context("no event")??;
        ensure!(matches!(first, ClusterEvent::Snapshot(_)), "{first:?}");
    }
    Ok(())
}

async fn a_question_finds_the_new_leader_when_the_old_one_has_ended(judge: Judge) -> Result<()> {
    let operator = MasterOperator::new(judge.masters().join(",").parse::<Master>()?)
        .with_call_timeout(std::time::Duration::from_secs(60))
        .with_retries(30);
    ensure!(operator.get_health().await?.healthy);
    let leader = judge.leader().await?.context("no leader")?;
    let index = judge.masters().iter().position(|master| *master == leader).context("an unknown leader")?;
    judge.kill_master(index).await?;
    let led_by = operator.get_master().await?.master_info.context("no master info")?;
    ensure!(!leader.ends_with(&format!(":{}", led_by.port)), "{led_by:?}");
    Ok(())
}
