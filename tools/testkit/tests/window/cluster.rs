//! A cluster with a framework, and a window on it.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use mesos_sdk::Master;
use mesos_window::Window;
use serde_json::{Value, json};
use testkit::{Framework, TestCluster, framework_info};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::browser::Browser;

/// What happens to somebody who treats text as markup.
pub(crate) const MARKUP: &str = "<img src=x onerror=\"document.title='owned'\"><script>alert(1)</script>";

/// A window, and what is beside it.
pub(crate) struct Scene {
    pub(crate) address: SocketAddr,
    pub(crate) browser: Browser,
    pub(crate) beside: JoinSet<()>,
}

impl Scene {
    /// Opens a window on a cluster, and a browser.
    pub(crate) async fn open(cluster: &TestCluster) -> Result<Self> {
        Self::of(Window::new(cluster.address().parse::<Master>()?)).await
    }

    pub(crate) async fn of(window: Window) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let mut beside = JoinSet::new();
        beside.spawn(window.serve(listener));
        let mut browser = Browser::start().await?;
        browser.size(1400, 900).await?;
        Ok(Self { address, browser, beside })
    }

    /// Opens a view of the page, and waits until it is there instead of the one before.
    pub(crate) async fn view(&mut self, view: &str) -> Result<()> {
        let address = format!("http://{}/#/{view}", self.address);
        self.browser.open(&address).await?;
        let name = view.split('?').next().unwrap_or(view);
        let is_there = format!("document.getElementById('tabs')?.dataset.view === {}", json!(name));
        self.browser.until(&is_there).await
    }

    /// Launches a task that runs on, and opens it on the page.
    pub(crate) async fn open_a_task(&mut self, cluster: &TestCluster) -> Result<()> {
        self.run(cluster, "web", "sleep 600").await?;
        self.view("tasks").await?;
        self.browser.until("document.querySelector('.body .row')?.innerText.includes('Running')").await?;
        self.browser.value("document.querySelector('.body .row').click()").await?;
        self.browser.shows("History").await
    }

    /// Launches a command on the cluster's agent, by a framework that goes on.
    pub(crate) async fn run(&mut self, cluster: &TestCluster, name: &str, command: &str) -> Result<()> {
        let mut framework = Framework::subscribe(cluster, framework_info(name)).await?;
        let offer = framework.offers().await?.into_iter().next().context("no offer")?;
        let scalar =
            |name: &str, value: f64| json!({"name": name, "type": "SCALAR", "scalar": {"value": value}});
        let task = json!({
            "name": name, "task_id": {"value": "the-task"}, "agent_id": offer["agent_id"],
            "resources": [scalar("cpus", 0.5), scalar("mem", 64.0)], "command": {"value": command},
            "labels": {"labels": [{"key": name, "value": name}]},
        });
        let operation = json!({"type": "LAUNCH", "launch": {"task_infos": [task]}});
        let filters = json!({"refuse_seconds": 1.0});
        let accept = json!({"offer_ids": [offer["id"]], "operations": [operation], "filters": filters});
        framework.call("ACCEPT", accept).await?;
        self.beside.spawn(async move { while let Ok(true) = acknowledge(&mut framework).await {} });
        Ok(())
    }
}

/// Acknowledges the next event, if it is an update.
async fn acknowledge(framework: &mut Framework) -> Result<bool> {
    let Some(event) = framework.events.next().await? else { return Ok(false) };
    let status = &event["update"]["status"];
    if status.get("uuid").is_some() {
        let parts = ["agent_id", "task_id", "uuid"].map(|part| (part.to_owned(), status[part].clone()));
        framework.call("ACKNOWLEDGE", Value::Object(parts.into_iter().collect())).await?;
    }
    Ok(true)
}
