// The files of a task, and what is in them.

import { get, h, number, shown } from "./dom.js";

/** How many characters of a file are on the screen at most. */
const MOST = 400_000;
/** Escape sequences for colors and cursor movement, which make no sense here. */
const ANSI = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

export class Sandbox {
  constructor(task) {
    this.task = { framework: task.framework, id: task.id };
    this.folder = "";
    this.files = h("ul", { class: "files" });
    this.view = h("pre", { class: "file", tabindex: 0, role: "log", "aria-live": "off", hidden: true });
    this.title = h("p", { class: "file-title", hidden: true });
    // A page that cannot be seen follows nothing: browsers keep few connections to one server.
    this.seen = () => (document.hidden ? this.abort?.abort() : this.path && this.show(this.path));
    document.addEventListener("visibilitychange", this.seen);
    this.element = h("section", { class: "sandbox", "aria-labelledby": "sandbox-title" },
      h("h3", { id: "sandbox-title" }, "Sandbox", h("button", { onclick: () => this.list() }, "Reload")), this.files, this.title, this.view);
  }

  close() {
    document.removeEventListener("visibilitychange", this.seen);
    this.abort?.abort();
    this.closed = true;
  }

  async list() {
    const { folder } = this;
    try {
      const files = await get("files", { ...this.task, path: folder });
      if (this.closed || this.folder !== folder) return;
      this.draw(files.sort((a, b) => Number(b.is_folder) - Number(a.is_folder) || a.name.localeCompare(b.name)));
      if (!this.path && files.some((file) => file.name === "stdout")) this.show("/stdout");
    } catch (error) {
      this.files.replaceChildren(h("li", { class: "muted" }, String(error.message)));
    }
  }

  draw(files) {
    const up = this.folder.slice(0, this.folder.lastIndexOf("/"));
    const rows = files.map((file) => {
      const path = `${this.folder}/${file.name}`;
      const go = file.is_folder ? () => this.enter(path) : () => this.show(path);
      const download = `file?${new URLSearchParams({ ...this.task, path, whole: 1 })}`;
      return h("li", {}, h("button", { class: "name", onclick: go }, file.is_folder ? `${file.name}/` : file.name),
        file.is_folder ? null : h("small", {}, `${number(file.size ?? 0)} bytes`),
        file.is_folder ? null : h("a", { href: download, download: file.name, "aria-label": `Download ${shown(file.name)}` }, "Download"));
    });
    if (this.folder) rows.unshift(h("li", {}, h("button", { class: "name", onclick: () => this.enter(up) }, "../")));
    this.files.replaceChildren(...(rows.length ? rows : [h("li", { class: "muted" }, "The folder is empty.")]));
  }

  enter(folder) {
    this.folder = folder;
    this.list();
  }

  /** Shows the end of a file, and what is added to it. */
  async show(path) {
    this.abort?.abort();
    const abort = (this.abort = new AbortController());
    this.path = path;
    this.view.hidden = this.title.hidden = false;
    this.view.setAttribute("aria-label", `${shown(path.slice(1))}, followed`);
    this.view.replaceChildren();
    const state = h("span", { class: "chip good" }, h("i", { "aria-hidden": "true" }), "following");
    this.title.replaceChildren(h("b", { class: "mono" }, path.slice(1)), state);
    try {
      const response = await fetch(`file?${new URLSearchParams({ ...this.task, path, follow: 1 })}`, { signal: abort.signal });
      if (!response.ok) throw new Error(await response.text());
      const text = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await text.read(); !part.done; part = await text.read()) this.add(part.value);
      state.replaceChildren("ended");
    } catch (error) {
      if (error.name !== "AbortError") state.replaceChildren(shown(String(error.message)));
    }
    state.className = "chip past";
  }

  add(text) {
    const atEnd = this.view.scrollTop + this.view.clientHeight > this.view.scrollHeight - 20;
    const whole = this.view.textContent.length + text.length;
    const clean = text.replace(ANSI, "").replaceAll("\r\n", "\n").split("\n").map(shown).join("\n");
    if (whole > MOST) this.view.textContent = (this.view.textContent + clean).slice(-MOST / 2);
    else this.view.append(clean);
    if (atEnd) this.view.scrollTop = this.view.scrollHeight;
  }
}
