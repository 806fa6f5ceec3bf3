//! What the page shows.

use anyhow::{Context, Result, ensure};
use mesos_sdk::Master;
use mesos_sdk::operator::MasterOperator;
use mesos_sdk::proto::v1::Resource;
use serde_json::json;
use testkit::TestCluster;

use crate::browser::Browser;
use crate::cluster::{MARKUP, Scene};

testkit::cases![
    an_empty_cluster_is_shown,
    a_task_is_shown_with_its_output,
    hostile_text_stays_text,
    a_long_name_leaves_room_for_the_rest,
    a_reservation_is_listed_with_its_agent,
    the_keyboard_reaches_everything;
    // A real master needs ZooKeeper to lose its leadership, which the suites of drivers do.
    embedded only: a_lost_leader_is_shown
];

async fn an_empty_cluster_is_shown(cluster: TestCluster) -> Result<()> {
    let mut scene = Scene::open(&cluster).await?;
    scene.view("overview").await?;
    scene.browser.until("document.querySelector('#link').innerText === 'Live'").await?;
    scene.browser.shows("No task has been launched yet.").await?;
    scene.browser.shows("1.11.0").await?;
    scene.browser.picture(&format!("{}-empty-1400-light", cluster.backend())).await?;
    scene.view("tasks").await?;
    scene.browser.shows("No task matches.").await?;
    ensure!(scene.browser.complaints.is_empty(), "{:?}", scene.browser.complaints);
    Ok(())
}

async fn a_task_is_shown_with_its_output(cluster: TestCluster) -> Result<()> {
    let mut scene = Scene::open(&cluster).await?;
    scene.view("tasks").await?;
    let command = "echo first; sleep 4; echo second; sleep 600";
    scene.run(&cluster, "web", command).await?;
    let browser = &mut scene.browser;
    browser.until("document.querySelector('.body .row')?.innerText.includes('Running')").await?;
    browser.value("document.querySelector('.body .row').click()").await?;
    for text in ["History", "stdout", "first", "second", "Labels", "the-task"] {
        browser.shows(text).await?;
    }
    ensure!(browser.value("document.querySelectorAll('.history li').length").await?.as_u64() >= Some(1));
    scene.view("agents").await?;
    let used = "document.querySelector('.bar')?.getAttribute('aria-label').startsWith('CPUs: 0.')";
    scene.browser.until(used).await?;
    scene.view("events").await?;
    scene.browser.shows("Launched").await?;
    ensure!(scene.browser.complaints.is_empty(), "{:?}", scene.browser.complaints);
    Ok(())
}

async fn hostile_text_stays_text(cluster: TestCluster) -> Result<()> {
    let mut scene = Scene::open(&cluster).await?;
    let command = format!("printf '%s\\n' '{}'; exec sleep 600", MARKUP.replace('\'', "\"'"));
    let command = format!("printf '</pre>'; {}", command.replace("document.title=\"'owned\"'", "a"));
    scene.run(&cluster, MARKUP, &command).await?;
    for view in ["tasks", "frameworks", "events", "agents", "overview", "offers"] {
        scene.view(view).await?;
        if !["agents", "offers"].contains(&view) {
            scene.browser.shows("<img src=x onerror=").await?;
        }
    }
    scene.view("tasks").await?;
    scene.browser.until("document.querySelector('.body .row')?.innerText.includes('Running')").await?;
    scene.browser.value("document.querySelector('.body .row').click()").await?;
    scene.browser.until("document.querySelector('pre.file')?.innerText.includes('</pre><img src=x')").await?;
    scene.browser.picture(&format!("{}-hostile-1400-light", cluster.backend())).await?;
    let markup = "document.querySelectorAll('main img, aside img, body script').length";
    ensure!(scene.browser.value(markup).await? == 0);
    ensure!(scene.browser.value("document.title").await? != "owned");
    ensure!(scene.browser.complaints.is_empty(), "{:?}", scene.browser.complaints);
    Ok(())
}

