// The page: its address, its views, and what arrives without asking.

import { h, number, shown } from "./dom.js";
import { Details } from "./details.js";
import { List, count } from "./list.js";
import { faults, settings } from "./changes.js";
import { overview } from "./overview.js";
import { STATES, VIEWS } from "./views.js";

/** The shortest time between two refreshes of the same thing. */
const PAUSE = 500;

const main = document.getElementById("main");
const state = { summary: null, list: null, view: "", query: "", paused: false };
const details = new Details(document.getElementById("details"), { close: () => openDetails(null) });

/** Reads the address: `#/tasks?q=web&open=task&id=1`. */
function address() {
  const [path, query = ""] = location.hash.slice(2).split("?");
  return { view: path || "overview", parameters: new URLSearchParams(query) };
}

/** Changes a part of the address. With `step`, the back button returns to the one before. */
function go(changes, step = false) {
  const { view, parameters } = address();
  for (const [name, value] of Object.entries(changes)) {
    if (value) parameters.set(name, value);
    else parameters.delete(name);
  }
  const query = parameters.toString();
  const next = `#/${view}${query ? `?${query}` : ""}`;
  if (step) location.hash = next;
  else location.replace(next);
}

function openDetails(opened) {
  const focus = opened === null && !document.getElementById("details").hidden;
  go({ open: opened?.kind, id: opened?.id, of: opened?.framework }, opened !== null);
  if (focus) (state.list?.element ?? main).focus();
}

function tabs() {
  const summary = state.summary;
  const counts = summary ? { agents: summary.agents, frameworks: summary.frameworks, tasks: summary.tasks, offers: summary.offers } : {};
  const names = { overview: "Overview", ...Object.fromEntries(Object.entries(VIEWS).map(([name, view]) => [name, view.title])) };
  if (settings.faults.length) names.faults = "Faults";
  const items = Object.entries(names).map(([name, title]) => h("li", {}, h("a", { href: `#/${name}`, "aria-current": name === state.view ? "page" : undefined },
    title, name in counts ? h("span", { class: "count" }, number(counts[name])) : null)));
  const list = document.getElementById("tabs");
  const focused = document.activeElement?.closest("#tabs a")?.getAttribute("href");
  if (list.textContent + state.view === items.map((item) => item.textContent).join("") + list.dataset.view) return;
  list.replaceChildren(...items);
  list.dataset.view = state.view;
  list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

function head() {
  const { link, reason, master } = state.summary;
  const words = { live: "Live", lost: "Reconnecting", connecting: "Connecting" };
  const status = document.getElementById("link");
  status.className = `link ${link}`;
  if (status.lastElementChild.textContent !== words[link]) status.lastElementChild.textContent = words[link];
  const text = master ? `${master.hostname}:${master.port} · Mesos ${master.version ?? ""}` : "";
  document.getElementById("master").textContent = shown(text);
  const alert = document.getElementById("reason");
  const problem = link === "lost" ? `What you see may be out of date. ${reason}` : "";
  if (alert.textContent !== problem) alert.textContent = shown(problem);
  alert.hidden = !problem;
}

function toolbar(view, name, parameters) {
  const search = h("input", { type: "search", "aria-label": `Search ${view.title.toLowerCase()}`, placeholder: "Search", value: parameters.get("q") ?? "" });
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => go({ q: search.value }), 150);
  });
  const select = view.states && h("select", { "aria-label": "State", onchange: (event) => go({ state: event.target.value }) },
    Object.entries(STATES).map(([value, text]) => h("option", { value, selected: value === (parameters.get("state") ?? "") }, text)));
  const scope = ["framework", "agent"].filter((key) => parameters.get(key)).map((key) =>
    h("button", { class: "scope", onclick: () => go({ [key]: null }) }, `${key}: ${parameters.get(key)} ✕`));
  const pause = h("button", { class: "pause", "aria-pressed": state.paused, onclick: () => {
    state.paused = !state.paused;
    pause.setAttribute("aria-pressed", state.paused);
    if (!state.paused) state.list?.refresh();
  } }, "Pause");
  state.counter = h("p", { class: "counter", role: "status" });
  return h("div", { class: "toolbar" }, h("h1", {}, view.title), state.counter, scope, search, select || null, pause);
}

