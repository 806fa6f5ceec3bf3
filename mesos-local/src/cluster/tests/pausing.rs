//! A cluster that does nothing for longer than a framework may be away, while the framework's call
//! lies in its connection.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::yield_now;
use tokio::time::{advance, sleep};

use super::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// SUBSCRIBE of a framework that was subscribed before.
fn subscribe_again(id: &FrameworkId) -> String {
    let user = std::env::var("USER").unwrap_or_else(|_| "root".to_owned());
    let id = format!(r#"{{"value":"{}"}}"#, id.value);
    let info = format!(r#"{{"user":"{user}","name":"test","failover_timeout":10,"id":{id}}}"#);
    let body =
        format!(r#"{{"type":"SUBSCRIBE","framework_id":{id},"subscribe":{{"framework_info":{info}}}}}"#);
    let head = "POST /api/v1/scheduler HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nContent-Type: application/json";
    format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test(start_paused = true)]
async fn framework_that_returned_in_a_pause_is_kept() {
    let cluster = Cluster::builder().in_memory(seconds(0)).start().await.unwrap();
    let mut framework = Running::start_with(&cluster, |info| info.failover_timeout = Some(10.0));
    let id = framework.subscribed().await;
    framework.driver.abort();
    framework.end.await.unwrap().unwrap();
    sleep(seconds(1)).await;
    let mut connection = cluster.server.pipes().connect().await.unwrap();
    let returned = tokio::spawn(async move {
        sleep(seconds(5)).await;
        yield_now().await;
        connection.write_all(subscribe_again(&id).as_bytes()).await.unwrap();
        let mut response = Vec::new();
        while !response.ends_with(b"}\r\n") {
            assert!(connection.read_buf(&mut response).await.unwrap() > 0);
        }
        String::from_utf8(response).unwrap()
    });
    yield_now().await;
    advance(seconds(60)).await;
    let response = returned.await.unwrap();
    assert!(response.contains(r#""type":"SUBSCRIBED""#), "{response}");
    cluster.shutdown().await;
}
