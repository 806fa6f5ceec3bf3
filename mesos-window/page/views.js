// The lists, and the columns that each has.

import { bar, chip, clock, h, megabytes, number, stateName, time } from "./dom.js";

/** Puts first what differs between the ids of one cluster: they begin with the id of the master. */
const short = (id) => id.replace(/^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([SO]?\d+)$/, "$2 · $1");
const two = (title, below) =>
  h("span", { class: "two" }, h("b", {}, title || "–"), h("small", { class: "mono" }, below ?? ""));
const amounts = (row) =>
  h("span", { class: "two" }, h("span", {}, `${number(row.amounts.cpus)} CPUs`),
    h("small", {}, `${megabytes(row.amounts.mem)} mem`));
const full = (label, key, format) => (row) =>
  h("span", { class: "full" }, bar(label, row.share, key, format),
    h("small", {}, `${format(row.share.used[key])} / ${format(row.share.total[key])}`));

/** What a row opens: the kind of details, and what identifies them. */
const opens = (kind, id = "id", framework = undefined) => (row) =>
  row[id] ? { kind, id: row[id], framework: framework ? row[framework] : "" } : null;

// `wide` is the width that the list needs for a column; one with `narrow` is for lists below that.
export const VIEWS = {
  agents: {
    title: "Agents", empty: "No agent is registered.", open: opens("agent"),
    columns: [
      { title: "Agent", sort: "hostname", size: "minmax(9rem, 2fr)", cell: (row) => two(row.hostname, short(row.id)) },
      { title: "State", sort: "state", size: "8.5rem", wide: 560, cell: (row) => chip(row.state) },
      { title: "State", sort: "state", size: "8.5rem", narrow: 560, cell: (row) => h("span", { class: "full" }, chip(row.state), bar("CPUs", row.share, "cpus", number)) },
      { title: "CPUs", sort: "cpus", size: "minmax(6rem, 1fr)", wide: 560, cell: full("CPUs", "cpus", number) },
      { title: "Memory", sort: "mem", size: "minmax(8rem, 1fr)", wide: 760, cell: full("Memory", "mem", megabytes) },
      { title: "Disk", sort: "disk", size: "minmax(8rem, 1fr)", wide: 900, cell: full("Disk", "disk", megabytes) },
      { title: "Version", size: "5rem", wide: 1100, cell: (row) => row.version },
    ],
  },
  frameworks: {
    title: "Frameworks", empty: "No framework has subscribed.", open: opens("framework"),
    columns: [
      { title: "Framework", sort: "name", size: "minmax(9rem, 2fr)", cell: (row) => two(row.name, short(row.id)) },
      { title: "State", sort: "state", size: "8.5rem", cell: (row) => chip(row.state) },
      { title: "Uses", size: "8rem", wide: 560, cell: amounts },
      { title: "Roles", size: "minmax(6rem, 1fr)", wide: 760, cell: (row) => row.roles.join(", ") },
      { title: "Offers", size: "5rem", wide: 760, cell: (row) => number(row.offers) },
      { title: "User", size: "7rem", wide: 900, cell: (row) => row.user },
    ],
  },
  tasks: {
    title: "Tasks", empty: "No task matches.", open: opens("task", "id", "framework"), states: true,
    columns: [
      { title: "Task", sort: "id", size: "minmax(9rem, 2fr)", cell: (row) => two(row.name || row.id, row.id) },
      { title: "State", sort: "state", size: "8.5rem", cell: (row) => state(row) },
      { title: "Framework", sort: "framework", size: "minmax(7rem, 1fr)", wide: 700, cell: (row) => row.framework_name || row.framework },
      { title: "Agent", sort: "agent", size: "minmax(7rem, 1fr)", wide: 900, cell: (row) => row.hostname || row.agent },
      { title: "Resources", sort: "cpus", size: "7rem", wide: 1000, cell: amounts },
      { title: "Since", sort: "since", size: "6.5rem", wide: 560, cell: (row) => time(row.since) },
    ],
  },
  offers: {
    title: "Offers", empty: "No offer is outstanding.", open: opens("framework", "framework"),
    columns: [
      { title: "Agent", sort: "agent", size: "minmax(9rem, 2fr)", cell: (row) => two(row.hostname, short(row.id)) },
      { title: "To", sort: "framework", size: "minmax(7rem, 1fr)", cell: (row) => row.framework_name || row.framework },
      { title: "Role", size: "7rem", wide: 700, cell: (row) => row.role ?? "" },
      { title: "CPUs", size: "5rem", wide: 560, cell: (row) => number(row.amounts.cpus) },
      { title: "Memory", size: "6rem", wide: 560, cell: (row) => megabytes(row.amounts.mem) },
      { title: "Resources", size: "minmax(10rem, 2fr)", wide: 1000, cell: (row) => h("span", { class: "mono", title: row.resources }, row.resources) },
    ],
  },
  reservations: {
    title: "Reservations", empty: "Nothing is reserved.", open: opens("agent", "agent"),
    columns: [
      { title: "Role", sort: "role", size: "minmax(7rem, 1fr)", cell: (row) => two(row.role, row.principal ? `by ${row.principal}` : "") },
      { title: "Agent", sort: "agent", size: "minmax(7rem, 1fr)", cell: (row) => row.hostname },
      { title: "Volume", size: "minmax(6rem, 1fr)", wide: 760, cell: (row) => row.volume },
      { title: "Resources", size: "minmax(10rem, 2fr)", wide: 560, cell: (row) => h("span", { class: "mono", title: row.resources }, row.resources) },
    ],
  },
  events: {
    title: "Events", empty: "Nothing has happened since this window was opened.", open: event,
    columns: [
      { title: "Time", size: "5.5rem", cell: (row) => clock(row.time) },
      { title: "What", size: "8.5rem", cell: (row) => chip(row.what) },
      { title: "Of", size: "minmax(8rem, 1.5fr)", cell: (row) => two(row.name || row.id || row.kind, row.name ? row.id : row.kind) },
      { title: "Message", size: "minmax(10rem, 3fr)", wide: 760, cell: (row) => h("span", { title: row.message }, row.message) },
    ],
  },
};

export const STATES = {
  "": "All states", active: "Active", ended: "Ended", STAGING: "Staging", STARTING: "Starting", RUNNING: "Running",
  KILLING: "Killing", UNREACHABLE: "Unreachable", FINISHED: "Finished", FAILED: "Failed", KILLED: "Killed",
  LOST: "Lost", ERROR: "Error", GONE: "Gone", DROPPED: "Dropped",
};

function state(row) {
  const sick = row.healthy === false ? [h("small", { class: "sick" }, "unhealthy")] : [];
  return h("span", { class: "two" }, chip(stateName(row.state)), ...sick);
}

function event(row) {
  return row.kind === "master" || !row.id ? null : { kind: row.kind, id: row.id, framework: row.framework };
}
