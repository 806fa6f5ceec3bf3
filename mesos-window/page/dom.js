// Builds elements. Whatever a cluster contains becomes text or an attribute value, never markup.

/** Creates an element. `properties` are attributes; those that begin with "on" are listeners. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined).map(visible));
  return element;
}

// Characters that change the direction of the text around them, or that cannot be seen, could make
// one name look like another.
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

function visible(child) {
  return typeof child === "string" ? shown(child) : child;
}

/** Returns a text with a sign in place of each character that cannot be seen. */
export function shown(text) {
  return text.replace(INVISIBLE, "\ufffd");
}

const numbers = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

/** Returns a number for people. */
export function number(value) {
  return numbers.format(value ?? 0);
}

/** Returns megabytes for people. */
export function megabytes(value) {
  const units = ["MB", "GB", "TB", "PB"];
  let [amount, unit] = [value ?? 0, 0];
  while (Math.abs(amount) >= 1024 && unit < units.length - 1) [amount, unit] = [amount / 1024, unit + 1];
  return `${new Intl.NumberFormat("en", { maximumFractionDigits: 1 }).format(amount)} ${units[unit]}`;
}

/** Returns how long ago a time in seconds was. */
function ago(seconds) {
  const age = Math.max(0, Date.now() / 1000 - seconds);
  if (age < 60) return `${Math.floor(age)} s ago`;
  if (age < 3600) return `${Math.floor(age / 60)} min ago`;
  if (age < 86400) return `${Math.floor(age / 3600)} h ago`;
  return `${Math.floor(age / 86400)} d ago`;
}

/** Returns an element that shows how long ago a time was, and keeps showing it. */
export function time(seconds) {
  if (!seconds) return h("span", { class: "muted" }, "–");
  const date = new Date(seconds * 1000);
  const iso = Number.isNaN(date.getTime()) ? "" : date.toISOString();
  return h("time", { datetime: iso, title: iso, "data-time": seconds }, ago(seconds));
}

setInterval(() => {
  for (const element of document.querySelectorAll("[data-time]")) {
    element.textContent = ago(Number(element.dataset.time));
  }
}, 5000);

/** Returns the time of day. */
export function clock(seconds) {
  const date = new Date(seconds * 1000);
  const text = Number.isNaN(date.getTime()) ? "" : date.toLocaleTimeString("en-GB");
  return h("time", { class: "mono", title: Number.isNaN(date.getTime()) ? "" : date.toISOString() }, text);
}

const KINDS = {
  RUNNING: "good", active: "good", connected: "good", added: "good",
  STAGING: "new", STARTING: "new", launched: "new", updated: "new",
  KILLING: "warn", UNREACHABLE: "warn", draining: "warn", deactivated: "warn", inactive: "warn",
  FAILED: "bad", ERROR: "bad", LOST: "bad", DROPPED: "bad", GONE: "bad", GONE_BY_OPERATOR: "bad",
  disconnected: "bad", "undecodable event": "bad",
};

/** Returns the name of a state without what all of them begin with. */
export function stateName(state) {
  return state.replace(/^TASK_/, "");
}

/** Returns an element for a state: a word, and a color that adds to it. */
export function chip(state) {
  const name = stateName(state);
  const word = name.charAt(0).toUpperCase() + name.slice(1).toLowerCase().replaceAll("_", " ");
  return h("span", { class: `chip ${KINDS[name] ?? "past"}` }, h("i", { "aria-hidden": "true" }), word);
}

/** Returns a bar of what is used and what is offered of a total. */
export function bar(label, share, key, format) {
  const [total, used, offered] = [share.total[key], share.used[key], share.offered[key]];
  const part = (value) => `${total > 0 ? Math.min(100, (100 * value) / total) : 0}%`;
  const [one, two] = [h("i", { class: "used" }), h("i", { class: "offered" })];
  one.style.width = part(used);
  two.style.width = part(Math.min(offered, Math.max(0, total - used)));
  const text = `${label}: ${format(used)} of ${format(total)} used, ${format(offered)} offered`;
  return h("span", { class: "bar", role: "img", "aria-label": text, title: text }, one, two);
}

/** Fetches a document. */
export async function get(path, parameters = {}, signal = undefined) {
  const response = await fetch(`${path}?${new URLSearchParams(parameters)}`, { signal });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

let quiet = 0;

/** Shows a short message. */
export function notify(text) {
  const notice = document.getElementById("notice");
  notice.textContent = shown(text);
  clearTimeout(quiet);
  quiet = setTimeout(() => (notice.textContent = ""), 6000);
}
