//! A master and an agent themselves: health, settings, metrics, logging.

use std::time::Duration;

use anyhow::{Result, ensure};
use mesos_sdk::proto::v1::VersionInfo;
use mesos_sdk::wire::Encoding;
use mesos_sdk::{ClientOptions, ErrorKind};
use testkit::TestCluster;

use crate::cluster::{agent, ensure_refused, master};

testkit::cases![
    a_master_describes_itself,
    an_agent_describes_itself,
    both_encodings_agree,
    a_logging_level_is_set_for_a_while,
    response_may_be_too_large,
    unreachable_peer,
];

const WITHIN: Option<Duration> = Some(Duration::from_secs(5));

fn describes_its_build(info: &VersionInfo) -> Result<()> {
    ensure!(info.version == "1.11.0", "{info:?}");
    ensure!(info.build_date().starts_with("2020-11-24 ") && info.build_time() > 1.6e9, "{info:?}");
    ensure!(info.build_user.is_some(), "{info:?}");
    Ok(())
}

async fn a_master_describes_itself(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    ensure!(master.get_health().await?.healthy);
    describes_its_build(&master.get_version().await?.version_info)?;
    let flags = master.get_flags().await?.flags;
    ensure!(flags.iter().any(|flag| flag.name == "agent_ping_timeout" && flag.value.is_some()), "{flags:?}");
    let metrics = master.get_metrics(WITHIN).await?.metrics;
    ensure!(
        metrics.iter().any(|it| it.name == "master/slaves_active" && it.value == Some(1.0)),
        "{metrics:?}"
    );
    ensure!(master.get_logging_level().await?.level == 0);
    let response = master.get_master().await?;
    let port = response.master_info.as_ref().map(|info| info.port);
    ensure!(cluster.address().ends_with(&format!(":{}", port.unwrap_or_default())), "{response:?}");
    ensure!(response.start_time.is_some() && response.elected_time >= response.start_time, "{response:?}");
    Ok(())
}

async fn an_agent_describes_itself(cluster: TestCluster) -> Result<()> {
    let agent = agent(&cluster).await?;
    ensure!(agent.get_health().await?.healthy);
    describes_its_build(&agent.get_version().await?.version_info)?;
    let flags = agent.get_flags().await?.flags;
    ensure!(flags.iter().any(|flag| flag.name == "executor_registration_timeout"), "{flags:?}");
    let metrics = agent.get_metrics(WITHIN).await?.metrics;
    ensure!(metrics.iter().any(|metric| metric.name == "slave/executors_running"), "{metrics:?}");
    ensure!(agent.get_logging_level().await?.level == 0);
    let info = agent.get_agent().await?.agent_info;
    ensure!(info.as_ref().is_some_and(|info| info.id.is_some()), "{info:?}");
    Ok(())
}

async fn both_encodings_agree(cluster: TestCluster) -> Result<()> {
    let protobuf = master(&cluster)?;
    let json = protobuf.clone().client_options(ClientOptions::new().encoding(Encoding::Json));
    ensure!(protobuf.get_agents().await? == json.get_agents().await?);
    ensure!(protobuf.get_flags().await? == json.get_flags().await?);
    ensure!(json.get_state().await?.get_agents == Some(protobuf.get_agents().await?.into()));
    let agent = agent(&cluster).await?.client_options(ClientOptions::new().encoding(Encoding::Json));
    ensure!(agent.get_health().await?.healthy);
    Ok(())
}

async fn a_logging_level_is_set_for_a_while(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?;
    master.set_logging_level(2, Duration::from_secs(60)).await?;
    ensure!(master.get_logging_level().await?.level == 2);
    let agent = agent(&cluster).await?;
    agent.set_logging_level(2, Duration::from_secs(60)).await?;
    ensure!(agent.get_logging_level().await?.level == 2);
    Ok(())
}

async fn response_may_be_too_large(cluster: TestCluster) -> Result<()> {
    let master = master(&cluster)?.client_options(ClientOptions::new().max_message_size(100));
    ensure_refused(master.get_state().await, ErrorKind::Invalid, "more than 100 bytes")
}

async fn unreachable_peer(_: TestCluster) -> Result<()> {
    let nobody = mesos_sdk::Address::new("127.0.0.1", 1);
    let master = mesos_sdk::operator::MasterOperator::new(nobody).retries(1);
    ensure_refused(master.get_health().await, ErrorKind::Unreachable, "is it running?")
}
