//! What the page changes, and who may.

use anyhow::{Context, Result, ensure};
use mesos_sdk::{Master, async_trait};
use mesos_window::{Fault, Faults, Window};
use serde_json::json;
use testkit::{Request, TestCluster};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::cluster::Scene;

testkit::cases![
    a_window_changes_nothing_by_default,
    a_task_is_killed_after_a_question,
    a_change_needs_the_token,
    a_fault_is_injected_after_a_question,
    faults_are_hidden_unless_changes_are_allowed
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

/// Notes the faults of agents, and refuses those of the master.
#[derive(Debug)]
struct Noted(UnboundedSender<(String, Option<usize>)>);

#[async_trait]
impl Faults for Noted {
    fn list(&self) -> Vec<Fault> {
        vec![
            Fault::of_agent("kill-agent", "Kills the agent"),
            Fault::of_master("lose-leader", "Loses the leader"),
        ]
    }

    fn agents(&self) -> Vec<String> {
        vec!["127.0.0.1:5051".to_owned(), "127.0.0.1:5052".to_owned()]
    }

    async fn inject(&self, name: &str, agent: Option<usize>) -> Result<(), String> {
        agent.ok_or("nobody leads")?;
        self.0.send((name.to_owned(), agent)).map_err(|error| error.to_string())
    }
}

/// Presses a button of the faults, and then one of the question.
async fn press(scene: &mut Scene, button: &str, answer: &str) -> Result<()> {
    let browser = &mut scene.browser;
    browser.value(&format!("document.querySelector('.faults {button}').click()")).await?;
    browser.until("document.querySelector('dialog').open").await?;
    browser.value(&format!("document.querySelector('dialog {answer}').click()")).await?;
    browser.until("!document.querySelector('dialog').open").await
}

async fn a_fault_is_injected_after_a_question(cluster: TestCluster) -> Result<()> {
    let (sender, mut injected) = unbounded_channel();
    let mut scene = Scene::of(changing(&cluster)?.faults(Noted(sender))).await?;
    scene.view("faults").await?;
    scene.browser.until("document.querySelectorAll('.faults button').length === 3").await?;
    scene.browser.picture(&format!("{}-faults-1400-light", cluster.backend())).await?;
    let second = "section:last-child li:last-child button";
    press(&mut scene, second, "button:not(.danger)").await?;
    press(&mut scene, second, ".danger").await?;
    scene.browser.shows("kill-agent: done").await?;
    ensure!(injected.recv().await == Some(("kill-agent".to_owned(), Some(1))));
    press(&mut scene, "section:first-of-type button", ".danger").await?;
    scene.browser.shows("nobody leads").await?;
    ensure!(injected.is_empty());
    Ok(())
}

async fn faults_are_hidden_unless_changes_are_allowed(cluster: TestCluster) -> Result<()> {
    let (sender, injected) = unbounded_channel();
    let window = Window::new(cluster.address().parse::<Master>()?).faults(Noted(sender));
    let mut scene = Scene::of(window).await?;
    scene.view("overview").await?;
    scene.browser.until("document.querySelector('#link').innerText === 'Live'").await?;
    ensure!(scene.browser.value("document.body.innerText.includes('Faults')").await? == false);
    let change = json!({"do": "fault", "name": "kill-agent", "agent": 0});
    let refused = Request::post("/change", &change).send(&scene.address.to_string()).await?;
    refused.expect(403, "a fault").await?;
    ensure!(injected.is_empty());
    Ok(())
}
