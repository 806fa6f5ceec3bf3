// The cluster at a glance.

import { bar, chip, clock, h, megabytes, number, stateName } from "./dom.js";

const BARS = [["CPUs", "cpus", number], ["Memory", "mem", megabytes], ["Disk", "disk", megabytes], ["GPUs", "gpus", number]];

function tile(title, value, more, href) {
  return h("a", { class: "tile", href }, h("span", { class: "title" }, title), h("b", {}, number(value)), h("small", {}, more));
}

function tiles(summary) {
  const states = summary.states;
  const running = states.TASK_RUNNING ?? 0;
  const waiting = (states.TASK_STAGING ?? 0) + (states.TASK_STARTING ?? 0);
  return h("section", { class: "tiles", "aria-label": "Numbers" },
    tile("Agents", summary.agents, `${number(summary.active_agents)} active`, "#/agents"),
    tile("Frameworks", summary.frameworks, `${number(summary.ended_frameworks)} ended`, "#/frameworks"),
    tile("Running tasks", running, `${number(waiting)} starting`, "#/tasks?state=active"),
    tile("Offers", summary.offers, "outstanding", "#/offers"));
}

function resources(summary) {
  const rows = BARS.filter(([, key]) => key !== "gpus" || summary.share.total.gpus > 0).map(([label, key, format]) => {
    const { total, used, offered } = summary.share;
    const percent = total[key] > 0 ? Math.round((100 * used[key]) / total[key]) : 0;
    return h("div", { class: "resource" }, h("span", {}, h("b", {}, label), h("span", { class: "percent" }, `${percent} %`)),
      bar(label, summary.share, key, format),
      h("small", {}, `${format(used[key])} used · ${format(offered[key])} offered · ${format(total[key])} in all`));
  });
  return h("section", { class: "card", "aria-labelledby": "resources" }, h("h2", { id: "resources" }, "Resources"), rows,
    h("p", { class: "legend" }, h("span", {}, h("i", { class: "used" }), "used"), h("span", {}, h("i", { class: "offered" }), "offered"), h("span", {}, h("i", {}), "free")));
}

function tasks(summary) {
  const all = Object.entries(summary.states).sort(([, a], [, b]) => b - a);
  const most = Math.max(1, ...all.map(([, count]) => count));
  const rows = all.map(([state, count]) => {
    const length = h("i", {});
    length.style.width = `${Math.max(1, (100 * count) / most)}%`;
    return h("li", {}, h("a", { href: `#/tasks?state=${encodeURIComponent(stateName(state))}` }, chip(state),
      h("span", { class: "length", "aria-hidden": "true" }, length), h("b", {}, number(count))));
  });
  return h("section", { class: "card", "aria-labelledby": "states" }, h("h2", { id: "states" }, "Tasks by state"),
    rows.length ? h("ul", { class: "states" }, rows) : h("p", { class: "muted" }, "No task has been launched yet."));
}

function latest(summary) {
  const rows = summary.latest.map((event) => h("li", {}, clock(event.time), chip(event.what),
    h("span", { class: "of" }, event.name || event.id || event.kind, h("small", {}, event.message || (event.name ? event.id : "")))));
  return h("section", { class: "card wide", "aria-labelledby": "latest" },
    h("h2", { id: "latest" }, "Latest events", h("a", { href: "#/events" }, "All events")),
    rows.length ? h("ul", { class: "latest" }, rows) : h("p", { class: "muted" }, "Nothing has happened since this window was opened."));
}

/** Returns the overview. */
export function overview(summary) {
  return h("div", { class: "overview" }, h("h1", { class: "hidden" }, "Overview"), tiles(summary), resources(summary), tasks(summary), latest(summary));
}
