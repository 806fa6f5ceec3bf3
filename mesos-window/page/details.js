// All that is known of one task, agent or framework.

import { bar, chip, get, h, megabytes, number, shown, time } from "./dom.js";
import { changeButton, settings } from "./changes.js";
import { Sandbox } from "./sandbox.js";

const PATHS = { task: "task", agent: "agent", framework: "framework" };

export class Details {
  constructor(element, { close }) {
    this.element = element;
    this.close = close;
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  /** Shows something else, or nothing. */
  async show(opened) {
    const key = JSON.stringify(opened);
    if (key === this.key) return;
    this.sandbox?.close();
    [this.key, this.opened, this.sandbox, this.json] = [key, opened, undefined, undefined];
    this.element.hidden = !opened;
    if (!opened) return void this.element.replaceChildren();
    this.title = h("h2", { tabindex: -1 }, opened.id);
    this.facts = h("div", {});
    this.files = h("div", {});
    this.raw = h("pre", { class: "raw", tabindex: 0 });
    this.buttons = h("p", { class: "buttons" });
    this.element.replaceChildren(
      h("div", { class: "details-head" }, h("div", {}, h("p", { class: "kind" }, opened.kind), this.title),
        h("button", { class: "close", "aria-label": "Close the details", onclick: () => this.close() }, "✕")),
      this.buttons, this.facts, this.files, h("details", {}, h("summary", {}, "All fields"), this.raw));
    this.title.focus({ preventScroll: true });
    await this.refresh();
  }

  async refresh() {
    const { opened, key } = this;
    if (!opened || this.busy) return;
    this.busy = true;
    try {
      const details = await get(PATHS[opened.kind], { id: opened.id, framework: opened.framework ?? "" });
      if (this.key === key) this.draw(details);
    } catch (error) {
      // What is gone has no state, and nothing can be done with it.
      if (this.key === key) {
        this.json = undefined;
        this.buttons.replaceChildren();
        this.facts.replaceChildren(h("p", { class: "muted" }, shown(error.message)));
      }
    }
    this.busy = false;
    if (this.key !== key) this.refresh();
  }

  /** Draws the same again, because what can be done has changed. */
  redraw() {
    this.json = undefined;
    this.refresh();
  }

  draw(details) {
    const json = JSON.stringify(details);
    if (json === this.json) return;
    this.json = json;
    const drawn = { task: drawTask, agent: drawAgent, framework: drawFramework }[this.opened.kind](details);
    this.title.textContent = shown(drawn.title || this.opened.id);
    const buttons = settings.allow_changes ? drawn.buttons : [];
    // The same buttons stay, so that the focus does.
    if (this.buttons.textContent !== buttons.map((button) => button.textContent).join("")) this.buttons.replaceChildren(...buttons);
    this.facts.replaceChildren(...drawn.parts);
    this.raw.textContent = JSON.stringify(details.raw, null, 2).split("\n").map(shown).join("\n");
    if (this.opened.kind === "task" && details.has_sandbox && !this.sandbox) {
      this.sandbox = new Sandbox(this.opened);
      this.files.replaceChildren(this.sandbox.element);
      this.sandbox.list();
    }
  }
}

function facts(pairs) {
  const shownPairs = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return h("dl", {}, shownPairs.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

const plain = (name) => name?.replace(/^(SOURCE|REASON)_/, "").toLowerCase().replaceAll("_", " ");
const mono = (text) => (text ? h("span", { class: "mono" }, text) : null);
const link = (path, parameters, text) => h("a", { href: `#/${path}?${new URLSearchParams(parameters)}` }, text);
const open = (kind, id, text, framework = "") => link(`${kind}s`, { open: kind, of: framework, id }, text || id);

function pairs(title, list) {
  if (!list.length) return null;
  return h("section", {}, h("h3", {}, title), h("dl", { class: "labels" }, list.map(([key, value]) => [h("dt", {}, key), h("dd", {}, value ?? "")])));
}

function drawTask(task) {
  const history = task.history.toReversed().map((step) => h("li", {}, h("span", { class: "when" }, chip(step.state), time(step.time)),
    step.message ? h("p", {}, step.message) : null,
    h("small", {}, [plain(step.source), plain(step.reason), step.healthy === null ? null : step.healthy ? "healthy" : "unhealthy"].filter(Boolean).join(" · "))));
  return {
    title: task.name || task.id,
    buttons: task.is_over ? [] : [changeButton("Kill", `This kills the container of the task ${task.id}.`, { do: "kill-task", framework: task.framework, id: task.id }, "danger")],
    parts: [
      facts([["State", chip(task.state)], ["Id", mono(task.id)], ["Framework", open("framework", task.framework, task.framework_name)],
        ["Agent", open("agent", task.agent, task.hostname)], ["Executor", mono(task.executor)], ["User", task.user],
        ["Resources", mono(task.resources)], ["Container", mono(task.container)]]),
      pairs("Labels", task.labels),
      h("section", {}, h("h3", {}, "History"), history.length ? h("ol", { class: "history" }, history) : h("p", { class: "muted" }, "No update yet.")),
    ].filter(Boolean),
  };
}

function drawAgent(agent) {
  const rows = [["CPUs", "cpus", number], ["Memory", "mem", megabytes], ["Disk", "disk", megabytes]].map(([label, key, format]) =>
    h("div", { class: "resource" }, h("span", {}, h("b", {}, label), h("span", {}, `${format(agent.share.used[key])} of ${format(agent.share.total[key])}`)), bar(label, agent.share, key, format)));
  return {
    title: agent.hostname,
    buttons: [agent.state === "deactivated"
      ? changeButton("Reactivate", "The agent is offered again.", { do: "reactivate-agent", id: agent.id })
      : changeButton("Deactivate", "The agent is not offered any more. Its tasks go on.", { do: "deactivate-agent", id: agent.id })],
    parts: [
      facts([["State", chip(agent.state)], ["Id", mono(agent.id)], ["Address", mono(agent.pid)], ["Version", agent.version],
        ["Region", agent.region], ["Zone", agent.zone], ["Registered", time(agent.registered)], ["Tasks", link("tasks", { agent: agent.id }, number(agent.tasks))]]),
      h("section", {}, h("h3", {}, "Resources"), rows, h("p", { class: "mono small" }, agent.resources)),
      pairs("Attributes", agent.attributes),
    ].filter(Boolean),
  };
}

function drawFramework(framework) {
  return {
    title: framework.name,
    buttons: framework.state === "ended" ? [] : [changeButton("Tear down", `This ends the framework ${framework.name} and kills all its tasks.`, { do: "teardown", id: framework.id }, "danger")],
    parts: [
      facts([["State", chip(framework.state)], ["Id", mono(framework.id)], ["User", framework.user], ["Roles", framework.roles.join(", ")],
        ["Principal", framework.principal], ["Host", framework.hostname], ["Web page", framework.web_ui],
        ["Failover timeout", framework.failover_timeout === null ? null : `${number(framework.failover_timeout)} s`],
        ["Checkpoint", framework.checkpoint === null ? null : String(framework.checkpoint)], ["Uses", mono(framework.resources)],
        ["Offers", number(framework.offers)], ["Tasks", link("tasks", { framework: framework.id }, number(framework.tasks))],
        ["Capabilities", framework.capabilities.join(", ")]]),
      pairs("Labels", framework.labels),
    ].filter(Boolean),
  };
}
