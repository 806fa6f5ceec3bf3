//! The page at all widths, light and dark.

use anyhow::{Result, ensure};
use serde_json::Value;
use testkit::TestCluster;

use crate::cluster::Scene;

testkit::cases![every_view_fits_every_width, colors_are_distinct, assistive_technology_finds_names];

const VIEWS: [&str; 7] = ["overview", "agents", "frameworks", "tasks", "offers", "reservations", "events"];

async fn every_view_fits_every_width(cluster: TestCluster) -> Result<()> {
    let mut scene = Scene::open(&cluster).await?;
    scene.run(&cluster, "web", "sleep 600").await?;
    for width in [400, 640, 900, 1400, 1600] {
        scene.browser.size(width, 900).await?;
        for view in VIEWS {
            scene.view(view).await?;
            scene.browser.until("document.querySelector('#link').innerText === 'Live'").await?;
            let wide = "[document.documentElement, document.querySelector('main'), document.querySelector('.grid')] \
                        .filter((element) => element && element.scrollWidth > element.clientWidth + 1).length";
            ensure!(scene.browser.value(wide).await? == 0, "{view} at {width} pixels");
        }
        for theme in ["light", "dark"] {
            scene.browser.theme(theme).await?;
            scene.view("overview").await?;
            scene.browser.shows("Tasks by state").await?;
            scene.browser.picture(&format!("{}-overview-{width}-{theme}", cluster.backend())).await?;
        }
    }
    Ok(())
}

/// The contrast of each text with what is behind it, as WCAG computes it: 4.5 is readable.
const CONTRAST: &str = "(() => {
  const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  const channels = (color) => { context.clearRect(0, 0, 1, 1); context.fillStyle = color; context.fillRect(0, 0, 1, 1); return [...context.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => { for (let at = element; at; at = at.parentElement) { const color = channels(getComputedStyle(at).backgroundColor); if (color[3] === 255) return color; } return [255, 255, 255]; };
  const low = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility() || element.closest('.hidden, .skip, noscript')) continue;
    const [a, b] = [light(channels(getComputedStyle(element).color)), light(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) low.push(`${element.textContent}: ${contrast.toFixed(2)}`);
  }
  return low;
})()";

async fn colors_are_distinct(cluster: TestCluster) -> Result<()> {
    let mut scene = Scene::open(&cluster).await?;
    scene.run(&cluster, "web", "echo out; sleep 600").await?;
    for theme in ["light", "dark"] {
        scene.browser.theme(theme).await?;
        for view in ["overview", "agents", "tasks", "events"] {
            scene.view(view).await?;
            scene.browser.until("document.querySelector('#link').innerText === 'Live'").await?;
            scene.browser.until("document.querySelector('.body .row, .tile') !== null").await?;
            let low = scene.browser.value(CONTRAST).await?;
            ensure!(low.as_array().is_some_and(Vec::is_empty), "{view}, {theme}: {low}");
        }
    }
    Ok(())
}

async fn assistive_technology_finds_names(cluster: TestCluster) -> Result<()> {
    let mut scene = Scene::open(&cluster).await?;
    scene.open_a_task(&cluster).await?;
    let tree =
        scene.browser.command("Accessibility.getFullAXTree", Value::Object(serde_json::Map::new())).await?;
    let nodes = tree["nodes"].as_array().cloned().unwrap_or_default();
    let needs = ["button", "link", "searchbox", "combobox", "grid", "image", "complementary", "navigation"];
    for node in nodes.iter().filter(|node| node["ignored"] != true) {
        let role = node["role"]["value"].as_str().unwrap_or_default();
        let name = node["name"]["value"].as_str().unwrap_or_default();
        ensure!(!needs.contains(&role) || !name.is_empty(), "a {role} without a name: {node}");
    }
    for role in ["main", "navigation", "grid", "row", "gridcell", "columnheader", "heading", "complementary"]
    {
        ensure!(nodes.iter().any(|node| node["role"]["value"] == role), "no {role}");
    }
    Ok(())
}
