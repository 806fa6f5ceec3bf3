//! Role names and how a framework states its roles.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};

use crate::identity::refusal;

testkit::cases![
    rules_for_names,
    multiple_roles_need_the_capability,
    roles_and_role_exclude_each_other,
    roles_have_no_duplicates,
    suppressed_roles_are_of_the_framework,
];

fn with_roles(roles: &[&str]) -> Value {
    let mut info = framework_info("roles");
    info["roles"] = json!(roles);
    info["capabilities"] = json!([{"type": "MULTI_ROLE"}]);
    info.as_object_mut().map(|fields| fields.remove("role"));
    info
}

#[statement::proves(rolename)]
async fn rules_for_names(cluster: TestCluster) -> Result<()> {
    for good in ["*", "dev", "a/b/c", "a.b", "a-", "...", "ünïcode"] {
        Framework::subscribe(&cluster, with_roles(&[good])).await?;
    }
    let bad = ["", "/a", "a/", "a//b", ".", "..", "a/./b", "a/..", "a/*", "-a", "a/-b"];
    for name in bad.into_iter().chain(["a b", "a\tb", "a\nb", "a\u{b}b", "a\u{c}b", "a\rb", "a\u{7f}b"]) {
        refusal(&cluster, json!({"framework_info": with_roles(&[name])}))
            .await
            .map_err(|e| e.context(format!("for {name:?}")))?;
    }
    Ok(())
}

#[statement::proves(roles)]
async fn multiple_roles_need_the_capability(cluster: TestCluster) -> Result<()> {
    let mut info = with_roles(&["a"]);
    info.as_object_mut().map(|fields| fields.remove("capabilities"));
    refusal(&cluster, json!({"framework_info": info})).await?;
    Ok(())
}

#[statement::proves(roles)]
async fn roles_and_role_exclude_each_other(cluster: TestCluster) -> Result<()> {
    let mut info = with_roles(&["a"]);
    info["role"] = json!("a");
    refusal(&cluster, json!({"framework_info": info})).await?;
    Ok(())
}

#[statement::proves(roles)]
async fn roles_have_no_duplicates(cluster: TestCluster) -> Result<()> {
    refusal(&cluster, json!({"framework_info": with_roles(&["a", "a"])})).await?;
    Framework::subscribe(&cluster, with_roles(&["a", "b"])).await?;
    Ok(())
}

#[statement::proves(supp)]
async fn suppressed_roles_are_of_the_framework(cluster: TestCluster) -> Result<()> {
    let subscribe = |suppressed: &[&str]| json!({"framework_info": with_roles(&["a", "b"]), "suppressed_roles": suppressed});
    refusal(&cluster, subscribe(&["c"])).await?;
    let response = Framework::try_subscribe(&cluster, subscribe(&["a"])).await?;
    let first = response.records().next().await?;
    ensure!(first.is_some_and(|event| event["type"] == "SUBSCRIBED"));
    Ok(())
}