/** Shows the list at the address. The toolbar stays while only the search changes. */
function showList(name, parameters) {
  const view = VIEWS[name];
  const query = { view: name };
  for (const key of ["q", "state", "sort", "desc", "framework", "agent"]) {
    if (parameters.get(key)) query[key] = parameters.get(key);
  }
  const same = JSON.stringify(query);
  if (state.query === same) return;
  state.list?.close();
  const sort = (key) => go({ sort: query.sort === key && query.desc === "1" ? null : key, desc: query.sort === key && query.desc !== "1" ? "1" : null });
  const list = new List(view, query, { open: openDetails, sort, counted: (total) => counted(view, total) });
  const focus = document.activeElement?.closest(".grid");
  const scope = `${query.framework ?? ""} ${query.agent ?? ""}`;
  if (state.view === name && state.scope === scope && main.lastElementChild) main.lastElementChild.replaceWith(list.element);
  else main.replaceChildren(toolbar(view, name, parameters), list.element);
  if (focus) list.element.focus();
  Object.assign(state, { list, query: same, scope });
}

function counted(view, total) {
  const text = count(view, total);
  if (state.counter.textContent !== text) state.counter.textContent = text;
}

function route() {
  const { view, parameters } = address();
  const known = Object.hasOwn(VIEWS, view);
  if (known) showList(view, parameters);
  else {
    state.list?.close();
    Object.assign(state, { list: null, query: "", overview: "" });
  }
  const changed = state.view !== view;
  state.view = view;
  document.title = `${VIEWS[view]?.title ?? (view === "faults" ? "Faults" : "Overview")} · Mesos window`;
  if (!known) draw();
  if (view === "faults") main.replaceChildren(faults());
  tabs();
  if (changed) main.scrollTop = 0;
  const kind = parameters.get("open");
  details.show(["task", "agent", "framework"].includes(kind)
    ? { kind, id: parameters.get("id") ?? "", framework: parameters.get("of") ?? "" } : null);
}

/** Draws the overview, if it is shown and has changed. */
function draw() {
  if (Object.hasOwn(VIEWS, state.view) || state.view === "faults" || !state.summary) return;
  const { version, ...visible } = state.summary;
  const json = JSON.stringify(visible);
  if (json === state.overview) return;
  const focused = document.activeElement?.closest("#main a")?.getAttribute("href");
  const scroll = main.scrollTop;
  main.replaceChildren(overview(state.summary));
  main.scrollTop = scroll;
  state.overview = json;
  if (focused) main.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

let refreshed = 0;

/** Shows what has changed: at once, and then not more often than the pause allows. */
function changed() {
  head();
  tabs();
  draw();
  refreshed ||= setTimeout(() => {
    refreshed = 0;
    if (state.paused) return;
    state.list?.refresh();
    details.refresh();
  }, PAUSE / 2);
}

let live;

/** Listens while the page can be seen: browsers keep few connections to one server. */
function listen() {
  live?.close();
  if (document.hidden) return;
  live = new EventSource("live");
  live.addEventListener("window", (event) => {
    const faultsBefore = settings.faults.length;
    Object.assign(settings, JSON.parse(event.data));
    if (settings.faults.length !== faultsBefore) route();
    details.redraw();
  });
  live.addEventListener("summary", (event) => {
    state.summary = JSON.parse(event.data);
    changed();
  });
  live.addEventListener("error", () => {
    if (!state.summary) return;
    state.summary = { ...state.summary, link: "lost", reason: "The window itself does not respond." };
    head();
  });
}

function theme() {
  const select = document.getElementById("theme");
  const set = (value) => (value ? (document.documentElement.dataset.theme = value) : delete document.documentElement.dataset.theme);
  select.value = localStorage.getItem("theme") ?? "";
  set(select.value);
  select.addEventListener("change", () => {
    localStorage.setItem("theme", select.value);
    set(select.value);
  });
}

document.addEventListener("visibilitychange", listen);
addEventListener("hashchange", route);
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, select, textarea, dialog")) return;
  const search = main.querySelector("input[type=search]");
  if (!search) return;
  search.focus();
  event.preventDefault();
});
theme();
route();
listen();