async fn a_long_name_leaves_room_for_the_rest(cluster: TestCluster) -> Result<()> {
    let mut scene = Scene::open(&cluster).await?;
    scene.run(&cluster, &"long ".repeat(4000), "sleep 600").await?;
    scene.view("tasks").await?;
    scene.browser.until("document.querySelector('.body .row') !== null").await?;
    scene.browser.value("document.querySelector('.body .row').click()").await?;
    scene.browser.until("document.querySelector('aside h2')?.innerText.startsWith('long')").await?;
    ensure!(scene.browser.value("document.querySelector('aside h2').offsetHeight < 300").await? == true);
    // The name of its framework is as long.
    let values = "[...document.querySelectorAll('aside dd')]";
    scene.browser.until(&format!("{values}.some((value) => value.innerText.startsWith('long'))")).await?;
    let fit = format!("{values}.every((value) => value.offsetHeight < 300)");
    ensure!(scene.browser.value(&fit).await? == true);
    scene.browser.picture(&format!("{}-long-names-1400-light", cluster.backend())).await?;
    Ok(())
}

async fn a_reservation_is_listed_with_its_agent(cluster: TestCluster) -> Result<()> {
    let mut scene = Scene::open(&cluster).await?;
    scene.view("reservations").await?;
    scene.browser.shows("Nothing is reserved.").await?;
    let master = MasterOperator::new(cluster.address().parse::<Master>()?);
    let agent = master.get_agents().await?.agents.into_iter().next().context("no agent")?;
    let id = agent.agent_info.id.context("no id")?;
    let reserved = json!([{
        "name": "disk", "type": "SCALAR", "scalar": {"value": 100},
        "reservations": [{"type": "DYNAMIC", "role": "web"}],
    }]);
    master.reserve_resources(id, vec![], serde_json::from_value::<Vec<Resource>>(reserved)?).await?;
    let row = "document.querySelector('.body .row')";
    for text in ["web", "disk", "100"] {
        scene.browser.until(&format!("{row}?.innerText.includes('{text}')")).await?;
    }
    scene.browser.value(&format!("{row}.click()")).await?;
    scene.browser.until("document.querySelector('aside .kind')?.textContent === 'agent'").await?;
    scene.browser.shows("Resources").await?;
    scene.browser.picture(&format!("{}-reservations-1400-light", cluster.backend())).await?;
    ensure!(scene.browser.complaints.is_empty(), "{:?}", scene.browser.complaints);
    Ok(())
}

const ON_THE_LIST: &str = "document.activeElement.getAttribute('role') === 'grid'";

async fn the_keyboard_reaches_everything(cluster: TestCluster) -> Result<()> {
    let mut scene = Scene::open(&cluster).await?;
    scene.run(&cluster, "web", "sleep 600").await?;
    scene.view("tasks").await?;
    let browser = &mut scene.browser;
    browser.until("document.querySelector('.body .row')?.innerText.includes('Running')").await?;
    search(browser).await?;
    while browser.value(ON_THE_LIST).await? != true {
        browser.press("Tab").await?;
        ensure!(browser.value("document.activeElement !== document.body").await? == true);
    }
    browser.press("End").await?;
    browser.press("Home").await?;
    browser.until("document.activeElement.getAttribute('aria-activedescendant') === 'row-0'").await?;
    browser.press("Enter").await?;
    browser.until("document.activeElement.closest('aside') !== null").await?;
    browser.press("Escape").await?;
    browser.until(ON_THE_LIST).await
}

/// Searches by the keyboard.
async fn search(browser: &mut Browser) -> Result<()> {
    browser.press("/").await?;
    browser.until("document.activeElement.type === 'search'").await?;
    for letter in ["w", "e", "b"] {
        browser.press(letter).await?;
    }
    browser.until("location.hash.includes('q=web')").await
}

async fn a_lost_leader_is_shown(_: TestCluster) -> Result<()> {
    let cluster = mesos_local::Cluster::builder().start().await?;
    let mut scene = Scene::of(mesos_window::Window::new(cluster.master())).await?;
    scene.view("overview").await?;
    scene.browser.until("document.querySelector('#link').innerText === 'Live'").await?;
    cluster.lose_leader();
    cluster.drop_event_streams().await;
    scene.browser.shows("No leader elected").await?;
    scene.browser.until("document.querySelector('#link').innerText === 'Reconnecting'").await?;
    cluster.resume_leading();
    scene.browser.until("document.querySelector('#link').innerText === 'Live'").await?;
    scene.browser.until("document.querySelector('#reason').hidden").await?;
    Ok(())
}
