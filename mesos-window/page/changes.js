// Changes to the cluster, if the window was started with --allow-changes.

import { h, notify } from "./dom.js";

/** What the window may do; it arrives first. */
export const settings = { token: null, allow_changes: false, faults: [], fault_agents: [] };

/** Asks for a change, and shows what came of it. */
async function make(change, done) {
  const response = await fetch("change", {
    method: "POST",
    headers: { "content-type": "application/json", "x-window-token": settings.token ?? "" },
    body: JSON.stringify(change),
  });
  notify(response.ok ? done : await response.text());
}

/** Returns a button that asks for confirmation, then makes a change. */
export function changeButton(label, question, change, kind = "") {
  const ask = () => {
    const dialog = document.getElementById("question");
    const go = h("button", { class: "danger", onclick: () => { dialog.close(); make(change, `${label}: done`).catch((error) => notify(String(error))); } }, label);
    dialog.replaceChildren(h("h2", { id: "question-title" }, `${label}?`), h("p", {}, question),
      h("p", { class: "buttons" }, h("button", { onclick: () => dialog.close() }, "Cancel"), go));
    dialog.showModal();
  };
  return h("button", { class: kind, onclick: ask }, label);
}

/** Returns the view of the faults that an embedded cluster can inject. */
export function faults() {
  const of = settings.faults.filter((fault) => !fault.of_agent);
  const agent = settings.faults.filter((fault) => fault.of_agent);
  const button = (fault, index, where) => changeButton(fault.name, `${fault.text}${where}.`, { do: "fault", name: fault.name, agent: index });
  return h("div", { class: "faults" }, h("h1", {}, "Faults"),
    h("p", { class: "muted" }, "What goes wrong once a month in a real cluster, at the push of a button."),
    h("section", { class: "card" }, h("h2", {}, "Master"),
      h("ul", {}, of.map((fault) => h("li", {}, button(fault, null, ""), h("span", {}, fault.text))))),
    h("section", { class: "card" }, h("h2", {}, "Agents"),
      h("ul", {}, settings.fault_agents.map((name, index) => h("li", {}, h("span", { class: "mono" }, `${index} · ${name}`),
        h("span", { class: "buttons" }, agent.map((fault) => button(fault, index, ` (agent ${index} at ${name})`))))))));
}
