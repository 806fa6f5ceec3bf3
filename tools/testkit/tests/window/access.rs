//! Who can read what.

use anyhow::{Context, Result, ensure};
use testkit::{Request, TestCluster, raw};

use crate::cluster::Scene;

testkit::cases![foreign_names_are_refused, the_page_runs_only_its_own_scripts, paths_stay_in_the_sandbox];

async fn foreign_names_are_refused(cluster: TestCluster) -> Result<()> {
    let scene = Scene::open(&cluster).await?;
    let address = scene.address.to_string();
    for path in ["/", "/live", "/rows?view=tasks", "/window.js"] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
        let response = raw(&address, request.as_bytes()).await?;
        ensure!(response.starts_with("HTTP/1.1 421"), "{path}: {response}");
    }
    Ok(())
}

async fn the_page_runs_only_its_own_scripts(cluster: TestCluster) -> Result<()> {
    let mut scene = Scene::open(&cluster).await?;
    let response = Request::get("/").send(&scene.address.to_string()).await?;
    let policy = response.header("content-security-policy").context("no policy")?.to_owned();
    ensure!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    scene.view("overview").await?;
    scene.browser.until("document.querySelector('#link').innerText === 'Live'").await?;
    let add = "(() => { const script = document.createElement('script'); \
               try { script.textContent = 'document.title = \"owned\"'; } catch { return 'refused'; } \
               document.body.append(script); return document.title; })()";
    ensure!(scene.browser.value(add).await? == "refused");
    let markup = "(() => { try { document.body.innerHTML = '<b>x</b>'; return 'set'; } catch { return 'refused'; } })()";
    ensure!(scene.browser.value(markup).await? == "refused");
    let foreign = "fetch('https://127.0.0.1:1/').then(() => 'sent', () => 'refused')";
    ensure!(scene.browser.value(foreign).await? == "refused");
    Ok(())
}

async fn paths_stay_in_the_sandbox(cluster: TestCluster) -> Result<()> {
    let mut scene = Scene::open(&cluster).await?;
    scene.run(&cluster, "web", "sleep 600").await?;
    scene.view("tasks").await?;
    scene.browser.until("document.querySelector('.body .row')?.innerText.includes('Running')").await?;
    let rows = Request::get("/rows?view=tasks").send(&scene.address.to_string()).await?.json().await?;
    let framework = rows["rows"][0]["framework"].as_str().context("no framework")?.to_owned();
    let file = |path: &str| format!("/file?framework={framework}&id=the-task&path={path}");
    for (path, status) in [("/stdout", 200), ("/../../../../../etc/passwd", 400), ("/none", 404)] {
        Request::get(&file(path)).send(&scene.address.to_string()).await?.expect(status, path).await?;
    }
    Ok(())
}
