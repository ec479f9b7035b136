// The table of all cells: a filter, an order by any column, a page of rows at a time, and each row
// opens to its samples. Only the rows of the page are in the document, so thousands stay quick.

const ROWS_OF_A_PAGE = 100;

class CellTable {
  constructor(report) {
    this.report = report;
    this.columns = columnsOf(report);
    this.opened = choices.list("open");
    this.body = element("tbody", {onkeydown: (event) => this.move(event)});
    this.heads = this.columns.map((column) => this.head(column));
    this.count = element("output", {id: "shown", "aria-live": "polite"});
    this.pager = element("span", {class: "pager"});
    this.filter = element("input", {id: "filter", type: "search", value: choices.get("filter"),
      placeholder: "tova   state_size>=64   nll<3.2", autocomplete: "off", spellcheck: "false",
      oninput: () => this.changed("filter", this.filter.value)});
    this.state = chooser("status", "state", [["", "all"], ...this.states()], choices.get("state"),
      (value) => this.changed("state", value));
    this.node = element("div", {id: "cells"},
      element("div", {class: "controls"},
        element("label", {class: "chooser grow"}, "filter ", this.filter), this.state, this.count,
        this.pager),
      element("div", {class: "scroll"}, element("table", {id: "cell-table"},
        element("thead", {}, element("tr", {}, this.heads)), this.body)));
    this.update();
  }

  states() {
    return [...new Set(this.report.cells.map((cell) => cell.state))].map((state) => [state, state]);
  }

  head(column) {
    const button = element("button", {type: "button", "data-key": column.key,
      onclick: () => this.order(column.key)}, column.title || "status");
    return element("th", {scope: "col", class: column.numeric ? "number" : null}, button);
  }

  order(key) {
    const now = choices.get("sort");
    this.changed("sort", now === key ? "-" + key : now === "-" + key ? "" : key);
  }

  changed(key, value) {
    choices.set(key, value);
    choices.set("page", 0, 0);
    this.update();
  }

  update() {
    const sort = choices.get("sort");
    const key = sort.replace(/^-/, "");
    const column = this.columns.find((one) => one.key === key);
    const passes = filterOf(choices.get("filter"));
    const state = choices.get("state");
    const chosen = this.report.cells.filter((cell) =>
      (state === "" || cell.state === state) && passes(cell));
    this.shown = sorted(chosen, column, sort.startsWith("-"));
    this.heads.forEach((head, place) => {
      const isKey = column !== undefined && this.columns[place] === column;
      head.setAttribute("aria-sort",
        !isKey ? "none" : sort.startsWith("-") ? "descending" : "ascending");
    });
    this.count.textContent = `${this.shown.length} of ${plural(this.report.cells.length, "run")}`;
    this.drawPage();
  }

  pages() {
    return Math.max(1, Math.ceil(this.shown.length / ROWS_OF_A_PAGE));
  }

  drawPage(rows = ROWS_OF_A_PAGE) {
    const page = Math.min(Number(choices.get("page", "0")) || 0, this.pages() - 1);
    const first = page * ROWS_OF_A_PAGE;
    this.body.replaceChildren(...this.shown.slice(first, first + rows)
      .flatMap((cell) => this.rows(cell)));
    const turn = (by, text, name) => element("button", {type: "button", "aria-label": name,
      disabled: page + by < 0 || page + by >= this.pages(), onclick: () => {
        choices.set("page", page + by, 0);
        this.drawPage();
      }}, text);
    this.pager.replaceChildren(...(this.pages() === 1 ? [] : [turn(-1, "‹", "previous page"),
      ` page ${page + 1} of ${this.pages()} `, turn(1, "›", "next page")]));
  }

  // The row of a cell and, when it is open, what is in it.
  rows(cell) {
    const isOpen = this.opened.has(cell.id);
    const button = element("button", {type: "button", class: "opener", "aria-expanded": isOpen ?
      "true" : "false", "data-id": cell.id, onclick: () => this.toggle(cell, row)},
      this.columns[0].show(cell));
    const row = element("tr", {class: cell.state}, this.columns.map((column, place) =>
      element("td", {class: column.numeric ? "number" : null},
        place === 0 ? button : column.show(cell))));
    return isOpen ? [row, this.detail(cell)] : [row];
  }

  detail(cell) {
    return element("tr", {class: "opened"},
      element("td", {colspan: this.columns.length}, detailOf(this.report, cell)));
  }

  toggle(cell, row) {
    const open = !this.opened.has(cell.id);
    this.opened[open ? "add" : "delete"](cell.id);
    choices.setList("open", this.opened);
    row.querySelector(".opener").setAttribute("aria-expanded", String(open));
    if (open) {
      row.after(this.detail(cell));
    } else {
      row.nextElementSibling.remove();
    }
  }

  // Up and down go from row to row, right opens, left closes.
  move(event) {
    const opener = event.target.closest(".opener");
    if (!opener) {
      return;
    }
    const all = [...this.body.querySelectorAll(".opener")];
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    const wanted = {ArrowRight: "true", ArrowLeft: "false"}[event.key];
    if (step) {
      all[all.indexOf(opener) + step]?.focus();
      event.preventDefault();
    } else if (wanted && opener.getAttribute("aria-expanded") !== wanted) {
      opener.click();
      event.preventDefault();
    }
  }
}
