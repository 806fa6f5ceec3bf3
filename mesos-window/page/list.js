// A list of any length: it has elements, and data, only for the rows that are on the screen.

import { get, h, number } from "./dom.js";

const ROW = 52;
/** Rows beyond the edges, so that scrolling does not show gaps. */
const MORE = 20;
/** Browsers cannot scroll an element that is much higher than this. */
const HIGHEST = 15_000_000;

export class List {
  /** `query` is what the rows are asked for with; `open` gets the row that was chosen. */
  constructor(view, query, { open, sort, counted }) {
    Object.assign(this, { view, query, open, sort, counted });
    this.rows = new Map();
    this.elements = new Map();
    [this.total, this.active, this.asked] = [0, 0, 0];
    this.columns = view.columns;
    this.head = h("div", { role: "rowgroup", class: "head" });
    this.body = h("div", { role: "rowgroup", class: "body" });
    this.empty = h("p", { class: "empty", hidden: true }, view.empty);
    this.element = h("div", {
      role: "grid", class: "grid", tabindex: 0, "aria-label": view.title, "aria-readonly": "true",
      onscroll: () => this.moved(), onkeydown: (event) => this.key(event), onclick: (event) => this.click(event),
    }, this.head, this.body, this.empty);
    this.sizes = new ResizeObserver(() => this.resized());
    this.sizes.observe(this.element);
  }

  close() {
    this.sizes.disconnect();
    this.abort?.abort();
  }

  resized() {
    const width = this.element.clientWidth;
    const columns = this.view.columns.filter((column) => width >= (column.wide ?? 0) && width < (column.narrow ?? Infinity));
    if (columns.some((column, index) => column !== this.columns[index]) || columns.length !== this.columns.length || !this.head.firstChild) {
      this.columns = columns;
      this.element.style.setProperty("--columns", columns.map((column) => column.size).join(" "));
      this.element.setAttribute("aria-colcount", columns.length);
      this.drawHead();
      this.elements.forEach((element) => element.remove());
      this.elements.clear();
    }
    this.moved();
  }

  drawHead() {
    const headers = this.columns.map((column) => {
      const sorted = column.sort && this.query.sort === column.sort;
      const order = sorted ? (this.query.desc === "1" ? "descending" : "ascending") : "none";
      const content = column.sort
        ? h("button", { onclick: () => this.sort(column.sort) }, column.title, h("i", { class: `order ${order}`, "aria-hidden": "true" }))
        : column.title;
      return h("div", { role: "columnheader", "aria-sort": column.sort ? order : undefined }, content);
    });
    this.head.replaceChildren(h("div", { role: "row", "aria-rowindex": 1, class: "row" }, headers));
  }

  /** How many rows have room on the screen. */
  get room() {
    return Math.max(1, (this.element.clientHeight - this.head.offsetHeight) / ROW);
  }

  /** How many pixels of scrolling stand for a row: fewer than it has, if the list is very long. */
  get step() {
    const [rows, pixels] = [this.total - this.room, HIGHEST - this.room * ROW];
    return rows * ROW > pixels ? pixels / rows : ROW;
  }

  /** The rows that are on the screen, and some more. */
  range() {
    const first = Math.floor(this.element.scrollTop / this.step);
    const count = Math.ceil(this.room);
    return [Math.max(0, first - MORE), Math.min(this.total, first + count + MORE)];
  }

  moved() {
    this.draw();
    if (!this.asked) return void this.refresh();
    const [from, to] = this.range();
    for (let index = from; index < to; index += 1) {
      if (!this.rows.has(index)) return void this.refresh();
    }
  }

  /** Asks for the rows on the screen again. While that goes on, one more request waits. */
  async refresh() {
    this.asked += 1;
    if (this.abort) return;
    this.abort = new AbortController();
    const asked = this.asked;
    try {
      const [from, to] = this.range();
      const limit = Math.max(to - from, Math.ceil(this.element.clientHeight / ROW) + 2 * MORE);
      const found = await get("rows", { ...this.query, offset: from, limit }, this.abort.signal);
      this.take(found);
    } catch (error) {
      if (error.name === "AbortError") return;
    }
    this.abort = undefined;
    if (this.asked > asked) this.refresh();
  }

  take({ total, offset, rows }) {
    this.total = total;
    this.rows = new Map(rows.map((row, index) => [offset + index, row]));
    this.element.setAttribute("aria-rowcount", total + 1);
    this.body.style.height = `${Math.min(this.total * ROW, HIGHEST)}px`;
    this.empty.hidden = total > 0;
    this.active = Math.max(0, Math.min(this.active, total - 1));
    this.counted(total);
    this.draw();
    this.moved();
  }

  draw() {
    const [from, to] = this.range();
    for (const [index, element] of this.elements) {
      if (index < from || index >= to || !this.rows.has(index)) {
        element.remove();
        this.elements.delete(index);
      }
    }
    const top = this.element.scrollTop / this.step;
    for (let index = from; index < to; index += 1) {
      const row = this.rows.get(index);
      const place = this.step < ROW ? this.element.scrollTop + (index - top) * ROW : index * ROW;
      if (row) this.drawRow(index, row, place);
    }
    this.mark();
  }

  drawRow(index, row, top) {
    const json = JSON.stringify(row);
    let element = this.elements.get(index);
    if (element?.json !== json) {
      const cells = this.columns.map((column) => h("div", { role: "gridcell" }, column.cell(row)));
      const next = h("div", { role: "row", class: "row", id: `row-${index}`, "aria-rowindex": index + 2, "data-index": index }, cells);
      next.json = json;
      if (element) element.replaceWith(next);
      else this.body.append(next);
      this.elements.set(index, next);
      element = next;
    }
    element.style.transform = `translateY(${top}px)`;
  }

  mark() {
    for (const [index, element] of this.elements) {
      element.setAttribute("aria-selected", index === this.active);
    }
    if (this.elements.has(this.active)) this.element.setAttribute("aria-activedescendant", `row-${this.active}`);
    else this.element.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.target !== this.element) return;
    const page = Math.max(1, Math.floor(this.room) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key === "Enter" || event.key === " ") this.choose(this.active);
    else if (event.key in steps) this.go(this.active + steps[event.key]);
    else return;
    event.preventDefault();
  }

  go(index) {
    this.active = Math.max(0, Math.min(index, this.total - 1));
    const [top, last] = [this.active * this.step, (this.active + 1 - this.room) * this.step];
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    else if (last > this.element.scrollTop) this.element.scrollTop = last;
    this.draw();
  }

  click(event) {
    const row = event.target.closest("[data-index]");
    if (!row || String(window.getSelection())) return;
    this.active = Number(row.dataset.index);
    this.mark();
    this.choose(this.active);
  }

  choose(index) {
    const row = this.rows.get(index);
    const opened = row && this.view.open(row);
    if (opened) this.open(opened);
  }
}

/** Returns how many rows there are, in words. */
export function count(view, total) {
  return `${number(total)} ${total === 1 ? view.title.replace(/s$/, "").toLowerCase() : view.title.toLowerCase()}`;
}
