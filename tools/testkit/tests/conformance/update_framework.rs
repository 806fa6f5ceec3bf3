//! Changing a framework while it is subscribed.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};

testkit::cases![
    change_precedes_the_response,
    immutable_fields_are_refused,
    ids_must_agree,
    suppressed_roles_are_of_the_framework,
];

fn multi_role(roles: &[&str]) -> Value {
    json!({"user": "tester", "name": "updfw", "roles": roles, "capabilities": [{"type": "MULTI_ROLE"}]})
}

fn with_id(framework: &Framework, mut info: Value) -> Value {
    info["id"] = json!({"value": framework.id()});
    info
}

async fn status(framework: &Framework, update: Value) -> Result<u16> {
    Ok(framework.try_call("UPDATE_FRAMEWORK", update).await?.status())
}

#[statement::proves(updfw, sync)]
async fn change_precedes_the_response(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, multi_role(&["a"])).await?;
    let mut info = with_id(&framework, multi_role(&["a", "b"]));
    info["name"] = json!("renamed");
    ensure!(status(&framework, json!({"framework_info": info})).await? == 200);
    let state = cluster.framework(framework.id()).await?;
    ensure!(state["name"] == "renamed");
    ensure!(state["roles"] == json!(["a", "b"]));
    Ok(())
}

#[statement::proves(updfw)]
async fn immutable_fields_are_refused(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, multi_role(&["a"])).await?;
    for (field, value) in [("user", json!("else")), ("checkpoint", json!(true)), ("principal", json!("else"))]
    {
        let mut info = with_id(&framework, multi_role(&["a"]));
        info[field] = value;
        ensure!(status(&framework, json!({"framework_info": info})).await? == 400, "for {field}");
    }
    Ok(())
}

#[statement::proves(updfw)]
async fn ids_must_agree(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, framework_info("updfw")).await?;
    let mut info = framework_info("updfw");
    ensure!(status(&framework, json!({"framework_info": info})).await? == 400);
    info["id"] = json!({"value": "another"});
    ensure!(status(&framework, json!({"framework_info": info})).await? == 400);
    Ok(())
}

#[statement::proves(updfw)]
async fn suppressed_roles_are_of_the_framework(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, multi_role(&["a"])).await?;
    let update = |suppressed: &str| json!({"framework_info": with_id(&framework, multi_role(&["a"])), "suppressed_roles": [suppressed]});
    ensure!(status(&framework, update("b")).await? == 400);
    ensure!(status(&framework, update("a")).await? == 200);
    Ok(())
}
