//! What the page changes, and who may.

use anyhow::{Context, Result, ensure};
use mesos_sdk::Master;
use mesos_window::Window;
use serde_json::json;
use testkit::{Request, TestCluster};

use crate::cluster::Scene;

testkit::cases![
    a_window_changes_nothing_by_default,
    a_task_is_killed_after_a_question,
    a_change_needs_the_token
];

async fn a_window_changes_nothing_by_default(cluster: TestCluster) -> Result<()> {
    let mut scene = Scene::open(&cluster).await?;
    scene.open_a_task(&cluster).await?;
    ensure!(scene.browser.value("document.querySelectorAll('.danger').length").await? == 0);
    let change = json!({"do": "teardown", "id": "x"});
    let refused = Request::post("/change", &change).send(&scene.address.to_string()).await?;
    refused.expect(403, "a change").await?;
    Ok(())
}

fn changing(cluster: &TestCluster) -> Result<Window> {
    Ok(Window::new(cluster.address().parse::<Master>()?).allow_changes(true))
}

async fn a_task_is_killed_after_a_question(cluster: TestCluster) -> Result<()> {
    let mut scene = Scene::of(changing(&cluster)?).await?;
    scene.run(&cluster, "web", "sleep 600").await?;
    scene.view("tasks").await?;
    let browser = &mut scene.browser;
    browser.until("document.querySelector('.body .row')?.innerText.includes('Running')").await?;
    browser.value("document.querySelector('.body .row').click()").await?;
    browser.until("document.querySelector('aside .danger') !== null").await?;
    browser.value("document.querySelector('aside .danger').click()").await?;
    browser.until("document.querySelector('dialog').open").await?;
    browser.value("document.querySelector('dialog .danger').click()").await?;
    browser.until("document.querySelector('.body .row')?.innerText.includes('Failed')").await?;
    Ok(())
}

async fn a_change_needs_the_token(cluster: TestCluster) -> Result<()> {
    let mut scene = Scene::of(changing(&cluster)?).await?;
    let address = scene.address.to_string();
    let change = json!({"do": "teardown", "id": "x"});
    let with = |token: &str, origin: &str| -> Result<Request> {
        Request::post("/change", &change).with("X-Window-Token", token)?.with("Origin", origin)
    };
    let own = format!("http://{address}");
    with("guessed", &own)?.send(&address).await?.expect(403, "a guessed token").await?;
    scene.view("overview").await?;
    let token = "new Promise((resolve) => new EventSource('live').addEventListener('window', \
                 (event) => resolve(JSON.parse(event.data).token)))";
    scene.browser.until("document.querySelector('#link') !== null").await?;
    let token = scene.browser.value(token).await?;
    let token = token.as_str().context("no token")?;
    with(token, "http://evil.example")?.send(&address).await?.expect(403, "a foreign page").await?;
    with(token, &own)?.send(&address).await?.expect(409, "an unknown framework").await?;
    Ok(())
}
