//! A scheduler that tests control by hand, in JSON.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::http::{Records, Request, Response};
use crate::test_cluster::TestCluster;

const PATH: &str = "/api/v1/scheduler";

/// A subscribed framework.
#[derive(Debug)]
pub struct Framework {
    address: String,
    id: String,
    stream_id: String,
    subscribed: Value,
    /// What the master sends after SUBSCRIBED. It ends with the subscription.
    pub events: Records,
}

/// Returns a minimal framework info: a name, a user, and the default role.
pub fn framework_info(name: &str) -> Value {
    json!({"user": "tester", "name": name, "role": "*"})
}

impl Framework {
    /// Subscribes, and returns when SUBSCRIBED has arrived.
    pub async fn subscribe(cluster: &TestCluster, info: Value) -> Result<Self> {
        Self::subscribe_with(cluster, json!({"framework_info": info})).await
    }

    /// Subscribes with any contents that SUBSCRIBE may have.
    pub async fn subscribe_with(cluster: &TestCluster, subscribe: Value) -> Result<Self> {
        let response = Self::try_subscribe(cluster, subscribe).await?.expect(200, "SUBSCRIBE").await?;
        let stream_id = response.header("Mesos-Stream-Id").context("no stream id")?.to_owned();
        let mut events = response.records();
        let event = events.next().await?.context("the stream ended before SUBSCRIBED")?;
        ensure!(event["type"] == "SUBSCRIBED", "the first event is {event}");
        let subscribed = event["subscribed"].clone();
        let id = subscribed["framework_id"]["value"].as_str().context("no framework id")?.to_owned();
        Ok(Self { address: cluster.address().to_owned(), id, stream_id, subscribed, events })
    }

    /// Sends SUBSCRIBE with these contents, and with the framework id of its info.
    pub async fn try_subscribe(cluster: &TestCluster, subscribe: Value) -> Result<Response> {
        let mut call = json!({"type": "SUBSCRIBE", "subscribe": subscribe});
        if let Some(id) = call["subscribe"]["framework_info"].get("id").cloned() {
            call["framework_id"] = id;
        }
        Request::post(PATH, &call).send(cluster.address()).await
    }

    /// Returns the framework's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the value of `Mesos-Stream-Id`.
    pub fn stream_id(&self) -> &str {
        &self.stream_id
    }

    /// Returns the contents of the SUBSCRIBED event.
    pub fn subscribed(&self) -> &Value {
        &self.subscribed
    }

    /// Creates a call of this type, with `contents` in the field of the same name. Alter it as
    /// needed before you send it.
    pub fn request(&self, kind: &str, contents: Value) -> Result<Request> {
        let mut call = json!({"framework_id": {"value": self.id}, "type": kind});
        if !contents.is_null() {
            call[kind.to_lowercase()] = contents;
        }
        Request::post(PATH, &call).with("Mesos-Stream-Id", &self.stream_id)
    }

    /// Sends a call, and returns its response, whatever it is.
    pub async fn try_call(&self, kind: &str, contents: Value) -> Result<Response> {
        self.request(kind, contents)?.send(&self.address).await
    }

    /// Sends a call that must be accepted.
    pub async fn call(&self, kind: &str, contents: Value) -> Result<()> {
        self.try_call(kind, contents).await?.expect(202, kind).await?;
        Ok(())
    }

    /// Returns the offers of the next OFFERS event.
    pub async fn offers(&mut self) -> Result<Vec<Value>> {
        let offers = self.events.event("OFFERS").await?;
        Ok(offers["offers"].as_array().context("OFFERS without offers")?.clone())
    }

    /// Closes the stream without notice to the master.
    pub fn disconnect(self) {}
}
