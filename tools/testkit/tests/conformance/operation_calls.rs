//! Acknowledging operations, and the two ways in which calls are answered.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};

use crate::task::offer;

testkit::cases![
    only_update_framework_gets_200,
    unknown_operation_is_acknowledged_in_vain,
    acknowledgement_needs_an_agent,
    acknowledgement_has_the_bytes_of_a_uuid,
    responses_have_no_uuid,
    offers_errors_and_revive_match_the_messages,
];

const CALL: &str = "ACKNOWLEDGE_OPERATION_STATUS";
/// 16 bytes that are a UUID of version 4.
const UUID: &str = "AAAAAAAAQACAAAAAAAAAAA==";

#[statement::proves(sync)]
async fn only_update_framework_gets_200(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, framework_info("sync")).await?;
    let mut info = framework_info("sync");
    info["id"] = json!({"value": framework.id()});
    let update = framework.try_call("UPDATE_FRAMEWORK", json!({"framework_info": info})).await?;
    ensure!(update.status() == 200, "{}", update.status());
    let others = [
        ("RECONCILE_OPERATIONS", json!({"operations": []})),
        ("RECONCILE", json!({"tasks": []})),
        ("SUPPRESS", json!({})),
        ("REVIVE", json!({})),
    ];
    for (kind, contents) in others {
        let response = framework.try_call(kind, contents).await?;
        ensure!(response.status() == 202, "{kind}: {}", response.status());
        ensure!(response.text().await?.is_empty(), "{kind}");
    }
    Ok(())
}

fn acknowledgement(agent: &Value) -> Value {
    json!({"agent_id": agent, "uuid": UUID, "operation_id": {"value": "nobody's"}})
}

#[statement::proves(ack7)]
async fn unknown_operation_is_acknowledged_in_vain(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("ack7")).await?;
    let agent = offer(&mut framework).await?["agent_id"].clone();
    framework.call(CALL, acknowledgement(&agent)).await?;
    framework.events.nothing("UPDATE_OPERATION_STATUS", Duration::from_secs(2)).await
}

#[statement::proves(opackagent)]
async fn acknowledgement_needs_an_agent(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, framework_info("opackagent")).await?;
    let mut acknowledgement = acknowledgement(&Value::Null);
    if let Some(fields) = acknowledgement.as_object_mut() {
        fields.remove("agent_id");
    }
    let response = framework.try_call(CALL, acknowledgement).await?;
    ensure!(response.status() == 400, "{}", response.status());
    let text = response.text().await?;
    ensure!(text.contains("agent_id"), "{text}");
    Ok(())
}

#[statement::proves(opuuid)]
async fn acknowledgement_has_the_bytes_of_a_uuid(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, framework_info("opuuid")).await?;
    let agent = json!({"value": "a"});
    for (uuid, status) in [(json!(UUID), 202), (json!("AAAA"), 400), (json!({"value": UUID}), 400)] {
        let mut acknowledgement = acknowledgement(&agent);
        acknowledgement["uuid"] = uuid.clone();
        let response = framework.try_call(CALL, acknowledgement).await?;
        ensure!(response.status() == status, "{uuid}: {}", response.status());
    }
    Ok(())
}

#[statement::proves(recop)]
async fn responses_have_no_uuid(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("recop")).await?;
    let agent = offer(&mut framework).await?["agent_id"].clone();
    for agent in [agent, json!({"value": "no such agent"}), Value::Null] {
        let mut operation = json!({"operation_id": {"value": "nobody's"}});
        if !agent.is_null() {
            operation["agent_id"] = agent.clone();
        }
        framework.call("RECONCILE_OPERATIONS", json!({"operations": [operation]})).await?;
        let status = framework.events.event("UPDATE_OPERATION_STATUS").await?["status"].clone();
        ensure!(status["state"] == "OPERATION_UNKNOWN" && status.get("uuid").is_none(), "{agent}: {status}");
    }
    Ok(())
}

#[statement::proves(docbugs)]
async fn offers_errors_and_revive_match_the_messages(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("docbugs")).await?;
    let offers = framework.events.event("OFFERS").await?;
    ensure!(offers["offers"].is_array(), "{offers}");
    framework.call("REVIVE", json!({"roles": ["*"]})).await?;
    framework.call("SUPPRESS", json!({"roles": ["*"]})).await?;
    let mut info = framework_info("docbugs");
    info["id"] = json!({"value": framework.id()});
    let _second = Framework::try_subscribe(&cluster, json!({"framework_info": info})).await?;
    let error = framework.events.event("ERROR").await?;
    ensure!(error["message"].is_string(), "{error}");
    Ok(())
}
