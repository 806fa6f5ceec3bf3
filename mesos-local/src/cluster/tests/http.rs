use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

async fn response(cluster: &Cluster, request: &str) -> String {
    let mut pipe = cluster.server.pipes().connect().await.unwrap();
    let request = format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    pipe.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    pipe.read_to_string(&mut response).await.unwrap();
    response
}

#[statement::proves(redirloop)]
#[tokio::test]
async fn redirect_leads_to_the_leader_only() {
    let cluster = Cluster::builder().agents(0).start().await.unwrap();
    for path in ["/redirect", "/master/redirect"] {
        let response = response(&cluster, &format!("GET {path}")).await;
        let location = format!("\r\nLocation: //{}\r\n", cluster.address());
        assert!(response.starts_with("HTTP/1.1 307 ") && response.contains(&location), "{response}");
    }
    let response = response(&cluster, "GET /redirect/x").await;
    assert!(response.starts_with("HTTP/1.1 404 ") && response.ends_with("404 Not Found."), "{response}");
}

#[statement::proves(redir)]
#[tokio::test]
async fn standby_redirects_and_is_healthy() {
    let cluster = Cluster::builder().agents(0).start().await.unwrap();
    cluster.become_standby("leader:5050");
    for (request, location) in [
        ("GET /master/state", "\r\nLocation: //leader:5050/master/state\r\n"),
        // Never the short form of the path.
        ("POST /api/v1/scheduler", "\r\nLocation: //leader:5050/master/api/v1/scheduler\r\n"),
        ("POST /teardown", "\r\nLocation: //leader:5050/master/teardown\r\n"),
        ("GET /redirect", "\r\nLocation: //leader:5050\r\n"),
    ] {
        let response = response(&cluster, request).await;
        assert!(response.starts_with("HTTP/1.1 307 ") && response.contains(location), "{response}");
    }
    assert!(response(&cluster, "GET /health").await.starts_with("HTTP/1.1 200 "));
}

#[statement::proves(nolead)]
#[tokio::test]
async fn leaderless_and_recovering_are_503() {
    let cluster = Cluster::builder().agents(0).start().await.unwrap();
    cluster.lose_leader();
    let no_leader = response(&cluster, "POST /api/v1/scheduler").await;
    assert!(
        no_leader.starts_with("HTTP/1.1 503 ") && no_leader.ends_with("No leader elected"),
        "{no_leader}"
    );
    cluster.start_recovery();
    let recovering = response(&cluster, "POST /master/api/v1/scheduler").await;
    assert!(recovering.ends_with("Master has not finished recovery"), "{recovering}");
    cluster.resume_leading();
    assert!(response(&cluster, "GET /api/v1/scheduler").await.starts_with("HTTP/1.1 405 "));
}

#[tokio::test]
async fn the_state_is_json() {
    let cluster = Cluster::builder().agents(1).start().await.unwrap();
    let response = response(&cluster, "GET /master/state").await;
    let body = response.split("\r\n\r\n").nth(1).unwrap();
    let state: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(state["version"], "1.11.0");
    assert_eq!(state["leader"], format!("master@{}", cluster.address()));
}

#[tokio::test]
async fn error_names_what_is_wrong_with_a_cluster() {
    let error = Cluster::builder().resources("cpus:much").start().await.unwrap_err();
    assert!(
        error.to_string().starts_with("\"cpus:much\" is not a valid list of resources: write it as in"),
        "{error}"
    );
    let cluster = Cluster::builder().agents(0).start().await.unwrap();
    let error = Cluster::builder().port(cluster.address().port()).start().await.unwrap_err();
    assert!(error.to_string().ends_with("choose another port, or 0 for a free one"), "{error}");
}

#[tokio::test]
async fn local_cluster_starts_on_first_use() {
    let info = FrameworkInfo { user: "user".into(), name: "test".into(), ..FrameworkInfo::default() };
    let driver = SchedulerDriver::new(crate::master("local").unwrap(), info);
    let handle = driver.handle();
    let (sender, mut received) = mpsc::unbounded_channel();
    let end = tokio::spawn(async move { driver.run(&mut Recorder(sender)).await });
    assert!(matches!(received.recv().await, Some(Received::Subscribed(_))));
    handle.stop();
    end.await.unwrap().unwrap();
    assert!(crate::master("no such:thing").is_err());
}
