//! States that are read as streams.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use futures::TryStreamExt as _;
use futures::stream::{StreamExt as _, select_all};
use mesos_sdk::operator::{MasterOperator, StateItem};
use mesos_sdk::wire::Encoding;
use mesos_sdk::{ClientOptions, Error, Master};
use testkit::TestCluster;

use crate::cluster::{master, until};
use crate::running::{self, TASK, UUIDS};

testkit::cases![items_are_those_of_the_whole, operations_of_nobody_are_none, state_is_left_half_read];

fn sorted(items: impl IntoIterator<Item = StateItem>) -> Vec<String> {
    let mut items: Vec<_> = items.into_iter().map(|item| format!("{item:?}")).collect();
    items.sort();
    items
}

/// What the calls return that give the whole.
async fn whole(master: &MasterOperator) -> Result<Vec<String>, Error> {
    let state = master.get_state().await?;
    let tasks = state.get_tasks.unwrap_or_default();
    let (frameworks, agents) =
        (state.get_frameworks.unwrap_or_default(), state.get_agents.unwrap_or_default());
    let executors = state.get_executors.unwrap_or_default().executors;
    let items = tasks.tasks.into_iter().map(StateItem::Task);
    let items = items.chain(tasks.unreachable_tasks.into_iter().map(StateItem::UnreachableTask));
    let items = items.chain(tasks.completed_tasks.into_iter().map(StateItem::CompletedTask));
    let items = items.chain(executors.into_iter().map(StateItem::Executor));
    let items = items.chain(frameworks.frameworks.into_iter().map(StateItem::Framework));
    let items = items.chain(frameworks.completed_frameworks.into_iter().map(StateItem::CompletedFramework));
    let items = items.chain(agents.agents.into_iter().map(StateItem::Agent));
    Ok(sorted(items.chain(agents.recovered_agents.into_iter().map(StateItem::RecoveredAgent))))
}

/// The same of the streams of single lists.
async fn each(master: &MasterOperator) -> Result<Vec<String>, Error> {
    let streams = [
        master.tasks().map_ok(StateItem::Task).boxed(),
        master.unreachable_tasks().map_ok(StateItem::UnreachableTask).boxed(),
        master.completed_tasks().map_ok(StateItem::CompletedTask).boxed(),
        master.executors().map_ok(StateItem::Executor).boxed(),
        master.frameworks().map_ok(StateItem::Framework).boxed(),
        master.completed_frameworks().map_ok(StateItem::CompletedFramework).boxed(),
        master.agents().map_ok(StateItem::Agent).boxed(),
        master.recovered_agents().map_ok(StateItem::RecoveredAgent).boxed(),
    ];
    Ok(sorted(select_all(streams).try_collect::<Vec<_>>().await?))
}

fn kinds_of(items: &[String]) -> BTreeSet<&str> {
    items.iter().filter_map(|item| item.split('(').next()).collect()
}

/// Fails unless the streams yield all there is, which comes to include items of these kinds.
async fn ensure_streamed(cluster: &TestCluster, kinds: &[&str]) -> Result<()> {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let options = ClientOptions::new().encoding(encoding);
        let master = MasterOperator::new(cluster.address().parse::<Master>()?).client_options(options);
        let look = async || {
            let before = whole(&master).await?;
            let all = sorted(master.state().try_collect::<Vec<_>>().await?);
            Ok((before, all, each(&master).await?, whole(&master).await?))
        };
        let wanted: BTreeSet<_> = kinds.iter().copied().collect();
        // What is on offer changes now and then.
        let (whole, all, each, _) =
            until(look, |(before, _, _, after)| before == after && kinds_of(before).is_superset(&wanted))
                .await?;
        ensure!(all == whole && each == whole, "{whole:#?}\n{all:#?}\n{each:#?}");
    }
    Ok(())
}

async fn items_are_those_of_the_whole(cluster: TestCluster) -> Result<()> {
    let ended = running::running(&cluster).await?;
    cluster.tear_down(ended.framework.id()).await?;
    cluster.completed(ended.framework.id()).await?;
    let mut running = running::running(&cluster).await?;
    running.executor.update(TASK, "TASK_RUNNING", UUIDS[0]).await?;
    let kinds = ["Agent", "CompletedFramework", "Executor", "Framework", "Task"];
    ensure_streamed(&cluster, &kinds).await?;
    running.executor.update(TASK, "TASK_FINISHED", UUIDS[1]).await?;
    let finished = running.comes_to("TASK_FINISHED").await?;
    running.acknowledge(&finished).await?;
    ensure_streamed(&cluster, &["Executor", "CompletedTask"]).await
}

async fn operations_of_nobody_are_none(cluster: TestCluster) -> Result<()> {
    let operations: Vec<_> = master(&cluster)?.operations().try_collect().await?;
    ensure!(operations.is_empty(), "{operations:?}");
    Ok(())
}

async fn state_is_left_half_read(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    for _ in 0..3 {
        ensure!(master.agents().try_next().await?.is_some());
        ensure!(master.get_agents().await?.agents.len() == 1);
    }
    Ok(())
}
