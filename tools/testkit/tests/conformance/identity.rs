//! Framework ids, stream ids, and what a subscription is refused for.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testkit::{Framework, Request, TestCluster, framework_info};

testkit::cases![
    subscribe_with_a_stream_id_is_refused,
    each_subscription_has_its_own_stream_id,
    subscribing_twice_makes_two_frameworks,
    unseen_id_is_accepted,
    call_and_info_must_agree,
    user_is_that_of_the_framework,
    error_is_an_event_and_ends_the_stream,
    failover_timeout_must_be_a_duration,
    teardown_completes_the_framework,
    removed_framework_cannot_return,
];

/// The message of the ERROR event that is the response to SUBSCRIBE; the stream must end after it.
pub(crate) async fn refusal(cluster: &TestCluster, subscribe: Value) -> Result<String> {
    let response = Framework::try_subscribe(cluster, subscribe).await?;
    ensure!(response.status() == 200);
    ensure!(response.header("Mesos-Stream-Id").is_some());
    let mut events = response.records();
    let error = events.next().await?.context("the stream ended before ERROR")?;
    ensure!(error["type"] == "ERROR", "{error}");
    let end = events.next().await?;
    ensure!(end.is_none(), "after ERROR came {end:?}");
    Ok(error["error"]["message"].as_str().context("ERROR without a message")?.to_owned())
}

#[statement::proves(streamhdr)]
async fn subscribe_with_a_stream_id_is_refused(cluster: TestCluster) -> Result<()> {
    let call = json!({"type": "SUBSCRIBE", "subscribe": {"framework_info": framework_info("streamhdr")}});
    let request = Request::post("/api/v1/scheduler", &call);
    let with = request.with("Mesos-Stream-Id", "11111111-2222-4333-8444-555555555555")?;
    ensure!(with.send(cluster.address()).await?.status() == 400);
    Ok(())
}

#[statement::proves(streamnew)]
async fn each_subscription_has_its_own_stream_id(cluster: TestCluster) -> Result<()> {
    let first = Framework::subscribe(&cluster, framework_info("streamnew")).await?;
    let second = Framework::subscribe(&cluster, framework_info("streamnew")).await?;
    ensure!(first.stream_id() != second.stream_id());
    ensure!(first.stream_id().len() == "11111111-2222-4333-8444-555555555555".len());
    Ok(())
}

#[statement::proves(newid)]
async fn subscribing_twice_makes_two_frameworks(cluster: TestCluster) -> Result<()> {
    let first = Framework::subscribe(&cluster, framework_info("newid")).await?;
    let second = Framework::subscribe(&cluster, framework_info("newid")).await?;
    ensure!(first.id() != second.id());
    Ok(())
}

#[statement::proves(chosenid)]
async fn unseen_id_is_accepted(cluster: TestCluster) -> Result<()> {
    let mut info = framework_info("chosenid");
    info["id"] = json!({"value": "chosen-by-the-client"});
    info["failover_timeout"] = json!(60.0);
    let first = Framework::subscribe(&cluster, info.clone()).await?;
    let again = Framework::subscribe(&cluster, info).await?;
    ensure!(first.id() == "chosen-by-the-client" && again.id() == first.id());
    Ok(())
}

#[statement::proves(user)]
async fn user_is_that_of_the_framework(cluster: TestCluster) -> Result<()> {
    let mut info = framework_info("user");
    info["user"] = json!("somebody");
    let framework = Framework::subscribe(&cluster, info).await?;
    ensure!(cluster.framework(framework.id()).await?["user"] == "somebody");
    Ok(())
}

#[statement::proves(idboth)]
async fn call_and_info_must_agree(cluster: TestCluster) -> Result<()> {
    let (with, without) = (json!({"value": "one"}), Value::Null);
    for (of_call, of_info) in [(&with, &without), (&without, &with), (&json!({"value": "two"}), &with)] {
        let mut call =
            json!({"type": "SUBSCRIBE", "subscribe": {"framework_info": framework_info("idboth")}});
        if !of_call.is_null() {
            call["framework_id"] = of_call.clone();
        }
        if !of_info.is_null() {
            call["subscribe"]["framework_info"]["id"] = of_info.clone();
        }
        let response = Request::post("/api/v1/scheduler", &call).send(cluster.address()).await?;
        ensure!(response.status() == 400, "for {of_call} in the call and {of_info} in its info");
    }
    Ok(())
}

#[statement::proves(valerr)]
async fn error_is_an_event_and_ends_the_stream(cluster: TestCluster) -> Result<()> {
    let mut info = framework_info("valerr");
    info["role"] = json!("/");
    refusal(&cluster, json!({"framework_info": info})).await?;
    Ok(())
}

#[statement::proves(ft2)]
async fn failover_timeout_must_be_a_duration(cluster: TestCluster) -> Result<()> {
    for timeout in [1e300, -1e300] {
        let mut info = framework_info("ft2");
        info["failover_timeout"] = json!(timeout);
        let message = refusal(&cluster, json!({"framework_info": info})).await?;
        ensure!(message.contains("failover"), "{message}");
    }
    Ok(())
}

#[statement::proves(teardown)]
async fn teardown_completes_the_framework(cluster: TestCluster) -> Result<()> {
    let mut framework = Framework::subscribe(&cluster, framework_info("teardown")).await?;
    framework.call("TEARDOWN", Value::Null).await?;
    framework.events.end().await?;
    let state = cluster.state().await?;
    let is = |list: &str| {
        state[list].as_array().is_some_and(|all| all.iter().any(|one| one["id"] == framework.id()))
    };
    ensure!(!is("frameworks"));
    ensure!(is("completed_frameworks"));
    Ok(())
}

#[statement::proves(removed)]
async fn removed_framework_cannot_return(cluster: TestCluster) -> Result<()> {
    let mut info = framework_info("removed");
    let mut framework = Framework::subscribe(&cluster, info.clone()).await?;
    info["id"] = json!({"value": framework.id()});
    framework.call("TEARDOWN", Value::Null).await?;
    framework.events.end().await?;
    let message = refusal(&cluster, json!({"framework_info": info})).await?;
    ensure!(message == "Framework has been removed");
    Ok(())
}
