// One chart: Vega's view in a figure, with its tooltip, its width and its data as a table.

const vega = loadVega();

// Colours of axes and texts are in page.css, so that light, dark and print need no other drawing.
const CONFIG = {
  background: "transparent",
  font: "system-ui, sans-serif",
  axis: {labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", titlePadding: 8,
    gridWidth: 1, domain: false, labelOverlap: true, labelFlush: false},
};

// Nothing is ever loaded.
const NO_LOADER = {
  load: () => Promise.reject(new Error("this page loads nothing")),
  sanitize: () => Promise.reject(new Error("this page loads nothing")),
};

const tooltip = {
  node: null,

  show(event, value) {
    this.node ??= document.body.appendChild(element("div", {id: "tooltip", role: "tooltip"}));
    this.node.replaceChildren(element("table", {}, Object.entries(value).map(([key, text]) =>
      element("tr", {}, element("th", {}, key), element("td", {}, String(text))))));
    this.node.hidden = false;
    const box = this.node.getBoundingClientRect();
    const right = event.clientX + 14 + box.width < innerWidth;
    const below = event.clientY + 14 + box.height < innerHeight;
    this.node.style.left = `${right ? event.clientX + 14 : event.clientX - box.width - 10}px`;
    this.node.style.top = `${below ? event.clientY + 14 : event.clientY - box.height - 10}px`;
  },

  hide() {
    if (this.node) {
      this.node.hidden = true;
    }
  },

  handle(_, event, __, value) {
    if (value && typeof value === "object") {
      tooltip.show(event, value);
    } else {
      tooltip.hide();
    }
  },
};

class Chart {
  constructor(id, title) {
    this.drawing = element("div", {class: "drawing"});
    this.controls = element("div", {class: "controls"});
    this.note = element("p", {class: "note"});
    this.data = element("div");
    this.node = element("figure", {id: `chart-${id}`, class: "chart"},
      element("figcaption", {}, title), this.controls, this.drawing, this.note, this.data);
    this.title = title;
    this.view = null;
    new ResizeObserver(() => this.fit()).observe(this.drawing);
  }

  width() {
    return Math.max(180, this.drawing.clientWidth - 10);
  }

  fit() {
    if (this.view && this.drawing.clientWidth > 0 && this.view.width() !== this.width()) {
      this.view.width(this.width()).run();
    }
  }

  // `table`: {header, rows}, the same data for who does not see the picture.
  draw(spec, table, note = "") {
    this.view?.finalize();
    tooltip.hide();
    const picture = element("div", {role: "img",
      "aria-label": `${this.title}: ${plural(table.rows.length, "point")}, below as a table`});
    this.drawing.replaceChildren(picture);
    this.view = new vega.View(vega.parse(this.whole(spec), CONFIG, {ast: true}), {
      renderer: "svg", container: picture, hover: true, expr: vega.interpreter,
      loader: NO_LOADER,
    }).tooltip(tooltip.handle).run();
    this.note.textContent = note;
    this.data.replaceChildren(fold("as a table", () =>
      plainTable(this.title, table.header, table.rows)));
  }

  empty(why) {
    this.view?.finalize();
    this.view = null;
    this.drawing.replaceChildren(element("p", {class: "none"}, why));
    this.note.textContent = "";
    this.data.replaceChildren();
  }

  whole(spec) {
    return {
      $schema: "vega 5", width: this.width(), height: 320, padding: 5,
      autosize: {type: "fit", contains: "padding"}, ...spec,
      signals: [{name: "policy", value: null}, ...(spec.signals ?? [])],
    };
  }

  // The policy that stands out; null: none.
  highlight(label) {
    if (this.view) {
      this.view.signal("policy", label).run();
    }
  }
}

// Opacity of a mark: others fade while a policy is pointed at.
function faded(full = 1) {
  return {signal: `policy === null || datum.label === policy ? ${full} : ${full * 0.15}`};
}

// Base 2 where sizes double; a single value has no logarithmic axis of its own.
function sizeScale(values) {
  const distinct = [...new Set(values)];
  const logarithmic = distinct.length > 1 && Math.min(...distinct) > 0;
  return {name: "x", type: logarithmic ? "log" : "linear", ...(logarithmic ? {base: 2} : {}),
    domain: [Math.min(...distinct), Math.max(...distinct)], range: "width", nice: false,
    zero: false, padding: 10};
}
