//! What every call must carry.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, Request, TestCluster, framework_info};

testkit::cases![
    calls_contain_the_framework_id,
    unknown_framework,
    unsubscribed_framework,
    stream_id_is_missing,
    stream_id_of_another_stream,
    uuid_has_sixteen_bytes,
    parts_of_a_call_that_its_type_needs;
    // A real master ends itself on this call.
    embedded only: unknown_type_is_not_implemented,
];

const PATH: &str = "/api/v1/scheduler";

#[statement::proves(fwid)]
async fn calls_contain_the_framework_id(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, framework_info("fwid")).await?;
    let request =
        Request::post(PATH, &json!({"type": "REVIVE"})).with("Mesos-Stream-Id", framework.stream_id())?;
    let response = request.send(cluster.address()).await?;
    ensure!(response.status() == 400);
    Ok(())
}

#[statement::proves(n400)]
async fn unknown_framework(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, framework_info("n400")).await?;
    let call = json!({"type": "REVIVE", "framework_id": {"value": "nobody"}});
    let request = Request::post(PATH, &call).with("Mesos-Stream-Id", framework.stream_id())?;
    let response = request.send(cluster.address()).await?;
    ensure!(response.status() == 400);
    let text = response.text().await?;
    ensure!(text.contains("Framework cannot be found"), "{text}");
    Ok(())
}

#[statement::proves(n403)]
async fn unsubscribed_framework(cluster: TestCluster) -> Result<()> {
    let mut info = framework_info("n403");
    info["failover_timeout"] = json!(60.0);
    let framework = Framework::subscribe(&cluster, info).await?;
    let (request, id) = (framework.request("REVIVE", Value::Null)?, framework.id().to_owned());
    framework.disconnect();
    cluster.disconnected(&id).await?;
    let response = request.send(cluster.address()).await?;
    ensure!(response.status() == 403);
    let text = response.text().await?;
    ensure!(text.contains("Framework is not subscribed"), "{text}");
    Ok(())
}

#[statement::proves(sid400)]
async fn stream_id_is_missing(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, framework_info("sid400")).await?;
    let request = framework.request("REVIVE", Value::Null)?.without("Mesos-Stream-Id");
    ensure!(request.send(cluster.address()).await?.status() == 400);
    Ok(())
}

#[statement::proves(sid400)]
async fn stream_id_of_another_stream(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, framework_info("sid400")).await?;
    let other = "11111111-2222-4333-8444-555555555555";
    let request = framework.request("REVIVE", Value::Null)?.with("Mesos-Stream-Id", other)?;
    let response = request.send(cluster.address()).await?;
    ensure!(response.status() == 400);
    let text = response.text().await?;
    ensure!(text.contains(framework.id()), "{text}");
    Ok(())
}

#[statement::proves(unknown)]
async fn unknown_type_is_not_implemented(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, framework_info("unknown")).await?;
    ensure!(framework.try_call("UNKNOWN", Value::Null).await?.status() == 501);
    Ok(())
}

#[statement::proves(ackuuid)]
async fn uuid_has_sixteen_bytes(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, framework_info("ackuuid")).await?;
    let with = |uuid: &str| json!({"agent_id": {"value": "a"}, "task_id": {"value": "t"}, "uuid": uuid});
    let no_version = "AAECAwQFBgcICQoLDA0ODw==";
    let version_4 = "AAECAwQFRgeICQoLDA0ODw==";
    for wrong in ["", "AAEC", no_version] {
        ensure!(framework.try_call("ACKNOWLEDGE", with(wrong)).await?.status() == 400, "for {wrong:?}");
    }
    ensure!(framework.try_call("ACKNOWLEDGE", with(version_4)).await?.status() == 202);
    Ok(())
}

async fn parts_of_a_call_that_its_type_needs(cluster: TestCluster) -> Result<()> {
    let framework = Framework::subscribe(&cluster, framework_info("parts")).await?;
    for kind in ["ACCEPT", "DECLINE", "KILL", "SHUTDOWN", "ACKNOWLEDGE", "RECONCILE", "MESSAGE", "REQUEST"] {
        ensure!(framework.try_call(kind, Value::Null).await?.status() == 400, "for {kind}");
    }
    Ok(())
}
